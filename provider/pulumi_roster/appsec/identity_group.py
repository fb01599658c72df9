"""Manages identity groups.

Source: the vendor's page "Identity Groups API"

Peculiarities: an update replaces the whole object; names are unique.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import pulumi
from typing_extensions import Unpack

from ..errors import AlreadyExists, Conflict
from ..lifecycle.handler import Handler, ObjectKey
from ..managed import CommonArguments, Managed
from ..schema.marks import Key
from ..schema.model import Args, State
from ..schema.shared_sets import merged
from .connection import SYSTEM
from .group_calls import ALL, BY_ID, GroupName, GroupRow, Members, change_group, list_groups, parse_group, read_group

__all__ = ["IdentityGroup", "IdentityGroupArgs", "IdentityGroupHandler", "IdentityGroupState", "state_of_group"]


class IdentityGroupArgs(Args):
    """The arguments of a group."""

    name: Annotated[GroupName, Key]
    description: str | None = None
    members: Members | None = None


class IdentityGroupState(IdentityGroupArgs, State):
    """A group as the service returns it."""

    description: str = ""  # pyright: ignore[reportIncompatibleVariableOverride]
    created_at: str = ""
    updated_at: str = ""


class IdentityGroupHandler(Handler[IdentityGroupArgs, IdentityGroupState]):
    """Calls /identity-groups."""

    kind = "appsec.IdentityGroup"
    system = SYSTEM

    def create(self, args: IdentityGroupArgs) -> IdentityGroupState:
        body: dict[str, Any] = {"name": args.name, "description": args.description or ""}
        if args.members is not None:
            body["members"] = args.members
        try:
            reply = self.api.post(ALL, json=body)
        except Conflict as error:
            raise AlreadyExists(
                f"a group named {args.name!r} already exists, perhaps with other upper- or lower-case letters",
                hint="choose a different name, or request permission to see that group",
            ) from error
        return state_of_group(parse_group(reply, reply.fields()))

    def read(self, key: ObjectKey, prior: IdentityGroupState | None) -> IdentityGroupState:
        return state_of_group(read_group(self.api, key.id))

    def update(self, id: str, args: IdentityGroupArgs, prior: IdentityGroupState) -> IdentityGroupState:
        def wanted(row: GroupRow) -> dict[str, Any]:
            content: dict[str, Any] = {"name": args.name}
            if args.description is not None:
                content["description"] = args.description
            if args.members is not None:
                content["members"] = merged(row.members, prior.members or (), args.members)
            return content

        return state_of_group(change_group(self.api, id, wanted))

    def delete(self, id: str, prior: IdentityGroupState) -> None:
        self.api.delete(BY_ID, id)

    def list(self, scope: str) -> Iterable[IdentityGroupState]:
        return [state_of_group(row) for row in list_groups(self.api)]


def state_of_group(row: GroupRow) -> IdentityGroupState:
    """Return a group as resources and look-ups show it."""
    return IdentityGroupState.model_construct(**row.model_dump())


class IdentityGroup(Managed):
    """An identity group of AppSec+: people and service accounts that share ownership, approvals and access.

    Errors: ``AlreadyExists`` when the resource creates or renames a group and another group has the name;
    ``BadRequest`` for members that the service does not know.

    Source: the vendor's page "Identity Groups API".
    """

    handler = IdentityGroupHandler

    name: pulumi.Output[str]
    description: pulumi.Output[str]
    members: pulumi.Output[list[str]]
    created_at: pulumi.Output[str | None]
    updated_at: pulumi.Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        members: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        **common: Unpack[CommonArguments],
    ) -> None:
        """Declare an identity group.

        :param resource_name: the name within the program.
        :param name: must not be blank. Names are unique. A rename keeps the group. By default, the resource's name
            within the program.
        :param description: the purpose of the group. ``None`` leaves it alone; ``""`` empties it.
        :param members: all members: e-mail addresses, user ids or service account ids, in the form in which the service
            lists them. ``None`` leaves the members alone, so that :class:`IdentityGroupMembers` of several stacks can
            write them; ``[]`` removes all.
        :param common: ``adopt``, ``connection`` and ``opts``, described by
            :class:`~pulumi_roster.managed.CommonArguments`.
        """
        super().__init__(resource_name, locals())
