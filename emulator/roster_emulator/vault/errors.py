"""Builds Vault's error bodies."""

from __future__ import annotations

from typing_extensions import override

from roster_emulator.api import Call, Problem, Reply

UNSUPPORTED_PATH = "unsupported path"
UNSUPPORTED_OPERATION = "unsupported operation"
MERGE_PATCH = "application/merge-patch+json"
OPERATIONS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "LIST", "OPTIONS"})
MOUNTS = ("identity", "sys", "auth/token")


class Refusal(Problem):
    """An error; ``texts`` are the ``errors`` of the body."""

    def __init__(self, status: int, *texts: str) -> None:
        super().__init__(status, "; ".join(texts))
        self.texts = texts

    @override
    def reply(self, call: Call) -> Reply:
        return Reply(self.status, {"errors": list(self.texts)})


def bad(text: str) -> Refusal:
    """Return a 400 with a plain text."""
    return Refusal(400, text)


def failed(text: str, status: int = 500) -> Refusal:
    """Return an error in the format of Vault's list of errors. Vault sends a 500 for some invalid requests, too."""
    return Refusal(status, f"1 error occurred:\n\t* {text}\n\n")


def general(call: Call, status: int) -> Refusal:
    """Return the usual error of a status that the emulator decided on."""
    path = call.path.removeprefix("/v1/")
    if status == 404:
        if not any(f"{path}/".startswith(f"{mount}/") for mount in MOUNTS):
            slash = "/" if call.method == "LIST" and not path.endswith("/") else ""
            return Refusal(404, f'no handler for route "{path}{slash}". route entry not found.')
        if call.method in ("POST", "PUT", "PATCH") and path.endswith("/"):
            return bad("cannot write to a path ending in '/'")
        return failed(UNSUPPORTED_PATH, 404)
    if status == 405:
        return _unsupported(call)
    if status == 429:
        return Refusal(429, f'request path "{path}": rate limit quota exceeded')
    texts = {
        400: "error parsing JSON",
        401: "permission denied",
        412: "required index state not present",
        503: "Vault is sealed",
    }
    if status in texts:
        return Refusal(403 if status == 401 else status, texts[status])
    return failed({403: "permission denied"}.get(status, "internal error"), status)


def _unsupported(call: Call) -> Refusal:
    if call.method not in OPERATIONS:
        return Refusal(405)
    if call.method == "PATCH":
        kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not kind:
            return bad("mime: no media type")
        if kind != MERGE_PATCH:
            return Refusal(415, f"PATCH requires Content-Type of {MERGE_PATCH}, provided {kind}")
    # LIST adds a slash to the path, and only a name may contain one.
    if call.method == "LIST" and not call.template.endswith(":path}"):
        return failed(UNSUPPORTED_PATH, 404)
    return failed(UNSUPPORTED_OPERATION, 405)
