"""Tests the data of all four APIs: seeding, reset, and a file that survives a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from roster_emulator import Running, running
from testkit.britive import APP
from testkit.ibm import RULE, exchange
from testkit.vault import ENTITY, Vault, empty

ALICE, BOB = "entity-alice", "entity-bob"
DYNAMIC = {"iam_id": "iam-Profile-1", "membership_type": "dynamic"}
MAPPING = {"account": 2800, "user": "user-zoe"}
DATA: dict[str, Any] = {
    "ibm": {"groups": [{"name": "g", "id": "g-1", "members": ["IBMid-1", DYNAMIC], "rules": [RULE]}]},
    "britive": {"users": [{"userId": "user-zoe"}], "applications": [{"appContainerId": APP, "mappings": [MAPPING]}]},
    "vault": {"auth": [{"path": "corp", "type": "oidc"}], "groups": [{"name": "g", "member_entity_ids": [ALICE]}]},
    "appsec": {"groups": [{"name": "g", "description": "d", "members": ["user-101"]}, {"name": "empty"}]},
}


def application(**content: Any) -> dict[str, Any]:
    return {"applications": [{"appContainerId": APP, **content}]}


def test_seeding_returns_the_ids_and_the_dump_shows_the_rows(emulator: Running) -> None:
    made = emulator.seed(**DATA)
    assert made["appsec"] == {"groups": ["group-001", "group-002"]}
    assert made["britive"] == {"users": ["user-zoe"], "applications": [APP]}
    dump = emulator.dump()
    assert [row["id"] for row in dump["ibm"]["groups"]] == made["ibm"]["groups"] == ["g-1"]
    assert [row["id"] for row in dump["ibm"]["rules"]] == made["ibm"]["rules"]
    assert [row["id"] for row in dump["vault"]["groups"]] == made["vault"]["groups"]
    assert [(row["iam_id"], row["type"], row["membership_type"]) for row in dump["ibm"]["members"]] == [
        ("IBMid-1", "user", "static"),
        ("iam-Profile-1", "profile", "dynamic"),
    ]


@pytest.mark.parametrize(
    ("api", "data", "text"),
    [
        ("nosuch", {}, "nosuch"),
        ("ibm", {"groups": [{"name": "good"}, {}]}, "name"),
        ("appsec", {"groups": [{"name": "new"}, {"name": "new"}]}, "409"),
        ("vault", {"groups": [{"name": "g", "member_entity_ids": ["nobody"]}]}, 'invalid entity ID "nobody"'),
        ("vault", {"groups": [{"name": "g"}, {"name": "G"}]}, "a group G"),
        ("vault", {"entities": [{"name": ALICE}]}, "an entity"),
        ("vault", {"groups": [{"nam": "g"}]}, "name"),
        ("vault", {"namespaces": ["ns1"]}, "unsupported path"),
        ("britive", {"apps": []}, "apps"),
        ("britive", {"applications": [{"appContainerId": ""}]}, "appContainerId"),
        ("britive", application(catalogAppName="Nosuch"), "unknown type"),
        ("britive", application(accounts=[{"accountId": "x", "nativeName": "n"}]), "accountId"),
        ("britive", application(links=[{"account": 2800}]), "a link names two"),
        ("britive", application(links=[{"account": 1, "permission": 46600}]), "account 1"),
        ("britive", application(links=[{"group": 69152, "permission": 1}]), "permission 1"),
        ("britive", application(mappings=[{"account": 1, "user": "user-bob"}]), "account 1"),
        ("britive", application(mappings=[{"account": 2800, "user": "nosuch"}]), "user nosuch"),
    ],
)
def test_invalid_seed_data_add_nothing(emulator: Running, api: str, data: dict[str, Any], text: str) -> None:
    before = emulator.dump()
    with pytest.raises(ValueError, match=text):
        emulator.seed(**{"appsec": {"groups": [{"name": "first"}]}, api: data})
    assert emulator.dump() == before


def test_a_reset_restores_the_initial_data(emulator: Running) -> None:
    before = emulator.dump()
    emulator.seed(**DATA)
    emulator.reset()
    after = emulator.dump()
    for dump in (before, after):
        for row in (*dump["vault"]["mounts"], *dump["vault"]["entities"]):
            for changing in ("accessor", "uuid", "creation_time", "last_update_time"):
                row.pop(changing, None)
    assert after == before


def test_a_file_keeps_everything_over_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "data"
    with running(data=file) as emulator:
        emulator.seed(**DATA)
        with Vault(emulator.url, "roster-dev") as vault:
            empty(vault.delete(f"{ENTITY}/id/{BOB}"))
        token = exchange(emulator.url, "k").json()["access_token"]
        emulator.revoke()
        late = exchange(emulator.url, "k").json()["access_token"]
        before = emulator.dump()
    with running(data=file) as emulator:
        assert emulator.dump() == before
        replies = [
            httpx.get(f"{emulator.url}/v2/groups?account_id=a", headers={"Authorization": f"Bearer {bearer}"})
            for bearer in (token, late)
        ]
        assert [reply.status_code for reply in replies] == [401, 200]
        assert emulator.seed(appsec={"groups": [{"name": "new"}]})["appsec"]["groups"] == ["group-003"]
