"""Defines the types of fields, and the normal form of their values.

Validation brings values into this form: it sorts sets and removes duplicates. Two values that mean the same are then
equal, so "equal" means "nothing to do".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, TypeAdapter, ValidationError

from .marks import FoldCase, marked

__all__ = ["Len", "NotBlank", "Text", "Unordered", "field_adapter", "folded", "normal", "same", "sorted_set"]

T = TypeVar("T")


def Len(least: int, most: int | None = None) -> AfterValidator:
    """Limit the length of a text, list or map."""

    def check(value: T) -> T:
        length = len(value)  # type: ignore[arg-type]
        if length < least or (most is not None and length > most):
            kind = "character" if isinstance(value, str) else "item"
            raise ValueError(f"must be {_range(least, most, kind)}, got {length}")
        return value

    return AfterValidator(check)


def _range(least: int, most: int | None, kind: str) -> str:
    if most is None:
        return f"at least {least} {kind}{'s' if least > 1 else ''}"
    return f"{least} to {most} {kind}s" if least else f"at most {most} {kind}s"


def _no_control_characters(text: str) -> str:
    if re.search(r"[\x00-\x1f\x7f]", text):
        raise ValueError("must not contain control characters, such as a line break or NUL")
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


Text = Annotated[str, AfterValidator(_no_control_characters)]
"""One line of text."""

NotBlank = AfterValidator(_not_blank)
"""A text that contains more than spaces."""


def _sort_key(item: Any) -> str:
    return json.dumps(item.model_dump(mode="json") if isinstance(item, BaseModel) else item, sort_keys=True)


def sorted_set(items: Iterable[T]) -> list[T]:
    """Return the items of a set, each once, in the order that Roster uses everywhere."""
    return [item for _, item in sorted({_sort_key(item): item for item in items}.items())]


Unordered = AfterValidator(sorted_set)
"""A list that stands for a set: the order and duplicates have no meaning."""


def folded(text: str) -> str:
    """Return a text in lower case, for comparisons without regard to case.

    Like the services, this converts each letter by itself. Text that a service treats as different, such as ``straße``
    and ``strasse``, stays different.
    """
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def same(one: Any, other: Any) -> bool:
    """Return whether two values are equal as JSON, in which 1 and true differ, unlike in Python."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@cache
def field_adapter(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    """Return the validator and serializer of one field."""
    info = model.model_fields[name]
    annotation: Any = info.annotation
    for item in info.metadata:
        annotation = Annotated[annotation, item]
    return TypeAdapter(annotation)


def normal(model: type[BaseModel], name: str, value: Any) -> Any:
    """Return a field's value as JSON, in its normal form.

    A value that does not fit the field, such as one that an older version recorded, stays as it is.
    """
    if value is None:
        return None
    try:
        adapter = field_adapter(model, name)
        value = adapter.dump_python(adapter.validate_python(value, strict=True), mode="json", exclude_none=True)
    except ValidationError:
        pass
    if name in marked(model, FoldCase):
        return sorted_set(folded(item) for item in value) if isinstance(value, list) else folded(value)
    return value
