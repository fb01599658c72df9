"""Manages members of a group, separately from the group.

Source: the vendor's page "Identity Groups API"

Peculiarity: members are a field of the group, so Roster also sends the name and the description that it has just read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

import pulumi
from typing_extensions import Unpack

from ..lifecycle.handler import Handler, ObjectKey
from ..managed import CommonArguments, Managed
from ..schema.marks import ProviderOnly, Replace
from ..schema.model import Args, State
from ..schema.shared_sets import merged, refuse_unmanaged, shown
from .connection import SYSTEM
from .group_calls import GroupId, GroupRow, Members, change_group, read_group

__all__ = [
    "IdentityGroupMembers",
    "IdentityGroupMembersArgs",
    "IdentityGroupMembersHandler",
    "IdentityGroupMembersState",
]


class IdentityGroupMembersArgs(Args):
    """The arguments of a set of members."""

    group_id: Annotated[GroupId, Replace]
    members: Members
    exclusive: Annotated[bool, ProviderOnly]


class IdentityGroupMembersState(IdentityGroupMembersArgs, State):
    """The members that this resource shows: all members of the group if ``exclusive``, otherwise only the declared ones
    that exist.
    """


class IdentityGroupMembersHandler(Handler[IdentityGroupMembersArgs, IdentityGroupMembersState]):
    """Reads and writes whole groups. The id is the group's."""

    kind = "appsec.IdentityGroupMembers"
    system = SYSTEM
    import_key = "{group_id}"

    def create(self, args: IdentityGroupMembersArgs) -> IdentityGroupMembersState:
        before: list[str] = []
        if args.exclusive:
            before = read_group(self.api, args.group_id).members
            refuse_unmanaged(before, args.members, args.adopt, f"the group {args.group_id} has members")
        return _state(args, self._change(args.group_id, before, args.members))

    def read(self, key: ObjectKey, prior: IdentityGroupMembersState | None) -> IdentityGroupMembersState:
        row = read_group(self.api, key.id)
        if prior is None:
            return IdentityGroupMembersState.model_construct(
                id=row.id, group_id=row.id, members=row.members, exclusive=True
            )
        return _state(prior, row)

    def update(
        self, id: str, args: IdentityGroupMembersArgs, prior: IdentityGroupMembersState
    ) -> IdentityGroupMembersState:
        return _state(args, self._change(id, prior.members, args.members))

    def delete(self, id: str, prior: IdentityGroupMembersState) -> None:
        self._change(id, prior.members, [])

    def _change(self, id: str, before: Iterable[str], wanted: Iterable[str]) -> GroupRow:
        wanted = [*wanted]
        return change_group(
            self.api, id, lambda row: {"members": merged(row.members, before, wanted)}, doubtful=not wanted
        )


def _state(values: IdentityGroupMembersArgs, row: GroupRow) -> IdentityGroupMembersState:
    members = shown(row.members, values.members, values.exclusive)
    return IdentityGroupMembersState.model_construct(
        **{**dict(values), "id": row.id, "group_id": row.id, "members": members}
    )


class IdentityGroupMembers(Managed):
    """A set of identities in one AppSec+ group.

    Several stacks may add members to one group at the same time: if another writer overwrites a change, Roster makes
    the change again. If this stack also declares the group, the group must not declare ``members``.

    Errors: ``BadRequest`` for members that the service does not know; ``UnmanagedContent`` when creating an
    ``exclusive`` set would remove members, which no preview could show.

    Source: the vendor's page "Identity Groups API".
    """

    handler = IdentityGroupMembersHandler

    group_id: pulumi.Output[str]
    members: pulumi.Output[list[str]]

    def __init__(
        self,
        resource_name: str,
        *,
        group_id: pulumi.Input[str],
        members: pulumi.Input[Sequence[pulumi.Input[str]]],
        exclusive: pulumi.Input[bool],
        **common: Unpack[CommonArguments],
    ) -> None:
        """Declare members of a group.

        :param resource_name: the name within the program.
        :param group_id: the group. A change replaces the resource.
        :param members: e-mail addresses, user ids or service account ids.
        :param exclusive: whether the list must contain all members. If true, Roster shows other members as drift and
            removes them. If false, Roster ignores other members. Only one resource of a group may be exclusive.
        :param common: ``adopt``, ``connection`` and ``opts``, described by
            :class:`~pulumi_roster.managed.CommonArguments`.
        """
        super().__init__(resource_name, locals())
