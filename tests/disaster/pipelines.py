"""Pipelines that share an emulator: their programs, what is held of them, and what there must be in the end."""

from __future__ import annotations

from pathlib import Path

from disaster.everything import world
from disaster.killing import Killable
from roster_emulator import Running
from support.program import Program, engine_environment

MEMBERS = """
    import os
    mine = os.environ["PIPELINE"]
    roster.ibm.AccessGroupMembers(
        "ibm", access_group_id=roster.ibm.get_access_group(name="shared").id, members=[f"IBMid-{mine}"]
    )
    roster.vault.GroupMembers(
        "vault", group_id=roster.vault.get_identity_group(name="shared").id, member_entity_ids=[f"entity-{mine}"]
    )
    roster.appsec.GroupMembers(
        "appsec", group_id=roster.appsec.get_identity_group(name="shared").id, members=[f"{mine}@example.com"]
    )
"""
ENTITIES = {"vault": {"entities": [{"name": "entity-one"}, {"name": "entity-two"}]}}

NAMES = """
    roster.ibm.AccessGroup("ibm", name="platform")
    roster.vault.IdentityGroup("vault", name="platform")
    roster.appsec.IdentityGroup("appsec", name="platform")
    roster.britive.EnvironmentGroup("britive", app_id="app-demo", name="platform")
"""
ROOT = {
    "britive": {
        "applications": [{"appContainerId": "app-demo", "environmentGroups": [{"id": "our-root", "name": "root"}]}]
    }
}
KINDS = ("ibm.AccessGroup", "vault.IdentityGroup", "appsec.IdentityGroup", "britive.EnvironmentGroup")
# Where each kind's groups are in the emulator's dump.
TABLES = {kind: kind.partition(".")[0] for kind in KINDS}


class Pipeline(Program):
    """A project with one stack.

    :param name: of the project and its folder; the program finds it in PIPELINE.
    :param backend: where the state is kept, by default in the project's folder.
    """

    def __init__(self, folder: Path, emulator: Running, name: str, body: str, backend: str = "") -> None:
        self.folder = folder / name
        self.environment = {
            **engine_environment(self.folder, emulator.url),
            "PIPELINE": name,
            "ROSTER_QUIET_SECONDS": "0.3",
            # What is held for long is not given up.
            "ROSTER_BUDGET_SECONDS": "120",
            **({"PULUMI_BACKEND_URL": backend} if backend else {}),
        }
        self.folder.mkdir()
        (self.folder / "Pulumi.yaml").write_text(f"name: {name}\nruntime: python\n")
        self.write(body)
        self.pulumi("stack", "init", "dev")


def run(program: Program, *words: str) -> Killable:
    return Killable(program, "up", "--yes", "--skip-preview", *words)


def assert_merged(emulator: Running) -> None:
    found = world(emulator.dump())
    assert found["ibm members"] == [("shared", "IBMid-one"), ("shared", "IBMid-stranger"), ("shared", "IBMid-two")]
    assert found["vault members"] == [("shared", f"entity-{who}") for who in ("alice", "one", "two")]
    [(_, _, members)] = found["appsec groups"]
    assert members == ["one@example.com", "stranger@example.com", "two@example.com"]


def platform_ids(emulator: Running) -> dict[str, list[str]]:
    """The ids of the groups named platform, by kind."""
    dump = emulator.dump()
    rows = {
        "ibm.AccessGroup": dump["ibm"]["groups"],
        "vault.IdentityGroup": dump["vault"]["groups"],
        "appsec.IdentityGroup": dump["appsec"]["groups"],
        "britive.EnvironmentGroup": dump["britive"]["environment_group"],
    }
    return {kind: [row["id"] for row in found if row["name"] == "platform"] for kind, found in rows.items()}


def refused(text: str) -> set[str]:
    """The kinds whose creation was refused."""
    return {kind for kind in KINDS if f'AlreadyExists: create {kind} "platform"' in text}
