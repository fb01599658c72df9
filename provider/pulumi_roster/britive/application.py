"""Reads the environment groups and environments of an application. One call lists both, so both are defined here.

Source: https://docs.britive.com/v1/docs/manage-environments ("Details of Environment Groups and Environments"), and the
vendor's clients for the call that lists all

Peculiarities: both lists are flat, and an empty tree is null. Only a listing of the application proves that an object
no longer exists. If a user mistypes a tenant or an application, objects must not disappear from the state.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Annotated, Any

from ..errors import BadRequest, Conflict, NotFound, ServiceError
from ..http.client import Client, Reply
from ..schema.fields import Len, NotBlank, Text
from ..schema.marks import Key, Replace, Scope
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
    "is_unknown_application",
    "parent_of",
    "parse_environment",
    "parse_group",
    "read_tree",
    "remove",
    "write_lock",
]

LISTING = "britive.application"
ROOT = "root"
APPLICATION = "/api/apps/{}"
_ABSENT = ("A-0003", "E1004")  # an absent application, and any absent object
_ORGANISATION = "Organization"  # the type of the top group if the service scans the environments itself


Id = Annotated[Text, Len(1, 200)]
Name = Annotated[Text, NotBlank]


class EnvironmentGroupArgs(Args):
    """The arguments of an environment group."""

    application_id: Annotated[Id, Replace, Scope]
    name: Annotated[Name, Key]
    description: str | None = None
    parent_id: Annotated[Id | None, Key, Replace(delete_first=True)] = None


class EnvironmentGroupState(EnvironmentGroupArgs, State):
    """An environment group as the service returns it. A root group has no ``parent_id``."""

    description: str = ""  # pyright: ignore[reportIncompatibleVariableOverride]
    type: str = ""
    status: str = ""


class EnvironmentArgs(Args):
    """The arguments of an environment."""

    application_id: Annotated[Id, Replace, Scope]
    name: Annotated[Name, Key]
    description: str | None = None
    parent_group_id: Annotated[Id | None, Key, Replace(delete_first=True)] = None


class EnvironmentState(EnvironmentArgs, State):
    """An environment as the service returns it."""

    description: str = ""  # pyright: ignore[reportIncompatibleVariableOverride]
    type: str = ""
    status: str = ""


Node = EnvironmentGroupState | EnvironmentState


def parent_of(node: Node) -> str | None:
    """Return the id of the group that contains a group or an environment; ``None`` for a root group."""
    return node.parent_id if isinstance(node, EnvironmentGroupState) else node.parent_group_id


def parse_group(reply: Reply, row: Any, application_id: str) -> EnvironmentGroupState:
    """Return a row of a reply as an environment group.

    :raises UnexpectedReply: the row is not as documented.
    """
    if _lacks(row, "parentId") and row.get("type") != _ORGANISATION:
        raise reply.unexpected("expected an environment group with its parentId")
    parent = _optional(row, "parentId")
    return reply.parse_row(EnvironmentGroupState, _fields(row), application_id=application_id, parent_id=parent)


def parse_environment(reply: Reply, row: Any, application_id: str) -> EnvironmentState:
    """Return a row of a reply as an environment.

    :raises UnexpectedReply: the row is not as documented.
    """
    if _lacks(row, "parentGroupId"):
        raise reply.unexpected("expected an environment with its parentGroupId")
    parent = _optional(row, "parentGroupId")
    return reply.parse_row(EnvironmentState, _fields(row), application_id=application_id, parent_group_id=parent)


def _fields(row: Any) -> Any:
    return {name: value for name, value in row.items() if value is not None} if isinstance(row, dict) else row


def _lacks(row: Any, name: str) -> bool:
    # A missing key is not the same as null. Reading it as null would recreate objects that moved, or drop objects that
    # still exist.
    return isinstance(row, dict) and name not in row


def _optional(row: Any, name: str) -> Any:
    return (row.get(name) or None) if isinstance(row, dict) else None


def read_tree(api: Client, application_id: str) -> Iterator[Node]:
    """List all groups and environments of an application, in the service's order, in one call.

    :raises BadRequest: the tenant has no such application. This is not a ``NotFound``, because Pulumi would then drop
        the object from the state.
    """
    try:
        reply = api.get(APPLICATION, application_id, params={"view": "minimized"})
    except (BadRequest, NotFound) as error:
        raise _unknown_application(api, application_id, error.status, error.code, error.response) from None
    if reply.json() is None:
        raise _unknown_application(api, application_id, reply.status, "", "")
    application = reply.fields()
    if "rootEnvironmentGroup" not in application:
        raise reply.unexpected("expected an application with its rootEnvironmentGroup")
    tree = application["rootEnvironmentGroup"]
    if tree is None:
        return
    if not isinstance(tree, dict):
        raise reply.unexpected("expected a JSON object as rootEnvironmentGroup")
    if _lacks(tree, "environmentGroups") or _lacks(tree, "environments"):
        raise reply.unexpected("expected a rootEnvironmentGroup with its environmentGroups and environments")
    for row in tree["environmentGroups"] or []:
        yield parse_group(reply, row, application_id)
    for row in tree["environments"] or []:
        yield parse_environment(reply, row, application_id)


def _unknown_application(api: Client, application_id: str, status: int, code: str, response: str) -> BadRequest:
    return BadRequest(
        f"{api.base_url} has no application {application_id!r} (it answered {status}{f' {code}' if code else ''})",
        status=400,
        code=code,
        response=response,
        hint="check application_id and roster:britiveTenant, or, if the application was deleted, remove its objects "
        "from the state with `pulumi state delete`",
    )


def is_unknown_application(error: ServiceError) -> bool:
    """Return whether the service says that it has no such application.

    An empty reply, or a 404 without a code of the service, does not say that.
    """
    return error.code in _ABSENT


def write_lock(api: Client, application_id: str) -> AbstractContextManager[None]:
    """Return the lock that makes writes to one application take turns, because the API has no revisions.

    The vendor's Terraform provider does the same.
    """
    return api.lock(LISTING, application_id)


def remove(api: Client, path: str, application_id: str, id: str) -> None:
    """Delete a group or an environment. If the service refuses, a listing of the application shows whether it exists.

    :raises NotFound: the object no longer exists.
    """
    try:
        with write_lock(api, application_id):
            api.delete(path, application_id, id)
    except (BadRequest, Conflict, NotFound) as error:
        exists = any(node.id == id for node in read_tree(api, application_id))
        if exists and not isinstance(error, NotFound):
            raise
        raise NotFound(f"{id} no longer exists", status=404) from None
