"""What a resource is given (:class:`Args`) and what it is (:class:`State`), with the marks that say how fields behave.

Rules are declarations beside the field; they are read here, once for all resources::

    class AccessGroupArgs(Args):
        account_id: Annotated[str, Replace, Scope, FromConnection("account_id")]
        name: Annotated[Text, Key, Len(1, 100)]

Strict in, lenient out: ``Args`` forbid unknown fields and wrong types, ``State`` ignores what services add. In
``class XState(XArgs, State)`` the last base decides. Values are normalised when they are validated (sets sorted,
duplicates merged), so that equal means: nothing to do.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeVar

from annotated_types import Len
from pydantic import AfterValidator, BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

__all__ = [
    "UNKNOWN",
    "Args",
    "CheckFailure",
    "FoldCase",
    "FromConnection",
    "Kept",
    "Key",
    "Len",
    "MirroredBy",
    "ProviderOnly",
    "Replace",
    "Scope",
    "State",
    "Text",
    "Unordered",
    "contains_unknown",
    "default_of",
    "folded",
    "is_provider_only",
    "lenient",
    "marked",
    "normal",
    "same",
    "sorted_set",
    "validate",
]

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Stands for a value that is not known yet, as the Pulumi engine itself writes it (asserted by a test)."""


class Replace:
    """A change of this field makes the object anew.

    :param delete_first: the old object goes before the new one comes, whatever its natural key.
    """

    def __init__(self, *, delete_first: bool = False) -> None:
        self.delete_first = delete_first


class Key:
    """Part of the natural key: by these fields a person, and a create, recognises the object within its scope."""


class Scope:
    """What the object lives in: the account, the group, the application. One listing covers one scope."""


class ProviderOnly:
    """Steers this provider and is never sent: a change is recorded without a call. At its default it is not shown."""


@dataclass(frozen=True)
class MirroredBy:
    """While the field is not managed, this output tells its value: to declare it as it is changes nothing."""

    output: str


class Kept:
    """What a listing does not tell: an object that is read from one has it as it was known before."""


class FoldCase:
    """Text, or a set of text, that the service compares without case."""


@dataclass(frozen=True)
class FromConnection:
    """When the field is not given, it comes from the connection's configuration."""

    key: str


def _no_control_characters(text: str) -> str:
    if re.search(r"[\x00-\x1f\x7f]", text):
        raise ValueError("control characters, such as a line break or NUL, are not allowed")
    return text


Text = Annotated[str, AfterValidator(_no_control_characters)]
"""One line of text."""


def _sort_key(item: Any) -> str:
    return json.dumps(item.model_dump(mode="json") if isinstance(item, BaseModel) else item, sort_keys=True)


def sorted_set(items: Iterable[T]) -> list[T]:
    """The items of a set in the one order that is kept everywhere, each once."""
    return [item for _, item in sorted({_sort_key(item): item for item in items}.items())]


Unordered = AfterValidator(sorted_set)
"""A list that is a set: its order means nothing, and what is named twice is there once."""


class Args(BaseModel):
    """What the user declares.

    ``connection`` names the set of credentials; ``adopt`` lets a create take over an existing object with the same
    natural key.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    connection: Annotated[str, Replace, ProviderOnly] = "default"
    adopt: Annotated[bool, ProviderOnly] = False

    @classmethod
    def with_implied(cls, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is given, with what it implies where it says nothing. Nothing of it has been checked yet."""
        return given

    def check_failures(self) -> Iterator[CheckFailure]:
        """Rules between fields. A field holds :data:`UNKNOWN` when it is not known yet."""
        return iter(())

    def allows_duplicates(self) -> bool:
        """Whether the user wants a second object with the same natural key."""
        return False

    def duplicate_hint(self) -> str:
        """Returns how to ask for a second object with the same natural key; "" if the kind does not offer it."""
        return ""


class State(BaseModel):
    """What the service holds. ``id`` is the service's own."""

    model_config = ConfigDict(extra="ignore", strict=False, frozen=True)

    id: str

    def born(self) -> str:
        """When the object was made, RFC 3339; "" where the service does not say."""
        return str(getattr(self, "created_at", ""))


@dataclass(frozen=True)
class CheckFailure:
    """One thing that is wrong with what the user declared.

    :param path: the property, such as ``conditions[0].operator``.
    :param reason: what is allowed, and what was given.
    """

    path: str
    reason: str


@cache
def marked(cls: type[Args | State], mark: type[T]) -> dict[str, T | None]:
    """The fields of a model that bear a mark, with the mark where it is an instance and not the bare class."""
    found: dict[str, T | None] = {}
    for name, info in cls.model_fields.items():
        for item in info.metadata:
            if item is mark:
                found[name] = None
            elif isinstance(item, mark):
                found[name] = item
    return found


def default_of(cls: type[Args], name: str) -> Any:
    """What a field is when it is not given; ``None`` for one that is required, or that is not managed then."""
    info = cls.model_fields[name]
    return None if info.is_required() else info.get_default(call_default_factory=True)


def is_provider_only(cls: type[Args], name: str) -> bool:
    """Whether a field is never sent."""
    return name in marked(cls, ProviderOnly)


def contains_unknown(value: Any) -> bool:
    """Whether a value, at any depth, is not known yet."""
    if isinstance(value, Mapping):
        return any(contains_unknown(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return any(contains_unknown(item) for item in value)
    return bool(value == UNKNOWN)


def validate(cls: type[Args], given: Mapping[str, Any]) -> tuple[dict[str, Any], list[CheckFailure]]:
    """Checks what the user gave against the model: all faults together, and the inputs normalised, defaults filled in.

    Values that are not known yet are let through as they came, and what can be said without them is said.
    """
    given = cls.with_implied(given)
    inputs: dict[str, Any] = {}
    values: dict[str, Any] = {}
    faults = [CheckFailure(name, _unknown_property(cls, name)) for name in given if name not in cls.model_fields]
    for name, info in cls.model_fields.items():
        value = given.get(name)
        if value is None:
            if info.is_required():
                faults.append(CheckFailure(name, "is required, nothing was given"))
                continue
            values[name] = info.get_default(call_default_factory=True)
            if values[name] is not None and not is_provider_only(cls, name):
                inputs[name] = _adapter(cls, name).dump_python(values[name], mode="json", exclude_none=True)
            continue
        if halves := list(_halves(name, value)):
            faults += halves
            continue
        try:
            values[name] = _adapter(cls, name).validate_python(value, strict=True)
            inputs[name] = _adapter(cls, name).dump_python(values[name], mode="json", exclude_none=True)
        except ValidationError as error:
            here = list(_known_faults(name, value, error))
            faults += here
            if not here:
                values[name] = inputs[name] = value
        if contains_unknown(value):
            values[name] = UNKNOWN
            inputs[name] = value
    # What is at fault itself says nothing about the others.
    rules = cls.model_construct(**{**dict.fromkeys(cls.model_fields, UNKNOWN), **values}).check_failures()
    said = {fault.path for fault in faults}
    return inputs, [*faults, *(fault for fault in rules if fault.path not in said)]


def normal(cls: type[Args], name: str, value: Any) -> Any:
    """A field's value in the form in which equal values are equal, as JSON. Values of older versions pass as they
    are."""
    if value is None:
        return None
    try:
        adapter = _adapter(cls, name)
        value = adapter.dump_python(adapter.validate_python(value, strict=True), mode="json", exclude_none=True)
    except ValidationError:
        pass
    if name in marked(cls, FoldCase):
        return sorted_set(folded(item) for item in value) if isinstance(value, list) else folded(value)
    return value


def folded(text: str) -> str:
    """A text without case, letter by letter as services do it: what they tell apart, such as a sharp s and ss,
    stays apart."""
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def same(one: Any, other: Any) -> bool:
    """Equal as JSON, where 1 and true differ, which Python calls equal."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def lenient(cls: type[M], row: Mapping[str, Any]) -> M:
    """What a service said, as a model. A value that breaks a rule of ours (too long, an unknown member of an
    enumeration) is kept as it came, for it is what the service holds; only a missing field or another type is an error.

    :raises ValidationError: the shape is not the documented one.
    """
    try:
        return cls.model_validate(row, strict=False)
    except ValidationError as error:
        if any(not fault["loc"] or _is_misshapen(fault["type"]) for fault in error.errors()):
            raise
        odd = {fault["loc"][0] for fault in error.errors()}
    known = [name for name in cls.model_fields if name in row]
    return cls.model_construct(
        **{name: row[name] if name in odd else _adapter(cls, name).validate_python(row[name]) for name in known}
    )


def _is_misshapen(fault: str) -> bool:
    return fault == "missing" or fault.endswith(("_type", "_parsing"))


@cache
def _adapter(cls: type[BaseModel], name: str) -> TypeAdapter[Any]:
    info: FieldInfo = cls.model_fields[name]
    annotation: Any = info.annotation
    for item in info.metadata:
        annotation = Annotated[annotation, item]
    return TypeAdapter(annotation)


def _known_faults(name: str, value: Any, error: ValidationError) -> Iterator[CheckFailure]:
    for fault in error.errors(include_url=False):
        if not contains_unknown(_at(value, fault["loc"])):
            path = name + "".join(_step(part) for part in fault["loc"] if part != "[key]")
            yield CheckFailure(path, f"{_allowed(fault)}, given {_shown(fault['input'])}")


def _halves(path: str, value: Any) -> Iterator[CheckFailure]:
    """The texts within a value, keys included, that hold half of a character: nothing can send them."""
    if isinstance(value, str):
        if re.search(r"[\ud800-\udfff]", value):
            yield CheckFailure(path, f"half of a character is no text, given {_shown(value)}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from [*_halves(path, key)] or _halves(path + _step(key), item)
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from _halves(path + _step(number), item)


def _step(part: int | str) -> str:
    """One step of a property path, as Pulumi writes them."""
    if isinstance(part, str) and re.fullmatch(r"\w[\w-]*", part):
        return f".{part}"
    return f"[{json.dumps(part, ensure_ascii=False)}]"


def _at(value: Any, loc: tuple[int | str, ...]) -> Any:
    """The value at a place; where a union's branch name stands in the place, the value above it."""
    for part in loc:
        try:
            value = value[part]
        except (LookupError, TypeError):
            continue
    return value


def _allowed(fault: ErrorDetails) -> str:
    limits = fault.get("ctx", {})
    if isinstance(fault["input"], str) and fault["type"] == "too_long":
        # A text with a validator of its own is measured, and told, as if it were a collection.
        return f"string should have at most {limits['max_length']} characters"
    if isinstance(fault["input"], str) and fault["type"] == "too_short":
        return f"string should have at least {limits['min_length']} character{'s' * (limits['min_length'] > 1)}"
    message = fault["msg"].removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _shown(value: Any) -> str:
    text = repr(value)
    if len(text) <= 80:
        return text
    size = f" ({len(value)} characters)" if isinstance(value, str) else ""
    return f"{text[:60]}...{size}"


def _unknown_property(cls: type[Args], name: str) -> str:
    close = difflib.get_close_matches(name, cls.model_fields, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(sorted(cls.model_fields))}"
    return f"is not a property of this resource{hint}"
