"""Looks up identity groups. A program calls these functions while it runs; they use the client of the resources.

All functions take ``connection``, the name of the set of credentials to use. It also selects the namespace.

All functions raise ``InvalidArguments`` before they send anything, ``SettingsError`` if the connection does not exist
or is not complete, ``Forbidden`` if the token may not read groups, and the other classes of
:mod:`pulumi_roster.errors` that say why the service did not answer.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/group
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from ..errors import NotFound
from ..http.client import Client, Reply
from ..lookups import NonEmpty, lookup
from ..managed import program_client
from ..schema.fields import Text
from .connection import SYSTEM
from .group_calls import BY_ID, BY_NAME, group_of, require_namespace
from .results import IdentityGroupResult

__all__ = ["get_identity_group", "list_identity_groups"]


@lookup(exactly_one=("id", "name"))
def get_identity_group(
    *, id: NonEmpty | None = None, name: NonEmpty | None = None, connection: str | None = "default"
) -> IdentityGroupResult:
    """Find an identity group by its id, or by its name without regard to case.

    :param id: the id of the group.
    :param name: the name of the group. Names are unique in a namespace.
    :param connection: the name of the set of credentials to use.
    :returns: the group. An external group has its members too.
    :raises InvalidArguments: not exactly one of ``id`` and ``name`` is set.
    :raises NotFound: no group matches.
    """
    api = program_client(SYSTEM, connection)
    return _result(api, api.get(BY_ID, id) if id is not None else api.get(BY_NAME, str(name)))


@lookup()
def list_identity_groups(
    *, name_prefix: Text | None = None, connection: str | None = "default"
) -> list[IdentityGroupResult]:
    """List the identity groups of the connection's namespace, sorted by name.

    Vault's own list contains only names. Therefore, Roster also reads each group whose name begins with
    ``name_prefix``.

    :param name_prefix: selects the groups whose name begins with it, without regard to case. By default, all.
    :param connection: the name of the set of credentials to use.
    :returns: the groups; an empty list if there are none. It omits a group that is deleted during the call.
    """
    api = program_client(SYSTEM, connection)
    with ThreadPoolExecutor(max_workers=8) as readers:
        found = readers.map(lambda id: _if_there(api, id), _ids(api, (name_prefix or "").lower()))
    return sorted((group for group in found if group is not None), key=lambda group: group.name)


def _ids(api: Client, prefix: str) -> Iterator[str]:
    try:
        data = api.get("/v1/identity/group/id", params={"list": True}).fields().get("data") or {}
    except NotFound:  # there are no groups
        return
    info = data.get("key_info") or {}
    for id in data.get("keys") or []:
        if str((info.get(id) or {}).get("name", "")).lower().startswith(prefix):
            yield str(id)


def _if_there(api: Client, id: str) -> IdentityGroupResult | None:
    try:
        return _result(api, api.get(BY_ID, id))
    except NotFound:
        return None


def _result(api: Client, reply: Reply) -> IdentityGroupResult:
    row = require_namespace(api, group_of(reply))
    return reply.parse_result(IdentityGroupResult, reply.fields()["data"], **row.model_dump())
