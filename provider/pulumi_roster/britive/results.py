"""Defines what the look-ups of an application's tree return. The module :mod:`.scan_results` defines the others.

Source: https://docs.britive.com/v1/docs/manage-environments, sections 1 to 6
"""

from __future__ import annotations

from ..schema.results import Id, OptionalId, OptionalText, Result

__all__ = ["EnvironmentGroupResult", "EnvironmentResult", "EnvironmentSummary"]


class EnvironmentResult(Result):
    """An environment. ``parent_group_id`` is the group that contains it."""

    id: Id
    application_id: Id
    name: str
    description: str | None = None
    parent_group_id: OptionalId = None
    type: OptionalText = None
    status: OptionalText = None


class EnvironmentGroupResult(Result):
    """An environment group. ``parent_id`` is the group that contains it; ``None`` for the root group."""

    id: Id
    application_id: Id
    name: str
    description: str | None = None
    parent_id: OptionalId = None
    type: OptionalText = None
    status: OptionalText = None


class EnvironmentSummary(Result):
    """An environment or environment group in short form. The type is the service's, such as ``AWSAccount``."""

    id: Id
    name: str
    type: OptionalText = None
