"""Converts states to the outputs that Pulumi keeps, and back, and compares them with inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from ..errors import InvalidArguments
from .fields import normal, same
from .identity import import_key_of
from .marks import NotListed, is_provider_only, marked
from .model import Args, State, default_of, lenient
from .unknown import contains_unknown

__all__ = [
    "Values",
    "as_declared",
    "changed",
    "declared_fields",
    "inputs_of",
    "outputs_of",
    "recorded_fields",
    "state_of",
    "with_unlisted_fields",
    "without_unmanaged_sets",
]

Values = dict[str, Any]

_MANAGED = "_managed"
"""The output that records which optional fields the program declares. It is not an attribute of the resource. Older
versions of Pulumi's SDK drop a name with two underscores."""


def changed(args_type: type[Args], olds: Mapping[str, Any], news: Mapping[str, Any]) -> Iterator[str]:
    """Find the fields in which new inputs differ from old outputs.

    A field without a value and without a default is not managed. ``adopt`` matters only for a create.
    """
    for name in args_type.model_fields:
        default = default_of(args_type, name)
        new = news.get(name, default)
        if name == "adopt" or new is None:
            continue
        old = normal(args_type, name, olds.get(name, default))
        if contains_unknown(new) or not same(old, normal(args_type, name, new)):
            yield name


def declared_fields(args_type: type[Args], inputs: Mapping[str, Any]) -> list[str]:
    """Return the optional fields that these inputs declare, and that Roster therefore manages."""
    return [name for name in _optional(args_type) if inputs.get(name) is not None]


def recorded_fields(args_type: type[Args], outputs: Mapping[str, Any]) -> list[str]:
    """Return the optional fields that Roster managed when it recorded these outputs."""
    recorded = outputs.get(_MANAGED) or ()
    return [name for name in _optional(args_type) if name in recorded]


def _optional(args_type: type[Args]) -> list[str]:
    return [name for name, info in args_type.model_fields.items() if not info.is_required() and info.default is None]


def outputs_of(
    args_type: type[Args], import_key: str, state: State, inputs: Mapping[str, Any], managed: Iterable[str]
) -> Values:
    """Return a state as outputs.

    They show each field as it is, managed or not, and provider-only options as declared. Absent is ``None``.

    :param import_key: the kind's import key, such as ``{access_group_id}/{id}``.
    :param managed: the optional fields that Roster manages.
    """
    held = state.model_dump(mode="json", exclude={"id"}, exclude_none=True, warnings=False)
    # The service adds fields without which a state has "", such as times.
    outputs: Values = {name: value for name, value in held.items() if value != "" or name in args_type.model_fields}
    for name in args_type.model_fields:
        if is_provider_only(args_type, name):
            outputs.pop(name, None)
            if name in inputs:
                outputs[name] = inputs[name]
    return {
        **outputs,
        "import_key": import_key_of(import_key, args_type, state),
        _MANAGED: sorted({*managed} & {*_optional(args_type)}),
    }


def inputs_of(args_type: type[Args], outputs: Mapping[str, Any]) -> Values:
    """Return the inputs that declare an object as its outputs show it, without the fields that are not managed."""
    unmanaged = {*_optional(args_type)} - {*recorded_fields(args_type, outputs)}
    return {name: outputs[name] for name in args_type.model_fields if name in outputs and name not in unmanaged}


def as_declared(args_type: type[Args], outputs: Values, inputs: Mapping[str, Any]) -> Values:
    """Return the outputs for Pulumi to keep right after a create or update.

    A field may still differ from its declaration, for example because other writers have just added members. The
    outputs then contain the field as declared, and the next refresh shows the difference. Pulumi computes the lines of
    a preview from the recorded inputs. If the outputs differed from these inputs, the preview would say "update" but
    show no changed property.
    """
    return {**outputs, **{name: inputs[name] for name in changed(args_type, outputs, inputs) if name in inputs}}


def state_of(state_type: type[State], id: str, props: Mapping[str, Any]) -> State:
    """Return recorded outputs as a state.

    :raises InvalidArguments: the outputs lack a field, or a field has another type.
    """
    try:
        return lenient(state_type, {**{name: value for name, value in props.items() if value is not None}, "id": id})
    except ValidationError as error:
        wrong = sorted({str(item["loc"][0]) for item in error.errors() if item["loc"]})
        raise InvalidArguments(
            f"the recorded state has no usable {', '.join(wrong)}", hint="run `pulumi refresh`, then run again"
        ) from None


def without_unmanaged_sets(args_type: type[Args], state: State, managed: Iterable[str]) -> State:
    """Return a state without the sets that are not managed: Roster must never remove anything from these.

    :param managed: the optional fields that Roster manages.
    """
    others = [name for name in _optional(args_type) if name not in managed]
    sets = [name for name in others if isinstance(getattr(state, name), (list, dict))]
    return state.model_copy(update=dict.fromkeys(sets)) if sets else state


def with_unlisted_fields(row: State, prior: State | None) -> State:
    """Return a row of a listing. Take the fields that listings do not contain from the last known state."""
    unlisted = marked(type(row), NotListed) if prior is not None else ()
    return row.model_copy(update={name: getattr(prior, name) for name in unlisted}) if unlisted else row
