"""Defines a kind for tests, with a field of each sort."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pulumi_roster.schema.fields import Len, Text, Unordered
from pulumi_roster.schema.marks import FoldCase, FromConnection, Key, ProviderOnly, Replace, Scope
from pulumi_roster.schema.model import Args, CheckFailure, State
from pulumi_roster.schema.validation import validate


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    name: Annotated[Text, Len(1, 10)]
    size: int = 1


class ThingArgs(Args):
    home: Annotated[Text, Replace, Scope, FromConnection("thingHome")]
    name: Annotated[Text, Len(1, 10), Key]
    kind: Annotated[Literal["big", "small"], Replace(delete_first=True)] = "big"
    count: Annotated[int, Field(ge=1, le=24)] = 1
    share: float | None = None
    hidden: bool = False
    words: Annotated[list[str] | None, Unordered] = None
    parts: Annotated[list[Part], Unordered] = Field(default_factory=list)
    label: Annotated[str, FoldCase] = ""
    quick: Annotated[bool, ProviderOnly] = False

    def check_failures(self) -> Iterator[CheckFailure]:
        if self.name == "forbidden" and self.hidden is True:
            yield CheckFailure("name", "may not be hidden")


class ThingState(ThingArgs, State):
    created_at: str = ""


GOOD = {"home": "here", "name": "thing"}


def failures_of(**given: Any) -> list[tuple[str, str]]:
    return [(failure.path, failure.reason) for failure in validate(ThingArgs, {**GOOD, **given})[1]]


def paths_of(**given: Any) -> list[str]:
    return [path for path, _ in failures_of(**given)]
