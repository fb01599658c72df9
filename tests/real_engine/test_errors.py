"""Checks errors as users see them: a few lines with the object, the response of the service and a hint."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from roster_emulator import Running
from support.ibm_api import ibm_group, ibm_groups, ibm_members
from support.program import Program

TRANSACTION = re.compile(r"transaction id: \S{8,}")


class Page(BaseHTTPRequestHandler):
    """A proxy that answers every request with an HTML page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<html><body>Please log in</body></html>")

    do_PUT = do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def html_proxy() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def a_few_lines(text: str, *parts: str) -> None:
    """Assert that an error contains these parts and no traceback, and is short."""
    for part in parts:
        assert part in text
    assert "Traceback" not in text
    assert ".py" not in text
    lines = text.strip().splitlines()
    assert 1 <= len(lines) <= 6, text
    assert len(text) < 900, text


def test_each_error_of_the_service_or_the_network_is_a_few_lines_with_a_hint(
    program: Program, emulator: Running, html_proxy: str, closed_port: int
) -> None:
    there = ibm_group(emulator, "there")
    keys = {"ibmAccountId": "acc-demo", "ibmUrl": emulator.url}
    connections = {
        "wrong": {**keys, "ibmToken": "nobodys-token"},
        "refused": {**keys, "ibmApiKey": "bad-key"},
        "viewer": {**keys, "ibmApiKey": "viewer-key"},
        "page": {**keys, "ibmToken": "roster-dev", "ibmUrl": html_proxy},
        "nowhere": {**keys, "ibmToken": "roster-dev", "ibmUrl": f"http://127.0.0.1:{closed_port}"},
    }
    program.environment["ROSTER_CONNECTIONS"] = json.dumps(connections)
    program.environment["ROSTER_TIMEOUT_SECONDS"] = "1"
    groups = "\n".join(
        f'    roster.ibm.AccessGroup("{name}", name="{name}", connection="{name}")' for name in connections
    )
    program.write(f"""
{groups}
    roster.ibm.AccessGroup("taken", name="there")
    roster.ibm.AccessGroup("good", name="good")
    roster.ibm.AccessGroupMembers("members", access_group_id="{there}", members=["IBMid-1", "IBMid-2"], exclusive=False)
    roster.ibm.AccessGroupRule("absent", access_group_id="AccessGroupId-absent", expiration=1, realm_name="r",
                               conditions=[roster.ibm.Condition("c", "EQUALS", "v")])
    """)
    emulator.fault(kind="items_fail", status=403, items=["IBMid-1"], message="not this one", times=None)
    ran = program.up("--continue-on-error", code=1)
    message = ran.errors
    a_few_lines(message["wrong"], 'create ibm.AccessGroup "wrong"', "401 invalid_token", "either missing or invalid")
    a_few_lines(message["wrong"], "check ibmToken in roster:connections.wrong")
    assert TRANSACTION.search(message["wrong"])
    a_few_lines(message["refused"], "the IBM Cloud API key was not accepted", "API key could not be found", "hint: ")
    a_few_lines(message["viewer"], "403 forbidden", "You don't have the required access", "Editor")
    assert TRANSACTION.search(message["viewer"])
    a_few_lines(
        message["page"],
        "something that is not JSON",
        "Please log in",
        "whether a proxy answered instead of the service",
    )
    a_few_lines(message["nowhere"], f"127.0.0.1:{closed_port} was not reached", "check the address")
    a_few_lines(message["taken"], f"already exists as {there}", "adopt=True", "allow_duplicate_name=True")
    a_few_lines(
        message["members"], "the service refused 1 of the members", "IBMid-1: 403 not this one", "transaction id"
    )
    a_few_lines(message["absent"], "404", "Failed to find the specified access group: AccessGroupId-absent")
    assert all(secret not in ran.out for secret in ("nobodys-token", "bad-key", "viewer-key"))
    assert set(program.resources()) == {"good"}
    assert {row["name"] for row in ibm_groups(emulator)} == {"there", "good"}
    assert ibm_members(emulator, there) == {"IBMid-2"}, "the service must have added the other member"

    # After the corrections, the next run completes the rest.
    emulator.clear_faults()
    good = json.dumps({name: {**keys, "ibmToken": "roster-dev"} for name in connections})
    program.environment["ROSTER_CONNECTIONS"] = good
    body = (program.folder / "__main__.py").read_text()
    body = body.replace('name="there"', 'name="there", adopt=True').replace('"AccessGroupId-absent"', f'"{there}"')
    (program.folder / "__main__.py").write_text(body)
    program.up()
    assert {row["name"] for row in ibm_groups(emulator)} == {"there", "good", *connections}
    assert ibm_members(emulator, there) == {"IBMid-1", "IBMid-2"}


@pytest.mark.parametrize("command", ["preview", "up"])
def test_all_check_failures_come_together_and_nothing_is_created(
    program: Program, emulator: Running, command: str
) -> None:
    program.write("""
        team = roster.ibm.AccessGroup("team", name="team")
        roster.ibm.AccessGroupRule("rule", access_group_id=team.id, name="x" * 201, expiration=25, realm_name="",
                                   conditions=[roster.ibm.Condition("c", "LIKE", 1),
                                               roster.ibm.Condition("c", "IN", "x")])
    """)
    ran = getattr(program, command)(code=1)
    message = ran.errors["rule"]
    for path, reason in {
        "name": "at most 200 characters",
        "expiration": "must be at most 24, got 25",
        "realm_name": "must be 1 to 1000 characters, got 0",
        "conditions[0].operator": "'EQUALS'",
        "conditions[1]": "must have a list of at least one",
    }.items():
        assert re.search(rf"property {re.escape(path)} value .*{re.escape(reason)}", message), path
    assert "Traceback" not in ran.out
    # The group is valid and declared before the rule, so an update may create it.
    assert {row["name"] for row in ibm_groups(emulator)} <= ({"team"} if command == "up" else set())
    assert emulator.dump()["ibm"]["rules"] == []


def test_missing_credentials_and_account_are_named_with_the_commands_that_set_them(
    program: Program, emulator: Running
) -> None:
    del program.environment["ROSTER_EMULATOR"]
    program.write('roster.ibm.AccessGroup("team", name="team")')
    message = program.preview(code=1).errors["team"]
    assert "roster:ibmApiKey or roster:ibmToken" in message
    assert "pulumi config set --secret roster:ibmApiKey, or set" in message
    assert "IC_API_KEY" in message
    assert "roster:ibmAccountId" in message
    assert "Traceback" not in message


@pytest.mark.parametrize(
    ("connection", "key", "reason"),
    [
        ("second", "ibmTokn", "did you mean 'ibmToken'"),
        ("thrid", "ibmToken", "must be one of default, second, got 'thrid'"),
    ],
)
@pytest.mark.parametrize(
    "declared", ['AccessGroup("x"', 'MemberAccessGroups("x", iam_id="IBMid-1", access_group_ids=[], exclusive=False']
)
def test_a_mistake_in_a_connection_is_reported_without_a_preview_too(
    program: Program, declared: str, connection: str, key: str, reason: str
) -> None:
    """Without a preview, the engine refuses unknown inputs before it reads the check failures."""
    program.environment["ROSTER_CONNECTIONS"] = json.dumps({"second": {key: "t"}})
    program.write(f"roster.ibm.{declared}, connection='{connection}')")
    assert reason in program.up(code=None).errors["x"]


def test_debug_shows_where_an_error_came_from(program: Program, emulator: Running) -> None:
    ibm_group(emulator, "there")
    program.environment["ROSTER_DEBUG"] = "1"
    program.write('roster.ibm.AccessGroup("team", name="there")')
    message = program.up(code=1).errors["team"]
    assert "Traceback (most recent call last)" in message
    assert "safe_creation.py" in message
    assert "already exists as" in message


def test_a_destroy_uses_the_credentials_of_the_last_up_unless_it_runs_the_program(
    program: Program, emulator: Running
) -> None:
    """The engine keeps the configuration of the last `up` in the state, for commands that do not run the program."""
    del program.environment["ROSTER_EMULATOR"]
    program.configure(secret={"ibmToken": "roster-dev"}, ibmUrl=emulator.url, ibmAccountId="acc-demo")
    program.write('roster.ibm.AccessGroup("team", name="team")')
    program.up()
    program.configure(secret={"ibmToken": "of-yesterday"})
    program.write('roster.ibm.AccessGroup("team", name="team", description="changed")')
    program.up(code=1)
    program.configure(secret={"ibmToken": "roster-dev"})
    message = program.destroy(code=1).errors["team"]
    a_few_lines(message, "401 invalid_token", "the last `pulumi up`", "--run-program")
    program.destroy("--run-program")
    assert ibm_groups(emulator) == []
