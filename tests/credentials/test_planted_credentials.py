"""Plants a different credential in each possible place, runs Pulumi, and searches everything that the runs leave."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from credentials.canaries import Arguments, Canaries, arguments, joined
from roster_emulator import Running
from support.program import Program
from support.recording_proxy import RecordingProxy, recording_proxy
from support.scripted_server import ReceivedRequest, reply
from testkit.ibm import exchange

PROGRAM = """
import os

roster.ibm.AccessGroup("ibm", name="one", description=pulumi.Output.secret("a secret of the program"))
second = roster.ibm.AccessGroup("ibm-second", name="two", connection="second")
roster.ibm.AccessGroupMembers(
    "members", access_group_id=second.id, members=["IBMid-1"], exclusive=False, connection="second"
)
for name in ("default", "second"):
    roster.vault.IdentityGroup(f"vault-{name}", name=name, connection=name)
    roster.appsec.IdentityGroup(f"appsec-{name}", name=name, connection=name)
    roster.britive.EnvironmentGroup(f"britive-{name}", application_id="app-demo", name=name, connection=name)
if os.environ.get("STAGE") == "refused":
    for name in ("refuse401", "refuse403", "refuse500", "unknown"):
        roster.ibm.AccessGroup(f"ibm-{name}", name=name, connection=name)
        roster.vault.IdentityGroup(f"vault-{name}", name=name, connection=name)
        roster.appsec.IdentityGroup(f"appsec-{name}", name=name, connection=name)
        roster.britive.Environment(f"britive-{name}", application_id="app-demo", name=name, connection=name)
pulumi.export("found", len(roster.ibm.list_access_groups(connection="second")))
pulumi.export("entities", len(roster.vault.list_identity_groups()))
"""

LOGGING = """
import logging, os
logging.basicConfig(level=logging.DEBUG, filename=os.path.join(os.environ["LOGS"], f"{os.getpid()}.log"))
"""

LOUD = ["--logtostderr", "--logflow", "-v=11", "--debug"]
REFUSING = re.compile(r"/refuse(\d+)(/.*)")


class PlantedProject:
    """A project with canary credentials in the stack's configuration, the environment and a file."""

    def __init__(self, program: Program, seen: RecordingProxy, emulator: Running) -> None:
        self.program, self.seen, self.emulator = program, seen, emulator
        self.canaries = Canaries()
        self.issued = 0
        seen.server.answer = self._answer
        self._plant()

    def _token(self, name: str) -> str:
        """Exchange a key for a token that the emulator accepts."""
        return self.canaries.plant(name, exchange(self.emulator.url, name).json()["access_token"])

    def _plant(self) -> None:
        program, url, canaries = self.program, self.seen.url, self.canaries
        home = program.folder / "home of the user"
        for folder in (home, program.folder / "tmp", program.folder / "logs"):
            folder.mkdir()
        (home / ".vault-token").write_text(self._token("file vault"))
        (program.folder / "sitecustomize.py").write_text(LOGGING)
        secret = {
            "ibmApiKey": canaries.plant("config ibm key", "canaryOfIbmKey+/=&4711"),
            "britiveOidcToken": self._token("config britive OIDC token"),
        }
        plain = {"ibmUrl": url, "ibmAccountId": "acc-demo", "appsecUrl": url, "vaultAddress": url, "britiveTenant": url}
        plain |= {"appsecClientId": "client"}
        for connection in ("second", "refuse401", "refuse403", "refuse500", "unknown"):
            there = f"{url}/{connection}" if connection.startswith("refuse") else url
            named = f"connections.{connection}"
            plain |= {f"{named}.{key}": there for key in ("ibmUrl", "appsecUrl", "vaultAddress", "britiveTenant")}
            plain |= {f"{named}.ibmAccountId": "acc-demo"}
            for key in ("ibmToken", "appsecToken", "vaultToken", "britiveToken"):
                name = f"config {connection} {key}"
                good = connection == "second"
                secret[f"{named}.{key}"] = (
                    self._token(name) if good else canaries.plant(name, f"\"'<&>\\/%2Fcanary{connection}{key}4717")
                )
        # Keys whose service exchanges them, and then refuses the token.
        for replaced in ("refuse401.ibmToken", "unknown.ibmToken", "refuse403.appsecToken", "refuse403.vaultToken"):
            del secret[f"connections.{replaced}"]
        plain |= {"connections.refuse403.vaultAuthMethod": "approle", "connections.refuse403.vaultRoleId": "role"}
        for key in (
            "refuse401.ibmApiKey",
            "refuse403.appsecClientSecret",
            "refuse403.vaultSecretId",
            "unknown.ibmApiKey",
        ):
            secret[f"connections.{key}"] = canaries.plant(
                f"config {key}", f'bad- %2F" canary{key.replace(".", "")}4716'
            )
        plain["connections.refuse403.appsecClientId"] = "client"
        # One credential of a named connection is in a variable of its own.
        plain["connections.second.vaultToken.env"] = "PIPELINE_TOKEN"
        program.environment["PIPELINE_TOKEN"] = secret.pop("connections.second.vaultToken")
        del program.environment["ROSTER_EMULATOR"]
        program.environment |= {
            "HOME": str(home),
            "TMPDIR": str(program.folder / "tmp"),
            "PYTHONPATH": str(program.folder),
            "LOGS": str(program.folder / "logs"),
            "ROSTER_TIMEOUT_SECONDS": "2",
            "APPSEC_CLIENT_SECRET": canaries.plant("environment appsec secret", "a secret: canaryOfAppsec4713"),
            **{
                name: canaries.plant(f"environment {name}", f"canaryOf{name.replace('_', '')}4714")
                for name in (
                    *("IC_API_KEY", "IBMCLOUD_API_KEY", "IC_IAM_TOKEN", "IBMCLOUD_IAM_TOKEN", "IBMCLOUD_CR_TOKEN"),
                    *("BRITIVE_OIDC_TOKEN", "BRITIVE_API_TOKEN", "BRITIVE_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
                )
            },
            "ROSTER_CONNECTIONS": json.dumps(
                {"x": {"ibmToken": canaries.plant("environment", "canaryOfConnections4715")}}
            ),
        }
        program.configure(secret=secret, **plain)
        program.write(PROGRAM)

    def _answer(self, got: ReceivedRequest) -> bytes:
        refusing = REFUSING.fullmatch(got.target)
        if refusing is None:
            return self.seen.answer(got)
        if refusing[2] in ("/identity/token", "/oauth/token", "/v1/auth/approle/login"):
            self.issued += 1
            token = self.canaries.plant(f"issued {self.issued}", f"issued/+canaryIssued{self.issued}x4718")
            vault = {"client_token": token, "lease_duration": 3600, "renewable": True}
            return reply(200, {"access_token": token, "expires_in": 3600, "auth": vault})
        said = f"cannot take {got.headers.get('x-vault-token') or got.headers['authorization']}, sorry"
        body = {"errors": [{"code": "c", "message": said}], "errorCode": "c", "message": said, "details": {"of": said}}
        return reply(int(refusing[1]), body)

    def learn(self) -> None:
        """Add the credentials that the services received, including the tokens that they issued."""
        for got in self.seen.got:
            token = got.headers.get("x-vault-token") or got.headers.get("authorization", "").partition(" ")[2]
            if token:
                self.canaries.plant(f"sent {token[-12:]}", token)


@pytest.fixture
def planted(tmp_path: Path, emulator: Running) -> Iterator[PlantedProject]:
    with recording_proxy(emulator) as seen:
        yield PlantedProject(Program(tmp_path / "project", emulator.url), seen, emulator)


def test_no_credential_is_left_in_files_output_logs_or_command_lines(planted: PlantedProject) -> None:
    program, canaries = planted.program, planted.canaries
    assert set(canaries.left_in(program.folder)) == {"home of the user/.vault-token"}, (
        "the configuration must be encrypted"
    )
    program.environment["ROSTER_DEBUG"] = "1"
    said: list[str] = []
    with arguments() as started:
        said.append(program.preview(*LOUD).out)
        said.append(program.pulumi("preview", "--json").out)
        made = program.up(*LOUD)
        said += [made.out, program.pulumi("stack", "output", "--json", "--show-secrets").out]
        assert len(made.steps) == 9
        program.environment["STAGE"] = "refused"
        refused = program.up(*LOUD, "--continue-on-error", code=1)
        said += [refused.out, program.refresh(*LOUD, code=None).out, program.export()]
        _assert_state(planted)
        del program.environment["STAGE"]
        said.append(program.destroy(*LOUD).out)
    planted.learn()
    assert set(refused.errors) >= {
        f"{system}-{name}"
        for system in ("ibm", "vault", "appsec", "britive")
        for name in ("refuse401", "refuse403", "refuse500", "unknown")
    }
    assert refused.out.count("cannot take") >= 12, "the errors must quote the service"
    assert "Traceback" in refused.out
    assert len("".join(said)) > 1_000_000, "the log must be verbose"
    for text in said:
        assert canaries.within(text) == set()
    logs = [path.read_text() for path in (program.folder / "logs").iterdir()]
    assert len([log for log in logs if "httpcore" in log and "pulumi_roster.http" in log]) >= 2
    assert set(canaries.left_in(program.folder)) == {"home of the user/.vault-token"}
    _assert_arguments(started, canaries)
    assert len(canaries) > 30


def _assert_state(planted: PlantedProject) -> None:
    """Assert that the decrypted state holds credentials only in the configuration that the engine keeps."""
    assert "a secret of the program" not in planted.program.export()
    exported = planted.program.pulumi("stack", "export", "--show-secrets").out
    for row in json.loads(exported)["deployment"]["resources"]:
        names = planted.canaries.within(json.dumps(row))
        if row["type"] == "pulumi:providers:pulumi-python":
            assert names, "the engine keeps the configuration, as documented"
            assert {name.partition(" ")[0] for name in names} == {"config"}
        else:
            assert names == set(), row["urn"]


def _assert_arguments(started: Arguments, canaries: Canaries) -> None:
    for program in (b"pulumi-language-python", b"pulumi-resource-pulumi-python"):
        assert [words for words in started.seen if program in words], started.seen
    assert canaries.within(joined(started.seen)) == set()


def test_traces_of_the_engine_hold_credentials_as_documented(planted: PlantedProject) -> None:
    """Also check that the search finds credentials."""
    folder = planted.program.folder
    planted.program.write('roster.ibm.AccessGroup("ibm", name="one")')
    planted.program.environment["PULUMI_DEBUG_GRPC"] = str(folder / "grpc.json")
    planted.program.preview(f"--tracing=file:{folder / 'tracing'}", f"--otel-traces=file://{folder / 'otel.json'}")
    found = planted.canaries.left_in(folder)
    assert set(found) == {"home of the user/.vault-token", "grpc.json", "tracing", "otel.json"}
