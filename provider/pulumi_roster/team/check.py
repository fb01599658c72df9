"""Checks the arguments of a team before it registers any resource, and reports all check failures together.

The resources check the values that may be outputs.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..errors import InvalidArguments
from .arguments import Person, TeamAppSecArgs, TeamBritiveArgs, TeamIbmArgs, TeamIbmRuleDict, TeamVaultArgs

__all__ = ["check_team"]


_CLASSES = {"appsec": TeamAppSecArgs, "vault": TeamVaultArgs, "ibm": TeamIbmArgs, "britive": TeamBritiveArgs}


def check_team(resource_name: str, people: Any, parts: Mapping[str, Any]) -> None:
    """Check the people of a team, and its parts.

    :param parts: the arguments that are the team's parts, by system.
    :raises InvalidArguments: something is wrong. The error names each check failure with its path.
    """
    failures = [*_people(people)]
    for system, given in parts.items():
        if given is not None and not isinstance(given, _CLASSES[system]):
            failures.append(f"{system}: must be a {_CLASSES[system].__name__}, got {reprlib.repr(given)}")
    if isinstance(parts["ibm"], TeamIbmArgs):
        failures += _rules(parts["ibm"].rules)
    if isinstance(parts["britive"], TeamBritiveArgs):
        failures += _britive(parts["britive"], people)
    if failures:
        raise InvalidArguments(f"team {resource_name!r}: {'; '.join(failures)}")


def _people(people: Any) -> Iterator[str]:
    if not _is_list(people):
        yield f"people: must be a list of Person, got {reprlib.repr(people)}"
        return
    for number, person in enumerate(people):
        if not isinstance(person, Person):
            yield f"people[{number}]: must be a Person, got {reprlib.repr(person)}"
        elif not _is_name(person.name):
            yield f"people[{number}].name: must be a non-empty string, got {reprlib.repr(person.name)}"
        elif "/" in person.name:
            yield f"people[{number}].name: must not contain '/', got {reprlib.repr(person.name)}"
    yield from _repeated("people", [person.name for person in people if isinstance(person, Person)])


def _rules(rules: Any) -> Iterator[str]:
    yield from _named("ibm.rules", rules)
    for name in _keys(rules):
        rule = rules[name]
        if not isinstance(rule, Mapping):
            yield f"ibm.rules.{name}: must be a TeamIbmRuleDict, got {reprlib.repr(rule)}"
            continue
        known = TeamIbmRuleDict.__required_keys__
        yield from (f"ibm.rules.{name}.{key}: is required" for key in sorted(known - rule.keys()))
        yield from (f"ibm.rules.{name}.{key}: is not an argument of a rule" for key in rule if key not in known)


def _britive(wanted: TeamBritiveArgs, people: Any) -> Iterator[str]:
    yield from _names("britive.environments", wanted.environments)
    yield from _named("britive.environment_ids", wanted.environment_ids)
    yield from _named("britive.accounts", wanted.accounts)
    yield from _names("britive.unscanned", wanted.unscanned)
    created, given = _items(wanted.environments), _keys(wanted.environment_ids)
    for name in given:
        if name in created:
            yield f"britive.environment_ids.{name}: must not be in environments too"
    if _is_list(people):
        known = {
            person.name: number
            for number, person in enumerate(people)
            if isinstance(person, Person) and _is_name(person.name)
        }
        for name in _keys(wanted.accounts):
            if name not in known:
                yield f"britive.accounts.{name}: must be the name of one of the people"
            elif people[known[name]].britive is None:
                path = f"people[{known[name]}].britive"
                yield f"{path}: is required, because britive.accounts has an account for {name!r}"
    for name in _items(wanted.unscanned):
        if name not in created and name not in given:
            yield f"britive.unscanned: must contain only names of the team's environments, got {name!r}"


def _is_list(given: Any) -> bool:
    return isinstance(given, Sequence) and not isinstance(given, (str, bytes))


def _is_name(given: Any) -> bool:
    return isinstance(given, str) and given != ""


def _items(given: Any) -> list[str]:
    """Return the valid names in a list. The check of the list itself reports the others."""
    return [name for name in given if _is_name(name)] if _is_list(given) else []


def _keys(given: Any) -> list[str]:
    """Return the valid names that are keys of a dictionary."""
    return [name for name in given if _is_name(name)] if isinstance(given, Mapping) else []


def _names(path: str, given: Any) -> Iterator[str]:
    if not _is_list(given):
        yield f"{path}: must be a list of names, got {reprlib.repr(given)}"
        return
    for number, name in enumerate(given):
        if not _is_name(name):
            yield f"{path}[{number}]: must be a non-empty string, got {reprlib.repr(name)}"
    yield from _repeated(path, given)


def _named(path: str, given: Any) -> Iterator[str]:
    if not isinstance(given, Mapping):
        yield f"{path}: must be a dictionary, got {reprlib.repr(given)}"
        return
    for name in given:
        if not _is_name(name):
            yield f"{path}: must have non-empty strings as keys, got {reprlib.repr(name)}"


def _repeated(path: str, given: Sequence[Any]) -> Iterator[str]:
    names = _items(given)
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{path}: must have unique names, got {name!r} more than once"
