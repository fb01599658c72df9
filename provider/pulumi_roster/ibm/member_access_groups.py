"""Manages the memberships of one identity in a set of access groups.

Source: https://cloud.ibm.com/apidocs/iam-access-groups (the ``_allgroups`` calls)

Peculiarity: one call adds an identity to many groups, and another call removes it from all groups of the account. There
is no call that removes it from several chosen groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any

import pulumi
from typing_extensions import Unpack

from ..lifecycle.handler import Handler, ObjectKey
from ..managed import CommonArguments, Managed
from ..schema.fields import Len, Text, Unordered, sorted_set
from ..schema.marks import FromConnection, ProviderOnly, Replace
from ..schema.model import Args, CheckFailure, State
from ..schema.shared_sets import refuse_unmanaged, shown
from .access_group_membership import type_failures
from .bulk_calls import add_to_groups, remove_from_groups
from .connection import SYSTEM
from .member import AccessGroupId, IamId, MemberType, with_type

__all__ = ["MemberAccessGroups", "MemberAccessGroupsArgs", "MemberAccessGroupsHandler", "MemberAccessGroupsState"]


class MemberAccessGroupsArgs(Args):
    """The arguments of a set of groups."""

    account_id: Annotated[Text, Len(1, 100), Replace, FromConnection("ibmAccountId")]
    iam_id: Annotated[IamId, Replace]
    type: Annotated[MemberType | None, Replace] = None
    access_group_ids: Annotated[list[AccessGroupId], Unordered]
    exclusive: Annotated[bool, ProviderOnly]

    @classmethod
    def with_derived_values(cls, given: Mapping[str, Any]) -> Mapping[str, Any]:
        return with_type(given)

    def check_failures(self) -> Iterator[CheckFailure]:
        yield from type_failures(self.iam_id, self.type)
        if isinstance(self.access_group_ids, list) and len(self.access_group_ids) > 50:
            yield CheckFailure("access_group_ids", f"must be at most 50 groups, got {len(self.access_group_ids)}")


class MemberAccessGroupsState(MemberAccessGroupsArgs, State):
    """The groups that this resource shows: all groups of the identity if ``exclusive``, otherwise only the declared
    ones that contain the identity.
    """


class MemberAccessGroupsHandler(Handler[MemberAccessGroupsArgs, MemberAccessGroupsState]):
    """Calls /v2/groups/_allgroups/members/{iam_id}."""

    kind = "ibm.MemberAccessGroups"
    system = SYSTEM
    import_key = "{account_id}/{iam_id}"

    def create(self, args: MemberAccessGroupsArgs) -> MemberAccessGroupsState:
        if args.exclusive:
            current = self._groups(args.account_id, args.iam_id)
            others = refuse_unmanaged(current, args.access_group_ids, args.adopt, f"{args.iam_id} is in groups")
            remove_from_groups(self.api, args.iam_id, others)
        self._join(args, args.access_group_ids)
        return _state(args, args.access_group_ids)

    def read(self, key: ObjectKey, prior: MemberAccessGroupsState | None) -> MemberAccessGroupsState:
        current = self._groups(key["account_id"], key["iam_id"])
        if prior is None:
            known = with_type({"id": key.id, **key.fields, "access_group_ids": sorted_set(current), "exclusive": True})
            return MemberAccessGroupsState.model_construct(**known)
        return _state(prior, shown(current, prior.access_group_ids, prior.exclusive))

    def update(self, id: str, args: MemberAccessGroupsArgs, prior: MemberAccessGroupsState) -> MemberAccessGroupsState:
        # Remove the identity only from groups that the preview showed. Memberships added since the last refresh stay
        # until the next run.
        remove_from_groups(
            self.api, args.iam_id, [group for group in prior.access_group_ids if group not in args.access_group_ids]
        )
        self._join(args, [group for group in args.access_group_ids if group not in prior.access_group_ids])
        return _state(args, args.access_group_ids)

    def delete(self, id: str, prior: MemberAccessGroupsState) -> None:
        # The call that removes an identity from all groups would also remove memberships that others have added.
        remove_from_groups(self.api, prior.iam_id, prior.access_group_ids)

    def _groups(self, account_id: str, iam_id: str) -> Sequence[str]:
        query = {
            "account_id": account_id,
            "iam_id": iam_id,
            "membership_type": "static",
            "hide_public_access": True,
            "limit": 100,
            "sort": "id",
        }
        return [str(row["id"]) for _, row in self.api.pages("/v2/groups", key="groups", row_id="id", params=query)]

    def _join(self, args: MemberAccessGroupsArgs, groups: Iterable[str]) -> None:
        add_to_groups(self.api, args.account_id, args.iam_id, args.type or "", groups)


def _state(args: MemberAccessGroupsArgs, groups: Iterable[str]) -> MemberAccessGroupsState:
    id = f"{args.account_id}/{args.iam_id}"
    known = with_type(dict(args))
    return MemberAccessGroupsState.model_construct(**{**known, "id": id, "access_group_ids": sorted_set(groups)})


class MemberAccessGroups(Managed):
    """The memberships of one identity in a set of access groups of one account.

    Errors: ``PartialFailure`` names each group that the service refused, with the service's message; the other changes
    are made. ``UnmanagedContent`` when creating an ``exclusive`` set would remove memberships, which no preview could
    show.

    Source: https://cloud.ibm.com/apidocs/iam-access-groups
    """

    handler = MemberAccessGroupsHandler

    account_id: pulumi.Output[str]
    iam_id: pulumi.Output[str]
    type: pulumi.Output[str]
    access_group_ids: pulumi.Output[list[str]]

    def __init__(
        self,
        resource_name: str,
        *,
        iam_id: pulumi.Input[str],
        access_group_ids: pulumi.Input[Sequence[pulumi.Input[str]]],
        type: pulumi.Input[MemberType] | None = None,
        exclusive: pulumi.Input[bool],
        account_id: pulumi.Input[str] | None = None,
        **common: Unpack[CommonArguments],
    ) -> None:
        """Declare the groups of an identity.

        :param resource_name: the name within the program.
        :param iam_id: ``IBMid-...``, ``iam-ServiceId-...`` or ``iam-Profile-...``. A change replaces the resource.
        :param access_group_ids: up to 50 groups.
        :param type: ``user``, ``service`` or ``profile``, by default derived from the prefix of the iam_id.
        :param exclusive: whether the list must contain all groups of the identity. If true, Roster shows other
            memberships as drift and removes them. If false, Roster ignores other memberships.
        :param account_id: the account, by default the connection's. A change replaces the resource.
        :param common: ``adopt``, ``connection`` and ``opts``, described by
            :class:`~pulumi_roster.managed.CommonArguments`.
        """
        super().__init__(resource_name, locals())
