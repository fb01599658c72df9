"""Converts states to the outputs that Pulumi keeps, and back, and compares them with inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from ..errors import InvalidArguments
from .fields import normal, same
from .marks import MirroredBy, NotListed, is_provider_only, marked
from .model import Args, State, default_of, lenient
from .unknown import contains_unknown

__all__ = ["Values", "as_declared", "changed", "outputs_of", "state_of", "with_unlisted_fields"]

Values = dict[str, Any]


def changed(args_type: type[Args], olds: Mapping[str, Any], news: Mapping[str, Any]) -> Iterator[str]:
    """Find the fields in which new inputs differ from old outputs.

    A field without a value and without a default is not managed. ``adopt`` matters only for a create.
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


def with_unlisted_fields(row: State, prior: State | None) -> State:
    """Return a row of a listing. Take the fields that listings do not contain from the last known state."""
    unlisted = marked(type(row), NotListed) if prior is not None else ()
    return row.model_copy(update={name: getattr(prior, name) for name in unlisted}) if unlisted else row
