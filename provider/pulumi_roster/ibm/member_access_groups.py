"""One identity in a set of access groups: https://cloud.ibm.com/apidocs/iam-access-groups, the ``_allgroups`` calls

Particular: one call adds an identity to many groups. There is one that removes it from all groups of the account, and
none that removes it from some.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any

import pulumi

from ..lifecycle.handler import Handler, ObjectKey
from ..managed import Managed
from ..schema.model import Args, CheckFailure, FromConnection, Len, Replace, State, Text, Unordered, sorted_set
from ..schema.shared_sets import refuse_unmanaged, shown
from .access_group_membership import type_failures
from .connection import SYSTEM
from .items import add_to_groups, remove_from_groups
from .member import AccessGroupId, IamId, MemberType, with_type

__all__ = ["MemberAccessGroups", "MemberAccessGroupsArgs", "MemberAccessGroupsHandler", "MemberAccessGroupsState"]


class MemberAccessGroupsArgs(Args):
    """One identity and the groups that it is to be in."""

    account_id: Annotated[Text, Len(1, 100), Replace, FromConnection("ibmAccountId")]
    iam_id: Annotated[IamId, Replace]
    type: Annotated[MemberType | None, Replace] = None
    access_group_ids: Annotated[list[AccessGroupId], Unordered]
    exclusive: bool = False

    @classmethod
    def with_implied(cls, given: Mapping[str, Any]) -> Mapping[str, Any]:
        return with_type(given)

    def check_failures(self) -> Iterator[CheckFailure]:
        yield from type_failures(self.iam_id, self.type)
        if isinstance(self.access_group_ids, list) and len(self.access_group_ids) > 50:
            yield CheckFailure(
                "access_group_ids", f"an identity can be in 50 groups, given {len(self.access_group_ids)}"
            )


class MemberAccessGroupsState(MemberAccessGroupsArgs, State):
    """The groups that the identity is in: of an ``exclusive`` set all, else those that were declared."""


class MemberAccessGroupsHandler(Handler[MemberAccessGroupsArgs, MemberAccessGroupsState]):
    """The calls under /v2/groups/_allgroups/members/{iam_id}."""

    kind = "ibm.MemberAccessGroups"
    system = SYSTEM
    import_key = "{account_id}/{iam_id}"

    def create(self, args: MemberAccessGroupsArgs) -> MemberAccessGroupsState:
        if args.exclusive:
            there = self._groups(args.account_id, args.iam_id)
            others = refuse_unmanaged(there, args.access_group_ids, args.adopt, f"{args.iam_id} is in groups")
            remove_from_groups(self.api, args.iam_id, others)
        self._join(args, args.access_group_ids)
        return _state(args, args.access_group_ids)

    def read(self, key: ObjectKey, prior: MemberAccessGroupsState | None) -> MemberAccessGroupsState:
        there = self._groups(key["account_id"], key["iam_id"])
        if prior is None:
            known = with_type({"id": key.id, **key.fields, "access_group_ids": sorted_set(there)})
            return MemberAccessGroupsState.model_construct(**known)
        return _state(prior, shown(there, prior.access_group_ids, prior.exclusive))

    def update(self, id: str, args: MemberAccessGroupsArgs, prior: MemberAccessGroupsState) -> MemberAccessGroupsState:
        # Only what the preview could show is left: groups that it came into since the last refresh show in the next
        # one.
        remove_from_groups(
            self.api, args.iam_id, [group for group in prior.access_group_ids if group not in args.access_group_ids]
        )
        self._join(args, [group for group in args.access_group_ids if group not in prior.access_group_ids])
        return _state(args, args.access_group_ids)

    def delete(self, id: str, prior: MemberAccessGroupsState) -> None:
        # Not with the call that removes an identity from all groups: somebody may have added it to another one by now.
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
    """One identity in a set of access groups of one account.

    :param resource_name: the name within the program.
    :param iam_id: ``IBMid-...``, ``iam-ServiceId-...`` or ``iam-Profile-...``; another one makes a new resource.
    :param access_group_ids: up to 50 groups.
    :param type: ``user``, ``service`` or ``profile``; the prefix of the iam_id tells it.
    :param exclusive: whether the listed groups are all. By default groups that others added it to are neither shown nor
        left.
    :param account_id: the account; by default that of the connection.
    :param adopt: with ``exclusive``, take over an identity that is in other groups already, and remove it from them.
    :param connection: the set of credentials.

    Errors: ``PartialFailure`` names each group that refused, with the service's words, while the others go through.

    Source: https://cloud.ibm.com/apidocs/iam-access-groups
    """

    handler = MemberAccessGroupsHandler

    account_id: pulumi.Output[str]
    iam_id: pulumi.Output[str]
    type: pulumi.Output[str]
    access_group_ids: pulumi.Output[list[str]]
    exclusive: pulumi.Output[bool]

    def __init__(
        self,
        resource_name: str,
        *,
        iam_id: pulumi.Input[str],
        access_group_ids: pulumi.Input[Sequence[pulumi.Input[str]]],
        type: pulumi.Input[str] | None = None,
        exclusive: pulumi.Input[bool] | None = None,
        account_id: pulumi.Input[str] | None = None,
        adopt: pulumi.Input[bool] | None = None,
        connection: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        props = {
            "iam_id": iam_id,
            "access_group_ids": access_group_ids,
            "type": type,
            "exclusive": exclusive,
            "account_id": account_id,
            "adopt": adopt,
            "connection": connection,
        }
        super().__init__(resource_name, props, opts)
