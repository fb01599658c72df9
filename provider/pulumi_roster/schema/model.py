"""Defines the models of a resource: its arguments (:class:`Args`) and what the service holds (:class:`State`).

``Args`` are strict: they forbid unknown fields and wrong types. ``State`` is lenient: it ignores fields that services
add. In ``class XState(XArgs, State)``, the last base decides which rule applies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from .fields import field_adapter
from .marks import ProviderOnly

__all__ = ["Args", "CheckFailure", "State", "default_of", "lenient"]

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class CheckFailure:
    """An input that fails validation.

    :param path: the property, such as ``conditions[0].operator``.
    :param reason: the rule and the value found, such as ``must be 1 to 100 characters, got 140``.
    """

    path: str
    reason: str


class Args(BaseModel):
    """The arguments of a resource.

    A field whose default is ``None`` is not managed unless it is given.

    ``connection`` names the set of credentials. ``adopt`` allows a create to adopt an existing object with the same
    natural key.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    connection: Annotated[str, ProviderOnly] = "default"
    adopt: Annotated[bool, ProviderOnly] = False

    @classmethod
    def with_derived_values(cls, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the given values, and the values that follow from them. The values are not validated yet."""
        return given

    def check_failures(self) -> Iterator[CheckFailure]:
        """Check the rules between fields. A field that is not known yet holds ``UNKNOWN``."""
        return iter(())

    def allows_duplicates(self) -> bool:
        """Return whether the user wants a second object with the same natural key."""
        return False

    def duplicate_hint(self) -> str:
        """Return how to ask for a second object with the same natural key; "" if the kind does not offer it."""
        return ""


class State(BaseModel):
    """An object as the service returns it. ``id`` is the service's own."""

    model_config = ConfigDict(extra="ignore", strict=False, frozen=True)

    id: str

    def created_time(self) -> str:
        """Return when the object was created, in RFC 3339; "" if the service does not say."""
        return str(getattr(self, "created_at", ""))


def default_of(model: type[Args], name: str) -> Any:
    """Return the default of a field; ``None`` if the field is required, or is not managed by default."""
    info = model.model_fields[name]
    return None if info.is_required() else info.get_default(call_default_factory=True)


def lenient(model: type[M], row: Mapping[str, Any]) -> M:
    """Return a row of a service's reply as a model.

    A value may break one of our rules: a text may be too long, or an enumeration may have a new value. Such a value
    stays as it is, because the service holds it. Only a missing field or a wrong type is an error.

    :raises ValidationError: the row does not have the documented shape.
    """
    try:
        return model.model_validate(row, strict=False)
    except ValidationError as error:
        if any(not detail["loc"] or _has_wrong_shape(detail["type"]) for detail in error.errors()):
            raise
        odd = {detail["loc"][0] for detail in error.errors()}
    known = [name for name in model.model_fields if name in row]
    return model.model_construct(
        **{name: row[name] if name in odd else field_adapter(model, name).validate_python(row[name]) for name in known}
    )


def _has_wrong_shape(error_type: str) -> bool:
    return error_type == "missing" or error_type.endswith(("_type", "_parsing"))
