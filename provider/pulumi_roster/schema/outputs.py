"""Converts states to the outputs that Pulumi keeps, and back, and compares them with inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .fields import normal, same
from .marks import Kept, MirroredBy, is_provider_only, marked
from .model import Args, State, default_of, lenient
from .unknown import contains_unknown

__all__ = ["Values", "as_declared", "changed", "outputs_of", "state_of", "with_kept"]

Values = dict[str, Any]


def changed(args_type: type[Args], olds: Mapping[str, Any], news: Mapping[str, Any]) -> Iterator[str]:
    """Find the fields in which new inputs differ from old outputs.

    A field that is neither given nor has a default is not managed. ``adopt`` has a meaning only for a creation.
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
    """Return a state as outputs: without fields that are not managed, and with provider-only options as declared."""
    managed = inputs if managed is None else managed
    outputs: Values = state.model_dump(mode="json", exclude={"id"}, exclude_none=True, warnings=False)
    for name in args_type.model_fields:
        if name in outputs and (managed.get(name) is None or is_provider_only(args_type, name)):
            del outputs[name]
        if name in inputs and is_provider_only(args_type, name):
            outputs[name] = inputs[name]
    return outputs


def as_declared(args_type: type[Args], outputs: Values, inputs: Mapping[str, Any]) -> Values:
    """Return the outputs for Pulumi to keep right after a creation or update.

    A field that still differs from its declaration, for example because others have just added members, is kept as
    declared, and the next refresh brings the difference in. Pulumi shows changes relative to the inputs that it knows:
    if these outputs contained the difference, the preview would show a change without a line.
    """
    return {**outputs, **{name: inputs[name] for name in changed(args_type, outputs, inputs) if name in inputs}}


def state_of(state_type: type[State], id: str, props: Mapping[str, Any]) -> State:
    """Return outputs as a state. For an object that is being imported, the fields that are not known are missing."""
    fields = state_type.model_fields
    known = {name: value for name, value in props.items() if name in fields and value is not None}
    if all(name in known or not info.is_required() for name, info in fields.items() if name != "id"):
        return lenient(state_type, {**known, "id": id})
    defaults = {
        name: info.get_default(call_default_factory=True) for name, info in fields.items() if not info.is_required()
    }
    built: State = state_type.model_construct(**{**defaults, **known, "id": id})
    return built


def with_kept(row: State, prior: State) -> State:
    """Return a row of a listing, with the values that only the object's last state contains."""
    kept = [name for name in marked(type(row), Kept) if hasattr(prior, name)]
    return row.model_copy(update={name: getattr(prior, name) for name in kept}) if kept else row
