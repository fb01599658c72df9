"""Manages members of a group, separately from the group.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/group

Peculiarity: Vault replaces a list as a whole and has no compare-and-set, so Roster repeats a change if another writer
overwrites it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated

import pulumi
from typing_extensions import Unpack

from ..errors import InvalidArguments
from ..lifecycle.concurrent_writes import write_until_settled
from ..lifecycle.handler import Handler, ObjectKey
from ..managed import CommonArguments, Managed
from ..schema.marks import ProviderOnly, Replace
from ..schema.model import Args, CheckFailure, State
from ..schema.shared_sets import merged, refuse_unmanaged, shown
from .connection import SYSTEM
from .group_calls import BY_ID, MEMBER_LISTS, GroupRow, read_group
from .group_fields import GroupId, Ids

__all__ = [
    "IdentityGroupMembers",
    "IdentityGroupMembersArgs",
    "IdentityGroupMembersHandler",
    "IdentityGroupMembersState",
]

Lists = Mapping[str, Iterable[str] | None]


class IdentityGroupMembersArgs(Args):
    """The arguments of a set of members. A list that is ``None`` is not managed."""

    group_id: Annotated[GroupId, Replace]
    member_entity_ids: Ids | None = None
    member_group_ids: Ids | None = None
    exclusive: Annotated[bool, ProviderOnly]

    def check_failures(self) -> Iterator[CheckFailure]:
        if self.member_entity_ids is None and self.member_group_ids is None:
            yield CheckFailure("member_entity_ids", "is required if member_group_ids is not given")
        if isinstance(self.member_group_ids, list) and self.group_id in self.member_group_ids:
            yield CheckFailure("member_group_ids", f"must not contain the group itself, got {self.group_id!r}")


class IdentityGroupMembersState(IdentityGroupMembersArgs, State):
    """The members that this resource shows: all members of the group if ``exclusive``, otherwise only the declared ones
    that exist.
    """


class IdentityGroupMembersHandler(Handler[IdentityGroupMembersArgs, IdentityGroupMembersState]):
    """Reads groups, and writes their lists as a whole. The id is the group's."""

    kind = "vault.IdentityGroupMembers"
    system = SYSTEM
    import_key = "{group_id}"

    def create(self, args: IdentityGroupMembersArgs) -> IdentityGroupMembersState:
        before: Lists = {}
        if args.exclusive:
            row = _internal(read_group(self.api, args.group_id))
            before = {name: row.members(name) for name in MEMBER_LISTS}
            for name in MEMBER_LISTS:
                if (wanted := getattr(args, name)) is not None:
                    refuse_unmanaged(row.members(name), wanted, args.adopt, f"the group {args.group_id} has {name}")
        return _state(args, self._change(args.group_id, before, _lists(args)))

    def read(self, key: ObjectKey, prior: IdentityGroupMembersState | None) -> IdentityGroupMembersState:
        row = read_group(self.api, key.id)
        if prior is None:
            return IdentityGroupMembersState.model_construct(
                id=row.id,
                group_id=row.id,
                member_entity_ids=row.member_entity_ids,
                member_group_ids=row.member_group_ids,
                exclusive=True,
            )
        return _state(prior, row)

    def update(
        self, id: str, args: IdentityGroupMembersArgs, prior: IdentityGroupMembersState
    ) -> IdentityGroupMembersState:
        return _state(args, self._change(id, _lists(prior), _lists(args)))

    def delete(self, id: str, prior: IdentityGroupMembersState) -> None:
        lists = _lists(prior)
        self._change(id, lists, {name: None if ids is None else [] for name, ids in lists.items()})

    def _change(self, id: str, before: Lists, wanted: Lists) -> GroupRow:
        def write(row: GroupRow, within: float) -> bool:
            _internal(row)
            body = {}
            for name, ids in wanted.items():
                if ids is not None and (new := merged(row.members(name), before.get(name) or (), ids)) != row.members(
                    name
                ):
                    body[name] = new
            if body:
                self.api.post(BY_ID, id, json=body, repeatable=True, within=within)
            return bool(body)

        return write_until_settled(
            self.api,
            "Vault group",
            id,
            read=lambda: read_group(self.api, id),
            write=write,
            overwrote=_written_between,
            doubtful=not any(wanted.values()),
        )


def _internal(row: GroupRow) -> GroupRow:
    if row.type == "external":
        raise InvalidArguments(
            f"the group {row.name!r} is external, so its members come from logins; nothing was written",
            hint="add the external group to an internal group, and declare members of that group",
        )
    return row


def _written_between(before: GroupRow, after: GroupRow) -> bool:
    if not before.modify_index:
        return False  # the reply has no index
    # The index also rises when another group adds this one as a member, or removes it.
    parents = {*before.parent_group_ids} ^ {*after.parent_group_ids}
    return after.modify_index - before.modify_index - len(parents) > 1


def _lists(values: IdentityGroupMembersArgs) -> Lists:
    return {name: getattr(values, name) for name in MEMBER_LISTS}


def _state(values: IdentityGroupMembersArgs, row: GroupRow) -> IdentityGroupMembersState:
    # A list that is not declared is not managed, so the outputs show all of it.
    lists = {
        name: row.members(name) if declared is None else shown(row.members(name), declared, values.exclusive)
        for name, declared in _lists(values).items()
    }
    return IdentityGroupMembersState.model_construct(**{**dict(values), "id": row.id, "group_id": row.id, **lists})


class IdentityGroupMembers(Managed):
    """A set of entities and groups in one internal identity group.

    Several stacks may add members to one group at the same time: if another writer overwrites a change, Roster makes
    the change again. If this stack also declares the group, the group must not declare these lists.

    A member gets all policies of the group and of the groups that contain it. These policies are declared elsewhere, so
    the reviewers of this list must know them. See :class:`IdentityGroup`.

    Errors: ``InvalidArguments`` for an external group, before anything is written; ``BadRequest`` with Vault's message
    for members that do not exist and for cycles; ``UnmanagedContent`` when creating an ``exclusive`` set would remove
    members, which no preview could show.

    Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/group
    """

    handler = IdentityGroupMembersHandler

    group_id: pulumi.Output[str]
    member_entity_ids: pulumi.Output[list[str] | None]
    member_group_ids: pulumi.Output[list[str] | None]

    def __init__(
        self,
        resource_name: str,
        *,
        group_id: pulumi.Input[str],
        member_entity_ids: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        member_group_ids: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        exclusive: pulumi.Input[bool],
        **common: Unpack[CommonArguments],
    ) -> None:
        """Declare members of a group.

        :param resource_name: the name within the program.
        :param group_id: the group. A change replaces the resource.
        :param member_entity_ids: entities. ``None`` leaves them alone; ``[]`` removes those that were listed before.
        :param member_group_ids: groups, with the same rules. A group cannot contain itself, at any depth.
        :param exclusive: whether each declared list must contain all members of its type. If true, Roster shows other
            members as drift and removes them. If false, Roster ignores other members. Only one resource of a group may
            be exclusive.
        :param common: ``adopt``, ``connection`` and ``opts``, described by
            :class:`~pulumi_roster.managed.CommonArguments`. The connection also selects the namespace.
        """
        super().__init__(resource_name, locals())
