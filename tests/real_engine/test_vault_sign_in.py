"""Signs in to a real Vault from a program and from the provider, and checks that the run leaves no token."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.program import Program
from support.vault_sign_in import Pipelines
from testkit.real_vault import real_vault

PROGRAM = """
roster.vault.IdentityGroup("group", name="group")
pulumi.export("groups", len(roster.vault.list_identity_groups()))
"""


@pytest.fixture
def pipelines() -> Iterator[Pipelines]:
    with real_vault() as server:
        made = Pipelines(server)
        yield made
        made.close()


def test_a_run_signs_in_and_leaves_no_token(tmp_path: Path, pipelines: Pipelines) -> None:
    program = Program(tmp_path / "project", pipelines.url)
    del program.environment["ROSTER_EMULATOR"]
    config = pipelines.approle()
    program.environment |= {
        "VAULT_ADDR": pipelines.url,
        "ROSTER_VAULT_AUTH_METHOD": "approle",
        "ROSTER_VAULT_ROLE_ID": config["vaultRoleId"],
        "ROSTER_VAULT_SECRET_ID": config["vaultSecretId"],
    }
    program.write(PROGRAM)
    for run in (program.preview, program.up, program.unchanged, program.refresh, program.destroy):
        run()
        assert pipelines.tokens() == {}, run
