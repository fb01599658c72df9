"""Edits objects in the console between the preview and the run. No edit is lost or overwritten unseen."""

from __future__ import annotations

from killed_runs.killable import needs_proc
from killed_runs.project import Stack
from support.appsec_api import appsec
from support.appsec_api import change as appsec_change
from support.britive_api import britive
from support.every_kind import EXPECTED
from support.ibm_api import ibm, ibm_add, ibm_change, ibm_remove
from support.vault_api import change as vault_change
from support.vault_api import remove as vault_remove

pytestmark = needs_proc
GROUPS_OF_THE_LATER_STAGE = {line for line in EXPECTED["later"] if line.startswith(("ibm group", "vault group"))}


def test_a_run_keeps_member_changes_that_its_preview_did_not_show(first_stack: Stack) -> None:
    ids = {name: row["id"] for name, row in first_stack.project.resources().items()}
    first_stack.project.stage = "later"
    first_stack.project.preview()
    ibm_change(first_stack.emulator, f"/groups/{ids['ibm-group']}", "PATCH", name="By hand")
    ibm_remove(first_stack.emulator, ids["ibm-group"], "IBMid-anna")
    ibm_add(first_stack.emulator, ids["ibm-group"], "IBMid-zoe")
    vault_change(
        first_stack.emulator, ids["vault-group"], name="by-hand", member_entity_ids=["entity-alice", "entity-bob"]
    )
    appsec_change(first_stack.emulator, ids["appsec-group"], name="By hand", members=["zoe@example.com"])

    first_stack.project.up()
    found = first_stack.described()
    # The names are as declared. A run does not undo a change that its preview did not show.
    assert {*found} >= GROUPS_OF_THE_LATER_STAGE
    assert "ibm member IBMid-zoe of operators" in found
    assert "ibm member IBMid-anna of operators" not in found
    assert "vault member entity-bob of operators" in found
    assert "appsec member zoe@example.com of operators" in found

    shown = first_stack.project.preview("--refresh").text
    for name in ("IBMid-anna", "entity-bob", "zoe@example.com"):
        assert name in shown
    first_stack.project.up("--refresh")
    # An additive set leaves the members that others added. A complete list is as declared.
    assert first_stack.described() == sorted([*EXPECTED["later"], "ibm member IBMid-zoe of operators"])
    first_stack.project.unchanged()


def test_objects_that_were_deleted_after_the_preview_are_reported_and_created_again(first_stack: Stack) -> None:
    ids = {name: row["id"] for name, row in first_stack.project.resources().items()}
    first_stack.project.stage = "later"
    first_stack.project.preview()
    ibm(first_stack.emulator, "DELETE", f"/groups/{ids['ibm-group']}?force=true")
    vault_remove(first_stack.emulator, ids["vault-group"])
    appsec(first_stack.emulator, "DELETE", f"/{ids['appsec-group']}")
    environment = ids["britive-environment"]
    britive(first_stack.emulator, "DELETE", f"app-demo/environments/{environment}")

    failed = first_stack.project.up("--continue-on-error", code=None)
    assert failed.code != 0
    for name in ("ibm-group", "vault-group", "appsec-group"):
        assert "no longer exists; run `pulumi refresh` to update the state" in failed.errors[name]

    first_stack.project.up("--refresh")
    first_stack.assert_declared()
    first_stack.project.destroy()
    assert first_stack.described() == EXPECTED["destroyed"]
