"""Looks up access groups, members and rules. A program calls these functions while it runs.

They use the client of the resources, read all pages, and pass sorting and filters to the service.

All functions raise ``InvalidArguments`` before they send anything, ``SettingsError`` if the connection does not exist
or is not complete, ``Unauthorized`` or ``Forbidden`` if the credentials may not read the account, and the other classes
of :mod:`pulumi_roster.errors` that say why the service did not answer.

Source: https://cloud.ibm.com/apidocs/iam-access-groups
"""

from __future__ import annotations

from contextlib import suppress
from typing import Literal

from ..errors import Ambiguous, InvalidArguments, NotFound
from ..lookups import NonEmpty, lookup
from ..managed import program_client, program_settings
from .access_group_rule import AccessGroupRuleHandler
from .connection import SYSTEM
from .member import IamId, MemberType
from .results import AccessGroupMemberResult, AccessGroupResult, AccessGroupRuleResult

__all__ = [
    "get_access_group",
    "is_access_group_member",
    "list_access_group_members",
    "list_access_group_rules",
    "list_access_groups",
]

MembershipType = Literal["static", "dynamic", "all"]
GroupSort = Literal["id", "-id", "name", "-name", "description", "-description", "is_federated", "-is_federated"]
MemberSort = Literal["id", "-id", "name", "-name", "email", "-email"]


@lookup(exactly_one=("id", "name"))
def get_access_group(
    *,
    id: NonEmpty | None = None,
    name: NonEmpty | None = None,
    account_id: NonEmpty | None = None,
    connection: str | None = "default",
) -> AccessGroupResult:
    """Find an access group by its id or by its exact name.

    :param id: the id of the group.
    :param name: the name of the group, with the same upper- and lower-case letters.
    :param account_id: with ``name``, the account of the group, by default the connection's.
    :param connection: the name of the set of credentials to use.
    :returns: the group.
    :raises InvalidArguments: not exactly one of ``id`` and ``name`` is set, or ``account_id`` is set together with
        ``id``.
    :raises NotFound: no group matches.
    :raises Ambiguous: several groups have this name. The message lists their ids.
    """
    if id is not None:
        if account_id is not None:
            raise InvalidArguments(
                f"account_id: must be omitted together with id, got {account_id!r}",
                hint="an id identifies a group in all accounts: remove account_id",
            )
        reply = program_client(SYSTEM, connection).get("/v2/groups/{}", id)
        return reply.parse_result(AccessGroupResult, reply.fields())
    found = [group for group in list_access_groups(account_id=account_id, connection=connection) if group.name == name]
    if not found:
        raise NotFound(f"no access group has the name {name!r}", status=404)
    if len(found) > 1:
        raise Ambiguous(
            f"{len(found)} access groups have the name {name!r}: {', '.join(group.id for group in found)}",
            hint=f'select one of them by its id: get_access_group(id="{found[0].id}")',
        )
    return found[0]


@lookup()
def list_access_groups(
    *,
    account_id: NonEmpty | None = None,
    iam_id: IamId | None = None,
    membership_type: MembershipType = "all",
    search: NonEmpty | None = None,
    sort: GroupSort | None = None,
    hide_public_access: bool = True,
    connection: str | None = "default",
) -> list[AccessGroupResult]:
    """List the access groups of an account.

    :param account_id: the account, by default the connection's.
    :param iam_id: selects the groups of this identity: ``IBMid-...``, ``iam-ServiceId-...`` or ``iam-Profile-...``.
    :param membership_type: with ``iam_id``, selects the groups to which somebody added the identity (``static``), those
        to which a rule added it (``dynamic``), or ``all``.
    :param search: ``id:...``, ``name:...`` or ``description:...``, in the API's form.
    :param sort: the field to sort by. A leading ``-`` reverses the order.
    :param hide_public_access: whether to leave out the public access group.
    :param connection: the name of the set of credentials to use.
    :returns: the groups; an empty list if none matches.
    :raises InvalidArguments: ``membership_type`` selects groups, but ``iam_id`` is not set.
    :raises BadRequest: the service does not accept ``search`` or another filter.
    """
    if iam_id is None and membership_type != "all":
        raise InvalidArguments(f"membership_type: must be set only together with iam_id, got {membership_type!r}")
    account = account_id or program_settings(SYSTEM).connection(SYSTEM, connection or "default").require("ibmAccountId")
    query = {
        "account_id": account,
        "iam_id": iam_id,
        "membership_type": membership_type if iam_id is not None else None,
        "search": search,
        "sort": sort,
        "hide_public_access": hide_public_access,
        "limit": 100,
    }
    pages = program_client(SYSTEM, connection).pages("/v2/groups", key="groups", row_id="id", params=query)
    return [
        reply.parse_result(AccessGroupResult, row, account_id=row.get("account_id") or account) for reply, row in pages
    ]


@lookup()
def list_access_group_members(
    access_group_id: NonEmpty,
    *,
    type: MemberType | None = None,
    membership_type: MembershipType = "all",
    sort: MemberSort | None = None,
    connection: str | None = "default",
) -> list[AccessGroupMemberResult]:
    """List the members of an access group, with their names and e-mail addresses.

    :param access_group_id: the group.
    :param type: selects the members of this type: ``user``, ``service`` or ``profile``.
    :param membership_type: selects the members that somebody added (``static``), those that a rule added
        (``dynamic``), or ``all``.
    :param sort: the field to sort by. A leading ``-`` reverses the order.
    :param connection: the name of the set of credentials to use.
    :returns: the members; an empty list if none matches.
    :raises NotFound: the group does not exist.
    """
    query = {"type": type, "membership_type": membership_type, "sort": sort, "verbose": True, "limit": 100}
    pages = program_client(SYSTEM, connection).pages(
        "/v2/groups/{}/members", access_group_id, key="members", row_id="iam_id", params=query
    )
    return [reply.parse_result(AccessGroupMemberResult, row) for reply, row in pages]


@lookup()
def is_access_group_member(access_group_id: NonEmpty, iam_id: IamId, *, connection: str | None = "default") -> bool:
    """Return whether an identity is a static or dynamic member of an access group.

    :param access_group_id: the group.
    :param iam_id: the identity: ``IBMid-...``, ``iam-ServiceId-...`` or ``iam-Profile-...``.
    :param connection: the name of the set of credentials to use.
    :raises NotFound: the group does not exist.
    """
    api = program_client(SYSTEM, connection)
    with suppress(NotFound):
        api.head("/v2/groups/{}/members/{}", access_group_id, iam_id)
        return True
    # The service answers the same for a group that does not exist.
    api.get("/v2/groups/{}", access_group_id)
    return False


@lookup()
def list_access_group_rules(
    access_group_id: NonEmpty, *, connection: str | None = "default"
) -> list[AccessGroupRuleResult]:
    """List the dynamic rules of an access group.

    :param access_group_id: the group.
    :param connection: the name of the set of credentials to use.
    :returns: the rules, with the values of their conditions as Python objects; an empty list if there are none.
    :raises NotFound: the group does not exist.
    """
    rules = AccessGroupRuleHandler(program_client(SYSTEM, connection)).list(access_group_id)
    return [AccessGroupRuleResult.parse(rule.model_dump(exclude_unset=True, warnings=False)) for rule in rules]
