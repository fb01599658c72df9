"""Emulates the APIs of AppSec+, Vault/OpenBao, IBM Cloud IAM and Britive on one port of 127.0.0.1.

It is for development and tests only. Do not use it as a real service. It imports nothing from ``pulumi_roster``, so
that it cannot share the provider's mistakes. ``README.md`` says how to use it and how to add an API.

====================  ==============================================================================================
``server.py``         runs the application in the foreground, or in a thread of a test (``running``)
``control.py``        the paths under ``/_emulator/`` as Python methods (``Control``)
``application.py``    handles a request: route, count, injected fault, caller, rate limit, work, reply
``admin.py``          the paths under ``/_emulator/``
``faults/``           the kinds of injected faults, and the active faults
``api.py``            the parts of an emulated API: ``Api``, ``Route``, ``Call``, ``Reply``, ``Problem``
``state.py``          the state that the APIs work on: store, switches, clock, tokens, rate-limit windows
``appsec/``           AppSec+: identity groups, token exchange
``britive/``          Britive: environments and their groups, accounts, permissions, groups, mappings
``ibm/``              IBM Cloud IAM: access groups, members, rules, token exchange
``vault/``            Vault and OpenBao: identity groups, group aliases, entities, auth methods, health
====================  ==============================================================================================
"""

from __future__ import annotations

from roster_emulator.control import Control
from roster_emulator.server import Running, running, serve
from roster_emulator.switches import Switches

__all__ = ["Control", "Running", "Switches", "running", "serve"]
