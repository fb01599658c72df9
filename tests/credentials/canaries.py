"""Searches texts, files and command lines for planted credentials (canaries), in every encoding."""

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
    """Return the encodings of a text: plain, in URLs, JSON and HTML, hexadecimal, and base64 at any offset.

    The longest run of letters and digits near the end counts too, because no escaping changes it.
    """
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
            # Leaves out the characters that depend on the neighbours.
            whole = encoded[(shift * 8 + 5) // 6 : (shift + len(raw)) * 8 // 6]
            found |= {whole, whole.translate(bytes.maketrans(b"+/", b"-_"))}
    return found


class Canaries:
    """Holds the planted credentials by name."""

    def __init__(self) -> None:
        self._forms: dict[str, set[bytes]] = {}

    def plant(self, name: str, secret: str) -> str:
        """Add a credential and return it."""
        self._forms[name] = forms(secret)
        return secret

    def __len__(self) -> int:
        return len(self._forms)

    def within(self, data: str | bytes) -> set[str]:
        """Return the names of the credentials in a text or in the content of a file."""
        raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
        return {name for name, ways in self._forms.items() if any(way in raw for way in ways)}

    def left_in(self, folder: Path) -> dict[str, set[str]]:
        """Return the names of the credentials in the files of a folder, by file."""
        found = {}
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink() and (names := self.within(path.read_bytes())):
                found[str(path.relative_to(folder))] = names
        return found


class Arguments:
    """Collects the command lines of all processes that this process starts, directly or not."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._over = threading.Event()

    def watch(self) -> None:
        while not self._over.wait(0.01):
            for pid in _descendants(os.getpid()):
                with suppress(OSError):  # the process has ended
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
    """Collect command lines for the length of the block."""
    watched = Arguments()
    thread = threading.Thread(target=watched.watch)
    thread.start()
    try:
        yield watched
    finally:
        watched.stop()
        thread.join()


def joined(texts: Iterable[bytes]) -> bytes:
    """Join texts so that one search covers them."""
    return b"\n".join(texts)
