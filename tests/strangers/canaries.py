"""Credentials that are recognised wherever they turn up, and the places where they might."""

from __future__ import annotations

import base64
import html
import json
import os
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, quote_plus


def forms(secret: str) -> set[bytes]:
    """The ways in which a text may be written: plain, in addresses, JSON and pages, in hexadecimal, in base64 wherever
    it begins. Of its last characters, letters and digits that stand together look alike however they are escaped."""
    core = max(re.findall("[A-Za-z0-9]+", secret[-40:]), key=len)
    escaped = json.dumps(secret)[1:-1]
    texts = {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        html.escape(secret),
        escaped,
        escaped.replace("/", "\\/"),
    }
    found = {text.encode() for text in texts}
    for raw in (secret.encode(), core.encode()) if len(core) > 9 else (secret.encode(),):
        found |= {raw, raw.hex().encode(), raw.hex().upper().encode()}
        for shift in range(3):
            encoded = base64.b64encode(b"\0" * shift + raw + b"\0\0")
            # What depends on the neighbours is left out.
            whole = encoded[(shift * 8 + 5) // 6 : (shift + len(raw)) * 8 // 6]
            found |= {whole, whole.translate(bytes.maketrans(b"+/", b"-_"))}
    return found


class Canaries:
    """Credentials by name. More may be added when they are issued."""

    def __init__(self) -> None:
        self._forms: dict[str, set[bytes]] = {}

    def plant(self, name: str, secret: str) -> str:
        """Adds one, and gives it back."""
        self._forms[name] = forms(secret)
        return secret

    def __len__(self) -> int:
        return len(self._forms)

    def within(self, data: str | bytes) -> set[str]:
        """The names of those that a text or a file holds."""
        raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
        return {name for name, ways in self._forms.items() if any(way in raw for way in ways)}

    def left_in(self, folder: Path) -> dict[str, set[str]]:
        """The names of those that files hold, by file."""
        found = {}
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink() and (names := self.within(path.read_bytes())):
                found[str(path.relative_to(folder))] = names
        return found


class Arguments:
    """The command lines of all processes that this one starts, and of those that these start."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._over = threading.Event()

    def watch(self) -> None:
        while not self._over.wait(0.01):
            for pid in _descendants(os.getpid()):
                with suppress(OSError):  # it is over
                    self.seen.add(Path(f"/proc/{pid}/cmdline").read_bytes())

    def stop(self) -> None:
        self._over.set()


def _descendants(pid: int | str) -> Iterator[str]:
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in children.read_text().split():
                yield child
                yield from _descendants(child)


@contextmanager
def arguments() -> Iterator[Arguments]:
    """Watches for the length of the block."""
    watched = Arguments()
    thread = threading.Thread(target=watched.watch)
    thread.start()
    try:
        yield watched
    finally:
        watched.stop()
        thread.join()


def joined(texts: Iterable[bytes]) -> bytes:
    """Many texts as one to be searched."""
    return b"\n".join(texts)
