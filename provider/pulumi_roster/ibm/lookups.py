"""Look-ups of access groups, members and rules: plain functions that a program calls while it runs.

They use the same client as the resources, read all pages, and answer with the service's own sort and filters.
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
from .member import MemberType
from .member_details import MemberDetails

__all__ = ["get_access_group", "is_member", "list_access_groups", "list_members", "list_rules"]

MembershipType = Literal["static", "dynamic", "all"]
GroupSort = Literal["id", "-id", "name", "-name", "description", "-description", "is_federated", "-is_federated"]
MemberSort = Literal["id", "-id", "name", "-name", "email", "-email"]


def get_access_group(
    *, id: str | None = None, name: str | None = None, account_id: str | None = None, connection: str = "default"
) -> AccessGroupState:
    """One access group, by its id or by its exact name.

    :raises InvalidArguments: neither or both are given, or several groups have this name.
    :raises NotFound: there is none.
    """
    if (id is None) == (name is None):
        raise InvalidArguments("get_access_group takes an id or a name")
    if id is not None:
        return program_client(SYSTEM, connection).get("/v2/groups/{}", id).parse(AccessGroupState)
    found = [group for group in list_access_groups(account_id=account_id, connection=connection) if group.name == name]
    if not found:
        raise NotFound(f"no access group is named {name!r}", status=404)
    if len(found) > 1:
        raise InvalidArguments(
            f"{len(found)} access groups are named {name!r}: {', '.join(group.id for group in found)}"
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
    """The access groups of an account, all pages.

    :param account_id: by default that of the connection.
    :param iam_id: only groups that this identity is in; ``membership_type`` says by which way.
    :param search: ``id:...``, ``name:...`` or ``description:...``, as the API takes it.
    :param sort: ``id``, ``name``, ``description`` or ``is_federated``; ``-`` before it reverses.
    :param hide_public_access: leave the public access group out.
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


def list_members(
    access_group_id: str,
    *,
    type: MemberType | None = None,
    membership_type: MembershipType | None = None,
    sort: MemberSort | None = None,
    connection: str = "default",
) -> list[MemberDetails]:
    """The members of an access group, all pages, with their names and e-mail addresses.

    :param type: only ``user``, ``service`` or ``profile``.
    :param membership_type: ``static`` members were added, ``dynamic`` ones came by a rule.
    :param sort: ``id``, ``name`` or ``email``; ``-`` before it reverses.
    """
    query = {"type": type, "membership_type": membership_type, "sort": sort, "verbose": True, "limit": 100}
    pages = program_client(SYSTEM, connection).pages(
        "/v2/groups/{}/members", access_group_id, key="members", row_id="iam_id", params=query
    )
    return [reply.parse_row(MemberDetails, row) for reply, row in pages]


def is_member(access_group_id: str, iam_id: str, *, connection: str = "default") -> bool:
    """Whether an identity is a member, by whichever way. ``False`` also when the group does not exist."""
    try:
        program_client(SYSTEM, connection).head("/v2/groups/{}/members/{}", access_group_id, iam_id)
    except NotFound:
        return False
    return True


def list_rules(access_group_id: str, *, connection: str = "default") -> list[AccessGroupRuleState]:
    """The dynamic rules of an access group."""
    api: Client = program_client(SYSTEM, connection)
    return list(AccessGroupRuleHandler(api).list(access_group_id))
