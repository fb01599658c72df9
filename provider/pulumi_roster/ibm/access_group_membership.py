"""Manages the membership of one identity in one access group.

Source: https://cloud.ibm.com/apidocs/iam-access-groups

Peculiarity: a HEAD request shows whether an identity is a member.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

import pulumi
from typing_extensions import Unpack

from ..lifecycle.handler import Handler, ObjectKey
from ..managed import CommonArguments, Managed
from ..schema.marks import Replace, Scope
from ..schema.model import Args, CheckFailure, State
from ..schema.unknown import UNKNOWN
from .access_group_members import static_members
from .bulk_calls import add_members
from .connection import SYSTEM
from .member import AccessGroupId, IamId, MemberState, MemberType, member_type, with_type

__all__ = [
    "AccessGroupMembership",
    "AccessGroupMembershipArgs",
    "AccessGroupMembershipHandler",
    "AccessGroupMembershipState",
    "type_failures",
]


class AccessGroupMembershipArgs(Args):
    """The arguments of a membership."""

    access_group_id: Annotated[AccessGroupId, Replace, Scope]
    iam_id: Annotated[IamId, Replace]
    type: Annotated[MemberType | None, Replace] = None

    @classmethod
    def with_derived_values(cls, given: Mapping[str, Any]) -> Mapping[str, Any]:
        return with_type(given)

    def check_failures(self) -> Iterator[CheckFailure]:
        yield from type_failures(self.iam_id, self.type)


class AccessGroupMembershipState(AccessGroupMembershipArgs, State):
    """A membership that exists."""


class AccessGroupMembershipHandler(Handler[AccessGroupMembershipArgs, AccessGroupMembershipState]):
    """Calls /v2/groups/{id}/members/{iam_id}."""

    kind = "ibm.AccessGroupMembership"
    system = SYSTEM
    import_key = "{access_group_id}/{iam_id}"

    def create(self, args: AccessGroupMembershipArgs) -> AccessGroupMembershipState:
        add_members(self.api, args.access_group_id, [MemberState(iam_id=args.iam_id, type=args.type or "")])
        return AccessGroupMembershipState.model_construct(
            **{**dict(args), "id": _id(args.access_group_id, args.iam_id)}
        )

    def read(self, key: ObjectKey, prior: AccessGroupMembershipState | None) -> AccessGroupMembershipState:
        self.api.head("/v2/groups/{}/members/{}", key["access_group_id"], key["iam_id"])
        known = {"id": key.id, **key.fields} if prior is None else dict(prior)
        return AccessGroupMembershipState.model_construct(**with_type(known))

    def update(
        self, id: str, args: AccessGroupMembershipArgs, prior: AccessGroupMembershipState
    ) -> AccessGroupMembershipState:
        return prior  # a change of any field replaces the membership

    def delete(self, id: str, prior: AccessGroupMembershipState) -> None:
        self.api.delete("/v2/groups/{}/members/{}", prior.access_group_id, prior.iam_id)

    def list(self, scope: str) -> Iterable[AccessGroupMembershipState]:
        for member in static_members(self.api, scope):
            yield AccessGroupMembershipState.model_construct(
                id=_id(scope, member.iam_id), access_group_id=scope, iam_id=member.iam_id, type=member.type
            )


def type_failures(iam_id: str, type: str | None) -> Iterator[CheckFailure]:
    """Check that the identity has a type, and that the type agrees with the prefix of its id."""
    implied = member_type(iam_id)
    if implied is None and type is None and iam_id != UNKNOWN:
        yield CheckFailure(
            "type", f"is required, because the iam_id {iam_id!r} does not show the type: set user, service or profile"
        )
    if implied is not None and type in ("user", "service", "profile") and type != implied:
        yield CheckFailure("type", f"must be {implied!r} for {iam_id}, got {type!r}")


def _id(group_id: str, iam_id: str) -> str:
    return f"{group_id}/{iam_id}"


class AccessGroupMembership(Managed):
    """The membership of one identity in one access group.

    If the identity is already a member, the resource takes ownership of that membership. A destroy removes it.

    Errors: ``PartialFailure`` with the service's message when the service refuses the identity, for example because the
    identity is already in 50 groups.

    Source: https://cloud.ibm.com/apidocs/iam-access-groups
    """

    handler = AccessGroupMembershipHandler

    access_group_id: pulumi.Output[str]
    iam_id: pulumi.Output[str]
    type: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        access_group_id: pulumi.Input[str],
        iam_id: pulumi.Input[str],
        type: pulumi.Input[MemberType] | None = None,
        **common: Unpack[CommonArguments],
    ) -> None:
        """Declare a membership.

        :param resource_name: the name within the program.
        :param access_group_id: the group. A change replaces the membership.
        :param iam_id: ``IBMid-...``, ``iam-ServiceId-...`` or ``iam-Profile-...``. A change replaces the membership.
        :param type: ``user``, ``service`` or ``profile``, by default derived from the prefix of the iam_id.
        :param common: ``adopt``, ``connection`` and ``opts``, described by
            :class:`~pulumi_roster.managed.CommonArguments`.
        """
        super().__init__(resource_name, locals())
