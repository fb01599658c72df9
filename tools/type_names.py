"""Reads annotations, and names types as a user thinks of them: an input of a string is a ``str``."""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, ForwardRef, Literal, Union, get_args, get_origin

import pulumi
from typing_extensions import NotRequired

__all__ = ["annotations_of", "given_type", "type_name"]


def annotations_of(found: Any) -> dict[str, Any]:
    """Return the annotations of a function, or of a class without its bases.

    ``typing.get_type_hints`` cannot do this, because ``pulumi.Input`` refers to ``Output`` by name.
    """
    names = vars(sys.modules[found.__module__])
    hints = {name: _evaluated(hint, names) for name, hint in inspect.get_annotations(found).items()}
    return {name: hint for name, hint in hints.items() if get_origin(hint) is not ClassVar}


def _evaluated(hint: Any, names: dict[str, Any]) -> Any:
    text = hint.__forward_arg__ if isinstance(hint, ForwardRef) else hint
    return eval(text, names) if isinstance(text, str) else text


def type_name(hint: Any, *, outputs: bool = False) -> str:
    """Return the name of a type, without ``Input`` and other annotations.

    :param outputs: whether to show ``Output``. The outputs of a resource need no such mark, because all of them are
        outputs.
    """
    origin, inner = get_origin(hint), get_args(hint)
    if origin is pulumi.Output and outputs:
        return f"Output[{type_name(inner[0])}]"
    if origin in (Annotated, NotRequired, pulumi.Output):
        return type_name(inner[0], outputs=outputs)
    if origin in (Union, types.UnionType):
        # pulumi.Input[T] is T, Awaitable[T] or, by its name, Output[T].
        kinds = [part for part in inner if get_origin(part) is not Awaitable and not isinstance(part, ForwardRef)]
        return _either(dict.fromkeys(type_name(part, outputs=outputs) for part in sorted(kinds, key=_is_none)))
    if origin is Literal:
        return _either(f"`{value!r}`" for value in inner)
    if origin in (list, Sequence):
        return f"list of {_grouped(type_name(inner[0], outputs=outputs))}"
    if origin in (dict, Mapping):
        return f"dict of {_grouped(type_name(inner[1], outputs=outputs))}"
    if _is_none(hint):
        return "`None`"
    return "any" if hint is Any else _class_name(hint)


def _class_name(found: type) -> str:
    package, *modules = found.__module__.split(".")
    if package != "pulumi_roster":
        return found.__name__
    module = "roster" if modules[0] == "team" else modules[0]
    return f"`{module}.{found.__name__}`"


def given_type(hint: Any) -> str:
    """Return the name of the type of an argument. An argument that may be omitted may also be ``None``."""
    return type_name(hint).removesuffix(" or `None`")


def _either(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def _is_none(hint: Any) -> bool:
    return hint in (None, type(None))


def _grouped(name: str) -> str:
    return f"({name})" if " or " in name else name
