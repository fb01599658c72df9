"""The fields of a request: JSON or a form, then Vault's weak typing, with its error texts.

A number keeps the spelling that it came with, and where a text is wanted it is that text; ``true`` is ``"1"``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn
from urllib.parse import parse_qs

from roster_emulator.api import Call
from roster_emulator.vault.errors import Refusal, bad
from roster_emulator.vault.realm import is_openbao

LARGEST_BODY = 32 << 20
TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})

Raw = Mapping[str, Any]
Convert = Callable[[Any], Any]
Schema = Mapping[str, Convert]


class Unfit(Exception):
    """A value that cannot be converted."""


class Number(str):
    """A JSON number as it was written."""


def raw_body(call: Call) -> Raw:
    """The body as it came; none is the same as an empty object."""
    if len(call.body) > LARGEST_BODY:
        raise Refusal(413, "http: request body too large" if is_openbao(call.state) else "error parsing JSON")
    text = call.body.decode("utf-8", "replace")
    form = call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    # An object is taken for JSON, whatever its kind is said to be.
    if form and not text.lstrip().startswith("{"):
        return {name: ",".join(values) for name, values in parse_qs(text, keep_blank_values=True).items()}
    if not text.strip():
        return {}
    try:
        # What stands behind the first value is not looked at.
        value, _ = _DECODER.raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        raise bad("error parsing JSON") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad("error parsing JSON")
    return value


def convert(raw: Raw, schema: Schema) -> dict[str, Any]:
    """The known fields, converted; unknown ones are left out."""
    values = {}
    for name, value in raw.items():
        if name in schema:
            try:
                values[name] = schema[name](value)
            except Unfit as error:
                where = f'error converting input {_shown(value)} for field "{name}": {error}'
                raise bad(f"Field validation failed: {where}") from None
    return values


def string(value: Any) -> str:
    """A text; null is the empty one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, str):
        # Half a surrogate pair cannot be stored; Vault replaces it too.
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    raise Unfit(_unconvertible("", "string", value))


def boolean(value: Any) -> bool:
    """A truth value; null and the empty text are false."""
    if value is None or value == "":
        return False
    if isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise Unfit(_unconvertible("", "bool", value))
    if value not in TRUE | FALSE:
        raise Unfit(f"cannot parse '' as bool: strconv.ParseBool: parsing {quoted(value)}: invalid syntax")
    return value in TRUE


def strings(value: Any) -> list[str]:
    """A list of texts, or one text with commas; blanks around each are dropped."""
    if isinstance(value, str):
        return [part.strip() for part in string(value).split(",")] if value else []
    return [item.strip() for item in _texts(value)]


def pairs(value: Any) -> dict[str, str] | None:
    """A map of texts, or a list of ``key=value``; null stays null."""
    if value is None:
        return None
    try:
        return {string(key): string(item) for part in _maps(value) for key, item in part.items()}
    except Unfit:
        found = {}
        for text in _texts(value):
            key, equals, item = text.partition("=")
            if not equals or not key:
                raise Unfit(f"invalid key pair {quoted(text)}") from None
            found[key] = item
        return found


def quoted(text: str) -> str:
    """A text in quotation marks, as Go's ``%q`` does for what is printable."""
    return json.dumps(text, ensure_ascii=False)


def _maps(value: Any) -> Iterable[Mapping[str, Any]]:
    parts = value if isinstance(value, list) else [value]
    for part in parts:
        if part is None:
            yield {}
        elif isinstance(part, dict):
            yield part
        else:
            raise Unfit


def _texts(value: Any) -> list[str]:
    if value is None or value == {}:
        return []
    texts, wrong = [], []
    for index, item in enumerate(value if isinstance(value, list) else [value]):
        try:
            texts.append(string(item))
        except Unfit:
            wrong.append(f"* {_unconvertible(f'[{index}]', 'string', item)}")
    if wrong:
        raise Unfit(f"{len(wrong)} error(s) decoding:\n\n" + "\n".join(wrong))
    return texts


def _unconvertible(where: str, wanted: str, value: Any) -> str:
    kind = "map[string]interface {}" if isinstance(value, dict) else "[]interface {}"
    return f"'{where}' expected type '{wanted}', got unconvertible type '{kind}', value: '{_shown(value)}'"


def _shown(value: Any) -> str:
    """A value as Go's ``%v`` shows it."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{_shown(value[key])}' for key in sorted(value))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(_shown, value))}]"
    return str(value)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=_no_constant)
