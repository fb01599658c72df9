"""Reads, lists and changes groups: the calls that both resources use.

Source: the vendor's page "Identity Groups API"

Peculiarities: an update replaces the whole object, and may empty a field that it leaves out. So Roster always sends all
three fields, and repeats the values that it has just read for fields that it does not manage. A group has no revision,
only the time of its last update.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict

from ..errors import AlreadyExists, BadRequest, Conflict
from ..http.client import Client, Reply
from ..lifecycle.concurrent_writes import write_until_settled
from ..lifecycle.safe_creation import epoch
from ..schema.fields import Len, NotBlank, Text, Unordered, sorted_set

__all__ = [
    "ALL",
    "BY_ID",
    "GroupId",
    "GroupName",
    "GroupRow",
    "Members",
    "change_group",
    "list_groups",
    "parse_group",
    "read_group",
]

ALL, BY_ID = "/identity-groups", "/identity-groups/{}"


GroupId = Annotated[Text, Len(1)]
GroupName = Annotated[Text, Len(1), NotBlank]
Members = Annotated[list[Annotated[Text, Len(1), NotBlank]], Unordered]
"""E-mail addresses, user ids or service account ids."""


class GroupRow(BaseModel):
    """A group as the service returns it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    name: str
    description: str
    members: Annotated[list[str], Unordered]
    created_at: str
    updated_at: str

    def content(self) -> dict[str, Any]:
        """Return the three fields of an update."""
        return self.model_dump(include={"name", "description", "members"})


def parse_group(reply: Reply, row: Any) -> GroupRow:
    """Return a row of a reply as a group.

    :raises UnexpectedReply: a field is missing. If a missing description or member list counted as empty, the next
        update would empty it.
    """
    if isinstance(row, Mapping):
        empty: dict[str, Any] = {"description": "", "members": []}
        given = {name: row[name] or nothing for name, nothing in empty.items() if name in row}
        row = {
            **row,
            **given,
            "created_at": row.get("createdAt") or "",
            "updated_at": row.get("updatedAt") or "",
        }
    return reply.parse_row(GroupRow, row)


def read_group(api: Client, id: str) -> GroupRow:
    """Read a group by its id.

    :raises NotFound: the group does not exist.
    """
    reply = api.get(BY_ID, id)
    return parse_group(reply, reply.fields())


def list_groups(api: Client) -> list[GroupRow]:
    """List all groups. The service has one call for this, without pages or filters."""
    reply = api.get(ALL)
    return [parse_group(reply, row) for row in reply.rows()]


def change_group(
    api: Client, id: str, wanted: Callable[[GroupRow], Mapping[str, Any]], *, doubtful: bool = False
) -> GroupRow:
    """Change a group. Repeat the change if another writer overwrites it.

    :param wanted: returns the fields to change, for the current state of the group.
    :param doubtful: whether to read again before concluding that there is nothing to change.
    :raises AlreadyExists: another group has the name.
    """
    written = ""

    def write(row: GroupRow, within: float) -> bool:
        nonlocal written
        body = {**row.content(), **wanted(row)}
        body["members"] = sorted_set(body["members"])
        if body == row.content():
            return False
        try:
            reply = api.put(BY_ID, id, json=body, within=within)
        except (Conflict, BadRequest) as error:
            _raise_if_taken(api, id, body["name"], error)
            raise
        written = parse_group(reply, reply.fields()).updated_at
        return True

    return write_until_settled(
        api,
        "AppSec+ group",
        id,
        read=lambda: read_group(api, id),
        write=write,
        overwrote=lambda before, after: _is_later(after.updated_at, than=written),
        doubtful=doubtful,
    )


def _is_later(time: str, than: str) -> bool:
    """Return whether ``time`` is after ``than``. Return false if one of them is missing."""
    first, second = epoch(than), epoch(time)
    return first is not None and second is not None and first < second


def _raise_if_taken(api: Client, id: str, name: str, error: Conflict | BadRequest) -> None:
    """Raise an error if another group has the name. The vendor documents no status for such a rename."""
    others = [group.id for group in list_groups(api) if group.name == name and group.id != id]
    if others or isinstance(error, Conflict):
        which = f" ({', '.join(others)})" if others else ""
        raise AlreadyExists(
            f"another group already has the name {name!r}{which}", hint="choose a different name"
        ) from None
