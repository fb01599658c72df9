"""Tests that quoted texts show no secret and are one short printable line."""

from __future__ import annotations

import json
from urllib.parse import quote, quote_plus

from hypothesis import given
from hypothesis import strategies as st

from pulumi_roster.redaction import quoted, redacted, start_of

SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=4, max_size=40)


@given(before=st.text(), secret=SECRETS, after=st.text())
def test_no_secret_is_shown_in_any_notation(before: str, secret: str, after: str) -> None:
    if secret in "[redacted]":
        return
    said = f"{before}{secret}{after} {quote(secret, safe='')} {quote_plus(secret)}"
    assert secret not in quoted(said, [secret], limit=10_000)


@given(text=st.text(), limit=st.integers(10, 300))
def test_a_quoted_text_is_one_short_printable_line(text: str, limit: int) -> None:
    shown = quoted(text, limit=limit)
    assert len(shown) <= limit
    assert shown == "" or shown.isprintable()


def test_terminal_codes_and_line_breaks_are_removed() -> None:
    assert quoted("\x1b[2Jfine\r\n  error: forged\u2028\u202e") == "[2Jfine error: forged"


def test_if_one_secret_contains_another_the_longer_is_redacted_completely() -> None:
    assert quoted("x secret-and-more y", ["secret", "secret-and-more"]) == "x [redacted] y"


def test_a_secret_shorter_than_four_characters_is_not_redacted() -> None:
    assert quoted("a, b and c", ["a", "", "and"]) == "a, b and c"


def test_a_long_text_ends_with_dots() -> None:
    assert quoted("x" * 400, limit=10) == "xxxxxxx..."


@given(secret=st.text(min_size=4, max_size=60).filter(str.isprintable), before=st.integers(150, 210))
def test_a_shortened_text_does_not_end_with_a_part_of_a_secret(secret: str, before: int) -> None:
    if set(secret) & set(" .redacted[]"):
        return
    shown = quoted("." * before + secret + "." * 300, [secret], limit=10_000 if before % 2 else 10)
    cut = start_of(b"." * (99_900 + before // 2) + secret.encode() + b"." * 300, [secret])
    for start in range(len(secret) - 3):
        assert secret[start : start + 4] not in shown
        assert secret[start : start + 4] not in cut


def test_a_secret_in_json_keys_and_values_is_redacted() -> None:
    secret = "a\"b'c\\d/e"
    said = {"x": [f"bad {secret}", 1, None], secret: {"y": secret.upper()}}
    assert redacted(said, [secret]) == {"x": ["bad [redacted]", 1, None], "[redacted]": {"y": "[redacted]"}}
    assert redacted(said, ["abc"]) == said
    assert "c\\" not in quoted(f"{said} {json.dumps(said)}", [secret])
