"""Defines the marks that say how a field of a resource behaves, and finds the fields that have them.

A mark is part of a field's declaration. The code of its rule is written once, for all resources::

    class AccessGroupArgs(Args):
        account_id: Annotated[Text, Replace, Scope, FromConnection("ibmAccountId")]
        name: Annotated[Text, Len(1, 100), Key]
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from pydantic import BaseModel

__all__ = [
    "FoldCase",
    "FromConnection",
    "Key",
    "NotListed",
    "ProviderOnly",
    "Replace",
    "Scope",
    "is_provider_only",
    "marked",
]

T = TypeVar("T")


class Replace:
    """A change of this field replaces the object.

    :param delete_first: delete the old object before creating the new one, even if their natural keys differ.
    """

    def __init__(self, *, delete_first: bool = False) -> None:
        self.delete_first = delete_first


class Key:
    """A part of the natural key: the fields by which a person recognises an object in its scope."""


class Scope:
    """A part of the place that contains the object: the account, the group, the application. A listing covers one
    scope.
    """


class ProviderOnly:
    """An option for the provider itself. Roster keeps it in the state and never sends it to the service. If it has its
    default value, the state omits it.
    """


class NotListed:
    """A value that listings do not contain. An object that is read from a listing keeps the value of its last state."""


class FoldCase:
    """A text, or a set of texts, that the service compares without regard to case."""


@dataclass(frozen=True)
class FromConnection:
    """Takes the value from the connection's setting of this name if the field is not given."""

    key: str


@cache
def marked(model: type[BaseModel], mark: type[T]) -> dict[str, T | None]:
    """Return the fields of a model that have a mark, each with the mark's instance, or ``None`` for a bare class."""
    found: dict[str, T | None] = {}
    for name, info in model.model_fields.items():
        for item in info.metadata:
            if item is mark:
                found[name] = None
            elif isinstance(item, mark):
                found[name] = item
    return found


def is_provider_only(model: type[BaseModel], name: str) -> bool:
    """Return whether a field is a provider-only option, which is never sent."""
    return name in marked(model, ProviderOnly)
