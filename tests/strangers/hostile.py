"""Ids and names that would lead elsewhere if anybody took a part of them for more than text."""

from __future__ import annotations

import re
from typing import Any

from roster_emulator import Running

# Each holds the id of a victim, so that a mistake finds something to harm.
HOSTILE = {
    "a way up": "../{victim}",
    "a way up, encoded": "..%2F{victim}",
    "a slash behind": "{victim}/members",
    "an encoded slash": "{victim}%2Fmembers",
    "a query": "{victim}?force=true&x=1",
    "a fragment": "{victim}#x",
    "a backslash": "..\\{victim}",
    "a full-width solidus": "..\uff0f{victim}",
    "one-dot leaders": "\u2024\u2024/{victim}",
    "right to left": "\u202e{victim}",
    "a blank behind": "{victim} ",
    "a line break": "{victim}\n",
    "a header": "{victim}\r\nX-Evil: 1",
    "the end of a text": "{victim}\0",
    "half a character": "{victim}\ud800",
    "a dot": ".",
    "two dots": "..",
    "endless": "{victim}" + "x" * 70_000,
}
"""What it is -> the text, with a place for the id of the victim."""

VICTIMS: dict[str, Any] = {
    "ibm": {
        "groups": [
            {
                "name": "victim",
                "members": ["IBMid-victim"],
                "rules": [
                    {
                        "name": "victim",
                        "expiration": 1,
                        "realm_name": "https://idp.example.org/saml",
                        "conditions": [{"claim": "team", "operator": "EQUALS", "value": '"theirs"'}],
                    }
                ],
            }
        ]
    },
    "vault": {"groups": [{"name": "victim", "policies": ["theirs"], "member_entity_ids": ["entity-bob"]}]},
    "appsec": {"groups": [{"name": "victim", "description": "Theirs", "members": ["victim@example.com"]}]},
    "britive": {
        "applications": [
            {
                "appContainerId": "victim",
                "accounts": [{"accountId": 9000, "nativeName": "victim"}],
                "environmentGroups": [{"id": "victim-root", "name": "root"}],
                "environments": [{"id": "victim", "name": "victim", "parentGroupId": "victim-root"}],
                "mappings": [{"account": 9000, "user": "user-carol", "environment": "victim"}],
            }
        ]
    },
}


def victims(emulator: Running) -> dict[str, str]:
    """A fresh world with what belongs to others: by system, the id of an object that nobody here may touch."""
    emulator.reset()
    made = emulator.seed(**VICTIMS)
    return {**{system: made[system]["groups"][0] for system in ("ibm", "vault", "appsec")}, "britive": "victim"}


def text(name: str, victim: str) -> str:
    """A hostile text by its name in :data:`HOSTILE`."""
    return HOSTILE[name].format(victim=victim)


def is_line(value: str) -> bool:
    """Whether a text is one line of whole characters."""
    return not re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", value)


def is_one_segment(value: str) -> bool:
    """Whether a text can be sent as one segment of a path, percent-encoded."""
    return is_line(value) and value not in {".", ".."} and len(value) < 10_000
