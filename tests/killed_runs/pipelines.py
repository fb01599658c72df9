"""Defines pipelines that share an emulator: their programs, and what the services must hold in the end."""

from __future__ import annotations

from pathlib import Path

from killed_runs.killable import Killable
from roster_emulator import Running
from support.every_kind import described
from support.program import Program

MEMBERS = """
    import os
    mine = os.environ["PIPELINE"]
    roster.ibm.AccessGroupMembers(
        "ibm", access_group_id=roster.ibm.get_access_group(name="shared").id, members=[f"IBMid-{mine}"], exclusive=False
    )
    roster.vault.IdentityGroupMembers(
        "vault",
        group_id=roster.vault.get_identity_group(name="shared").id,
        member_entity_ids=[f"entity-{mine}"],
        exclusive=False,
    )
    roster.appsec.IdentityGroupMembers(
        "appsec",
        group_id=roster.appsec.get_identity_group(name="shared").id,
        members=[f"{mine}@example.com"],
        exclusive=False,
    )
"""
ENTITIES = {"vault": {"entities": [{"name": "entity-one"}, {"name": "entity-two"}]}}

NAMES = """
    roster.ibm.AccessGroup("ibm", name="platform")
    roster.vault.IdentityGroup("vault", name="platform")
    roster.appsec.IdentityGroup("appsec", name="platform")
    roster.britive.EnvironmentGroup("britive", application_id="app-demo", name="platform")
"""
ROOT = {
    "britive": {
        "applications": [{"appContainerId": "app-demo", "environmentGroups": [{"id": "our-root", "name": "root"}]}]
    }
}
KINDS = ("ibm.AccessGroup", "vault.IdentityGroup", "appsec.IdentityGroup", "britive.EnvironmentGroup")
RESOURCE = {kind: kind.partition(".")[0] for kind in KINDS}
"""The name of each kind's resource in the program."""


class Pipeline(Program):
    """A project with one stack.

    :param name: the name of the project and its folder. The program reads it from PIPELINE.
    :param backend: the state back end, by default the folder of the project.
    """

    def __init__(self, folder: Path, emulator: Running, name: str, body: str, backend: str = "") -> None:
        super().__init__(folder / name, emulator.url, project=name, backend=backend)
        self.environment |= {
            "PIPELINE": name,
            "ROSTER_QUIET_SECONDS": "0.3",
            # The provider must not give up a request that the emulator holds for long.
            "ROSTER_TIMEOUT_SECONDS": "120",
        }
        self.write(body)


def start_up(program: Program, *words: str) -> Killable:
    """Start ``pulumi up`` and return while it runs."""
    return Killable(program, "up", "--yes", "--skip-preview", *words)


def members_of_shared(emulator: Running, system: str) -> list[str]:
    """Return the members of the group that both pipelines write to."""
    prefix, suffix = f"{system} member ", " of shared"
    return [
        line.removeprefix(prefix).removesuffix(suffix)
        for line in described(emulator.dump())
        if line.startswith(prefix) and line.endswith(suffix)
    ]


def assert_merged(emulator: Running) -> None:
    """Assert that the group of each system has the members of both pipelines, and those of other people."""
    assert members_of_shared(emulator, "ibm") == ["IBMid-one", "IBMid-other", "IBMid-two"]
    assert members_of_shared(emulator, "vault") == ["entity-alice", "entity-one", "entity-two"]
    assert members_of_shared(emulator, "appsec") == ["one@example.com", "other@example.com", "two@example.com"]


def platform_ids(emulator: Running) -> dict[str, list[str]]:
    """Return the ids of the groups named platform, by kind."""
    dump = emulator.dump()
    rows = {
        "ibm.AccessGroup": dump["ibm"]["groups"],
        "vault.IdentityGroup": dump["vault"]["groups"],
        "appsec.IdentityGroup": dump["appsec"]["groups"],
        "britive.EnvironmentGroup": dump["britive"]["environment_group"],
    }
    return {kind: [row["id"] for row in found if row["name"] == "platform"] for kind, found in rows.items()}


def refused(text: str) -> set[str]:
    """Return the kinds whose creation was refused."""
    return {kind for kind in KINDS if f'AlreadyExists: create {kind} "platform"' in text}
