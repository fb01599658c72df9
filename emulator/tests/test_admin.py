from __future__ import annotations

from typing import Any

import httpx
import pytest

from roster_emulator import Running, Switches
from testkit.ibm import Ibm, exchange


def test_health(emulator: Running) -> None:
    health = emulator.health()
    assert health["status"] == "ok"
    assert "ibm" in health["apis"]


def test_switches_are_shown_and_set(emulator: Running) -> None:
    assert emulator.switches() == Switches().model_dump()
    assert emulator.switch(rule_limit=7, unique_names=True)["rule_limit"] == 7
    assert emulator.switches() == {**Switches().model_dump(), "rule_limit": 7, "unique_names": True}


@pytest.mark.parametrize("wrong", [{"rule_limit": -1}, {"rule_limit": "many"}, {"no_such": 1}, {"page_limit": 0}])
def test_if_one_switch_is_invalid_none_changes(emulator: Running, wrong: dict[str, Any]) -> None:
    before = emulator.switches()
    with pytest.raises(ValueError, match=next(iter(wrong))):
        emulator.switch(**{"unique_names": True, **wrong})
    assert emulator.switches() == before


@pytest.mark.parametrize(
    ("fault", "text"), [({"kind": "odd"}, "kind"), ({"kind": "drop", "tymes": 3}, "unknown field tymes")]
)
def test_invalid_faults_are_refused(emulator: Running, fault: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        emulator.fault(**fault)
    assert emulator.faults() == []


def test_reset_clears_all_but_switches_and_tokens(emulator: Running, ibm: Ibm) -> None:
    token = exchange(emulator.url, "k").json()["access_token"]
    emulator.switch(rule_limit=7)
    emulator.fault(kind="drop")
    emulator.seed(ibm={"groups": [{"name": "g", "members": ["IBMid-1"]}]})
    emulator.clock(ahead=1000)
    emulator.revoke("roster-dev")
    emulator.reset()
    assert not any(emulator.dump()["ibm"].values())
    assert (emulator.faults(), emulator.requests()) == ([], {})
    assert emulator.switches()["rule_limit"] == 7
    assert ibm.names() == []
    assert ibm.get("/v2/groups/x", headers={"Authorization": f"Bearer {token}"}).status_code == 404


def test_a_snapshot_can_be_restored_twice(emulator: Running, ibm: Ibm) -> None:
    kept = ibm.group("kept")["id"]
    store = emulator.application.state.store
    snapshot, before = store.snapshot(), emulator.dump()
    for _ in range(2):
        ibm.delete(f"/v2/groups/{kept}")
        ibm.group("new")
        assert ibm.names() == ["new"]
        store.restore(snapshot)
        assert emulator.dump() == before
        assert ibm.names() == ["kept"]


@pytest.mark.parametrize("header", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}])
def test_requests_from_web_pages_are_refused(emulator: Running, header: dict[str, str]) -> None:
    reply = httpx.post(f"{emulator.url}/_emulator/reset", headers=header)
    assert reply.status_code == 403


def test_unknown_admin_paths_and_bodies_are_refused(emulator: Running) -> None:
    assert httpx.get(f"{emulator.url}/_emulator/other").status_code == 404
    assert httpx.post(f"{emulator.url}/_emulator/dump").status_code == 405
    reply = httpx.post(f"{emulator.url}/_emulator/seed", json=["ibm"])
    assert (reply.status_code, reply.json()["error"]) == (400, 'body: must be an object, got ["ibm"]')


def test_admin_calls_are_not_counted_and_meet_no_faults(emulator: Running) -> None:
    emulator.fault(kind="drop", times=None)
    emulator.health()
    assert emulator.requests() == {}
