"""Defines accounts, permissions and users: fields and defaults. ``model_dump(by_alias=True)`` gives the API's JSON."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

CREATED = "2024-05-01T08:00:00Z"
SCANNED = "2024-05-02T08:00:00Z"


class Wire(BaseModel):
    """A model with snake_case fields in Python and camelCase fields in JSON. Input may use either form."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")

    @classmethod
    def columns(cls) -> frozenset[str]:
        """Return the JSON names of the fields by which a list may be sorted and filtered."""
        return frozenset(str(field.alias) for field in cls.model_fields.values())


class Account(Wire):
    """An account of an application. ``native_id`` defaults to the name."""

    account_id: int
    native_name: str
    native_id: str = ""
    description: str | None = None
    last_name: str | None = None
    first_name: str | None = None
    created: str | None = CREATED
    modified: str | None = None
    status: str = "Registered"
    scan_status: str = "Unchanged"
    privileged: bool = False
    type: str = "user"
    scanned: str | None = SCANNED
    registrable: bool = False

    @model_validator(mode="after")
    def _named(self) -> Account:
        self.native_id = self.native_id or self.native_name
        return self


class Permission(Wire):
    """A permission of an application, or a group (type ``group``)."""

    app_permission_id: int
    name: str
    type: str = "policy"
    description: str | None = None
    created: str | None = CREATED
    modified: str | None = None
    native_id: str = ""
    status: str = "Registered"
    scan_status: str = "Unchanged"
    built_in: bool = False
    has_definitions_changed: bool = False
    privileged: bool = False
    scope_registration_id: str = ""
    scanned: str | None = SCANNED

    @model_validator(mode="after")
    def _named(self) -> Permission:
        self.native_id = self.native_id or self.name
        return self


class User(Wire):
    """A user of the tenant. The names default to names made from the id."""

    user_id: str
    username: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    name: str = ""
    status: str = "active"
    type: str = "User"
    mobile: str | None = None
    phone: str | None = None
    created: str | None = CREATED
    modified: str | None = None
    last_login: str | None = None
    external: bool = False
    external_id: str | None = None
    admin_roles: list[dict[str, Any]] = []
    identity_provider: dict[str, Any] = {"id": "idp-britive", "name": "Britive", "type": "DEFAULT"}
    user_tags: list[dict[str, Any]] = []
    mapped_accounts: list[dict[str, Any]] = []

    @model_validator(mode="after")
    def _named(self) -> User:
        short = self.user_id.removeprefix("user-")
        self.email = self.email or f"{short}@example.com"
        self.username = self.username or self.email
        self.first_name = self.first_name or short.capitalize()
        self.last_name = self.last_name or "Example"
        self.name = self.name or f"{self.first_name} {self.last_name}"
        return self
