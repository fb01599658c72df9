"""Checks how long deprecated names work, and that their users get a warning."""

from __future__ import annotations

import linecache
import warnings

import pytest

from pulumi_roster.deprecation import earliest_removal, warn_deprecated


@pytest.mark.parametrize(
    ("since", "removal"), [("0.1", "0.3"), ("0.9.4", "0.11"), ("0.10", "0.12"), ("1.0", "2.0"), ("2.7.1", "3.0")]
)
def test_a_name_works_for_two_minor_releases_and_from_1_0_until_the_next_major_one(since: str, removal: str) -> None:
    assert earliest_removal(since) == removal


def test_a_text_that_is_not_a_version_is_refused() -> None:
    with pytest.raises(ValueError, match=r"since: must be a version such as 0\.3, got 'soon'"):
        earliest_removal("soon")


def old_look_up() -> None:
    warn_deprecated("ibm.old_look_up", since="0.3", instead="call ibm.look_up")


def test_a_deprecated_name_warns_once_at_its_use_with_the_edit_to_make(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.warns(DeprecationWarning, match="may remove it") as seen:
        old_look_up()
    assert linecache.getline(seen[0].filename, seen[0].lineno).strip() == "old_look_up()"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        old_look_up()
    assert capsys.readouterr().err.count("hint: call ibm.look_up") == 1
