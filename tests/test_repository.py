"""Checks the files with which the repository is run: checks, workflows and forms."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.program import ROOT

GITHUB = ROOT / ".github"
FORMS = sorted(GITHUB.glob("ISSUE_TEMPLATE/*.yml"))
WORKFLOWS = sorted(GITHUB.glob("workflows/*.yml"))


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def test_pre_commit_runs_the_checks_of_make_lint() -> None:
    [checks] = re.findall(r"^CHECKS := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    [repository] = loaded(ROOT / ".pre-commit-config.yaml")["repos"]
    assert [hook["entry"] for hook in repository["hooks"]] == [f"make {check}" for check in checks.split()]
    for hook in repository["hooks"]:
        assert hook["language"] == "system"
        assert hook["pass_filenames"] is False


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read_and_pins_its_actions(path: Path) -> None:
    workflow = loaded(path)
    assert workflow["permissions"] == {"contents": "read"}
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    used = [step["uses"] for step in steps if "uses" in step]
    assert used
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action)


def test_the_workflow_runs_what_contributors_run() -> None:
    steps = loaded(GITHUB / "workflows" / "ci.yml")["jobs"]["test"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == [".ci/run"]
    assert "make test" in (ROOT / ".ci" / "run").read_text()


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_an_issue_form_is_complete(path: Path) -> None:
    form = loaded(path)
    if path.name != "config.yml":
        assert {"name", "description", "body"} <= set(form)
        assert all(row["attributes"]["label"] for row in form["body"] if row["type"] != "markdown")


def links(page: Path) -> list[str]:
    """Return the relative links of a page, without those in code blocks."""
    prose = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    return re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", prose)


def test_the_links_between_documents_lead_to_files() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    assert [(page.name, link) for page in pages for link in links(page) if not (page.parent / link).exists()] == []


def test_the_modules_that_the_documents_name_exist() -> None:
    text = (ROOT / "docs" / "how-it-works.md").read_text()
    named = set(re.findall(r"`([\w/]+(?:\.py|/))`", text))
    assert named
    assert [
        name for name in named if not any((base / name).exists() for base in (ROOT, ROOT / "provider/pulumi_roster"))
    ] == []
