"""Tests the members of a group: entities, other groups, cycles, and deleted members."""

from __future__ import annotations

from typing import Any

import pytest

from testkit.vault import ENTITY, GROUP, Vault, empty, failed, refused

ABSENT = "00000000-0000-0000-0000-000000000000"


def memberships(vault: Vault, entity_id: str) -> tuple[list[str], list[str]]:
    entity = vault.data("GET", f"{ENTITY}/id/{entity_id}")
    direct, inherited = sorted(entity["direct_group_ids"]), sorted(entity["inherited_group_ids"])
    assert sorted(entity["group_ids"]) == sorted(direct + inherited)
    return direct, inherited


def test_entities_are_sorted_without_duplicates(vault: Vault) -> None:
    ids = [vault.entity(name) for name in ("a", "b", "c")]
    group_id = vault.group("team-a", member_entity_ids=[ids[2], ids[0], ids[2], f" {ids[1]} ", ""])
    assert vault.show(group_id)["member_entity_ids"] == sorted(ids)
    vault.change(group_id, member_entity_ids=f"{ids[1]}, {ids[0]},{ids[1]}")
    assert vault.show(group_id)["member_entity_ids"] == sorted(ids[:2])


@pytest.mark.parametrize("bad", [ABSENT, "bad", "entity-nobody"])
def test_an_unknown_entity_refuses_the_whole_write(vault: Vault, bad: str) -> None:
    alice = vault.entity("alice")
    text = failed(f'invalid entity ID "{bad}"')
    refused(vault.post(GROUP, json={"name": "new", "member_entity_ids": [bad]}), 500, text)
    refused(vault.get(f"{GROUP}/name/new"), 404)
    group_id = vault.group("team-a", policies=["p"], member_entity_ids=[alice])
    before = vault.show(group_id)
    body = {"policies": ["q"], "member_entity_ids": [alice, bad], "metadata": {"k": "v"}}
    refused(vault.post(f"{GROUP}/id/{group_id}", json=body), 500, text)
    assert vault.show(group_id) == before


def test_ids_of_entities_are_case_sensitive(vault: Vault) -> None:
    alice = "ABCDEF" if (made := vault.entity("alice")).upper() == made else made.upper()
    text = failed(f'invalid entity ID "{alice}"')
    refused(vault.post(GROUP, json={"name": "new", "member_entity_ids": [alice]}), 500, text)


def test_a_deleted_entity_leaves_its_groups(vault: Vault) -> None:
    alice, bob = vault.entity("alice"), vault.entity("bob")
    group_id = vault.group("team-a", member_entity_ids=[alice, bob])
    before = vault.show(group_id)
    empty(vault.delete(f"{ENTITY}/id/{alice}"))
    assert vault.show(group_id) == {**before, "member_entity_ids": [bob], "modify_index": 2}
    empty(vault.delete(f"{ENTITY}/name/BOB"))
    assert vault.show(group_id) == {**before, "member_entity_ids": [], "modify_index": 3}
    vault.change(group_id)
    assert vault.show(group_id)["member_entity_ids"] is None


def test_a_disabled_entity_stays_a_member(vault: Vault) -> None:
    alice = vault.entity("alice")
    group_id = vault.group("team-a", member_entity_ids=[alice])
    empty(vault.post(f"{ENTITY}/id/{alice}", json={"disabled": True}))
    assert vault.show(group_id)["member_entity_ids"] == [alice]


def test_an_entity_shows_direct_and_inherited_groups(vault: Vault) -> None:
    alice = vault.entity("alice")
    assert memberships(vault, alice) == ([], [])
    low = vault.group("low", member_entity_ids=[alice])
    middle = vault.group("middle", member_group_ids=[low])
    top = vault.group("top", member_group_ids=[middle], member_entity_ids=[alice])
    over = vault.group("over", member_group_ids=[top])
    assert memberships(vault, alice) == (sorted([low, top]), sorted([middle, over]))
    empty(vault.delete(f"{GROUP}/id/{middle}"))
    assert memberships(vault, alice) == (sorted([low, top]), [over])


def test_three_hundred_members_in_one_write(vault: Vault) -> None:
    ids = [vault.entity(f"entity-{number:03}") for number in range(300)]
    group_id = vault.group("team-a", member_entity_ids=ids)
    assert vault.show(group_id)["member_entity_ids"] == sorted(ids)
    assert vault.data("LIST", f"{GROUP}/id")["key_info"][group_id]["num_member_entities"] == 300


def test_member_groups_are_sorted_and_parents_in_order_of_joining(vault: Vault) -> None:
    children = [vault.group(name) for name in ("a", "b", "c")]
    parents = [vault.group(f"p{number}", member_group_ids=[*children, children[0], ""]) for number in range(4)]
    for parent in parents:
        assert vault.show(parent)["member_group_ids"] == sorted(children)
    for child in children:
        assert vault.show(child)["parent_group_ids"] == parents
    vault.change(parents[0], member_group_ids=children[:2])
    assert vault.show(children[2])["parent_group_ids"] == parents[1:]
    vault.change(parents[0], member_group_ids=",".join(children))
    assert vault.show(children[2])["parent_group_ids"] == [*parents[1:], parents[0]]


def test_joining_or_leaving_a_group_increases_the_modify_index(vault: Vault) -> None:
    child, other = vault.group("child"), vault.group("other")
    parent = vault.group("parent", member_group_ids=[child])
    before = vault.show(child)
    assert (before["modify_index"], before["last_update_time"]) == (2, before["creation_time"])
    vault.change(parent, member_group_ids=[child, other])
    assert (vault.show(child), vault.show(other)["modify_index"]) == (before, 2)
    vault.change(parent, member_group_ids=[other])
    assert vault.show(child) == {**before, "modify_index": 3, "parent_group_ids": []}
    assert vault.show(parent)["modify_index"] == 3


@pytest.mark.parametrize("bad", [ABSENT, "bad"])
def test_an_unknown_group_refuses_the_whole_write(vault: Vault, bad: str) -> None:
    child, other = vault.group("child"), vault.group("other")
    text = failed(f'invalid member group ID "{bad}"')
    refused(vault.post(GROUP, json={"name": "new", "member_group_ids": [bad, child]}), 500, text)
    refused(vault.get(f"{GROUP}/name/new"), 404)
    group_id = vault.group("team-a", member_group_ids=[child])
    before = [vault.show(one) for one in (group_id, child, other)]
    body = {"member_group_ids": [other, bad], "policies": ["q"]}
    refused(vault.post(f"{GROUP}/id/{group_id}", json=body), 500, text)
    assert [vault.show(one) for one in (group_id, child, other)] == before


def test_a_group_cannot_contain_itself(vault: Vault) -> None:
    group_id = vault.group("team-a")
    reply = vault.post(f"{GROUP}/id/{group_id}", json={"member_group_ids": [group_id]})
    refused(reply, 500, failed(f'member group ID "{group_id}" is same as the ID of the group'))


@pytest.mark.parametrize("length", [2, 3, 5])
def test_cycles_are_refused(vault: Vault, length: int) -> None:
    chain = [vault.group("g0")]
    for number in range(1, length):
        chain.append(vault.group(f"g{number}", member_group_ids=[chain[-1]]))
    before = [vault.show(group_id) for group_id in chain]
    text = f'cyclic relationship detected for member group ID "{chain[-1]}"'
    refused(vault.post(f"{GROUP}/id/{chain[0]}", json={"member_group_ids": [chain[-1]]}), 400, text)
    assert [vault.show(group_id) for group_id in chain] == before


def test_a_diamond_is_not_a_cycle(vault: Vault) -> None:
    low = vault.group("low")
    sides = [vault.group(name, member_group_ids=[low]) for name in ("left", "right")]
    top = vault.group("top", member_group_ids=[*sides, low])
    assert vault.show(top)["member_group_ids"] == sorted([*sides, low])


def test_parents_cannot_be_written(vault: Vault) -> None:
    other, group_id = vault.group("other"), vault.group("team-a")
    vault.change(group_id, parent_group_ids=[other])
    assert vault.show(group_id)["parent_group_ids"] is None


def test_a_deleted_member_group_leaves_its_parent(vault: Vault) -> None:
    child = vault.group("child")
    parent = vault.group("parent", member_group_ids=[child])
    before = vault.show(parent)
    empty(vault.delete(f"{GROUP}/id/{child}"))
    assert vault.show(parent) == {**before, "member_group_ids": None}


def test_a_deleted_parent_stays_in_its_members(vault: Vault) -> None:
    child = vault.group("child")
    parent = vault.group("parent", member_group_ids=[child])
    empty(vault.delete(f"{GROUP}/id/{parent}"))
    vault.change(child, policies=["p"])
    assert vault.show(child)["parent_group_ids"] == [parent]
    assert vault.data("LIST", f"{GROUP}/id")["key_info"][child]["num_parent_groups"] == 1
    again = vault.group("parent", member_group_ids=[child])
    assert vault.show(child)["parent_group_ids"] == [parent, again]


@pytest.mark.parametrize("value", [[], None, "", ["x"]])
@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("member_entity_ids", "member entities can't be set manually for external groups"),
        ("member_group_ids", "member groups can't be set for external groups"),
    ],
)
def test_external_groups_refuse_members(vault: Vault, field: str, text: str, value: Any) -> None:
    refused(vault.post(GROUP, json={"name": "new", "type": "external", field: value}), 400, text)
    group_id = vault.group("external", type="external")
    refused(vault.post(f"{GROUP}/id/{group_id}", json={field: value}), 400, text)
    assert vault.show(group_id)["modify_index"] == 1


def test_an_internal_group_may_contain_an_external_one(vault: Vault) -> None:
    external = vault.group("external", type="external")
    internal = vault.group("internal", member_group_ids=[external])
    assert vault.show(external)["parent_group_ids"] == [internal]
