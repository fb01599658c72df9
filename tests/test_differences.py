"""Tests that ``diff`` of two random declarations names exactly the fields whose meaning differs.

``KINDS`` defines the meaning of each field from the documentation of the services, without the code of the provider.
A kind needs no entry if each of its values has only one notation.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_roster.catalog import handler_class
from pulumi_roster.http.settings import Settings
from pulumi_roster.lifecycle.lifecycle import Lifecycle
from pulumi_roster.lifecycle.session import Session
from pulumi_roster.schema.outputs import declared_fields, outputs_of, state_of

Values = dict[str, Any]

CONFIG = {
    "roster:ibmToken": "t",
    "roster:ibmAccountId": "acc-demo",
    "roster:vaultAddress": "https://vault.example.com",
    "roster:vaultToken": "t",
    "roster:appsecUrl": "https://api.appsecplus.example.com",
    "roster:appsecToken": "t",
    "roster:britiveTenant": "acme",
    "roster:britiveToken": "t",
}
SESSION = Session(Settings(CONFIG.get, {}))

REQUIRED: Any = object()
UNMANAGED: Any = object()
"""The meaning of an omitted field that is left alone. To start or to stop managing a field is a change of the state."""


@dataclass(frozen=True)
class Field:
    """One field of a declaration.

    :param values: valid values. A field that is not required may also be omitted or ``None``.
    :param default: the meaning of an omitted value.
    :param meaning: returns equal results for values that mean the same.
    :param replaces: a change replaces the object.
    """

    values: st.SearchStrategy[Any]
    default: Any = REQUIRED
    meaning: Callable[[Any], Any] = lambda value: value
    replaces: bool = False

    def means(self, value: Any) -> Any:
        return self.default if value is None else self.meaning(value)


def one_of(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def set_of(*values: Any, min_size: int = 0) -> st.SearchStrategy[Any]:
    return st.lists(one_of(*values), min_size=min_size, max_size=5)


TYPES = {"IBMid-": "user", "iam-ServiceId-": "service", "iam-Profile-": "profile"}
IDS = ["IBMid-1", "IBMid-2", "IBMid-a", "IBMid-A", "iam-ServiceId-1", "iam-Profile-1"]


def type_of(iam_id: str) -> str:
    return next(type for prefix, type in TYPES.items() if iam_id.startswith(prefix))


def member_ids(members: Iterable[Any]) -> frozenset[str]:
    return frozenset(one if isinstance(one, str) else one["iam_id"] for one in members)


def as_json(value: Any) -> str:
    """Return a value as JSON, in which 1 and true differ; a list as a set."""
    return json.dumps(sorted({json.dumps(item) for item in value}) if isinstance(value, list) else value)


SCALARS = ["a", "A", "", "1", "true", 1, 0, True, False, 1.5, "ü"]
CONDITIONS = st.builds(
    lambda claim, pair: {"claim": claim, "operator": pair[0], "value": pair[1]},
    one_of("groups", "Groups"),
    st.tuples(one_of("EQUALS", "NOT_EQUALS", "CONTAINS"), one_of(*SCALARS))
    | st.tuples(one_of("EQUALS_IGNORE_CASE", "NOT_EQUALS_IGNORE_CASE"), one_of("a", "A", "b"))
    | st.tuples(st.just("IN"), set_of(*SCALARS, min_size=1)),
)


def rule_conditions(conditions: list[Values]) -> frozenset[tuple[str, str, str]]:
    return frozenset((each["claim"], each["operator"], as_json(each["value"])) for each in conditions)


def lower(text: str) -> str:
    """Return a text in lower case as Go does: letter by letter, each by one letter."""
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


# Few letters, so that equal and similar texts are frequent. Some change their number with their case.
LETTERS = st.lists(one_of("a", "A", "b", " ", "ß", "ss", "İ", "Σ", "ς"), min_size=1, max_size=3).map("".join)

GROUPS = ["AccessGroupId-1", "AccessGroupId-2", "accessgroupid-1"]
ACCOUNT = Field(one_of("acc-demo", "acc-other", "ACC-demo"), default="acc-demo", replaces=True)
ACCESS_GROUP = Field(one_of(*GROUPS), replaces=True)
IDENTITY = Field(one_of(*IDS), replaces=True)
NAME = Field(one_of("one", "One", "one ", "two", "ü", "u\u0308"))
FLAG = Field(st.booleans(), default=False)
APPLICATION = Field(one_of("app-demo", "app-other"), replaces=True)
VAULT_MEMBERS = Field(set_of("a", "A", "b", "c"), default=UNMANAGED, meaning=frozenset)

KINDS: dict[str, dict[str, Field]] = {
    "ibm.AccessGroup": {
        "name": NAME,
        "description": Field(one_of("", "why", "Why", "why\n"), default=UNMANAGED),
        "account_id": ACCOUNT,
        "force_delete": FLAG,
        "allow_duplicate_name": FLAG,
    },
    "ibm.AccessGroupMembers": {
        "access_group_id": ACCESS_GROUP,
        "members": Field(
            set_of(*IDS, *({"iam_id": id} for id in IDS), *({"iam_id": id, "type": type_of(id)} for id in IDS)),
            meaning=member_ids,
        ),
        "exclusive": Field(st.booleans()),
    },
    "ibm.AccessGroupMembership": {"access_group_id": ACCESS_GROUP, "iam_id": IDENTITY},
    "ibm.MemberAccessGroups": {
        "account_id": ACCOUNT,
        "iam_id": IDENTITY,
        "access_group_ids": Field(set_of(*GROUPS), meaning=frozenset),
        "exclusive": Field(st.booleans()),
    },
    "ibm.AccessGroupRule": {
        "access_group_id": ACCESS_GROUP,
        "expiration": Field(one_of(1, 2, 24)),
        "realm_name": Field(one_of("https://idp", "HTTPS://idp")),
        "conditions": Field(st.lists(CONDITIONS, min_size=1, max_size=3), meaning=rule_conditions),
        "name": Field(one_of("", "sso", "SSO")),
    },
    "vault.IdentityGroup": {
        "name": Field(LETTERS, meaning=lower),
        "policies": Field(
            st.lists(LETTERS, max_size=4),
            default=UNMANAGED,
            meaning=lambda policies: frozenset(lower(policy.strip()) for policy in policies) - {""},
        ),
        "metadata": Field(st.dictionaries(one_of("a", "A", "b"), one_of("", "x", "X", "é")), default=UNMANAGED),
        "member_entity_ids": VAULT_MEMBERS,
        "member_group_ids": VAULT_MEMBERS,
    },
    "vault.IdentityGroupMembers": {
        "group_id": Field(one_of("g", "h"), replaces=True),
        "member_entity_ids": Field(set_of("a", "A", "b"), meaning=frozenset),
        "member_group_ids": VAULT_MEMBERS,
        "exclusive": Field(st.booleans()),
    },
    "appsec.IdentityGroup": {
        "name": NAME,
        "description": Field(one_of("", "why", "Why"), default=UNMANAGED),
        "members": Field(set_of("a", "A", "b", "b "), default=UNMANAGED, meaning=frozenset),
    },
    "appsec.IdentityGroupMembers": {
        "group_id": Field(one_of("g", "h"), replaces=True),
        "members": Field(set_of("a", "A", "b", "b "), meaning=frozenset),
        "exclusive": Field(st.booleans()),
    },
    "britive.EnvironmentGroup": {
        "application_id": APPLICATION,
        "name": NAME,
        "description": Field(one_of("", "why", "Why", "why\n"), default=UNMANAGED),
        "parent_id": Field(one_of("p", "q"), default=UNMANAGED, replaces=True),
    },
    "britive.Environment": {
        "application_id": APPLICATION,
        "name": NAME,
        "description": Field(one_of("", "why", "Why", "why\n"), default=UNMANAGED),
        "parent_group_id": Field(one_of("p", "q"), default=UNMANAGED, replaces=True),
    },
    "britive.AccountMapping": {
        "application_id": APPLICATION,
        "environment_id": Field(one_of("e", "f"), replaces=True),
        "account_id": Field(one_of("2800", "2801"), replaces=True),
        "user_id": Field(one_of("user-alice", "user-bob"), replaces=True),
        "all_environments": FLAG,
        "force_checkin": FLAG,
    },
}


def declarations(fields: dict[str, Field]) -> st.SearchStrategy[Values]:
    required = {name: field.values for name, field in fields.items() if field.default is REQUIRED}
    optional = {name: st.none() | field.values for name, field in fields.items() if name not in required}
    return st.fixed_dictionaries(required, optional={**optional, "adopt": st.booleans()})


def reordered(items: list[Any]) -> st.SearchStrategy[list[Any]]:
    """Return the items in another order, some of them twice."""
    return st.lists(st.sampled_from(items), max_size=2).flatmap(lambda more: st.permutations(items + more))


@st.composite
def pairs(draw: st.DrawFn, fields: dict[str, Field]) -> tuple[Values, Values]:
    """Draw two declarations. The second one has some fields of the first, in another order if they are lists."""
    one, other = draw(declarations(fields)), draw(declarations(fields))
    for name, value in one.items():
        if draw(st.booleans()):
            other[name] = draw(reordered(value)) if isinstance(value, list) and value else value
    return one, other


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_diff_names_exactly_the_fields_whose_meaning_differs(kind: str, data: st.DataObject) -> None:
    fields = KINDS[kind]
    old, new = data.draw(pairs(fields))
    lifecycle = Lifecycle(handler_class(kind), SESSION)
    (olds, failures), (news, more) = lifecycle.check(old), lifecycle.check(new)
    assert failures == more == []
    meant = {name: (field.means(old.get(name)), field.means(new.get(name))) for name, field in fields.items()}
    differing = {name for name, (before, after) in meant.items() if before != after}
    state, managed = state_of(lifecycle.state_type, "id", olds), declared_fields(lifecycle.args_type, olds)
    found = lifecycle.diff(outputs_of(lifecycle.args_type, "{id}", state, olds, managed), news)
    # The type of an identity follows from its id.
    assert {*found.changed} - {"type"} == differing
    replacing = {name for name in differing if fields[name].replaces and meant[name][1] is not UNMANAGED}
    assert {*found.replaces} - {"type"} == replacing
    assert lifecycle.check(olds) == (olds, [])


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_has_all_fields_of_a_kind(kind: str) -> None:
    assert {*KINDS[kind]} == {*handler_class(kind).args_type.model_fields} - {"connection", "adopt", "type"}
