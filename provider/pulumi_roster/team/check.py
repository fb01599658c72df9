"""Checks the arguments of a team before it registers any resource, and reports all check failures together."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..errors import InvalidArguments
from .arguments import Person, TeamAppSecArgs, TeamBritiveArgs, TeamIbmArgs, TeamVaultArgs

__all__ = ["check_team"]


_CLASSES = {"appsec": TeamAppSecArgs, "vault": TeamVaultArgs, "ibm": TeamIbmArgs, "britive": TeamBritiveArgs}


def check_team(resource_name: str, people: Any, parts: Mapping[str, Any]) -> None:
    """Check the people of a team, and its parts.

    :param parts: the arguments that are the team's parts, by system.
    :raises InvalidArguments: something is wrong. The error names each check failure with its path.
    """
    failures = [*_people(people), *_classes(parts)]
    if not failures and parts["britive"] is not None:
        failures = list(_britive(parts["britive"], people))
    if failures:
        raise InvalidArguments(f"team {resource_name!r}: {'; '.join(failures)}", hint="correct the team's arguments")


def _people(people: Any) -> Iterator[str]:
    if not isinstance(people, Sequence) or isinstance(people, str):
        yield f"people: must be a list of Person, got {reprlib.repr(people)}"
        return
    for number, person in enumerate(people):
        if not isinstance(person, Person):
            yield f"people[{number}]: must be a Person, got {reprlib.repr(person)}"
    yield from _repeated("people", [person.name for person in people if isinstance(person, Person)])


def _classes(parts: Mapping[str, Any]) -> Iterator[str]:
    for name, given in parts.items():
        if given is not None and not isinstance(given, _CLASSES[name]):
            yield f"{name}: must be a {_CLASSES[name].__name__}, got {reprlib.repr(given)}"


def _britive(wanted: TeamBritiveArgs, people: Sequence[Person]) -> Iterator[str]:
    for path in ("environments", "unscanned"):
        names = getattr(wanted, path)
        if isinstance(names, str):
            yield f"britive.{path}: must be a list of names, got {names!r}"
        else:
            yield from _repeated(f"britive.{path}", names)
    for name in wanted.environment_ids:
        if name in wanted.environments:
            yield f"britive.environment_ids.{name}: must not be in environments too"
    known = {person.name: number for number, person in enumerate(people)}
    for name in wanted.accounts:
        if name not in known:
            yield f"britive.accounts.{name}: must be the name of one of the people"
        elif people[known[name]].britive is None:
            yield f"people[{known[name]}].britive: is required, because britive.accounts has an account for {name!r}"
    for name in {} if isinstance(wanted.unscanned, str) else wanted.unscanned:
        if name not in wanted.environments and name not in wanted.environment_ids:
            yield f"britive.unscanned: must contain only names of the team's environments, got {name!r}"


def _repeated(path: str, names: Sequence[str]) -> Iterator[str]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{path}: must have unique names, got {name!r} more than once"
