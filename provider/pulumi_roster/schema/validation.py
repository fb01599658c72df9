"""Validates the arguments of a resource, and writes the messages of its check failures."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from .fields import field_adapter
from .marks import is_provider_only
from .model import Args, CheckFailure
from .unknown import UNKNOWN, contains_unknown

__all__ = ["validate"]


def validate(model: type[Args], given: Mapping[str, Any]) -> tuple[dict[str, Any], list[CheckFailure]]:
    """Return the inputs in their normal form with defaults filled in, and all check failures.

    A value that is not known yet stays as it is; the rules that do not depend on it are checked.
    """
    given = model.with_derived_values(given)
    inputs: dict[str, Any] = {}
    values: dict[str, Any] = {}
    failures = [CheckFailure(name, _unknown_property(model, name)) for name in given if name not in model.model_fields]
    for name, info in model.model_fields.items():
        value = given.get(name)
        if value is None:
            if info.is_required():
                failures.append(CheckFailure(name, "is required"))
                continue
            values[name] = info.get_default(call_default_factory=True)
            if values[name] is not None and not is_provider_only(model, name):
                inputs[name] = field_adapter(model, name).dump_python(values[name], mode="json", exclude_none=True)
            continue
        if surrogates := list(_unpaired_surrogates(name, value)):
            failures += surrogates
            continue
        try:
            values[name] = field_adapter(model, name).validate_python(value, strict=True)
            inputs[name] = field_adapter(model, name).dump_python(values[name], mode="json", exclude_none=True)
        except ValidationError as error:
            found = list(_failures_of_known_values(name, value, error))
            failures += found
            if not found:
                values[name] = inputs[name] = value
        if contains_unknown(value):
            values[name] = UNKNOWN
            inputs[name] = value
    # In the rules between fields, a field that fails its own rule counts as not known yet.
    between = model.model_construct(**{**dict.fromkeys(model.model_fields, UNKNOWN), **values}).check_failures()
    failing = {failure.path for failure in failures}
    return inputs, [*failures, *(failure for failure in between if failure.path not in failing)]


def _failures_of_known_values(name: str, value: Any, error: ValidationError) -> Iterator[CheckFailure]:
    for detail in error.errors(include_url=False):
        if not contains_unknown(_at(value, detail["loc"])):
            path = name + "".join(_step(part) for part in detail["loc"] if part != "[key]")
            yield CheckFailure(path, _reason(detail))


def _unpaired_surrogates(path: str, value: Any) -> Iterator[CheckFailure]:
    """Find the texts in a value, keys included, that contain half of a character. No request can contain them."""
    if isinstance(value, str):
        if re.search(r"[\ud800-\udfff]", value):
            yield CheckFailure(path, f"contains an unpaired surrogate, got {_shown(value)}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from [*_unpaired_surrogates(path, key)] or _unpaired_surrogates(path + _step(key), item)
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from _unpaired_surrogates(path + _step(number), item)


def _step(part: int | str) -> str:
    """Return one step of a property path, in Pulumi's notation."""
    if isinstance(part, str) and re.fullmatch(r"\w[\w-]*", part):
        return f".{part}"
    return f"[{json.dumps(part, ensure_ascii=False)}]"


def _at(value: Any, path: tuple[int | str, ...]) -> Any:
    """Return the value at a path. A step that is not in the value names a branch of a union, and is skipped."""
    for part in path:
        try:
            value = value[part]
        except (LookupError, TypeError):
            continue
    return value


_RULES = {
    "bool_type": "must be a boolean",
    "dict_type": "must be a dictionary",
    "extra_forbidden": "is not a property of this object",
    "float_type": "must be a number",
    "greater_than_equal": "must be at least {ge}",
    "int_type": "must be a whole number",
    "less_than_equal": "must be at most {le}",
    "list_type": "must be a list",
    "literal_error": "must be {expected}",
    "model_attributes_type": "must be an object",
    "model_type": "must be an object",
    "string_type": "must be a string",
}


def _reason(detail: ErrorDetails) -> str:
    if detail["type"] == "missing":
        return "is required"
    if rule := _RULES.get(detail["type"]):
        rule = rule.format(**detail.get("ctx", {}))
    else:
        rule = detail["msg"].removeprefix("Value error, ")
        rule = rule[:1].lower() + rule[1:]
    return rule if ", got " in rule else f"{rule}, got {_shown(detail['input'])}"


def _shown(value: Any) -> str:
    text = repr(value)
    if len(text) <= 80:
        return text
    size = f" ({len(value)} characters)" if isinstance(value, str) else ""
    return f"{text[:60]}...{size}"


def _unknown_property(model: type[Args], name: str) -> str:
    close = difflib.get_close_matches(name, model.model_fields, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"the properties are {', '.join(sorted(model.model_fields))}"
    return f"is not a property of this resource; {hint}"
