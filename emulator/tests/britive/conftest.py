from __future__ import annotations

from collections.abc import Iterator

import pytest

from roster_emulator import Running
from testkit.britive import APP, Tenant


@pytest.fixture
def tenant(emulator: Running) -> Iterator[Tenant]:
    with Tenant(emulator.url) as client:
        yield client


@pytest.fixture
def root(tenant: Tenant) -> str:
    """The root group of the application."""
    return tenant.root()


@pytest.fixture
def path(tenant: Tenant, root: str) -> str:
    """The path of an environment."""
    return f"/apps/{APP}/environments/{tenant.environment(root)['id']}"
