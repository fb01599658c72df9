"""No change is ever missed and none invented, whatever order and case.

The difference of two declarations is empty exactly when they say the same, and names what they say differently.

``meaning`` is the oracle: what a declaration says, by the documentation, written without the package's own code."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from pulumi_roster.catalog import handler_class
from pulumi_roster.http.settings import Settings
from pulumi_roster.lifecycle.lifecycle import Lifecycle, Session
from pulumi_roster.schema.outputs import outputs_of, state_of

Values = dict[str, Any]
Strategy = st.SearchStrategy[Any]
Meaning = Callable[[Values], dict[str, Any]]

CONFIG = {"roster:emulator": "http://127.0.0.1:9", "roster:ibmAccountId": "acc-demo"}
SESSION = Session(Settings(CONFIG.get, {}))

ACCOUNTS = st.sampled_from(["acc-demo", "acc-other", "ACC-demo"])
GROUPS = st.sampled_from(["AccessGroupId-1", "AccessGroupId-2", "accessgroupid-1"])
NAMES = st.sampled_from(["one", "One", "one ", "two", "ü", "u\u0308"])
PREFIXES = {"IBMid-": "user", "iam-ServiceId-": "service", "iam-Profile-": "profile"}
IDS = st.sampled_from(["IBMid-1", "IBMid-2", "IBMid-A", "IBMid-a", "iam-ServiceId-1", "iam-Profile-1"])


def told(iam_id: str) -> str:
    return next(type for prefix, type in PREFIXES.items() if iam_id.startswith(prefix))


def optional(**fields: Strategy) -> st.SearchStrategy[Values]:
    """Fields that may be left out, or given as ``None``, which is the same."""
    return st.fixed_dictionaries({}, optional={name: st.none() | values for name, values in fields.items()})


def given_of(values: Values, name: str, default: Any) -> Any:
    value = values.get(name)
    return default if value is None else value


# -- the five kinds: how they are declared, and what a declaration says

EVERY = {"connection": st.just("default"), "adopt": st.booleans()}


def with_fields(
    required: dict[str, st.SearchStrategy[Any]], **more: st.SearchStrategy[Any]
) -> st.SearchStrategy[Values]:
    return st.builds(lambda one, two: {**one, **two}, st.fixed_dictionaries(required), optional(**more, **EVERY))


GROUP = with_fields(
    {"name": NAMES},
    description=st.sampled_from(["", "why", "Why", "why\n"]),
    account_id=ACCOUNTS,
    force_delete=st.booleans(),
    allow_duplicate_name=st.booleans(),
)


def group_meaning(values: Values) -> dict[str, Any]:
    return {
        "name": values["name"],
        "description": given_of(values, "description", ""),
        "account_id": given_of(values, "account_id", "acc-demo"),
        "force_delete": given_of(values, "force_delete", False),
        "allow_duplicate_name": given_of(values, "allow_duplicate_name", False),
    }


@st.composite
def member(draw: st.DrawFn) -> Any:
    iam_id = draw(IDS)
    return draw(st.sampled_from([iam_id, {"iam_id": iam_id}, {"iam_id": iam_id, "type": told(iam_id)}]))


MEMBERS = with_fields({"access_group_id": GROUPS, "members": st.lists(member(), max_size=6)}, exclusive=st.booleans())


def members_meaning(values: Values) -> dict[str, Any]:
    ids = [one if isinstance(one, str) else one["iam_id"] for one in values["members"]]
    return {
        "access_group_id": values["access_group_id"],
        "members": frozenset(ids),
        "exclusive": given_of(values, "exclusive", False),
    }


@st.composite
def with_identity(draw: st.DrawFn, fields: st.SearchStrategy[Values]) -> Values:
    iam_id = draw(IDS)
    types: Values = draw(st.sampled_from([{}, {"type": None}, {"type": told(iam_id)}]))
    return {"iam_id": iam_id, **types, **draw(fields)}


MEMBERSHIP = with_identity(with_fields({"access_group_id": GROUPS}))


def membership_meaning(values: Values) -> dict[str, Any]:
    return {"access_group_id": values["access_group_id"], "iam_id": values["iam_id"], "type": told(values["iam_id"])}


MEMBER_GROUPS = with_identity(
    with_fields({"access_group_ids": st.lists(GROUPS, max_size=6)}, account_id=ACCOUNTS, exclusive=st.booleans())
)


def member_groups_meaning(values: Values) -> dict[str, Any]:
    return {
        "account_id": given_of(values, "account_id", "acc-demo"),
        "iam_id": values["iam_id"],
        "type": told(values["iam_id"]),
        "access_group_ids": frozenset(values["access_group_ids"]),
        "exclusive": given_of(values, "exclusive", False),
    }


SCALARS = st.sampled_from(["a", "A", "", "1", "true", 1, 0, True, False, 1.5, "ü", "\u00fc"])
TEXTS = st.sampled_from(["a", "A", "b"])
CONDITIONS = st.lists(
    st.builds(
        lambda claim, pair: {"claim": claim, "operator": pair[0], "value": pair[1]},
        st.sampled_from(["groups", "Groups", "team"]),
        st.one_of(
            st.tuples(st.sampled_from(["EQUALS", "NOT_EQUALS", "CONTAINS"]), SCALARS),
            st.tuples(st.sampled_from(["EQUALS_IGNORE_CASE", "NOT_EQUALS_IGNORE_CASE"]), TEXTS),
            st.tuples(st.just("IN"), st.lists(SCALARS, min_size=1, max_size=4)),
        ),
    ),
    min_size=1,
    max_size=3,
)
RULE = with_fields(
    {
        "access_group_id": GROUPS,
        "expiration": st.sampled_from([1, 2, 24]),
        "realm_name": st.sampled_from(["https://idp", "HTTPS://idp"]),
        "conditions": CONDITIONS,
    },
    name=st.sampled_from(["", "sso", "SSO"]),
)


def as_json(value: Any) -> str:
    """The value as JSON, in which 1 and true differ; a list as a set."""
    if isinstance(value, list):
        return json.dumps(sorted({json.dumps(item) for item in value}))
    return json.dumps(value)


def rule_meaning(values: Values) -> dict[str, Any]:
    return {
        "access_group_id": values["access_group_id"],
        "expiration": values["expiration"],
        "realm_name": values["realm_name"],
        "name": given_of(values, "name", ""),
        "conditions": frozenset((c["claim"], c["operator"], as_json(c["value"])) for c in values["conditions"]),
    }


# -- the property


def judge(kind: str, meaning: Meaning, old: Values, new: Values, replacing: set[str]) -> None:
    """What two declarations say differently is what the difference names, from the inputs and from the state."""
    life = Lifecycle(handler_class(kind), SESSION)
    (olds, faults), (news, more) = life.check(old), life.check(new)
    assume(not faults)
    assume(not more)
    before, after = meaning(old), meaning(new)
    differing = {name for name in before if before[name] != after[name]}
    state = outputs_of(life.args_type, state_of(life.state_type, "id", olds), olds)
    for outputs in (olds, state):
        found = life.diff(outputs, news)
        assert set(found.changed) == differing
        assert set(found.replaces) == differing & replacing
    again, _ = life.check(olds)
    assert again == olds


@st.composite
def pair(draw: st.DrawFn, declarations: st.SearchStrategy[Values]) -> tuple[Values, Values]:
    """Two declarations; the second is independent, or the first with some fields of another, or in another order."""
    one, other = draw(declarations), draw(declarations)
    way = draw(st.sampled_from(["independent", "mixed", "reordered"]))
    if way == "independent":
        return one, other
    if way == "mixed":
        return one, {**one, **{name: value for name, value in other.items() if draw(st.booleans())}}
    shuffled = {
        name: draw(st.permutations(value)) + draw(st.lists(st.sampled_from(value), max_size=2))
        if isinstance(value, list) and value
        else value
        for name, value in one.items()
    }
    return one, shuffled


@given(pair(GROUP))
@example(({"name": "one", "description": "why"}, {"name": "one"}))
@example(({"name": "one"}, {"name": "one", "force_delete": False, "adopt": True}))
def test_groups(declared: tuple[Values, Values]) -> None:
    judge("ibm.AccessGroup", group_meaning, *declared, {"account_id"})


@given(pair(MEMBERS))
@example(
    (
        {"access_group_id": "g", "members": ["IBMid-1", {"iam_id": "IBMid-2"}]},
        {"access_group_id": "g", "members": [{"iam_id": "IBMid-2", "type": "user"}, "IBMid-1", "IBMid-1"]},
    )
)
def test_sets_of_members(declared: tuple[Values, Values]) -> None:
    judge("ibm.AccessGroupMembers", members_meaning, *declared, {"access_group_id"})


@given(pair(MEMBERSHIP))
@example(
    (
        {"access_group_id": "g", "iam_id": "IBMid-1"},
        {"access_group_id": "g", "iam_id": "IBMid-1", "type": "user"},
    )
)
def test_memberships(declared: tuple[Values, Values]) -> None:
    judge("ibm.AccessGroupMembership", membership_meaning, *declared, {"access_group_id", "iam_id", "type"})


@given(pair(MEMBER_GROUPS))
def test_sets_of_groups(declared: tuple[Values, Values]) -> None:
    judge("ibm.MemberAccessGroups", member_groups_meaning, *declared, {"account_id", "iam_id", "type"})


@settings(max_examples=300)
@given(pair(RULE))
def test_rules(declared: tuple[Values, Values]) -> None:
    judge("ibm.AccessGroupRule", rule_meaning, *declared, {"access_group_id"})
