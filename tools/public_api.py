"""Writes the tables of docs/public-api.md from the code.

The text above the line :data:`MARK` is written by hand. Run this with ``.venv/bin/python -m tools.public_api``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from typing_extensions import NotRequired, is_typeddict

import pulumi_roster
from pulumi_roster import errors
from pulumi_roster.catalog import SYSTEMS
from pulumi_roster.managed import CommonArguments, Managed
from pulumi_roster.schema.marks import FromConnection, ProviderOnly, Replace, marked
from pulumi_roster.schema.model import Args
from pulumi_roster.team.component import TYPE_TOKEN
from tools.docstrings import described, description, paragraph, raised, returned
from tools.type_names import annotations_of, given_type, type_name

PAGE = Path(__file__).parents[1] / "docs" / "public-api.md"
MARK = "<!-- `make record` writes the text below this line. Do not edit it. -->"
TITLES = {"appsec": "AppSec+", "britive": "Britive", "ibm": "IBM Cloud IAM", "vault": "Vault and OpenBao"}


def page() -> str:
    """Return the text of the page."""
    by_hand = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    return "\n".join([by_hand + MARK, "", *_everything()]) + "\n"


def _everything() -> Iterator[str]:
    yield from ("## The arguments of every resource", "")
    defaults = {name: info.default for name, info in Args.model_fields.items()}
    yield from _table(["Argument", "Type", "If omitted", "Meaning"], _keyword_rows(CommonArguments, defaults))
    for system in SYSTEMS:
        yield from (f"## {TITLES[system]}: `roster.{system}`", "")
        yield from _system(getattr(pulumi_roster, system), system)
    yield from _package()
    yield from _errors()


def _system(module: ModuleType, system: str) -> Iterator[str]:
    public = {f"{system}.{name}": getattr(module, name) for name in module.__all__}
    kinds = {name: found for name, found in public.items() if isinstance(found, type)}
    for name, found in kinds.items():
        if issubclass(found, Managed):
            yield from _resource(name, found)
    for name, found in public.items():
        if name not in kinds:
            yield from _look_up(name, found)
    for name, found in kinds.items():
        if not issubclass(found, Managed):
            yield from _class(name, found)


def _resource(name: str, found: type[Managed]) -> Iterator[str]:
    handler, init = found.handler, _init(found)
    model = handler.args_type
    hints, meanings = annotations_of(init), described(init)
    arguments = [item for item in _keywords(init) if item.name in meanings]
    token = f"pulumi-python:dynamic/roster/{handler.kind.replace('.', ':')}"
    yield from (f"### `{name}`", "", description(found), "")
    yield f"- Type token: `{token}`"
    yield f"- Import key: `{handler.import_key}`"
    yield from (f"- Existing object: `{_call(f'{name}.get', found.get)}`", "")
    yield from _table(
        ["Argument", "Type", "If omitted", "A change", "Meaning"],
        [
            [
                f"`{item.name}`",
                given_type(hints[item.name]),
                _omitted(item, model),
                _change(item.name, model),
                meanings[item.name],
            ]
            for item in arguments
        ],
    )
    yield from (f"Outputs: {', '.join(_outputs(found))}.", "")


def _init(found: type) -> Callable[..., Any]:
    init: Callable[..., Any] = vars(found)["__init__"]
    return init


def _keywords(function: Callable[..., Any]) -> list[inspect.Parameter]:
    items = inspect.signature(function).parameters.values()
    return [item for item in items if item.kind is inspect.Parameter.KEYWORD_ONLY]


def _omitted(item: inspect.Parameter, model: type[BaseModel]) -> str:
    """Return what an omitted argument means."""
    if item.default is inspect.Parameter.empty:
        return "required"
    if source := marked(model, FromConnection).get(item.name):
        return f"the connection's `{source.key}`"
    info = model.model_fields[item.name]
    if info.is_required() and item.name == "name":
        return "the resource's name"
    return f"`{info.get_default(call_default_factory=True)!r}`"


def _change(name: str, model: type[BaseModel]) -> str:
    """Return what a change of an argument does."""
    if name in marked(model, Replace):
        return "replaces"
    return "recorded" if name in marked(model, ProviderOnly) else "updates"


def _outputs(found: type[Managed]) -> Iterator[str]:
    bases = [base for base in reversed(found.__mro__) if issubclass(base, Managed)]
    hints = {"id": str, **{name: hint for base in bases for name, hint in annotations_of(base).items()}}
    for name, hint in hints.items():
        yield f"`{name}` ({_dictionaries(found, name) or type_name(hint)})"


def _dictionaries(found: type[Managed], output: str) -> str:
    """Return the type of an output that is a list of dictionaries, or "". A public type has the keys of one of them."""
    info = found.handler.state_type.model_fields.get(output)
    [row, *_] = get_args(info.annotation if info else None) or (None,)
    if not (isinstance(row, type) and issubclass(row, BaseModel)):
        return ""
    system = getattr(pulumi_roster, found.handler.system.name)
    public = [getattr(system, name) for name in system.__all__]
    [keys] = [each for each in public if is_typeddict(each) and annotations_of(each).keys() == row.model_fields.keys()]
    return f"list of {type_name(keys)}"


def _look_up(name: str, found: Callable[..., Any]) -> Iterator[str]:
    signature = inspect.signature(found, eval_str=True)
    yield from (f"### `{name}`", "", description(found), "")
    yield f"- Call: `{_call(name, found)}`"
    what = f": {text}" if (text := returned(found)) else ""
    yield f"- Returns: {type_name(signature.return_annotation)}{what.removesuffix('.')}"
    yield from (f"- Raises `{error}`: {when.removesuffix('.')}" for error, when in raised(found).items())
    yield ""
    hints, meanings = annotations_of(inspect.unwrap(found)), described(found)
    rows: list[list[str]] = []
    for item in signature.parameters.values():
        if item.kind is inspect.Parameter.VAR_KEYWORD:
            rows += _keyword_rows(get_args(item.annotation)[0], {})
        else:
            omitted = "required" if item.default is inspect.Parameter.empty else f"`{item.default!r}`"
            rows.append([f"`{item.name}`", given_type(hints[item.name]), omitted, meanings[item.name]])
    yield from _table(["Argument", "Type", "If omitted", "Meaning"], rows)


def _keyword_rows(found: type, defaults: Mapping[str, Any]) -> list[list[str]]:
    """Describe keyword arguments that several resources or look-ups share. All of them may be omitted."""
    meanings = described(found)
    return [
        [f"`{name}`", given_type(hint), f"`{defaults.get(name)!r}`", meanings[name]]
        for name, hint in annotations_of(found).items()
    ]


def _call(name: str, found: Callable[..., Any]) -> str:
    """Return a call with all arguments and their defaults."""
    return f"{name}({', '.join(_parameters(inspect.signature(found, eval_str=True)))})"


def _parameters(signature: inspect.Signature) -> Iterator[str]:
    keyword = False
    for item in signature.parameters.values():
        if item.kind in (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD) and not keyword:
            keyword = True
            yield "*"
        if item.kind is inspect.Parameter.VAR_KEYWORD:
            yield from (f"{name}=None" for name in annotations_of(get_args(item.annotation)[0]))
        else:
            yield item.name if item.default is inspect.Parameter.empty else f"{item.name}={item.default!r}"


def _class(name: str, found: type) -> Iterator[str]:
    """Describe a class that is no resource: a result of look-ups, or a type of arguments."""
    whole = name.startswith("roster.")
    yield from (f"### `{name}`", "", description(found), "")
    if is_typeddict(found):
        yield from (f"Keys: {', '.join(_keys(found))}.", "")
    elif issubclass(found, BaseModel) or (is_dataclass(found) and not whole):
        yield from (f"Fields: {', '.join(_fields(found))}.", "")
    else:
        yield from _parameters_table(found, described(found) or described(_init(found)))


def _keys(found: type) -> Iterator[str]:
    for name, hint in annotations_of(found).items():
        yield f"`{name}` ({'optional' if get_origin(hint) is NotRequired else 'required'}: {given_type(hint)})"


def _fields(found: type) -> Iterator[str]:
    if issubclass(found, BaseModel):
        hints = {name: info.annotation for name, info in found.model_fields.items()}
    else:
        hints = {name: hint for base in reversed(found.__mro__[:-1]) for name, hint in annotations_of(base).items()}
    yield from _typed(hints)


def _typed(hints: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"`{name}` ({type_name(hint)})" for name, hint in hints.items())


def _parameters_table(found: type, meanings: Mapping[str, str]) -> Iterator[str]:
    """Describe the arguments of a class whose defaults need no explanation: they mean that something is not wanted."""
    hints = annotations_of(_init(found))
    yield from _table(
        ["Argument", "Type", "", "Meaning"],
        [
            [
                f"`{name}`",
                given_type(hints[name]),
                "required" if item.default is inspect.Parameter.empty else "optional",
                meanings[name],
            ]
            for name, item in inspect.signature(found).parameters.items()
            if name in meanings
        ],
    )


def _package() -> Iterator[str]:
    yield from ("## The package: `roster`", "")
    names = {name: getattr(pulumi_roster, name) for name in pulumi_roster.__all__}
    rows = [[f"`roster.{name}`", paragraph(found)] for name, found in names.items() if isinstance(found, ModuleType)]
    yield from _table(["Name", "Meaning"], [["`roster.__version__`", "The version, such as `0.1.0`."], *rows])
    team = pulumi_roster.Team
    yield from (f"### `roster.{team.__name__}`", "", description(team), "")
    yield from (f"- Type token: `{TYPE_TOKEN}`", "")
    yield from _parameters_table(team, described(_init(team)))
    hints = annotations_of(team).items()
    yield from (f"Attributes: {', '.join(f'`{name}` ({type_name(hint, outputs=True)})' for name, hint in hints)}.", "")
    for name, found in names.items():
        if isinstance(found, type) and found is not team:
            yield from _class(f"roster.{name}", found)


def _errors() -> Iterator[str]:
    yield from ("## Errors: `roster.errors`", "")
    names = {name: getattr(errors, name) for name in errors.__all__}
    found = {name: error for name, error in names.items() if isinstance(error, type)}
    yield from _table(
        ["Error", "Is a", "Meaning"],
        [[f"`errors.{name}`", _base(error), paragraph(error)] for name, error in found.items()],
    )
    yield from _table(
        ["Attribute", "Of", "Type", "Meaning"],
        [
            [f"`{attribute}`", f"`{name}`", type_name(annotations_of(_init(error))[attribute]), meaning]
            for name, error in found.items()
            for attribute, meaning in described(error).items()
            if not any(attribute in described(base) for base in error.__mro__[1:])
        ],
    )


def _base(error: type) -> str:
    """Return the nearest base of an error that is public, or ``Exception``."""
    return next(f"`{base.__name__}`" for base in error.__mro__[1:] if base.__name__ in ("Exception", *errors.__all__))


def _table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    yield from (f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)
    yield ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(Path.cwd())}")
