"""A group as AppSec+ shows it, and how it is changed: the vendor's page "Identity Groups API".

Particular: an update is the whole object, by the seed; what is left out may be emptied. So all three fields are always
sent, those that are not ours as they were just read. There is no revision to name, only the time of the last update.
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
"""E-mail addresses, user ids or service account ids: whatever the service takes for an identity."""


class GroupRow(BaseModel):
    """What the service says of a group."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    name: str
    description: str
    members: Annotated[list[str], Unordered]
    created_at: str
    updated_at: str

    def content(self) -> dict[str, Any]:
        """The three fields of an update."""
        return self.model_dump(include={"name", "description", "members"})


def parse_group(reply: Reply, row: Any) -> GroupRow:
    """One group out of a reply.

    :raises UnexpectedReply: a field is missing. Above all the description and the members: a group that seems to have
        none would be written back without.
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
    """A group by its id.

    :raises NotFound: it does not exist.
    """
    reply = api.get(BY_ID, id)
    return parse_group(reply, reply.fields())


def list_groups(api: Client) -> list[GroupRow]:
    """All groups: the service has one call for them, without pages and filters."""
    reply = api.get(ALL)
    return [parse_group(reply, row) for row in reply.rows()]


def change_group(
    api: Client, id: str, wanted: Callable[[GroupRow], Mapping[str, Any]], *, doubtful: bool = False
) -> GroupRow:
    """Changes a group until the change stays.

    :param wanted: given the group as it is, the fields that are to be otherwise.
    :param doubtful: whether a first reading that shows nothing to do is not believed.
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
            _tell_taken(api, id, body["name"], error)
            raise
        written = parse_group(reply, reply.fields()).updated_at
        return True

    return write_until_settled(
        api,
        "AppSec+ group",
        id,
        read=lambda: read_group(api, id),
        write=write,
        overwrote=lambda before, after: _later(after.updated_at, written),
        doubtful=doubtful,
    )


def _later(time: str, other: str) -> bool:
    """Whether one time is surely later. A reading may be older than our write, and either may tell no time."""
    first, second = epoch(other), epoch(time)
    return first is not None and second is not None and first < second


def _tell_taken(api: Client, id: str, name: str, error: Conflict | BadRequest) -> None:
    """The document names no status for a rename to a name that is taken; whether it is, is looked up."""
    others = [group.id for group in list_groups(api) if group.name == name and group.id != id]
    if others or isinstance(error, Conflict):
        which = f" ({', '.join(others)})" if others else ""
        raise AlreadyExists(f"another group is named {name!r} already{which}", hint="choose a different name") from None
