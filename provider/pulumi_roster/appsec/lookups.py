"""Look-ups of identity groups: plain functions that a program calls while it runs.

They use the same client as the resources. Source: the vendor's page "Identity Groups API".
"""

from __future__ import annotations

from ..errors import InvalidArguments, NotFound
from ..managed import program_client
from .connection import SYSTEM
from .group import list_groups, read_group
from .identity_group import IdentityGroupState, state_of_group

__all__ = ["get_identity_group", "list_identity_groups"]


def get_identity_group(
    *, id: str | None = None, name: str | None = None, connection: str = "default"
) -> IdentityGroupState:
    """One identity group, by its id or by its exact name.

    :raises InvalidArguments: neither or both are given.
    :raises NotFound: there is none.
    """
    if (id is None) == (name is None):
        raise InvalidArguments("get_identity_group takes an id or a name")
    if id is not None:
        return state_of_group(read_group(program_client(SYSTEM, connection), id))
    for group in list_identity_groups(connection=connection):
        if group.name == name:
            return group
    raise NotFound(f"no identity group is named {name!r}", status=404)


def list_identity_groups(*, connection: str = "default") -> list[IdentityGroupState]:
    """All identity groups, in the service's own order."""
    return [state_of_group(row) for row in list_groups(program_client(SYSTEM, connection))]
