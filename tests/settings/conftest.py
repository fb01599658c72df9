from __future__ import annotations

import pytest

from support.settings_given import made


@pytest.fixture(autouse=True)
def nothing_made() -> None:
    made.clear()
