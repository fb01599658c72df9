"""Translates HTTP of access groups and account settings."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, StringConstraints

from roster_emulator.api import Call, Reply, Route
from roster_emulator.ibm import groups, paging
from roster_emulator.ibm.calls import account, author, choice, flag, link, own_account, revision
from roster_emulator.ibm.errors import invalid
from roster_emulator.ibm.groups import forbid_public
from roster_emulator.store import Row

Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Description = Annotated[str, StringConstraints(max_length=250)]


class NewGroup(BaseModel):
    """The body of a create."""

    name: Name
    description: Description = ""


class ChangedGroup(BaseModel):
    """The body of an update. Absent fields stay, and ``null`` is refused."""

    name: Name = ""
    description: Description = ""


class ChangedSettings(BaseModel):
    """The body of an update of the account settings."""

    public_access_enabled: bool = True


def shown(call: Call, row: Row, listed: bool = False) -> dict[str, Any]:
    """Return a group as a reply shows it. Lists add ``href``; the query may add ``is_federated`` and ``crn``."""
    group_id = row["id"]
    result = {key: row[key] for key in ("id", "name", "description")}
    if not listed:
        result["account_id"] = row["account_id"]
    result |= {key: row[key] for key in ("created_at", "created_by_id", "last_modified_at", "last_modified_by_id")}
    if listed:
        result["href"] = link(call, "groups", group_id)
    if flag(call, "show_federated"):
        result["is_federated"] = bool(row["is_federated"])
    if flag(call, "show_crn"):
        result["crn"] = f"crn:v1:bluemix:public:iam-groups::a/{row['account_id']}::accessgroup:{group_id}"
    return result


def create_group(call: Call) -> Reply:
    """``POST /v2/groups``."""
    account_id, body = account(call), call.read(NewGroup)
    row = groups.create(call.state, account_id, body.name, body.description, author(call))
    return Reply(201, shown(call, row), {"ETag": row["etag"]})


def list_groups(call: Call) -> Reply:
    """``GET /v2/groups``."""
    sort = call.query.get("sort", "name")
    field = sort.removeprefix("-")
    if field not in groups.SORTS:
        raise invalid(f"sort must be one of {', '.join(groups.SORTS)}")
    membership = choice(call, "membership_type", "static", ("static", "dynamic", "all"))
    wanted = groups.Selection(
        account_id=account(call),
        iam_id=call.query.get("iam_id"),
        membership_type=membership,
        search=call.query.get("search"),
        hide_public_access=flag(call, "hide_public_access"),
        sort=field,
        descending=sort.startswith("-"),
    )
    page = paging.page(call)
    total, rows = groups.select(call.state, wanted, page.start, page.limit)
    envelope = paging.envelope(call, page, total, link(call, "groups"))
    return Reply(200, {**envelope, "groups": [shown(call, row, listed=True) for row in rows]})


def get_group(call: Call) -> Reply:
    """``GET /v2/groups/{access_group_id}``."""
    row = groups.get(call.state, call.params["access_group_id"], own_account(call))
    return Reply(200, shown(call, row), {"ETag": row["etag"]})


def update_group(call: Call) -> Reply:
    """``PATCH /v2/groups/{access_group_id}``."""
    group_id = call.params["access_group_id"]
    forbid_public(group_id, "update group")
    groups.get(call.state, group_id, "")
    etag, body = revision(call), call.read(ChangedGroup)
    given = {name: getattr(body, name) for name in body.model_fields_set}
    row = groups.update(call.state, group_id, etag, given.get("name"), given.get("description"), author(call))
    return Reply(200, shown(call, row), {"ETag": row["etag"]})


def delete_group(call: Call) -> Reply:
    """``DELETE /v2/groups/{access_group_id}``."""
    group_id = call.params["access_group_id"]
    forbid_public(group_id, "delete group")
    groups.delete(call.state, group_id, flag(call, "force"))
    return Reply(204)


def get_settings(call: Call) -> Reply:
    """``GET /v2/groups/settings``."""
    return Reply(200, groups.settings(call.state, account(call)))


def update_settings(call: Call) -> Reply:
    """``PATCH /v2/groups/settings``."""
    account_id, body = account(call), call.read(ChangedSettings)
    if not body.model_fields_set:
        return get_settings(call)
    return Reply(200, groups.set_settings(call.state, account_id, body.public_access_enabled, author(call)))


ROUTES = (
    Route("POST", "/v2/groups", create_group),
    Route("GET", "/v2/groups", list_groups),
    Route("GET", "/v2/groups/settings", get_settings),
    Route("PATCH", "/v2/groups/settings", update_settings),
    Route("GET", "/v2/groups/{access_group_id}", get_group),
    Route("PATCH", "/v2/groups/{access_group_id}", update_group),
    Route("DELETE", "/v2/groups/{access_group_id}", delete_group),
)
