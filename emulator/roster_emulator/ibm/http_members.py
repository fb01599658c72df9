"""Translates HTTP of memberships."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from roster_emulator.api import Call, Reply, Route
from roster_emulator.ibm import groups, members, paging
from roster_emulator.ibm.calls import BATCH, account, author, choice, distinct, flag, link
from roster_emulator.ibm.errors import ITEM_MESSAGES, Refusal, invalid
from roster_emulator.ibm.groups import forbid_public
from roster_emulator.store import Row

Type = Literal["user", "service", "profile"]


class Member(BaseModel):
    """A member to add."""

    iam_id: str
    type: Type


class Added(BaseModel):
    """The body that adds members to a group."""

    members: list[Member]


class Removed(BaseModel):
    """The body that removes members from a group."""

    members: list[str]


class Joined(BaseModel):
    """The body that adds a member to groups."""

    type: Type | None = None
    groups: list[str]


def add_members(call: Call) -> Reply:
    """``PUT /v2/groups/{access_group_id}/members``."""
    group_id = call.params["access_group_id"]
    forbid_public(group_id, "add members")
    if not groups.exists(call.state, group_id):
        # The vendor's sample has this code here, and group_not_found where a membership is missing.
        raise Refusal(404, "membership_not_found", ITEM_MESSAGES[404])
    body = call.read(Added)
    distinct([member.iam_id for member in body.members], "members")
    kinds = {member.iam_id: member.type for member in body.members}
    return Reply(207, {"members": members.add_many(call, group_id, kinds, author(call))})


def list_members(call: Call) -> Reply:
    """``GET /v2/groups/{access_group_id}/members``."""
    group_id = call.params["access_group_id"]
    _existing(call, group_id)
    membership = choice(call, "membership_type", "static", ("static", "dynamic", "all")) or "static"
    kind = choice(call, "type", None, tuple(members.PREFIXES))
    verbose = flag(call, "verbose")
    sort = call.query.get("sort")
    if sort is not None and sort.removeprefix("-") not in members.SORTS:
        raise invalid(f"sort must be one of {', '.join(members.SORTS)}")
    page = paging.page(call)
    total, rows = members.select(
        call.state, group_id, membership, kind, sort if verbose else None, page.start, page.limit
    )
    envelope = paging.envelope(call, page, total, link(call, "groups", group_id, "members"))
    return Reply(200, {**envelope, "members": [_shown(call, row, verbose) for row in rows]})


def is_member(call: Call) -> Reply:
    """``HEAD /v2/groups/{access_group_id}/members/{iam_id}``."""
    return Reply(204 if members.present(call.state, call.params["access_group_id"], call.params["iam_id"]) else 404)


def remove_member(call: Call) -> Reply:
    """``DELETE /v2/groups/{access_group_id}/members/{iam_id}``."""
    group_id = call.params["access_group_id"]
    forbid_public(group_id, "delete group membership")
    _existing(call, group_id)
    if not members.remove(call.state, group_id, call.params["iam_id"]):
        raise Refusal(404, "membership_not_found", ITEM_MESSAGES[404])
    return Reply(204)


def remove_members(call: Call) -> Reply:
    """``POST /v2/groups/{access_group_id}/members/delete``."""
    group_id = call.params["access_group_id"]
    forbid_public(group_id, "delete group membership")
    _existing(call, group_id)
    wanted = call.read(Removed).members
    distinct(wanted, "members")
    return Reply(207, {"access_group_id": group_id, "members": members.remove_many(call, group_id, wanted)})


def add_to_groups(call: Call) -> Reply:
    """``PUT /v2/groups/_allgroups/members/{iam_id}``."""
    account_id, iam_id, body = account(call), call.params["iam_id"], call.read(Joined)
    repeated = next((group for index, group in enumerate(body.groups) if group in body.groups[:index]), None)
    if repeated is not None:
        message = f"A duplicate groupId entry was found for {repeated}. Please remove any duplicate entries."
        raise Refusal(400, "duplicate_groupid_error", message)
    if not 1 <= len(body.groups) <= BATCH:
        raise invalid(f"1 to {BATCH} groups are allowed in one call")
    kind = body.type or members.kind_of(iam_id) or "user"
    return Reply(207, {"groups": members.add_to_many(call, iam_id, kind, account_id, body.groups, author(call))})


def remove_from_groups(call: Call) -> Reply:
    """``DELETE /v2/groups/_allgroups/members/{iam_id}``."""
    account_id, iam_id = account(call), call.params["iam_id"]
    return Reply(207, {"iam_id": iam_id, "groups": members.remove_from_all(call, iam_id, account_id)})


def _existing(call: Call, group_id: str) -> None:
    if not groups.exists(call.state, group_id):
        raise groups.not_found(group_id)


def _shown(call: Call, row: Row, verbose: bool) -> dict[str, Any]:
    result = {key: row[key] for key in ("iam_id", "type", "membership_type")}
    result["href"] = link(call, "groups", row["group_id"], "members", row["iam_id"])
    if verbose:
        result |= {key: row[key] for key in ("name", "email", "description") if row[key] is not None}
    return result | {key: row[key] for key in ("created_at", "created_by_id")}


ROUTES = (
    Route("PUT", "/v2/groups/_allgroups/members/{iam_id}", add_to_groups),
    Route("DELETE", "/v2/groups/_allgroups/members/{iam_id}", remove_from_groups),
    Route("PUT", "/v2/groups/{access_group_id}/members", add_members),
    Route("GET", "/v2/groups/{access_group_id}/members", list_members),
    Route("POST", "/v2/groups/{access_group_id}/members/delete", remove_members),
    Route("HEAD", "/v2/groups/{access_group_id}/members/{iam_id}", is_member),
    Route("DELETE", "/v2/groups/{access_group_id}/members/{iam_id}", remove_member),
)
