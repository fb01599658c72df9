from __future__ import annotations

import pytest

from settings_given import TEST, made


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    from pulumi_roster import settings

    monkeypatch.setitem(settings._SYSTEMS, "test", TEST)
    made.clear()
