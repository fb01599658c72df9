"""Manages identity groups.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/group

Peculiarities: if a group of this name exists, the call that creates a group updates that group, and answers without a
body; a write does not change a field that the request omits; the type of a group never changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any

import pulumi
from pydantic import Field
from typing_extensions import Unpack

from ..errors import AlreadyExists, BadRequest, NotFound, OutcomeUnknown, RosterError
from ..lifecycle.handler import Handler, ObjectKey
from ..lifecycle.polling import poll_until, retry_while_absent
from ..managed import CommonArguments, Managed
from ..schema.fields import Unordered, folded
from ..schema.marks import FoldCase, Key, Replace
from ..schema.model import Args, CheckFailure, State
from ..schema.shared_sets import merged
from .connection import SYSTEM
from .group_calls import (
    BY_ID,
    BY_NAME,
    MEMBER_LISTS,
    GroupRow,
    configured_namespace,
    group_of,
    read_group,
    require_namespace,
)
from .group_fields import GroupName, GroupType, Ids, Metadata, Policies

__all__ = ["IdentityGroup", "IdentityGroupArgs", "IdentityGroupHandler", "IdentityGroupState"]


class IdentityGroupArgs(Args):
    """The arguments of a group."""

    name: Annotated[GroupName, Key, FoldCase]
    type: Annotated[GroupType, Replace] = "internal"
    metadata: Metadata | None = None
    policies: Annotated[Policies | None, FoldCase] = None
    member_entity_ids: Ids | None = None
    member_group_ids: Ids | None = None

    def check_failures(self) -> Iterator[CheckFailure]:
        if self.type == "external":
            for name in MEMBER_LISTS:
                if getattr(self, name) is not None:
                    yield CheckFailure(name, "must be left out for an external group, whose members come from logins")


class IdentityGroupState(IdentityGroupArgs, State):
    """A group as the service returns it."""

    parent_group_ids: Annotated[list[str], Unordered] = Field(default_factory=list)
    creation_time: str = ""
    last_update_time: str = ""
    namespace_id: str = ""

    def created_time(self) -> str:
        return self.creation_time


class IdentityGroupHandler(Handler[IdentityGroupArgs, IdentityGroupState]):
    """Calls /v1/identity/group."""

    kind = "vault.IdentityGroup"
    system = SYSTEM

    def create(self, args: IdentityGroupArgs) -> IdentityGroupState:
        id = self._create_empty(args)
        try:
            return retry_while_absent(self.api, lambda: self._fill(id, args))
        except OutcomeUnknown:
            raise
        except RosterError as error:
            if not self._delete_if_empty(id):
                left = f"the group {id} was created: delete it, or adopt it with adopt=True"
                error.hint = f"{error.hint}; {left}" if error.hint else left
            raise

    def read(self, key: ObjectKey, prior: IdentityGroupState | None) -> IdentityGroupState:
        return managed_state(read_group(self.api, key.id))

    def update(self, id: str, args: IdentityGroupArgs, prior: IdentityGroupState) -> IdentityGroupState:
        with self.api.lock("Vault group", id):
            before = read_group(self.api, id)
            changes = _changes(before, args, prior)
            if changes:
                self._write(id, changes)
            return self._read_until(id, lambda row: not changes or row.modify_index > before.modify_index)

    def delete(self, id: str, prior: IdentityGroupState) -> None:
        self.api.delete(BY_ID, id)

    def find(self, args: IdentityGroupArgs) -> Iterable[IdentityGroupState]:
        try:
            return [managed_state(require_namespace(self.api, group_of(self.api.get(BY_NAME, args.name))))]
        except NotFound:
            return []

    def _create_empty(self, args: IdentityGroupArgs) -> str:
        """Create the group without content, so that a group that another client has just created keeps its content."""
        race = AlreadyExists(f"another client has just created a group named {args.name!r}", hint="run again")
        try:
            made = self.api.post("/v1/identity/group", json={"name": args.name, "type": args.type})
        except BadRequest as error:
            raise (race if "type cannot be changed" in error.response else error) from None
        if made.status == 204:
            raise race
        data = made.fields().get("data")
        return made.parse_row(_Made, data if isinstance(data, Mapping) else {}).id

    def _fill(self, id: str, args: IdentityGroupArgs) -> IdentityGroupState:
        if configured_namespace(self.api):
            read_group(self.api, id)  # it raises an error if the group is in the wrong namespace
        content = {name: value for name in CONTENT if (value := getattr(args, name))}
        if content:
            self._write(id, content)
        return self._read_until(id, lambda row: not content or not row.is_empty())

    def _read_until(self, id: str, written: Callable[[GroupRow], bool]) -> IdentityGroupState:
        """Read the group until it reflects our write, because a standby of Vault may answer with an older state."""
        return managed_state(poll_until(self.api, lambda: read_group(self.api, id), written))

    def _delete_if_empty(self, id: str) -> bool:
        """Delete the new group, unless another client has added content. Return whether the group no longer exists."""
        try:
            if not group_of(self.api.get(BY_ID, id)).is_empty():
                return False
            self.api.delete(BY_ID, id)
        except NotFound:
            return True
        except RosterError:
            return False
        return True

    def _write(self, id: str, fields: Mapping[str, Any]) -> None:
        try:
            # Repeatable: Vault replaces the fields as a whole, so a second identical write changes nothing.
            self.api.post(BY_ID, id, json=fields, repeatable=True)
        except BadRequest as error:
            if "name is already in use" not in error.response:
                raise
            raise AlreadyExists(
                f"another group already has the name {fields.get('name')!r}", hint="choose a different name"
            ) from None


CONTENT = ("metadata", "policies", *MEMBER_LISTS)


class _Made(State):
    """The reply to the request that creates a group."""


def managed_state(row: GroupRow) -> IdentityGroupState:
    """Return a group as a resource shows it."""
    fields = row.model_dump(include={*IdentityGroupState.model_fields})
    return IdentityGroupState.model_construct(**fields)


def _changes(row: GroupRow, args: IdentityGroupArgs, prior: IdentityGroupState) -> dict[str, Any]:
    """Return the fields to write: each managed list or map that differs, as a whole.

    Items that others have added since the last refresh stay, and show as drift.
    """
    changes: dict[str, Any] = {}
    if folded(args.name) != folded(row.name):
        changes["name"] = args.name
    for name in CONTENT:
        wanted, current = getattr(args, name), getattr(row, name)
        if wanted is None:
            continue
        previous = getattr(prior, name)
        new = _merged(current, previous or (), wanted)
        if new != current:
            changes[name] = new
    return changes


def _merged(current: Any, previous: Any, wanted: Any) -> Any:
    if isinstance(wanted, Mapping):
        return {key: wanted.get(key, current.get(key)) for key in merged(current, previous, wanted)}
    return merged(current, previous, wanted)


class IdentityGroup(Managed):
    """An identity group of Vault or OpenBao. When members of the group, or of its member groups, log in, they get the
    policies of the group.

    A person who can change the members of a group can give its rights to anyone, including themselves; the vendor warns
    of this. So declare the members in the same file as ``policies``, and as the ``member_group_ids`` of the groups that
    contain this group. Then the people who review a new member also see which rights it gets. A preview does not show a
    list that is not declared.

    Errors: ``AlreadyExists`` when the namespace already has a group of this name, even if another client creates it at
    the same moment. Roster does not change that group. ``BadRequest`` with Vault's message for members that do not
    exist and for cycles.

    Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/group
    """

    handler = IdentityGroupHandler

    name: pulumi.Output[str]
    type: pulumi.Output[str]
    metadata: pulumi.Output[dict[str, str]]
    policies: pulumi.Output[list[str]]
    member_entity_ids: pulumi.Output[list[str]]
    member_group_ids: pulumi.Output[list[str]]
    parent_group_ids: pulumi.Output[list[str]]
    creation_time: pulumi.Output[str | None]
    last_update_time: pulumi.Output[str | None]
    namespace_id: pulumi.Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str] | None = None,
        type: pulumi.Input[GroupType] | None = None,
        metadata: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        policies: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        member_entity_ids: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        member_group_ids: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        **common: Unpack[CommonArguments],
    ) -> None:
        """Declare an identity group.

        :param resource_name: the name within the program.
        :param name: any length, without control characters. Names are unique in a namespace, without regard to case.
            Changing only the case changes nothing. By default, the resource's name within the program.
        :param type: ``internal``, or ``external`` for a group whose members an auth method provides through a group
            alias. A change replaces the group, and deletes the old one first.
        :param metadata: up to 64 pairs. A key has up to 128 characters out of ``a-z A-Z 0-9 = / + _ -`` and must not
            begin with ``vault-``; a value has up to 512 bytes. ``None`` leaves the metadata alone; ``{}`` removes all.
        :param policies: names of policies, without regard to case, never ``root``. ``None`` leaves them alone; ``[]``
            removes all.
        :param member_entity_ids: all member entities. ``None`` leaves them alone, so that :class:`IdentityGroupMembers`
            of several stacks can write them; ``[]`` removes all. Not for external groups.
        :param member_group_ids: all member groups, with the same rules. A group cannot contain itself, at any depth.
        :param common: ``adopt``, ``connection`` and ``opts``, described by
            :class:`~pulumi_roster.managed.CommonArguments`. The connection also selects the namespace.
        """
        super().__init__(resource_name, locals())
