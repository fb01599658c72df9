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
        default=100_000, ge=0, description="Calls that one caller may make in a window (IBM: to one endpoint)."
    )
    rate_window: int = Field(default=60, ge=1, description="Length of a rate-limit window in seconds.")

    # IBM
    unique_names: bool = Field(default=False, description="IBM: refuse a second access group of the same name.")
    rule_limit: int = Field(default=5, ge=0, description="IBM: dynamic rules per access group.")
    group_limit: int = Field(default=500, ge=0, description="IBM: access groups per account.")
    identity_limit: int = Field(default=50, ge=0, description="IBM: access groups per identity.")
    page_limit: int = Field(default=100, ge=1, le=100, description="IBM: rows per page, also if a call asks for more.")
    readd_conflict: bool = Field(
        default=False, description="IBM: adding an existing member gives 409 for that item, not 200."
    )
    bulk_absent_404: bool = Field(
        default=False, description="IBM: members/delete answers 404 if none of the identities is a member."
    )

    # Britive
    britive_nonempty_group: Literal["refuse", "conflict", "cascade"] = Field(
        default="refuse",
        description="Britive: delete of an environment group that is not empty: 400, 409, or with its content.",
    )
    britive_unique_names: bool = Field(
        default=False, description="Britive: refuse (409) two environments or groups of one name under one parent."
    )
    britive_root_twice: bool = Field(default=True, description="Britive: allow a second root group.")
    britive_unknown_parent_status: int = Field(
        default=400, ge=400, le=499, description="Britive: status if a body names a parent that does not exist."
    )
    britive_absent_status: int = Field(
        default=404, ge=400, le=499, description="Britive: status if a path names an object that does not exist."
    )
    britive_absent_app: Literal["refuse", "empty"] = Field(
        default="refuse", description="Britive: read of an unknown application: 400, or 200 without a body."
    )
    britive_move: bool = Field(default=False, description="Britive: a PATCH may move a group to another parent.")
    britive_description_required: bool = Field(
        default=False, description="Britive: refuse environment groups without a description."
    )
    britive_remap: bool = Field(default=False, description="Britive: accept a mapping that exists, without E1010.")
    britive_scan_first: bool = Field(
        default=False, description="Britive: an environment shows its accounts only after a scan."
    )
    britive_scan_seconds: int = Field(default=0, ge=0, description="Britive: how long a scan takes.")

    # Vault
    vault_flavour: Literal["vault", "openbao"] = Field(
        default="vault", description="Vault: OpenBao has namespaces, and makes policies lower-case."
    )
    vault_sealed: bool = Field(default=False, description="Vault: is sealed, and answers 503.")
    vault_rate_headers: bool = Field(
        default=False, description="Vault: send rate-limit headers, as sys/quotas/config can enable."
    )

    # AppSec+
    appsec_put: Literal["replace", "merge"] = Field(
        default="replace", description="AppSec+: a PUT clears absent fields, or leaves them."
    )
    appsec_rename_conflict: Literal[400, 409] = Field(
        default=409, description="AppSec+: status of a PUT with the name of another group."
    )
    appsec_known_members: list[str] | None = Field(
        default=None, description="AppSec+: refuse all other members; null allows all."
    )
