"""Lists every system and every kind of resource, and finds their code.

A kind, such as ``ibm.AccessGroup``, names a system and a resource class in it. Roster loads the code of a system when
it first needs one of its kinds.
"""

from __future__ import annotations

import importlib
from typing import Any

from .http.keys import System
from .lifecycle.handler import Handler

__all__ = ["RESOURCES", "SYSTEMS", "handler_class", "system", "systems"]

SYSTEMS = ["appsec", "britive", "ibm", "vault"]

RESOURCES = [
    "appsec.IdentityGroup",
    "appsec.IdentityGroupMembers",
    "britive.AccountMapping",
    "britive.Environment",
    "britive.EnvironmentGroup",
    "ibm.AccessGroup",
    "ibm.AccessGroupMembers",
    "ibm.AccessGroupMembership",
    "ibm.AccessGroupRule",
    "ibm.MemberAccessGroups",
    "vault.IdentityGroup",
    "vault.IdentityGroupMembers",
]


def system(name: str) -> System:
    """Return a system by its name, such as ``ibm``."""
    found: System = importlib.import_module(f"{__package__}.{name}.connection").SYSTEM
    return found


def systems() -> list[System]:
    """Return all systems."""
    return [system(name) for name in SYSTEMS]


def handler_class(kind: str) -> type[Handler[Any, Any]]:
    """Return the handler of a kind.

    :raises LookupError: this version has no such kind.
    """
    if kind not in RESOURCES:
        raise LookupError(f"this version of Roster has no resource {kind!r}")
    package, _, name = kind.partition(".")
    found: type[Handler[Any, Any]] = getattr(importlib.import_module(f"{__package__}.{package}"), name).handler
    return found
