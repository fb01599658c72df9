"""Validates the arguments of look-ups: the functions that a program calls while it runs."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any, ParamSpec, TypeVar, get_args, get_type_hints

import pulumi
from pydantic import create_model

from .errors import InvalidArguments, NotFound, RosterError, ServiceError
from .schema.fields import Len, Text
from .schema.model import Args
from .schema.validation import validate

__all__ = ["NonEmpty", "lookup"]

P = ParamSpec("P")
R = TypeVar("R")

NonEmpty = Annotated[Text, Len(1)]
"""An id or a name."""

Parameters = dict[str, tuple[Any, Any]]


def lookup(
    *, exactly_one: tuple[str, str] | None = None, is_missing: Callable[[ServiceError], bool] = lambda error: False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that validates the arguments of a look-up before the look-up sends anything.

    The annotations of the function declare the rules, in the same form as the arguments of a resource. All problems are
    in one ``InvalidArguments``. A wrong keyword is a ``TypeError``, as in every Python function. ``None`` means the
    default of the parameter.

    :param exactly_one: the two parameters of which the caller must set exactly one.
    :param is_missing: whether an error means that an object does not exist, although it is no ``NotFound`` for a
        resource. For the look-up, it becomes one: a look-up has no state from which Pulumi would drop the object.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)

        @functools.cache
        def model() -> type[Args]:
            return create_model(function.__name__, __base__=Args, **_parameters(function, signature))  # type: ignore[no-any-return, call-overload]

        @functools.wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            bound = signature.bind(*args, **kwargs)
            given = _given(function.__name__, bound, model())
            try:
                if failures := [*_failures(model(), given), *_choice(exactly_one, given)]:
                    raise InvalidArguments(
                        "; ".join(failures),
                        hint=_OUTPUT if any(isinstance(value, pulumi.Output) for value in given.values()) else "",
                    )
                _omit_none(bound)
                return function(*bound.args, **bound.kwargs)
            except RosterError as error:
                error.about = function.__name__
                if isinstance(error, NotFound):
                    error.hint = error.hint and _ABSENT  # the service's hint is for an object in the state
                elif isinstance(error, ServiceError) and is_missing(error):
                    raise _not_found(error) from None
                raise

        return checked

    return decorate


_OUTPUT = "call the look-up in a function: output.apply(lambda value: ...)"
_ABSENT = "check the ids and the connection"


def _parameters(function: Callable[..., Any], signature: inspect.Signature) -> Parameters:
    """Return the type and the default of each parameter, with those that ``**query: Unpack[Query]`` stands for."""
    hints = get_type_hints(function, include_extras=True)
    found: Parameters = {}
    for name, parameter in signature.parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            [query] = get_args(hints[name])
            found.update((key, (hint, None)) for key, hint in get_type_hints(query, include_extras=True).items())
        else:
            found[name] = (hints[name], ... if parameter.default is parameter.empty else parameter.default)
    return found


def _given(name: str, bound: inspect.BoundArguments, model: type[Args]) -> dict[str, Any]:
    given = dict(bound.arguments)
    for key, parameter in bound.signature.parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            given.update(given.pop(key, {}))
    # The model inherits the options of resources. Look-ups have only one of these.
    known = {"connection"} | model.model_fields.keys() - Args.model_fields.keys()
    if unknown := sorted(given.keys() - known):
        raise TypeError(f"{name}() got an unexpected keyword argument {', '.join(map(repr, unknown))}")
    return given


def _omit_none(bound: inspect.BoundArguments) -> None:
    """Remove the arguments that are ``None``, so that their defaults apply."""
    for name, value in list(bound.arguments.items()):
        if value is None:
            del bound.arguments[name]
        elif bound.signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
            bound.arguments[name] = {key: item for key, item in value.items() if item is not None}


def _failures(model: type[Args], given: dict[str, Any]) -> list[str]:
    outputs = [name for name, value in given.items() if isinstance(value, pulumi.Output)]
    _, failures = validate(model, given)
    return [
        *(f"{name}: must be known while the program runs, got an Output" for name in outputs),
        *(f"{failure.path}: {failure.reason}" for failure in failures if failure.path not in outputs),
    ]


def _choice(names: tuple[str, str] | None, given: dict[str, Any]) -> list[str]:
    if names is None:
        return []
    found = sum(given.get(name) is not None for name in names)
    return [] if found == 1 else [f"set exactly one of {' and '.join(names)}, got {'both' if found else 'neither'}"]


def _not_found(error: ServiceError) -> NotFound:
    found = NotFound(
        error.message,
        status=error.status,
        code=error.code,
        response=error.response,
        transaction_id=error.transaction_id,
        hint=_ABSENT,
    )
    found.about = error.about
    return found
