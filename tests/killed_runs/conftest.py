"""Defines the stacks that the tests kill, and kills the commands that a test has left running."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from killed_runs.killable import kill_all
from killed_runs.project import Stack, Template, create_first_template, create_new_template


@pytest.fixture(autouse=True)
def _kill_what_a_test_left_running() -> Iterator[None]:
    yield
    kill_all()


@pytest.fixture(scope="session")
def new_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A project whose program has never run."""
    return create_new_template(tmp_path_factory.mktemp("killed_runs") / "new")


@pytest.fixture(scope="session")
def first_template(tmp_path_factory: pytest.TempPathFactory, new_template: Template) -> Template:
    """The same project after ``pulumi up`` of the first stage."""
    return create_first_template(tmp_path_factory.mktemp("killed_runs") / "first", new_template)


@pytest.fixture
def _copies(tmp_path: Path) -> Iterator[Callable[[Template], Stack]]:
    with ExitStack() as stack:
        yield lambda template: stack.enter_context(template.copy(tmp_path / "copy"))


@pytest.fixture
def new_stack(_copies: Callable[[Template], Stack], new_template: Template) -> Stack:
    """A stack with an emulator of its own. Its program has never run."""
    return _copies(new_template)


@pytest.fixture
def first_stack(_copies: Callable[[Template], Stack], first_template: Template) -> Stack:
    """A stack with an emulator of its own. Its first stage is up."""
    return _copies(first_template)
