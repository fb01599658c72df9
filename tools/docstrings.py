"""Reads docstrings: the first paragraph, the meaning of each parameter, and the errors."""

from __future__ import annotations

import inspect
import re
from typing import Any

__all__ = ["described", "description", "paragraph", "raised"]


def paragraph(found: Any) -> str:
    """Return the first paragraph of a docstring as one line of Markdown."""
    return _line((inspect.getdoc(found) or "").partition("\n\n")[0])


def description(found: Any) -> str:
    """Return a docstring up to its first parameter as Markdown."""
    return _markdown((inspect.getdoc(found) or "").partition("\n:param")[0].strip())


def described(found: Any) -> dict[str, str]:
    """Return the meaning of each parameter as one line of Markdown, without those that every resource has."""
    rows = re.findall(r"^:param (\w+): (.*(?:\n +.*)*)", inspect.getdoc(found) or "", re.MULTILINE)
    return {name: _sentence(_line(text)) for name, text in rows if name not in ("resource_name", "common")}


def raised(found: Any) -> list[str]:
    """Return the names of the errors."""
    return re.findall(r"^:raises (\w+):", inspect.getdoc(found) or "", re.MULTILINE)


def _line(text: str) -> str:
    return _markdown(" ".join(text.split()))


def _markdown(text: str) -> str:
    return re.sub(r":(?:class|mod|func|meth):`~?[\w.]*?(\w+)`", r"`\1`", text).replace("``", "`")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
