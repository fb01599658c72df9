"""Drives one declared resource as the engine does: it creates, updates or replaces the object."""

from __future__ import annotations

from typing import Any, Protocol

from pulumi_roster.http.limits import Limits
from pulumi_roster.schema.model import CheckFailure
from support.subjects import QUICK, Direct, Values, session_for


class Server(Protocol):
    """The emulator, or a real server."""

    @property
    def url(self) -> str: ...


class Resource:
    """A resource of one kind against a server.

    ``up`` declares it and returns the step. ``refresh`` reads it in a new process. ``destroy`` deletes it. A set is not
    exclusive unless the test says so.
    """

    def __init__(self, kind: str, server: Server, limits: Limits = QUICK, /, **config: Any) -> None:
        self.subject = Direct(kind, session_for(server.url, limits, **config))
        self.id = ""
        self.inputs: Values = {}
        self.outputs: Values = {}

    def also(self, kind: str | None = None) -> Resource:
        """Return another resource of the same run, of the same kind or another."""
        other = Resource.__new__(Resource)
        other.subject = Direct(kind or self.subject.lifecycle.kind, self.subject.lifecycle.session)
        other.id, other.inputs, other.outputs = "", {}, {}
        return other

    def failures(self, **given: Any) -> dict[str, str]:
        """Return the check failures of a declaration: reasons by property path."""
        return {failure.path: failure.reason for failure in self._check(given)[1]}

    def preview(self, **given: Any) -> str:
        """Return the step of ``up``: ``create``, ``same``, ``update``, ``replace`` or ``delete-replace``."""
        if not self.id:
            return "create"
        found = self.subject.diff(self.id, self.outputs, self.checked(**given))
        if not found.changed:
            return "same"
        if not found.replaces:
            return "update"
        return "delete-replace" if found.delete_first else "replace"

    def up(self, **given: Any) -> str:
        """Apply the declaration and return the step."""
        step = self.preview(**given)
        inputs = self.checked(**given)
        old_id, old = self.id, self.outputs
        if step == "update":
            self.outputs = self.subject.update(old_id, old, inputs)
        elif step != "same":
            if step == "delete-replace":
                self.subject.delete(old_id, old)
            self.id, self.outputs = self.subject.create(inputs)
            if step == "replace":
                self.subject.delete(old_id, old)
        self.inputs = inputs
        return step

    def refresh(self) -> bool:
        """Read the object in a new process. Return ``False`` if it no longer exists."""
        self.subject.new_run()
        found = self.subject.read(self.id, self.outputs)
        if found is None:
            self.id, self.outputs = "", {}
            return False
        self.id, self.outputs = found.id, found.outputs
        return True

    def get(self, id: str, **known: Any) -> Values:
        """Return the outputs of an existing object by its import key, as ``Resource.get`` reads them."""
        found = self.subject.read(id, {"connection": "default", **known})
        assert found is not None, "reading an object that does not exist must raise an error"
        return found.outputs

    def destroy(self) -> None:
        """Delete the object."""
        self.subject.new_run()
        self.subject.delete(self.id, self.outputs)
        self.id, self.outputs = "", {}

    def checked(self, **given: Any) -> Values:
        """Return the inputs of a declaration without check failures."""
        inputs, failures = self._check(given)
        assert failures == []
        return inputs

    def _check(self, given: Values) -> tuple[Values, list[CheckFailure]]:
        fields = self.subject.lifecycle.args_type.model_fields
        return self.subject.check({"exclusive": False, **given} if "exclusive" in fields else given)
