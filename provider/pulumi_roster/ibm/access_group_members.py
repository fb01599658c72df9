"""Manages a set of members of an access group.

Source: https://cloud.ibm.com/apidocs/iam-access-groups

Peculiarities: no call sets the whole list, only calls that add or remove up to 50 members. Members that a dynamic rule
added do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any

import pulumi
from typing_extensions import Unpack

from ..http.client import Client
from ..lifecycle.handler import Handler, ObjectKey
from ..managed import CommonArguments, Managed
from ..schema.fields import Unordered, sorted_set
from ..schema.marks import ProviderOnly, Replace
from ..schema.model import Args, CheckFailure, State
from ..schema.shared_sets import refuse_unmanaged
from .bulk_calls import add_members, remove_members
from .connection import SYSTEM
from .member import AccessGroupId, Member, MemberArgs, MemberDict, MemberState

__all__ = [
    "AccessGroupMembers",
    "AccessGroupMembersArgs",
    "AccessGroupMembersHandler",
    "AccessGroupMembersState",
    "static_members",
]


class AccessGroupMembersArgs(Args):
    """The arguments of a set of members."""

    access_group_id: Annotated[AccessGroupId, Replace]
    members: Annotated[list[MemberArgs], Unordered]
    exclusive: Annotated[bool, ProviderOnly]

    def check_failures(self) -> Iterator[CheckFailure]:
        if isinstance(self.members, list):
            ids = [member.iam_id for member in self.members]
            for twice in sorted(
                {iam_id for iam_id in ids if ids.count(iam_id) > 1} if len(set(ids)) < len(ids) else ()
            ):
                yield CheckFailure("members", f"must have one type for each identity, got two for {twice}")


class AccessGroupMembersState(AccessGroupMembersArgs, State):
    """The members that this resource shows: all members of the group if ``exclusive``, otherwise only the declared ones
    that exist.
    """

    members: Annotated[list[MemberState], Unordered]  # type: ignore[assignment]


class AccessGroupMembersHandler(Handler[AccessGroupMembersArgs, AccessGroupMembersState]):
    """Calls /v2/groups/{id}/members. The id is the group's."""

    kind = "ibm.AccessGroupMembers"
    system = SYSTEM
    import_key = "{access_group_id}"

    def create(self, args: AccessGroupMembersArgs) -> AccessGroupMembersState:
        if args.exclusive:
            current = _ids(static_members(self.api, args.access_group_id))
            has = f"the group {args.access_group_id} has members"
            others = refuse_unmanaged(current, _ids(args.members), args.adopt, has)
            remove_members(self.api, args.access_group_id, others)
        elif not args.members:
            # Without members to add, no other call would show that the group does not exist.
            self.api.get("/v2/groups/{}", args.access_group_id)
        add_members(self.api, args.access_group_id, args.members)
        return _state(args, args.members)

    def read(self, key: ObjectKey, prior: AccessGroupMembersState | None) -> AccessGroupMembersState:
        current = sorted_set(static_members(self.api, key.id))
        if prior is None:
            return AccessGroupMembersState.model_construct(
                id=key.id, access_group_id=key.id, members=current, exclusive=True
            )
        own = {member.iam_id for member in prior.members}
        shown = [member for member in current if prior.exclusive or member.iam_id in own]
        return prior.model_copy(update={"members": shown})

    def update(self, id: str, args: AccessGroupMembersArgs, prior: AccessGroupMembersState) -> AccessGroupMembersState:
        # Remove only members that the preview showed. Members added since the last refresh stay until the next run.
        remove_members(self.api, id, _ids(_missing_from(prior.members, args.members)))
        add_members(self.api, id, _missing_from(args.members, prior.members))
        return _state(args, args.members)

    def delete(self, id: str, prior: AccessGroupMembersState) -> None:
        remove_members(self.api, id, _ids(prior.members))


def static_members(api: Client, group_id: str) -> Iterator[MemberState]:
    """List the members that a person or a call added, without those that a dynamic rule added."""
    query = {"limit": 100, "membership_type": "static"}
    for reply, row in api.pages("/v2/groups/{}/members", group_id, key="members", row_id="iam_id", params=query):
        if row.get("membership_type", "static") == "static":
            yield reply.parse_row(MemberState, {"iam_id": row.get("iam_id"), "type": row.get("type")})


def _missing_from(members: Iterable[MemberState], others: Iterable[MemberState]) -> list[MemberState]:
    known = {member.iam_id for member in others}
    return [member for member in members if member.iam_id not in known]


def _ids(members: Iterable[MemberState]) -> list[str]:
    return [member.iam_id for member in members]


def _state(args: AccessGroupMembersArgs, members: Iterable[MemberState]) -> AccessGroupMembersState:
    return AccessGroupMembersState.model_construct(
        **{**dict(args), "id": args.access_group_id, "members": sorted_set(members)}
    )


class AccessGroupMembers(Managed):
    """A set of identities in one access group.

    Errors: ``PartialFailure`` names each identity that the service refused, with the service's message; the other
    changes are made. ``UnmanagedContent`` when creating an ``exclusive`` set would remove members, which no preview
    could show.

    Source: https://cloud.ibm.com/apidocs/iam-access-groups
    """

    handler = AccessGroupMembersHandler

    access_group_id: pulumi.Output[str]
    members: pulumi.Output[list[dict[str, Any]]]

    def __init__(
        self,
        resource_name: str,
        *,
        access_group_id: pulumi.Input[str],
        members: pulumi.Input[Sequence[pulumi.Input[Member | MemberDict | str]]],
        exclusive: pulumi.Input[bool],
        **common: Unpack[CommonArguments],
    ) -> None:
        """Declare members of an access group.

        :param resource_name: the name within the program.
        :param access_group_id: the group. A change replaces the resource.
        :param members: any number of users, service ids and trusted profiles, each as a ``Member``, a dictionary or an
            iam_id. IBM Cloud allows an identity to be in up to 50 groups.
        :param exclusive: whether the list must contain all members. If true, Roster shows other members as drift and
            removes them. If false, Roster ignores other members. Only one resource of a group may be exclusive.
        :param common: ``adopt``, ``connection`` and ``opts``, described by
            :class:`~pulumi_roster.managed.CommonArguments`.
        """
        super().__init__(resource_name, locals())
