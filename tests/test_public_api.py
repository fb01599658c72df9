"""Compares docs/public-api.md with the code: every public name, argument and output is there, and nothing else."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

import pulumi_roster
from pulumi_roster.catalog import RESOURCES, SYSTEMS, handler_class
from pulumi_roster.managed import CommonArguments, Managed
from pulumi_roster.schema.marks import ProviderOnly, marked
from tools import public_api

PAGE = public_api.PAGE.read_text(encoding="utf-8")
_, _, TABLES = PAGE.partition(public_api.MARK)
MODULES = [*SYSTEMS, "errors"]
PUBLIC = {f"{module}.{name}" for module in MODULES for name in getattr(pulumi_roster, module).__all__}
PUBLIC |= {f"roster.{name}" for name in (*pulumi_roster.__all__, "__version__")}
LOOK_UPS = sorted(name for name in PUBLIC if re.fullmatch(r"\w+\.[a-z_]+", name) and not name.startswith("roster."))


def section(name: str) -> str:
    return TABLES.partition(f"\n### `{name}`\n")[2].partition("\n## ")[0].partition("\n### ")[0]


def rows(text: str) -> dict[str, list[str]]:
    """Return the rows of a table: the name in the first column -> the other columns."""
    cells = [re.split(r" (?<!\\)\| ", line.strip("| ")) for line in text.splitlines() if line.startswith("| `")]
    return {first.strip("`"): others for first, *others in cells}


def function(name: str) -> Any:
    system, _, found = name.partition(".")
    return getattr(getattr(pulumi_roster, system), found)


def outputs(name: str) -> set[str]:
    return set(re.findall(r"`(\w+)` \(", section(name).partition("\nOutputs: ")[2]))


def test_make_record_has_written_the_tables() -> None:
    assert public_api.page() == PAGE, "run `make record`"


def test_every_public_name_has_one_entry_and_nothing_else_has() -> None:
    # An entry is a heading, or the first column of a table. Names of arguments have no dot.
    entries = re.findall(r"^(?:###|\|) `(\w+\.\w+)", TABLES, re.MULTILINE)
    assert sorted(entries) == sorted(PUBLIC)


def test_the_page_mentions_only_public_names() -> None:
    mentioned = set(re.findall(rf"`(?:roster\.)?((?:{'|'.join(MODULES)})\.[A-Za-z_]+)", PAGE))
    assert mentioned - PUBLIC == set()


@pytest.mark.parametrize("kind", RESOURCES)
def test_a_resource_has_its_arguments_and_outputs(kind: str) -> None:
    handler, text = handler_class(kind), section(kind)
    found: type[Managed] = getattr(getattr(pulumi_roster, kind.partition(".")[0]), kind.partition(".")[2])
    signature = inspect.signature(found.__init__).parameters
    table = rows(text)
    assert set(table) == set(handler.args_type.model_fields) - set(CommonArguments.__annotations__)
    for name, (_, omitted, *_others) in table.items():
        assert (omitted == "required") == (signature[name].default is inspect.Parameter.empty), name
    state = set(handler.state_type.model_fields) - set(marked(handler.state_type, ProviderOnly))
    assert outputs(kind) == state | ({"import_key"} & set(Managed.__annotations__))
    assert f"- Type token: `pulumi-python:dynamic/roster/{kind.replace('.', ':')}`" in text.splitlines()
    assert f"- Import key: `{handler.import_key}`" in text.splitlines()


@pytest.mark.parametrize(
    "name", ["Person", "Team", "TeamAppSecArgs", "TeamBritiveArgs", "TeamIbmArgs", "TeamVaultArgs"]
)
def test_a_part_of_a_team_has_its_arguments(name: str) -> None:
    found = getattr(pulumi_roster, name)
    keywords = [
        item for item in inspect.signature(found).parameters.values() if item.kind is inspect.Parameter.KEYWORD_ONLY
    ]
    table = rows(section(f"roster.{name}"))
    assert {each: cells[1] == "required" for each, cells in table.items()} == {
        item.name: item.default is inspect.Parameter.empty for item in keywords
    }
    if name == "Team":
        attributes = section("roster.Team").partition("\nAttributes: ")[2]
        assert set(re.findall(r"`(\w+)` \(", attributes)) == set(found.__annotations__)
        assert "`britive_environment_ids` (dict of Output[str])" in attributes
        assert "`vault_group_id` (Output[str] or `None`)" in attributes


@pytest.mark.parametrize("name", LOOK_UPS)
def test_a_look_up_has_its_arguments(name: str) -> None:
    signature = inspect.signature(function(name))
    table = rows(section(name))
    plain = [item for item in signature.parameters.values() if item.kind is not item.VAR_KEYWORD]
    assert [*table][: len(plain)] == [item.name for item in plain]
    for item in plain:
        assert table[item.name][1] == ("required" if item.default is item.empty else f"`{item.default!r}`")
    shared = {"page", "size", "sort", "filter", "connection"} if len(plain) < len(signature.parameters) else set()
    assert set([*table][len(plain) :]) == shared
    for argument in table:
        assert re.search(rf"[(, ]{argument}[,=)]", section(name)), f"the call shows {argument}"


def test_the_page_shows_what_it_reads_from_annotations_and_docstrings() -> None:
    choices = rows(section("ibm.list_access_group_members"))["membership_type"][0]
    assert choices == "`'static'`, `'dynamic'` or `'all'`"
    assert "- Raises `NotFound`: the group does not exist\n" in section("ibm.list_access_group_rules")
    assert "`members` (list of `ibm.MemberDict`)" in section("ibm.AccessGroupMembers")
    assert "`conditions` (list of `ibm.ConditionDict`)" in section("ibm.AccessGroupRule")
    get = "`britive.Environment.get(resource_name, id, *, application_id=None, connection='default', opts=None)`"
    assert f"- Existing object: {get}\n" in section("britive.Environment")
    assert "\nErrors: `AlreadyExists`" in section("ibm.AccessGroupRule")


def test_every_attribute_of_an_error_is_on_the_page() -> None:
    found = set(re.findall(r"^\| `(\w+)` \| `(\w+Error)` \|", TABLES, re.MULTILINE))
    for error in (pulumi_roster.errors.RosterError("x"), pulumi_roster.errors.ServiceError("x", status=400)):
        assert {name for name, _ in found} >= vars(error).keys() - {"about"}, type(error)


def test_the_arguments_of_every_resource_are_at_the_top() -> None:
    assert set(rows(TABLES.partition("\n## AppSec+")[0])) == set(CommonArguments.__annotations__)


def test_the_tables_have_no_empty_cell() -> None:
    lines = [line for line in TABLES.splitlines() if line.startswith("| `")]
    assert [line for line in lines if re.search(r"\| +\|", line)] == []
