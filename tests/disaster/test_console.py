"""Somebody edits in the console between the preview and the run: nothing is lost, and the result is clear."""

from __future__ import annotations

from disaster.everything import AFTERWARDS, LATER
from disaster.killing import needs_proc
from disaster.stage import Scene
from support.appsec_api import appsec
from support.appsec_api import change as appsec_change
from support.britive_api import britive
from support.ibm_api import ibm, ibm_add, ibm_change, ibm_remove
from support.vault_api import change as vault_change
from support.vault_api import remove as vault_remove

pytestmark = needs_proc


def test_groups_are_renamed_and_members_changed(first: Scene) -> None:
    ids = {name: row["id"] for name, row in first.project.resources().items()}
    first.project.stage = "later"
    first.project.preview()
    ibm_change(first.emulator, f"/groups/{ids['ibm-group']}", "PATCH", name="By hand")
    ibm_remove(first.emulator, ids["ibm-group"], "IBMid-anna")
    ibm_add(first.emulator, ids["ibm-group"], "IBMid-zoe")
    vault_change(first.emulator, ids["vault-group"], name="by-hand", member_entity_ids=["entity-alice", "entity-bob"])
    appsec_change(first.emulator, ids["appsec-group"], name="By hand", members=["zoe@example.com"])

    first.project.up()
    found = first.world()
    # The names are as declared. What the preview did not show is not undone behind anybody's back.
    assert found["ibm groups"] == LATER["ibm groups"]
    assert ("operators", "IBMid-zoe") in found["ibm members"]
    assert ("operators", "IBMid-anna") not in found["ibm members"]
    assert found["vault groups"] == LATER["vault groups"]
    assert ("operators", "entity-bob") in found["vault members"]
    [(_, _, members)] = [row for row in found["appsec groups"] if row[0] == "operators"]
    assert "zoe@example.com" in members

    shown = first.project.preview("--refresh").text
    for name in ("IBMid-anna", "entity-bob", "zoe@example.com"):
        assert name in shown
    first.project.up("--refresh")
    # Members that others add to an additive set are theirs, also now; a list that is given whole is as it was given.
    members_of_ibm = sorted([*LATER["ibm members"], ("operators", "IBMid-zoe")])
    assert first.world() == {**LATER, "ibm members": members_of_ibm}
    first.project.unchanged()


def test_groups_are_deleted(first: Scene) -> None:
    ids = {name: row["id"] for name, row in first.project.resources().items()}
    first.project.stage = "later"
    first.project.preview()
    ibm(first.emulator, "DELETE", f"/groups/{ids['ibm-group']}?force=true")
    vault_remove(first.emulator, ids["vault-group"])
    appsec(first.emulator, "DELETE", f"/{ids['appsec-group']}")
    environment = ids["britive-environment"]
    britive(first.emulator, "DELETE", f"app-demo/environments/{environment}")

    failed = first.project.up("--continue-on-error", code=None)
    assert failed.code != 0
    for name in ("ibm-group", "vault-group", "appsec-group"):
        assert "is gone; `pulumi refresh` brings the state up to date" in failed.errors[name]

    first.project.up("--refresh")
    first.assert_declared()
    first.project.destroy()
    assert first.world() == AFTERWARDS
