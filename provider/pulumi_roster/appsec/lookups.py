"""Looks up identity groups. A program calls these functions while it runs; they use the client of the resources.

All functions raise ``InvalidArguments`` before they send anything, ``SettingsError`` if the connection does not exist
or is not complete, ``Unauthorized`` or ``Forbidden`` if the credentials may not read groups, and the other classes of
:mod:`pulumi_roster.errors` that say why the service did not answer.

Source: the vendor's page "Identity Groups API"
"""

from __future__ import annotations

from typing import Any

from ..errors import NotFound
from ..http.client import Reply
from ..lookups import NonEmpty, lookup
from ..managed import program_client
from .connection import SYSTEM
from .group_calls import ALL, BY_ID, parse_group
from .results import IdentityGroupResult

__all__ = ["get_identity_group", "list_identity_groups"]


@lookup(exactly_one=("id", "name"))
def get_identity_group(
    *, id: NonEmpty | None = None, name: NonEmpty | None = None, connection: str | None = "default"
) -> IdentityGroupResult:
    """Find an identity group by its id or by its exact name.

    :param id: the id of the group.
    :param name: the name of the group, with the same upper- and lower-case letters. Names are unique.
    :param connection: the name of the set of credentials to use.
    :returns: the group.
    :raises InvalidArguments: not exactly one of ``id`` and ``name`` is set.
    :raises NotFound: no group matches.
    """
    if id is not None:
        reply = program_client(SYSTEM, connection).get(BY_ID, id)
        return _result(reply, reply.fields())
    for group in list_identity_groups(connection=connection):
        if group.name == name:
            return group
    raise NotFound(f"no identity group has the name {name!r}", status=404)


@lookup()
def list_identity_groups(*, connection: str | None = "default") -> list[IdentityGroupResult]:
    """List all identity groups.

    :param connection: the name of the set of credentials to use.
    :returns: the groups; an empty list if there are none.
    """
    reply = program_client(SYSTEM, connection).get(ALL)
    return [_result(reply, row) for row in reply.rows()]


def _result(reply: Reply, row: Any) -> IdentityGroupResult:
    group = parse_group(reply, row)
    return reply.parse_result(IdentityGroupResult, row, **{**group.model_dump(), "description": row["description"]})
