"""Defines the base of the objects that look-ups return, and the types of their fields.

Ids are strings, also where a service has numbers. A text, number, boolean or object that the service does not have is
``None``. A list or dictionary that the service does not have is empty. A list or dictionary is ``None`` only if the
look-up did not ask for it; the result's docstring names these fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields
from functools import cache
from inspect import get_annotations
from typing import Annotated, Any, NoReturn

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass
from typing_extensions import Self, dataclass_transform

__all__ = ["EmptyDictIfNull", "EmptyIfNull", "Id", "OptionalId", "OptionalText", "Result"]


def _number_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Id = Annotated[str, BeforeValidator(_number_as_text), Field(min_length=1)]
"""An id. A whole number becomes its digits, because floating point would lose some of them."""

OptionalText = Annotated[str | None, BeforeValidator(lambda value: None if value == "" else value)]
"""A text without which the service sends null, "" or nothing. A description is different: it may be empty."""

OptionalId = Annotated[OptionalText, BeforeValidator(_number_as_text)]
"""An id that not every object has."""

EmptyIfNull = BeforeValidator(lambda value: [] if value is None else value)
"""A list for which the service may send null."""

EmptyDictIfNull = BeforeValidator(lambda value: {} if value is None else value)
"""A dictionary for which the service may send null."""


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
class Result(dict[str, Any]):
    """An object as a look-up returns it. Its fields cannot be set. Lists and dictionaries in it are ordinary ones.

    Each field is an attribute, ``group.name``, and an item, ``group["name"]``. A result is a dictionary, because Pulumi
    writes only dictionaries as objects: ``pulumi.export`` writes any other mapping as the list of its keys.

    ``pulumi.Output.all`` and ``pulumi.Output.from_input`` copy dictionaries, so they return a plain dictionary without
    the attributes.

    A subclass declares its fields as annotations, like a dataclass, and is a frozen dataclass. Unknown fields of a row
    are ignored, because services add some. A field cannot have the name of a method, such as ``items``.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if taken := sorted(name for name in get_annotations(cls) if hasattr(Result, name)):
            raise TypeError(f"{cls.__name__}: a field must not have the name of a method, got {', '.join(taken)}")
        config = ConfigDict(extra="ignore", populate_by_name=True, alias_generator=cls._name_in_rows)
        dataclass(cls, frozen=True, kw_only=True, eq=False, config=config)

    @staticmethod
    def _name_in_rows(name: str) -> str:
        """Return the name that the service uses for a field."""
        return name

    def __post_init__(self) -> None:
        dict.update(self, {each.name: getattr(self, each.name) for each in fields(self)})  # type: ignore[arg-type]

    @classmethod
    def parse(cls, row: Mapping[str, Any]) -> Self:
        """Return a row of a service's reply, or the fields of a state, as a result.

        :raises ValidationError: a field is missing or has a wrong type.
        """
        return _adapter(cls).validate_python(dict(row))  # type: ignore[no-any-return]

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(f"the fields of a look-up's result cannot be set, got a change of {type(self).__name__}")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse  # pyright: ignore[reportAssignmentType]

    def __reduce__(self) -> tuple[Any, ...]:
        # By default, a copy or an unpickled result would be filled item by item.
        return _remade, (type(self), dict(self))


def _remade(kind: type[Result], values: dict[str, Any]) -> Result:
    return kind(**values)


@cache
def _adapter(kind: type[Result]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
