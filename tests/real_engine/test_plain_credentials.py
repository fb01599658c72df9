"""Checks the warning about a credential that was set without ``--secret``, which Pulumi keeps in plain text."""

from __future__ import annotations

from support.program import Program

WARNED = "contains a credential but is not a secret"
PROGRAM = """
    roster.ibm.AccessGroup("one", name="one")
    roster.ibm.AccessGroup("two", name="two", connection="second")
    pulumi.export("found", len(roster.ibm.list_access_groups()))
"""


def test_a_plain_credential_is_named_once_and_not_shown(program: Program) -> None:
    url = program.environment["ROSTER_EMULATOR"]
    second = {"emulator": url, "ibmAccountId": "acc-demo", "ibmToken": "plain"}
    plain = {"ibmAccountId": "acc-demo", "ibmToken": "roster-dev"}
    program.configure(secret=None, **plain, **{f"connections.second.{key}": value for key, value in second.items()})
    program.write(PROGRAM)
    message = program.preview().text
    assert message.count(f"roster:ibmToken {WARNED}") == 1
    assert message.count(f"roster:connections {WARNED}") == 1
    assert "pulumi config set --secret" in message
    assert "roster-dev" not in message
    program.configure(secret={"ibmToken": "roster-dev", "connections.second.ibmToken": "roster-dev"})
    assert WARNED not in program.up().text


def test_a_variable_that_holds_a_credential_may_be_in_plain_text(program: Program) -> None:
    program.configure(
        secret=None, **{"connections.second.ibmToken.env": "TOKEN", "connections.second.ibmAccountId": "acc-2"}
    )
    program.write(PROGRAM)
    assert WARNED not in program.up().text
