"""Looks up access groups, members and rules. A program calls these functions while it runs.

They use the client of the resources, read all pages, and pass sorting and filters to the service.

Source: https://cloud.ibm.com/apidocs/iam-access-groups
"""

from __future__ import annotations

from typing import Literal

from ..errors import InvalidArguments, NotFound
from ..http.client import Client
from ..managed import program_client, program_settings
from .access_group import AccessGroupState
from .access_group_rule import AccessGroupRuleHandler, AccessGroupRuleState
from .connection import SYSTEM
from .member import MemberDetails, MemberType

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


def get_access_group(
    *, id: str | None = None, name: str | None = None, account_id: str | None = None, connection: str = "default"
) -> AccessGroupState:
    """Find an access group by its id or by its exact name.

    :raises InvalidArguments: not exactly one of ``id`` and ``name`` is set, or several groups have this name.
    :raises NotFound: no group matches.
    """
    if (id is None) == (name is None):
        raise InvalidArguments(
            f"get_access_group: must have either id or name, got {'neither' if id is None else 'both'}"
        )
    if id is not None:
        return program_client(SYSTEM, connection).get("/v2/groups/{}", id).parse(AccessGroupState)
    found = [group for group in list_access_groups(account_id=account_id, connection=connection) if group.name == name]
    if not found:
        raise NotFound(f"no access group has the name {name!r}", status=404)
    if len(found) > 1:
        raise InvalidArguments(
            f"{len(found)} access groups have the name {name!r}: {', '.join(group.id for group in found)}",
            hint="select one of them by its id",
        )
    return found[0]


def list_access_groups(
    *,
    account_id: str | None = None,
    iam_id: str | None = None,
    membership_type: MembershipType | None = None,
    search: str | None = None,
    sort: GroupSort | None = None,
    hide_public_access: bool = True,
    connection: str = "default",
) -> list[AccessGroupState]:
    """List the access groups of an account.

    :param account_id: the account, by default the connection's.
    :param iam_id: selects the groups of this identity.
    :param membership_type: with ``iam_id``, selects static or dynamic memberships.
    :param search: ``id:...``, ``name:...`` or ``description:...``, in the API's form.
    :param sort: the field to sort by. A leading ``-`` reverses the order.
    :param hide_public_access: whether to leave out the public access group.
    """
    account = account_id or program_settings(SYSTEM).connection(SYSTEM, connection).require("ibmAccountId")
    query = {
        "account_id": account,
        "iam_id": iam_id,
        "membership_type": membership_type,
        "search": search,
        "sort": sort,
        "hide_public_access": hide_public_access,
        "limit": 100,
    }
    pages = program_client(SYSTEM, connection).pages("/v2/groups", key="groups", row_id="id", params=query)
    return [reply.parse_row(AccessGroupState, row, account_id=row.get("account_id") or account) for reply, row in pages]


def list_access_group_members(
    access_group_id: str,
    *,
    type: MemberType | None = None,
    membership_type: MembershipType | None = None,
    sort: MemberSort | None = None,
    connection: str = "default",
) -> list[MemberDetails]:
    """List the members of an access group, with their names and e-mail addresses.

    :param type: selects the members of this type.
    :param membership_type: selects ``static`` members, or ``dynamic`` members that a rule added.
    :param sort: the field to sort by. A leading ``-`` reverses the order.
    """
    query = {"type": type, "membership_type": membership_type, "sort": sort, "verbose": True, "limit": 100}
    pages = program_client(SYSTEM, connection).pages(
        "/v2/groups/{}/members", access_group_id, key="members", row_id="iam_id", params=query
    )
    return [reply.parse_row(MemberDetails, row) for reply, row in pages]


def is_access_group_member(access_group_id: str, iam_id: str, *, connection: str = "default") -> bool:
    """Return whether an identity is a static or dynamic member: ``False`` also if the group does not exist."""
    try:
        program_client(SYSTEM, connection).head("/v2/groups/{}/members/{}", access_group_id, iam_id)
    except NotFound:
        return False
    return True


def list_access_group_rules(access_group_id: str, *, connection: str = "default") -> list[AccessGroupRuleState]:
    """List the dynamic rules of an access group."""
    api: Client = program_client(SYSTEM, connection)
    return list(AccessGroupRuleHandler(api).list(access_group_id))
