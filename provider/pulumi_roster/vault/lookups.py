"""Looks up identity groups. A program calls these functions while it runs; they use the client of the resources.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/group
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from ..errors import InvalidArguments, NotFound
from ..http.client import Client
from ..managed import program_client
from .connection import SYSTEM
from .group_calls import BY_ID, BY_NAME, GroupRow, group_of, require_namespace
from .identity_group import IdentityGroupState

__all__ = ["get_identity_group", "list_identity_groups"]


def get_identity_group(
    *, id: str | None = None, name: str | None = None, connection: str = "default"
) -> IdentityGroupState:
    """Find an identity group by its id, or by its name without regard to case.

    The result also contains the members of an external group.

    :raises InvalidArguments: not exactly one of ``id`` and ``name`` is set.
    :raises NotFound: no group matches.
    """
    if (id is None) == (name is None):
        raise InvalidArguments(
            f"get_identity_group: must have either id or name, got {'neither' if id is None else 'both'}"
        )
    api = program_client(SYSTEM, connection)
    reply = api.get(BY_ID, id) if id is not None else api.get(BY_NAME, str(name))
    return _state(require_namespace(api, group_of(reply)))


def list_identity_groups(*, prefix: str = "", connection: str = "default") -> list[IdentityGroupState]:
    """List the identity groups of the connection's namespace, sorted by name.

    Vault's own list contains only names, so this makes one more call for each group whose name begins with ``prefix``.

    :param prefix: selects the groups whose name begins with it, without regard to case. By default, all.
    """
    api = program_client(SYSTEM, connection)
    with ThreadPoolExecutor(max_workers=8) as readers:
        found = readers.map(lambda id: _if_there(api, id), _ids(api, prefix.lower()))
    return sorted((_state(row) for row in found if row is not None), key=lambda group: group.name)


def _ids(api: Client, prefix: str) -> Iterator[str]:
    try:
        data = api.get("/v1/identity/group/id", params={"list": True}).fields().get("data") or {}
    except NotFound:  # there are no groups
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
