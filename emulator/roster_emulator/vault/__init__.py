"""Vault's identity groups, as Vault 1.13 serves them: https://developer.hashicorp.com/vault/api-docs/secret/identity/group

With the switch ``vault_flavour=openbao`` it differs as OpenBao 2.5 does (namespaces, lower-case policies).
``tests/conformance/test_vault_groups.py`` holds it to a real Vault.

Rules, each a function of a ``Realm`` and the fields of the request: ``groups.py``, ``members.py`` (who is in a group,
cycles), ``aliases.py`` (group aliases), ``entities.py``, ``lookups.py``, ``mounts.py`` (auth methods),
``namespaces.py``. What those fields are made of: ``fields.py`` (Vault's weak typing), ``metadata.py`` (limits),
``policies.py``. HTTP: ``http.py`` (tokens, refusals, rate limit), ``operations.py`` (one request from body to
envelope), ``paths.py`` (which path runs which rule), ``system.py`` (health, seal, the caller's own token),
``errors.py``.

Not emulated: entity aliases and merging, policies and their evaluation, response wrapping, ``/v1/NAMESPACE/...`` paths
(namespaces go by header), every mount but ``identity/``, ``sys/`` and ``auth/token``.
"""

from __future__ import annotations

from roster_emulator.vault.http import Vault

__all__ = ["Vault"]
