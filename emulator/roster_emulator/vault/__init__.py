"""Emulates Vault's identity groups, as Vault 1.13 serves them: https://developer.hashicorp.com/vault/api-docs/secret/identity/group

With the switch ``vault_flavour=openbao`` it behaves as OpenBao 2.5 (namespaces, lower-case policies). The tests in
``tests/conformance`` compare it with a real Vault.

Each rule is a function of a ``Realm`` and the fields of the request: ``groups.py``, ``members.py`` (entities and groups
in a group), ``aliases.py`` (group aliases), ``entities.py``, ``lookups.py``, ``mounts.py`` (auth methods) and
``namespaces.py``. ``fields.py`` converts the fields with Vault's weak types; ``metadata.py`` and ``policies.py`` check
them. HTTP is in ``http.py`` (tokens, errors, rate limit), ``operations.py`` (a request from its body to its envelope),
``paths.py`` (the rule of each path), ``system.py`` (health, seal status, the caller's own token) and ``errors.py``.

Not emulated: entity aliases and merging, policies and their evaluation, response wrapping, ``/v1/NAMESPACE/...`` paths
(the header names the namespace), and every mount but ``identity/``, ``sys/`` and ``auth/token``.
"""

from __future__ import annotations

from roster_emulator.vault.http import Vault

__all__ = ["Vault"]
