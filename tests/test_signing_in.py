"""Checks that docs/signing-in.md is true: its table agrees with the code, its commands work, its example runs."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import httpx
import pytest
import yaml

from pulumi_roster.catalog import systems
from pulumi_roster.errors import SettingsError
from pulumi_roster.http.keys import GENERAL
from pulumi_roster.http.settings import Settings
from roster_emulator import Running
from support.ibm_api import ibm_groups
from support.program import ROOT, Program
from testkit.no_tls import NO_TLS

PAGE = (ROOT / "docs" / "signing-in.md").read_text()
VARIABLES = {
    "IBM_KEY_EUROPE": "key-of-europe",
    "IBM_KEY_AMERICA": "key-of-america",
    "PIPELINE_VAULT_TOKEN": "roster-dev",
}


def section(heading: str) -> str:
    return re.split(r"\n##+ ", PAGE.partition(f"# {heading}\n")[2])[0]


def blocks(language: str, heading: str = "") -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", section(heading) if heading else PAGE, re.DOTALL)


def test_the_table_of_all_ways_agrees_with_the_code() -> None:
    table = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in section("All ways").splitlines()
        if line.startswith("|") and "`" in line
    ]
    documented = {(key.strip("`"), tuple(re.findall(r"`([A-Z_]+)`", variables))) for _, _, key, variables in table}
    assert documented == {(setting.key, setting.environment) for system in systems() for setting in system.settings}


def test_the_table_of_general_keys_agrees_with_the_code() -> None:
    lines = [line.split("|")[1:-1] for line in section("Keys of all systems").splitlines() if line.startswith("| `")]
    documented = {(key.strip(" `"), tuple(re.findall(r"`([A-Z_]+)`", variables))) for key, variables, _ in lines}
    assert documented == {(setting.key, setting.environment) for setting in GENERAL}


def test_the_page_names_the_credentials() -> None:
    [credentials] = re.findall(r"credentials are (.*?)\. Set", PAGE.replace("\n", " "))
    assert {*re.findall("`(.*?)`", credentials)} == {
        setting.key for system in systems() for setting in system.settings if setting.secret
    }


def test_the_page_names_the_keys_that_do_not_sign_in() -> None:
    text = section("`extend`").replace("\n", " ")
    (addresses,), (others,) = re.findall(r"addresses are (.*?), for", text), re.findall(r"except the (.*?)\.", text)
    assert {*re.findall("`(.*?)`", addresses)} == {system.url for system in systems()}
    kept = {one.key for system in systems() for one in system.settings if not one.sign_in}
    assert {*re.findall("`(.*?)`", others)} == kept - {system.url for system in systems()}


def test_the_commands_of_the_page_configure_what_it_says(tmp_path: Path, emulator: Running) -> None:
    program = Program(tmp_path / "project", emulator.url)
    commands = [line for block in blocks("sh") for line in block.splitlines()]
    assert len(commands) == 6
    for line in commands:
        first, *words = shlex.split(line, comments=True)
        assert first == "pulumi"
        program.pulumi(*words, answer="entered" if "prompts" in line else "")
    shown = json.loads(program.pulumi("config", "--show-secrets", "--json").out)
    held = {key: json.loads(row["value"]) if "objectValue" in row else row["value"] for key, row in shown.items()}
    assert held == {
        "roster:vaultAddress": "https://vault.example.com",
        "roster:vaultToken": "entered",
        "roster:connections": {"europe": {"ibmAccountId": "ACCOUNT", "ibmApiKey": {"env": "IBM_KEY_EUROPE"}}},
    }
    assert "entered" not in (program.folder / "Pulumi.dev.yaml").read_text()


def test_a_mistyped_key_gives_the_error_of_the_page() -> None:
    [error] = blocks("text")
    config = {"roster:connections": {"europe": {"vaultNameSpace": "europe"}}}
    with pytest.raises(SettingsError, match=f"^{re.escape(error.strip())}$"):
        Settings(config.get, {}, systems=systems).connection(systems()[0], "europe")


@pytest.fixture
def example(tmp_path: Path, emulator: Running) -> Program:
    """The example of a pipeline, with the addresses of the emulator."""
    heading = "Example: a pipeline with two accounts and two namespaces"
    (stack, step), (body,) = blocks("yaml", heading), blocks("python", heading)
    [run] = yaml.safe_load(step)
    assert run["env"].keys() == VARIABLES.keys()
    assert run["run"].startswith("pulumi up")
    config = yaml.safe_load(stack)["config"]
    connections = config["roster:connections"]
    for account in ("europe", "america"):
        connections[account]["ibmUrl"] = emulator.url
    connections["payments"]["vaultAddress"] = emulator.url
    program = Program(tmp_path / "project", emulator.url)
    program.write(body)
    with (program.folder / "Pulumi.dev.yaml").open("a") as file:
        yaml.safe_dump({"config": config}, file)
    del program.environment["ROSTER_EMULATOR"]
    program.environment |= VARIABLES
    emulator.switch(vault_flavour="openbao")
    emulator.seed(vault={"namespaces": ["payments", "search"]})
    return program


def groups(emulator: Running) -> dict[str, list[str]]:
    """Return the names of the groups in each account and namespace."""
    accounts = ("ACCOUNT-OF-EUROPE", "ACCOUNT-OF-AMERICA")
    found = {account: [row["name"] for row in ibm_groups(emulator, account)] for account in accounts}
    for namespace in ("", "payments", "search"):
        headers = {"X-Vault-Token": "roster-dev", **({"X-Vault-Namespace": namespace} if namespace else {})}
        address = f"{emulator.url}/v1/identity/group/name?list=true"
        reply = httpx.get(address, headers=headers, trust_env=False, verify=NO_TLS)
        found[namespace] = reply.json()["data"]["keys"] if reply.status_code == 200 else []
    return found


def test_the_example_uses_two_accounts_and_two_namespaces(example: Program, emulator: Running) -> None:
    nothing = groups(emulator)
    example.up()
    one = ["auditors"]
    assert groups(emulator) == {
        "ACCOUNT-OF-EUROPE": one,
        "ACCOUNT-OF-AMERICA": one,
        "payments": one,
        "search": one,
        "": [],
    }
    assert {row["inputs"].get("account_id") for row in example.resources().values()} >= {
        "ACCOUNT-OF-EUROPE",
        "ACCOUNT-OF-AMERICA",
    }
    assert not [value for value in VARIABLES.values() if value in example.export()]
    example.unchanged()

    # Pulumi keeps the names of the variables, so also a run without the program uses their current values.
    example.environment["IBM_KEY_AMERICA"] = "bad-key"
    refused = example.refresh(code=1).out
    assert "auditors-america" in refused
    assert "API key could not be found" in refused
    example.environment["IBM_KEY_AMERICA"] = "another-key"
    example.refresh("--expect-no-changes")
    example.destroy()
    assert groups(emulator) == nothing


def test_a_preview_names_the_variable_that_is_missing(example: Program) -> None:
    example.environment["IBM_KEY_EUROPE"] = ""
    ran = example.preview(code=1)
    assert {name for name in ran.errors if name} == {"auditors-europe"}
    variable = "roster:connections.europe.ibmApiKey: the environment variable IBM_KEY_EUROPE is missing or empty"
    assert variable in ran.errors["auditors-europe"]
