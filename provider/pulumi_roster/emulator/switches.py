"""The switches: what the vendors' documents leave open, and what a test wants smaller than in life.

Each is an option of ``roster emulate`` (``--rule-limit 100``), a keyword of ``running`` (``rule_limit=100``) and a key
of ``PUT /_emulator/switches``.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Switches(BaseModel):
    """Names, defaults and limits of all switches."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    # every API
    token_lifetime: int = Field(default=3600, ge=-3600, description="Seconds that an exchanged token is good for.")
    rate_limit: int = Field(
        default=100_000, ge=0, description="Calls that one caller may make to one method and endpoint in a window."
    )
    rate_window: int = Field(default=60, ge=1, description="Length of a rate-limit window in seconds.")

    # IBM
    unique_names: bool = Field(default=False, description="IBM: refuse a second access group of the same name.")
    rule_limit: int = Field(default=5, ge=0, description="IBM: dynamic rules per access group.")
    group_limit: int = Field(default=500, ge=0, description="IBM: access groups per account.")
    identity_limit: int = Field(default=50, ge=0, description="IBM: access groups per identity.")
    page_limit: int = Field(default=100, ge=1, le=100, description="IBM: rows per page at most, whatever is asked for.")
    readd_status: int = Field(default=200, description="IBM: status of the item for a member that is there already.")
    absent_bulk_status: int = Field(
        default=207, description="IBM: status of members/delete when no member matched, 207 or 404."
    )
