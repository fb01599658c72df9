from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from disaster.killing import kill_all
from disaster.stage import Prepared, Scene, prepare_empty, prepare_first


@pytest.fixture(autouse=True)
def _nothing_left() -> Iterator[None]:
    yield
    kill_all()


@pytest.fixture(scope="session")
def prepared_empty(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A project whose program was never run."""
    return prepare_empty(tmp_path_factory.mktemp("disaster") / "empty")


@pytest.fixture(scope="session")
def prepared_first(tmp_path_factory: pytest.TempPathFactory, prepared_empty: Prepared) -> Prepared:
    """The same project with its first stage up."""
    return prepare_first(tmp_path_factory.mktemp("disaster") / "first", prepared_empty)


@pytest.fixture
def _scenes(tmp_path: Path) -> Iterator[Callable[[Prepared], Scene]]:
    with ExitStack() as stack:
        yield lambda prepared: stack.enter_context(prepared.scene(tmp_path / "scene"))


@pytest.fixture
def empty(_scenes: Callable[[Prepared], Scene], prepared_empty: Prepared) -> Scene:
    """A project and an emulator of its own: nothing of ours is there."""
    return _scenes(prepared_empty)


@pytest.fixture
def first(_scenes: Callable[[Prepared], Scene], prepared_first: Prepared) -> Scene:
    """A project and an emulator of its own: the first stage is up."""
    return _scenes(prepared_first)
