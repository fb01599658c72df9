"""Converts between models and the plain values that Pulumi keeps: differences, outputs, natural keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from ..errors import InvalidArguments
from .model import (
    Args,
    Kept,
    Key,
    MirroredBy,
    Scope,
    State,
    contains_unknown,
    default_of,
    is_provider_only,
    lenient,
    marked,
    normal,
    same,
)

__all__ = [
    "Values",
    "as_declared",
    "changed",
    "natural_key",
    "outputs_of",
    "scope_of",
    "state_of",
    "with_kept",
]

Values = dict[str, Any]


def changed(args_type: type[Args], olds: Mapping[str, Any], news: Mapping[str, Any]) -> Iterator[str]:
    """Returns the fields in which new inputs differ from old outputs.

    A field that is not given is not managed, unless it has a default. ``adopt`` matters at the creation only.
    """
    for name in args_type.model_fields:
        default = default_of(args_type, name)
        new = news.get(name, default)
        if name == "adopt" or new is None:
            continue
        old = normal(args_type, name, _old(args_type, name, olds))
        if contains_unknown(new) or not same(old, normal(args_type, name, new)):
            yield name


def _old(args_type: type[Args], name: str, olds: Mapping[str, Any]) -> Any:
    if name not in olds and (mirror := marked(args_type, MirroredBy).get(name)):
        return olds.get(mirror.output)
    return olds.get(name, default_of(args_type, name))


def outputs_of(
    args_type: type[Args], state: State, inputs: Mapping[str, Any], managed: Mapping[str, Any] | None = None
) -> Values:
    """Returns a state as outputs: without unmanaged fields, and with provider-only options as they were declared."""
    managed = inputs if managed is None else managed
    outputs: Values = state.model_dump(mode="json", exclude={"id"}, exclude_none=True, warnings=False)
    for name in args_type.model_fields:
        if name in outputs and (managed.get(name) is None or is_provider_only(args_type, name)):
            del outputs[name]
        if name in inputs and is_provider_only(args_type, name):
            outputs[name] = inputs[name]
    return outputs


def as_declared(args_type: type[Args], outputs: Values, inputs: Mapping[str, Any]) -> Values:
    """Returns outputs right after a creation or change, for Pulumi to keep.

    If a value differs from its declaration, such as members that others have just added, the declaration is kept, and
    the next refresh shows the difference. Pulumi shows a change against the inputs that it knows: if the outputs kept
    the difference, the next preview would show a change without a line.
    """
    return {**outputs, **{name: inputs[name] for name in changed(args_type, outputs, inputs) if name in inputs}}


def state_of(state_type: type[State], id: str, props: Mapping[str, Any]) -> State:
    """Returns recorded outputs as a state.

    :raises InvalidArguments: the outputs lack a field, or a field has another type.
    """
    try:
        return lenient(state_type, {**{name: value for name, value in props.items() if value is not None}, "id": id})
    except ValidationError as error:
        wrong = sorted({str(item["loc"][0]) for item in error.errors() if item["loc"]})
        raise InvalidArguments(
            f"the recorded state has no usable {', '.join(wrong)}", hint="run `pulumi refresh`, then run again"
        ) from None


def with_kept(row: State, prior: State | None) -> State:
    """Returns a row of a listing, with the fields that a listing lacks as they were known before."""
    kept = marked(type(row), Kept) if prior is not None else ()
    return row.model_copy(update={name: getattr(prior, name) for name in kept}) if kept else row


def scope_of(args_type: type[Args], values: Mapping[str, Any]) -> str:
    """Returns the scope that an object lives in; "" if its kind has only one.

    Several fields are joined by line breaks: no field can contain a line break, but each can contain a slash.
    """
    return "\n".join(str(values.get(name, "")) for name in marked(args_type, Scope))


def natural_key(args_type: type[Args], values: Args | State) -> tuple[str, ...]:
    """Returns the fields by which an object is recognised in its scope: its key fields, or all if they are empty."""
    keys = list(marked(args_type, Key))
    if not any(getattr(values, name, None) for name in keys):
        keys = [name for name in args_type.model_fields if not is_provider_only(args_type, name)]
    plain = values.model_dump(mode="json", warnings=False)  # of a state and of arguments alike
    return tuple(repr(normal(args_type, name, plain.get(name))) for name in keys)
