"""The tree of an application: its environment groups and environments, both told by one call.

Source: https://docs.britive.com/v1/docs/manage-environments ("Details of Environment Groups and Environments"); the
call that tells all of both is that of the vendor's own clients.

Particular: both lists are flat, and a tree that is empty is null. Only an application that answers proves that an
object is gone: whoever mistypes a tenant or an application must not lose what is in the state.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Annotated, Any

from ..errors import BadRequest, Conflict, NotFound
from ..http.client import Client, Reply
from ..schema.fields import Len, NotBlank, Text
from ..schema.marks import Key, MirroredBy, Replace, Scope
from ..schema.model import Args, State

__all__ = [
    "LISTING",
    "ROOT",
    "EnvironmentArgs",
    "EnvironmentGroupArgs",
    "EnvironmentGroupState",
    "EnvironmentState",
    "Id",
    "Node",
    "parse_environment",
    "parse_group",
    "read_tree",
    "remove",
    "writing",
]

LISTING = "britive.tree"
ROOT = "root"
APPLICATION = "/api/apps/{}"
_ORGANISATION = "Organization"  # the top of a tree that the service scanned itself


Id = Annotated[Text, Len(1, 200)]
Name = Annotated[Text, NotBlank]


class EnvironmentGroupArgs(Args):
    """What an environment group is declared as."""

    app_id: Annotated[Id, Replace, Scope]
    name: Annotated[Name, Key]
    description: str = ""
    parent_id: Annotated[Id | None, Key, MirroredBy("parent"), Replace(delete_first=True)] = None


class EnvironmentGroupState(EnvironmentGroupArgs, State):
    """What the service holds. ``parent`` is the group above, managed or not; "" of a root group."""

    parent: str = ""
    type: str = ""
    status: str = ""


class EnvironmentArgs(Args):
    """What an environment is declared as."""

    app_id: Annotated[Id, Replace, Scope]
    name: Annotated[Name, Key]
    description: str = ""
    parent_group_id: Annotated[Id | None, Key, MirroredBy("parent"), Replace(delete_first=True)] = None


class EnvironmentState(EnvironmentArgs, State):
    """What the service holds. ``parent`` is the group above, managed or not."""

    parent: str = ""
    type: str = ""
    status: str = ""


Node = EnvironmentGroupState | EnvironmentState


def parse_group(reply: Reply, row: Any, app_id: str) -> EnvironmentGroupState:
    """A group as the service tells it.

    :raises UnexpectedReply: it is not as documented.
    """
    if _lacks(row, "parentId") and row.get("type") != _ORGANISATION:
        raise reply.unexpected("an environment group with its parentId was due")
    parent = _told(row, "parentId")
    return reply.parse_row(EnvironmentGroupState, _fields(row), app_id=app_id, parent=parent or "", parent_id=parent)


def parse_environment(reply: Reply, row: Any, app_id: str) -> EnvironmentState:
    """An environment as the service tells it.

    :raises UnexpectedReply: it is not as documented.
    """
    if _lacks(row, "parentGroupId"):
        raise reply.unexpected("an environment with its parentGroupId was due")
    parent = _told(row, "parentGroupId")
    return reply.parse_row(EnvironmentState, _fields(row), app_id=app_id, parent=parent or "", parent_group_id=parent)


def _fields(row: Any) -> Any:
    return {name: value for name, value in row.items() if value is not None} if isinstance(row, dict) else row


def _lacks(row: Any, name: str) -> bool:
    # To be told nothing is not to be told that there is none: what has moved is made anew, what is gone is dropped.
    return isinstance(row, dict) and name not in row


def _told(row: Any, name: str) -> Any:
    return (row.get(name) or None) if isinstance(row, dict) else None


def read_tree(api: Client, app_id: str) -> Iterator[Node]:
    """All groups and all environments of an application, in the service's order, in one call.

    :raises BadRequest: the tenant has no such application. It is never ``NotFound``, which would mean: gone.
    """
    try:
        reply = api.get(APPLICATION, app_id, params={"view": "minimized"})
    except (BadRequest, NotFound) as error:
        raise _unknown_application(api, app_id, error.status, error.code, error.words) from None
    if reply.json() is None:
        raise _unknown_application(api, app_id, reply.status, "", "")
    application = reply.fields()
    if "rootEnvironmentGroup" not in application:
        raise reply.unexpected("an application with its rootEnvironmentGroup was due")
    tree = application["rootEnvironmentGroup"]
    if tree is None:
        return
    if not isinstance(tree, dict):
        raise reply.unexpected("the rootEnvironmentGroup was to be a JSON object")
    if _lacks(tree, "environmentGroups") or _lacks(tree, "environments"):
        raise reply.unexpected("a rootEnvironmentGroup with its environmentGroups and environments was due")
    for row in tree["environmentGroups"] or []:
        yield parse_group(reply, row, app_id)
    for row in tree["environments"] or []:
        yield parse_environment(reply, row, app_id)


def _unknown_application(api: Client, app_id: str, status: int, code: str, words: str) -> BadRequest:
    return BadRequest(
        f"the application {app_id!r} is not known at {api.base_url} (it answered {status}{f' {code}' if code else ''})",
        status=400,
        code=code,
        words=words,
        hint="check app_id and roster:britiveTenant; if the application was deleted with all that it held, take its "
        "objects out of the state with `pulumi state delete`",
    )


def writing(api: Client, app_id: str) -> threading.Lock:
    """Writes to one application take turns, as in the vendor's own Terraform provider: its API has no revisions."""
    return api.lock(LISTING, app_id)


def remove(api: Client, path: str, app_id: str, id: str) -> None:
    """Removes a group or an environment. Whether one that is refused is gone, its application tells.

    :raises NotFound: it is gone already.
    """
    try:
        with writing(api, app_id):
            api.delete(path, app_id, id)
    except (BadRequest, Conflict, NotFound) as error:
        there = any(node.id == id for node in read_tree(api, app_id))
        if there and not isinstance(error, NotFound):
            raise
        raise NotFound(f"{id} is gone already", status=404) from None
