"""Defines the switches: behaviour that the vendors' documents leave open, and limits that tests want smaller.

Each is an option of ``roster emulate`` (``--rule-limit 100``), a keyword of ``running`` (``rule_limit=100``) and a key
of ``PUT /_emulator/switches``.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Switches(BaseModel):
    """Names, defaults and limits of all switches."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    # every API
    token_lifetime: int = Field(default=3600, ge=-3600, description="Lifetime of an exchanged token in seconds.")
    rate_limit: int = Field(
        default=100_000, ge=0, description="Calls that one caller may make in one window; IBM: per endpoint."
    )
    rate_window: int = Field(default=60, ge=1, description="Length of a rate-limit window in seconds.")

    # IBM
    unique_names: bool = Field(default=False, description="IBM: refuse a second access group with the same name.")
    rule_limit: int = Field(default=5, ge=0, description="IBM: maximum dynamic rules per access group.")
    group_limit: int = Field(default=500, ge=0, description="IBM: maximum access groups per account.")
    identity_limit: int = Field(default=50, ge=0, description="IBM: maximum access groups per identity.")
    page_limit: int = Field(
        default=100, ge=1, le=100, description="IBM: maximum rows per page, even if a call asks for more."
    )
    readd_conflict: bool = Field(
        default=False, description="IBM: reply with 409 for an item that is already a member, not with 200."
    )
    bulk_absent_404: bool = Field(
        default=False, description="IBM: members/delete replies with 404 if none of the identities is a member."
    )

    # Britive
    britive_nonempty_group: Literal["refuse", "conflict", "cascade"] = Field(
        default="refuse",
        description="Britive: what a delete of an environment group with content does: refuse (400), conflict (409), "
        "or cascade (deletes the content too).",
    )
    britive_unique_names: bool = Field(
        default=False,
        description="Britive: refuse (409) a second environment or group with the same name under one parent.",
    )
    britive_root_twice: bool = Field(default=True, description="Britive: allow a second root group.")
    britive_unknown_parent_status: int = Field(
        default=400,
        ge=400,
        le=499,
        description="Britive: status of the reply if a body names a parent that does not exist.",
    )
    britive_absent_status: int = Field(
        default=404,
        ge=400,
        le=499,
        description="Britive: status of the reply if a path names an object that does not exist.",
    )
    britive_absent_app: Literal["refuse", "empty"] = Field(
        default="refuse",
        description="Britive: reply to a read of an unknown application: refuse (400), or empty (200 without a body).",
    )
    britive_move: bool = Field(default=False, description="Britive: allow a PATCH to move a group to another parent.")
    britive_description_required: bool = Field(
        default=False, description="Britive: refuse environment groups without a description."
    )
    britive_remap: bool = Field(
        default=False,
        description="Britive: accept the mapping of a user that is already mapped; do not refuse with E1010.",
    )
    britive_scan_first: bool = Field(
        default=False, description="Britive: show the accounts of an environment only after a scan."
    )
    britive_scan_seconds: int = Field(default=0, ge=0, description="Britive: how long a scan takes, in seconds.")

    # Vault
    vault_flavour: Literal["vault", "openbao"] = Field(
        default="vault",
        description="Vault: the server to emulate: vault, or openbao (has namespaces; policies become lower case).",
    )
    vault_sealed: bool = Field(default=False, description="Vault: the server is sealed, and replies with 503.")
    vault_rate_headers: bool = Field(
        default=False, description="Vault: send rate-limit headers, as sys/quotas/config can enable."
    )

    # AppSec+
    appsec_put: Literal["replace", "merge"] = Field(
        default="replace",
        description="AppSec+: what a PUT does with absent fields: replace (clears them), or merge (keeps them).",
    )
    appsec_rename_conflict: Literal[400, 409] = Field(
        default=409, description="AppSec+: status of the reply to a PUT with the name of another group."
    )
    appsec_known_members: list[str] | None = Field(
        default=None, description="AppSec+: the only members that a group may have; null allows every member."
    )
