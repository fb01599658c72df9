"""Tests the values of the fields of a group: weak types, policies, metadata, bodies."""

from __future__ import annotations

from typing import Any

import pytest

from testkit.vault import GROUP, INVALID, Vault, empty, failed, refused

MAP = "map[string]interface {}"
LIST = "[]interface {}"


def unconvertible(where: str, kind: str, value: str) -> str:
    return f"'{where}' expected type 'string', got unconvertible type '{kind}', value: '{value}'"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["B", "a", "A", "a", " c ", "d,e"], ["B", "a", "c", "d,e"]),
        ("z,y, x ", ["x", "y", "z"]),
        ("one", ["one"]),
        (5, ["5"]),
        (True, ["1"]),
        (False, ["0"]),
        ([1, True, None, "s", 1.50], ["1", "1.5", "s"]),
        (["a", "", "  "], ["a"]),
        (["ROOT"], ["ROOT"]),
        (["no-such-policy"], ["no-such-policy"]),
        ([], []),
        ({}, []),
        (None, []),
        ("", []),
    ],
)
def test_policies_are_sorted_without_duplicates(vault: Vault, given: Any, kept: list[str]) -> None:
    assert vault.show(vault.group("team-a", policies=given))["policies"] == kept


@pytest.mark.parametrize("given", [["root"], "root", ["a", " root "], "a,root"])
def test_the_policy_root_is_refused(vault: Vault, given: Any) -> None:
    text = "policies cannot contain root"
    refused(vault.post(GROUP, json={"name": "new", "policies": given}), 400, text)
    group_id = vault.group("team-a", policies=["p"])
    refused(vault.post(f"{GROUP}/id/{group_id}", json={"policies": given}), 400, text)
    assert vault.show(group_id)["policies"] == ["p"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"k": "v"}, {"k": "v"}),
        (
            {"a": 1, "b": True, "c": 1.5, "d": None, "e": "", "f": False},
            {"a": "1", "b": "1", "c": "1.5", "d": "", "e": "", "f": "0"},
        ),
        ("k=v", {"k": "v"}),
        ("k=v,w=x", {"k": "v,w=x"}),
        (["k=v", "k2=v=2", "k3="], {"k": "v", "k2": "v=2", "k3": ""}),
        ([{"a": "b"}, None, {"c": "d"}], {"a": "b", "c": "d"}),
        ([], {}),
        ({}, {}),
        (None, None),
        ({"aZ09=/+_-": "é" * 256}, {"aZ09=/+_-": "é" * 256}),
        ({"x" * 128: "y" * 512}, {"x" * 128: "y" * 512}),
        ({str(number): "v" for number in range(64)}, {str(number): "v" for number in range(64)}),
    ],
)
def test_metadata_is_a_map_of_strings(vault: Vault, given: Any, kept: Any) -> None:
    assert vault.show(vault.group("team-a", metadata=given))["metadata"] == kept


@pytest.mark.parametrize(
    ("pair", "text"),
    [
        (("", "v"), "key cannot be blank"),
        (("a.b", "v"), "key contains invalid characters"),
        (("a b", 'é"\n\\'), "key contains invalid characters"),
        (("é", "v"), "key contains invalid characters"),
        (("x" * 129, "v"), "key is too long (limit: 128 characters)"),
        (("vault-x", "v"), 'key prefix "vault-" is reserved for internal use'),
        (("k", "y" * 513), "value is too long (limit: 512 characters)"),
        (("k", "é" * 512), "value is too long (limit: 512 characters)"),
    ],
)
def test_metadata_has_limits(vault: Vault, pair: tuple[str, str], text: str) -> None:
    key, value = pair
    shown = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    words = failed(f'invalid group metadata: failed to load metadata pair ("{key}", "{shown}"): {text}')
    refused(vault.post(GROUP, json={"name": "new", "metadata": {key: value}}), 500, words)
    refused(vault.get(f"{GROUP}/name/new"), 404)
    group_id = vault.group("team-a", metadata={"old": "1"}, policies=["p"])
    refused(vault.post(f"{GROUP}/id/{group_id}", json={"metadata": {key: value}, "policies": ["q"]}), 500, words)
    group = vault.show(group_id)
    assert (group["metadata"], group["policies"], group["modify_index"]) == ({"old": "1"}, ["p"], 1)


def test_metadata_has_64_pairs_at_most(vault: Vault) -> None:
    reply = vault.post(GROUP, json={"metadata": {str(number): "v" for number in range(65)}})
    refused(reply, 500, failed("invalid group metadata: metadata cannot contain more than 64 key/value pairs"))


@pytest.mark.parametrize(
    ("field", "value", "shown", "detail"),
    [
        ("name", ["a"], "[a]", unconvertible("", LIST, "[a]")),
        ("name", {"x": 1}, "map[x:1]", unconvertible("", MAP, "map[x:1]")),
        ("type", [], "[]", unconvertible("", LIST, "[]")),
        ("id", ["x", None, True], "[x <nil> true]", unconvertible("", LIST, "[x <nil> true]")),
        ("metadata", "kv", "kv", 'invalid key pair "kv"'),
        ("metadata", 5, "5", 'invalid key pair "5"'),
        ("metadata", True, "true", 'invalid key pair "1"'),
        ("metadata", "", "", 'invalid key pair ""'),
        ("metadata", ["=v"], "[=v]", 'invalid key pair "=v"'),
        (
            "policies",
            [["a"], {"b": 1}],
            "[[a] map[b:1]]",
            f"2 error(s) decoding:\n\n* {unconvertible('[0]', LIST, '[a]')}\n* {unconvertible('[1]', MAP, 'map[b:1]')}",
        ),
        (
            "metadata",
            {"b": [1], "a": None},
            "map[a:<nil> b:[1]]",
            f"1 error(s) decoding:\n\n* {unconvertible('[0]', MAP, 'map[a:<nil> b:[1]]')}",
        ),
        (
            "member_entity_ids",
            {"a": "b"},
            "map[a:b]",
            f"1 error(s) decoding:\n\n* {unconvertible('[0]', MAP, 'map[a:b]')}",
        ),
    ],
)
def test_values_of_a_wrong_type_are_refused(vault: Vault, field: str, value: Any, shown: str, detail: str) -> None:
    body = {"name": "new", field: value}
    refused(vault.post(GROUP, json=body), 400, f'{INVALID} {shown} for field "{field}": {detail}')
    refused(vault.get(f"{GROUP}/name/new"), 404)


@pytest.mark.parametrize(("given", "kept"), [(42, "42"), (1.50, "1.5"), (True, "1"), (12345678901234567890, None)])
def test_a_name_may_be_a_number(vault: Vault, given: Any, kept: str | None) -> None:
    assert vault.data("POST", GROUP, {"name": given})["name"] == (kept or str(given))


@pytest.mark.parametrize("given", ["internal", "", None])
def test_the_default_type_is_internal(vault: Vault, given: Any) -> None:
    assert vault.show(vault.group("team-a", type=given))["type"] == "internal"


@pytest.mark.parametrize(("given", "shown"), [("bogus", "bogus"), ("Internal", "Internal"), (5, "5")])
def test_there_are_two_types(vault: Vault, given: Any, shown: str) -> None:
    refused(vault.post(GROUP, json={"name": "new", "type": given}), 400, f'invalid group type "{shown}"')


@pytest.mark.parametrize("kind", ["internal", "external"])
@pytest.mark.parametrize("new", ["internal", "external", "", None, "bogus"])
def test_the_type_cannot_be_changed(vault: Vault, kind: str, new: Any) -> None:
    group_id = vault.group("team-a", type=kind)
    for path, body in ((f"{GROUP}/id/{group_id}", {}), (GROUP, {"name": "TEAM-a"}), (f"{GROUP}/name/team-a", {})):
        reply = vault.post(path, json={**body, "type": new})
        if new == kind:
            empty(reply)
        else:
            refused(reply, 400, "group type cannot be changed")


@pytest.mark.parametrize("body", [b"{bad", b"[]", b'"x"', b"5", b'{"name":NaN}', b"name=x", b"["])
def test_bodies_that_are_not_json_objects_are_refused(vault: Vault, body: bytes) -> None:
    refused(vault.post(GROUP, content=body), 400, "error parsing JSON")


def test_a_body_above_32_mib_is_refused(vault: Vault) -> None:
    refused(vault.post(GROUP, content=b" " * (1 + (32 << 20))), 413, "error parsing JSON")


def test_text_after_the_json_object_is_ignored(vault: Vault) -> None:
    reply = vault.post(GROUP, content=b'{"name":"one","name":"two"} trailing')
    assert reply.json()["data"]["name"] == "two"


def test_unpaired_surrogates_are_replaced(vault: Vault) -> None:
    assert vault.post(GROUP, content=b'{"name":"\xff"}').json()["data"]["name"] == "\ufffd"
    assert vault.post(GROUP, content=b'{"name":"\\ud800x"}').json()["data"]["name"] == "\ufffdx"


def test_a_form_is_accepted(vault: Vault) -> None:
    reply = vault.post(GROUP, data={"name": "form", "policies": ["a,b", "c"], "metadata": "k=v"})
    group = vault.show(reply.json()["data"]["id"])
    assert (group["name"], group["metadata"], group["policies"]) == ("form", {"k": "v"}, ["a", "b", "c"])


@pytest.mark.parametrize("before", ["", " \n"])
def test_a_json_object_is_read_as_json_with_any_content_type(before: str, vault: Vault) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}  # the default of curl
    reply = vault.post(GROUP, content=before + '{"name": "json", "policies": ["a"]}', headers=kind)
    assert reply.json()["data"]["name"] == "json"


def test_unknown_fields_are_ignored_with_a_warning_if_there_is_a_body(vault: Vault) -> None:
    warning = "Endpoint ignored these unrecognized parameters: "
    reply = vault.post(GROUP, json={"name": "team-a", "zfoo": 1, "Name": "x"})
    assert reply.json()["warnings"] == [f"{warning}[Name zfoo]"]
    empty(vault.post(GROUP, json={"name": "team-a", "zfoo": 1}))
    assert vault.get(f"{GROUP}/name/team-a?zfoo=1").json()["warnings"] == [f"{warning}[zfoo]"]
