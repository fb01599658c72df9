"""Applies random declarations to Britive one after another, and compares each result with the declaration."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from roster_emulator import Running
from support.britive_api import APP, britive_group, britive_root, britive_tree
from support.resources import Resource

ABOVE = {"britive.EnvironmentGroup": "parent_id", "britive.Environment": "parent_group_id"}

names = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30).filter(
    lambda text: bool(text.strip())
)
descriptions = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)
parents = st.sampled_from([None, 0, 1])
declarations = st.fixed_dictionaries({"name": names, "above": parents}, optional={"description": descriptions})


@settings(max_examples=15)
@example("britive.Environment", {"name": "n", "above": None, "description": "x"}, {"name": "n", "above": 0})
@given(st.sampled_from(sorted(ABOVE)), declarations, declarations)
def test_each_declaration_is_applied_and_then_unchanged(
    emulator: Running, kind: str, one: dict[str, Any], two: dict[str, Any]
) -> None:
    emulator.reset()
    root = britive_root(emulator)
    groups = [britive_group(emulator, root, name) for name in ("first of two", "second of two")]
    resource = Resource(kind, emulator)
    resource.up(**declared(kind, one, groups))
    check(emulator, resource, one, root, groups)
    assert resource.refresh()
    assert resource.preview(**declared(kind, one, groups)) == "same"

    before = resource.outputs
    step = resource.up(**declared(kind, two, groups))
    moved = two["above"] is not None and groups[two["above"]] != before["parent"]
    changed = two["name"] != before["name"] or two.get("description", "") != before["description"]
    assert step == ("delete-replace" if moved else "update" if changed else "same")
    check(emulator, resource, two, before["parent"], groups)
    assert resource.refresh()
    assert resource.preview(**declared(kind, two, groups)) == "same"
    resource.destroy()
    assert {row["id"] for row in rows(emulator)} == {root, *groups}


def declared(kind: str, what: dict[str, Any], groups: list[str]) -> dict[str, Any]:
    given = {name: value for name, value in what.items() if name != "above"}
    above = {} if what["above"] is None else {ABOVE[kind]: groups[what["above"]]}
    return {"app_id": APP, **given, **above}


def check(server: Running, resource: Resource, what: dict[str, Any], unnamed: str, groups: list[str]) -> None:
    [row] = [row for row in rows(server) if row["id"] == resource.id]
    above = unnamed if what["above"] is None else groups[what["above"]]
    assert (row["name"], row["description"]) == (what["name"], what.get("description", ""))
    assert (row.get("parentId") or row.get("parentGroupId")) == above


def rows(server: Running) -> list[dict[str, Any]]:
    groups, environments = britive_tree(server)
    return [*groups, *environments]
