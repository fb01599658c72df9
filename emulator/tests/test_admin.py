from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from roster_emulator import Running, Switches, running
from testkit.ibm import RULE, Ibm, exchange


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


def test_invalid_faults_and_data_are_refused(emulator: Running) -> None:
    with pytest.raises(ValueError, match="kind"):
        emulator.fault(kind="odd")
    with pytest.raises(ValueError, match="tymes"):
        emulator.fault(kind="drop", tymes=3)
    with pytest.raises(ValueError, match="nosuch"):
        emulator.seed(nosuch={})
    with pytest.raises(ValueError, match="name"):
        emulator.seed(ibm={"groups": [{"name": "good"}, {}]})
    assert emulator.faults() == []
    assert not any(emulator.dump()["ibm"].values())


def test_seed_and_dump(emulator: Running) -> None:
    member = {"iam_id": "iam-Profile-1", "membership_type": "dynamic"}
    made = emulator.seed(ibm={"groups": [{"name": "g", "id": "g-1", "members": ["IBMid-1", member], "rules": [RULE]}]})
    assert made["ibm"]["groups"] == ["g-1"]
    dump = emulator.dump()["ibm"]
    assert [(row["iam_id"], row["type"], row["membership_type"]) for row in dump["members"]] == [
        ("IBMid-1", "user", "static"),
        ("iam-Profile-1", "profile", "dynamic"),
    ]
    assert [row["id"] for row in dump["rules"]] == made["ibm"]["rules"]


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


def test_unknown_admin_paths(emulator: Running) -> None:
    assert httpx.get(f"{emulator.url}/_emulator/other").status_code == 404
    assert httpx.post(f"{emulator.url}/_emulator/dump").status_code == 405


def test_admin_calls_are_not_counted_and_meet_no_faults(emulator: Running) -> None:
    emulator.fault(kind="drop", times=None)
    emulator.health()
    assert emulator.requests() == {}


def test_a_file_keeps_everything_over_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "data.db"
    with running(data=file) as emulator:
        emulator.seed(ibm={"groups": [{"name": "g", "members": ["IBMid-1"], "rules": [RULE]}]})
        token = exchange(emulator.url, "k").json()["access_token"]
        before = emulator.dump()
        emulator.revoke()
        late = exchange(emulator.url, "k").json()["access_token"]
    with running(data=file) as emulator:
        assert emulator.dump() == before
        replies = [
            httpx.get(f"{emulator.url}/v2/groups?account_id=a", headers={"Authorization": f"Bearer {bearer}"})
            for bearer in (token, late)
        ]
        assert [reply.status_code for reply in replies] == [401, 200]
