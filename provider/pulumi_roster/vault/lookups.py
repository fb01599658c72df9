"""Look-ups of identity groups: plain functions that a program calls while it runs.

They use the same client as the resources. Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/group
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from ..errors import InvalidArguments, NotFound
from ..http.client import Client
from ..managed import program_client
from .connection import SYSTEM
from .group import BY_ID, BY_NAME, GroupRow, group_of, require_namespace
from .identity_group import IdentityGroupState

__all__ = ["get_identity_group", "list_identity_groups"]


def get_identity_group(
    *, id: str | None = None, name: str | None = None, connection: str = "default"
) -> IdentityGroupState:
    """One identity group, by its id or by its name in whatever case; of an external group with its members, too.

    :raises InvalidArguments: neither or both are given.
    :raises NotFound: there is none.
    """
    if (id is None) == (name is None):
        raise InvalidArguments("get_identity_group takes an id or a name")
    api = program_client(SYSTEM, connection)
    reply = api.get(BY_ID, id) if id is not None else api.get(BY_NAME, str(name))
    return _state(require_namespace(api, group_of(reply)))


def list_identity_groups(*, prefix: str = "", connection: str = "default") -> list[IdentityGroupState]:
    """The identity groups of the connection's namespace, by name.

    The service's list tells names only, so this costs one call more for each group whose name begins with ``prefix``.

    :param prefix: only groups whose name begins so, in whatever case; by default all.
    """
    api = program_client(SYSTEM, connection)
    with ThreadPoolExecutor(max_workers=8) as readers:
        found = readers.map(lambda id: _if_there(api, id), _ids(api, prefix.lower()))
    return sorted((_state(row) for row in found if row is not None), key=lambda group: group.name)


def _ids(api: Client, prefix: str) -> Iterator[str]:
    try:
        data = api.get("/v1/identity/group/id", params={"list": True}).fields().get("data") or {}
    except NotFound:  # an empty list is answered so
        return
    info = data.get("key_info") or {}
    for id in data.get("keys") or []:
        if str((info.get(id) or {}).get("name", "")).lower().startswith(prefix):
            yield str(id)


def _if_there(api: Client, id: str) -> GroupRow | None:
    try:
        return require_namespace(api, group_of(api.get(BY_ID, id)))
    except NotFound:
        return None


def _state(row: GroupRow) -> IdentityGroupState:
    fields = {name: value for name, value in row.model_dump().items() if name in IdentityGroupState.model_fields}
    return IdentityGroupState.model_construct(**fields)
