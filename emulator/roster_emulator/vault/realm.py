"""Where a rule works: the state, and the namespace of the request."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from roster_emulator.state import State
from roster_emulator.store import Store

ROOT = "root"

Given = Mapping[str, Any]
"""The fields of a request, converted."""
Data = dict[str, Any]
"""The ``data`` of an answer."""


@dataclass(frozen=True)
class Realm:
    """A namespace of a state; ``namespace`` is its id."""

    state: State
    namespace: str = ROOT

    @property
    def store(self) -> Store:
        """The store of the state."""
        return self.state.store

    @property
    def openbao(self) -> bool:
        """Whether to do as OpenBao does."""
        return is_openbao(self.state)

    def timestamp(self) -> str:
        """The time as Vault writes it."""
        return self.state.timestamp("%Y-%m-%dT%H:%M:%S.%fZ")

    def new_id(self) -> str:
        """An id for an object of this namespace."""
        return str(uuid4()) if self.namespace == ROOT else f"{uuid4()}.{self.namespace}"

    def new_name(self, kind: str) -> str:
        """A name for what was made without one."""
        name = f"{kind}_{secrets.token_hex(4)}"
        return f"{name}.{self.namespace}" if self.openbao else name


def is_openbao(state: State) -> bool:
    """Whether a state does as OpenBao does."""
    return state.switches.vault_flavour == "openbao"
