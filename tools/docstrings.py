"""Reads docstrings: the description, the meaning of each parameter, what a function returns, and its errors."""

from __future__ import annotations

import inspect
import re
from typing import Any

__all__ = ["described", "description", "paragraph", "raised", "returned"]


def paragraph(found: Any) -> str:
    """Return the first paragraph of a docstring as one line of Markdown."""
    return _line(_doc(found).partition("\n\n")[0])


def description(found: Any) -> str:
    """Return a docstring up to its first field, such as a parameter, as Markdown."""
    return _markdown(re.split(r"^:(?:param|returns|raises)\b", _doc(found), maxsplit=1, flags=re.MULTILINE)[0].strip())


def described(found: Any) -> dict[str, str]:
    """Return the meaning of each parameter as one line of Markdown, without those that every resource has.

    The keys of a dictionary of keyword arguments may also be a list: ``- ``page``: the number of a page``.
    """
    rows = {**_fields("param", found), **dict(re.findall(rf"^- ``(\w+)``: {_TEXT}", _doc(found), re.MULTILINE))}
    return {name: _sentence(_line(text)) for name, text in rows.items() if name not in ("resource_name", "common")}


def returned(found: Any) -> str:
    """Return what a function returns as one line of Markdown, or ""."""
    return _line("".join(re.findall(rf"^:returns: {_TEXT}", _doc(found), re.MULTILINE)))


def raised(found: Any) -> dict[str, str]:
    """Return when a function raises each error, as one line of Markdown."""
    return {name: _line(text) for name, text in _fields("raises", found).items()}


_TEXT = r"(.*(?:\n +.*)*)"


def _doc(found: Any) -> str:
    return inspect.getdoc(found) or ""


def _fields(kind: str, found: Any) -> dict[str, str]:
    """Return the fields of one kind, such as ``param``, by their names."""
    return dict(re.findall(rf"^:{kind} (\w+): {_TEXT}", _doc(found), re.MULTILINE))


def _line(text: str) -> str:
    return _markdown(" ".join(text.split()))


def _markdown(text: str) -> str:
    return re.sub(r":(?:class|mod|func|meth):`~?[\w.]*?(\w+)`", r"`\1`", text).replace("``", "`")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
