"""Credentials stay where they belong: nothing that a run leaves behind or says holds one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from program import Program
from pulumi_roster.emulator import Running
from raw import ibm_groups

CANARIES = {
    "ibmApiKey": "canary-key-of-the-default-4711",
    "ibmToken": "viewer-canary-token-of-the-default-4712",
    "connections.second.ibmApiKey": "canary-key-of-the-second-4713",
    "connections.viewer.ibmToken": "viewer-canary-token-4714",
    "connections.wrong.ibmToken": "canary-token-of-nobody-4715",
    "connections.refused.ibmApiKey": "bad-canary-key-4716",
}
JWT = re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}")


def leaks(text: str) -> list[str]:
    """The credentials that a text holds: canaries, and tokens that keys were exchanged for."""
    return [canary for canary in CANARIES.values() if canary in text] + JWT.findall(text)


def left_behind(folder: Path) -> dict[str, list[str]]:
    """The credentials in the files of a folder, by file."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and (there := leaks(path.read_bytes().decode("utf-8", "replace"))):
            found[str(path.relative_to(folder))] = there
    return found


@pytest.fixture
def configured(program: Program, emulator: Running) -> Program:
    """A project that names each credential in the stack's configuration, encrypted, and none in the environment."""
    del program.environment["ROSTER_EMULATOR"]
    names = {key.split(".")[1] for key in CANARIES if "." in key}
    plain = {f"connections.{name}.ibmUrl": emulator.url for name in names}
    plain |= {f"connections.{name}.ibmAccountId": "acc-demo" for name in names}
    program.configure(secret=CANARIES, ibmUrl=emulator.url, ibmAccountId="acc-demo", **plain)
    return program


def test_no_credential_in_state_logs_output_or_errors(configured: Program, emulator: Running) -> None:
    assert left_behind(configured.folder) == {}, "the configuration is encrypted"
    configured.write("""
        roster.ibm.AccessGroup("one", name="one", description=pulumi.Output.secret("canary-description"))
        two = roster.ibm.AccessGroup("two", name="two", connection="second")
        roster.ibm.AccessGroupMembers("members", access_group_id=two.id, members=["IBMid-1"], connection="second")
        roster.ibm.AccessGroup("viewer", name="viewer", connection="viewer")
        roster.ibm.AccessGroup("wrong", name="wrong", connection="wrong")
        roster.ibm.AccessGroup("refused", name="refused", connection="refused")
        pulumi.export("found", len(roster.ibm.list_access_groups(connection="second")))
    """)
    loud = ["--logtostderr", "--logflow", "-v=9", "--debug"]
    configured.environment |= {"PULUMI_DEBUG_GRPC": str(configured.folder / "grpc.json")}
    made = configured.up(*loud, "--continue-on-error", code=1)
    assert {row["name"] for row in ibm_groups(emulator)} == {"one", "two"}
    assert set(made.errors) >= {"viewer", "wrong", "refused"}
    assert "required access" in made.errors["viewer"]
    assert len(made.out) > 10_000, "the log is verbose"
    assert leaks(made.out) == []
    state = configured.export()
    assert leaks(state) == []
    assert "canary-description" not in state, "what a program declares to be secret stays so"

    # The trace of calls to plug-ins, which is asked for by name, holds all configuration; nothing else may hold any.
    assert set(left_behind(configured.folder)) == {"grpc.json"}, "what is there is found"
    (configured.folder / "grpc.json").unlink()

    del configured.environment["PULUMI_DEBUG_GRPC"]
    configured.environment["ROSTER_DEBUG"] = "1"
    for command in (configured.refresh, configured.preview, configured.destroy):
        ran = command(*loud, code=None)
        assert leaks(ran.out) == [], command.__name__
        assert left_behind(configured.folder) == {}, command.__name__
    assert ibm_groups(emulator) == []
