"""Tests that ``__all__`` of each module is sorted and complete."""

from __future__ import annotations

import ast
import functools
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import pulumi_roster

ROOT = Path(pulumi_roster.__file__).parent
APART = ("cli",)  # a program, not a module to import
PUBLIC = ("pulumi_roster.errors",)  # its __all__ is only what programs may catch
FOLDERS = {f"pulumi_roster.{name}" for name in ("http", "lifecycle", "schema")}  # these packages export nothing


def modules() -> list[str]:
    names = []
    for file in sorted(ROOT.rglob("*.py")):
        parts = file.relative_to(ROOT.parent).with_suffix("").parts
        if not set(parts) & set(APART):
            names.append(".".join(parts).removesuffix(".__init__"))
    return names


MODULES = [name for name in modules() if name not in FOLDERS]


def place(name: str) -> tuple[int, str]:
    """Return the sort key of a name: constants first, then classes, then functions, as the linter sorts them."""
    return (0 if name.isupper() else 1 if name[:1].isupper() else 2, name)


@functools.cache
def tree(module: str) -> ast.Module:
    folder = ROOT.parent.joinpath(*module.split("."))
    return ast.parse((folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")).read_text())


@functools.cache
def imported(module: str) -> frozenset[tuple[str, str]]:
    """Return the imports from our other modules: module and name."""
    return frozenset(_imported(module))


def _imported(module: str) -> Iterator[tuple[str, str]]:
    package = module if ROOT.parent.joinpath(*module.split(".")).is_dir() else module.rpartition(".")[0]
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            if source in MODULES:
                for name in node.names:
                    if f"{source}.{name.name}" not in MODULES:
                        yield source, name.name


def test_the_modules_are_found() -> None:
    assert {"pulumi_roster", "pulumi_roster.http.client", "pulumi_roster.ibm.access_group"} <= set(MODULES)
    assert ("pulumi_roster.errors", "NotFound") in imported("pulumi_roster.http.failures")
    assert ("pulumi_roster.http.client", "Reply") in imported("pulumi_roster.ibm.access_group")


@pytest.mark.parametrize("module", MODULES)
def test_all_is_sorted_and_each_name_exists(module: str) -> None:
    found = importlib.import_module(module)
    offered = list(found.__all__)
    assert offered == sorted(offered, key=place)
    assert len(offered) == len(set(offered))
    assert [name for name in offered if not hasattr(found, name)] == []


@pytest.mark.parametrize("module", [name for name in MODULES if name not in PUBLIC])
def test_all_has_the_names_that_other_modules_import(module: str) -> None:
    used = {name for other in MODULES for source, name in imported(other) if source == module}
    offered = set(importlib.import_module(module).__all__)
    assert sorted(name for name in used - offered if not name.startswith("_")) == []


@pytest.mark.parametrize("module", [name for name in MODULES if ROOT.parent.joinpath(*name.split(".")).is_dir()])
def test_all_of_a_package_has_each_name_that_it_imports(module: str) -> None:
    taken = {
        (name.asname or name.name)
        for node in tree(module).body
        if isinstance(node, ast.ImportFrom) and node.module != "__future__"
        for name in node.names
    }
    offered = set(importlib.import_module(module).__all__)
    assert {name for name in taken if not name.startswith("_")} == offered
