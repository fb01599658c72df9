"""Looks up identity groups. A program calls these functions while it runs; they use the client of the resources.

Source: the vendor's page "Identity Groups API"
"""

from __future__ import annotations

from ..errors import InvalidArguments, NotFound
from ..managed import program_client
from .connection import SYSTEM
from .group_calls import list_groups, read_group
from .identity_group import IdentityGroupState, state_of_group

__all__ = ["get_identity_group", "list_identity_groups"]


def get_identity_group(
    *, id: str | None = None, name: str | None = None, connection: str = "default"
) -> IdentityGroupState:
    """Find an identity group by its id or by its exact name.

    :raises InvalidArguments: not exactly one of ``id`` and ``name`` is set.
    :raises NotFound: no group matches.
    """
    if (id is None) == (name is None):
        raise InvalidArguments(
            f"get_identity_group: must have either id or name, got {'neither' if id is None else 'both'}"
        )
    if id is not None:
        return state_of_group(read_group(program_client(SYSTEM, connection), id))
    for group in list_identity_groups(connection=connection):
        if group.name == name:
            return group
    raise NotFound(f"no identity group has the name {name!r}", status=404)


def list_identity_groups(*, connection: str = "default") -> list[IdentityGroupState]:
    """List all identity groups, in the service's order."""
    return [state_of_group(row) for row in list_groups(program_client(SYSTEM, connection))]
