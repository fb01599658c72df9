"""What a resource file writes: its verbs, over the shared client. Everything else is the engine's and the client's.

A handler raises :class:`~pulumi_roster.errors.NotFound` for what is gone and never catches it for the engine's sake; it
speaks of no retries, tokens, differences or pickles.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Generic, TypeVar, get_args

from ..http.client import Client
from ..http.settings import System
from ..schema.model import Args, State
from .list_cache import Listing

__all__ = ["Handler"]

A = TypeVar("A", bound=Args)
S = TypeVar("S", bound=State)


class Handler(Generic[A, S]):
    """The verbs of one kind of resource.

    Required: ``create``, ``update`` and ``delete``, and one of ``read`` and ``list``. A kind without a ``read`` of its
    own is read from its listing. A kind whose arguments bear :class:`.Key` marks is created safely:
    the natural key is looked for first, with ``find`` where the service can answer that directly, else in the listing.

    Class attributes: ``kind``, the name in every user's state, which never changes; ``system``, the service;
    ``import_key``, how a person names one object, such as ``{access_group_id}/{id}``; ``listing``, the same value in
    kinds whose ``list`` returns the objects of all of them, so that they share one listing.
    """

    kind: ClassVar[str]
    system: ClassVar[System]
    import_key: ClassVar[str] = "{id}"
    listing: ClassVar[str] = ""
    args_type: ClassVar[type[Args]]
    state_type: ClassVar[type[State]]

    def __init__(self, api: Client) -> None:
        self.api = api

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.listing = cls.listing or cls.kind
        cls.args_type, cls.state_type = get_args(cls.__orig_bases__[0])  # type: ignore[attr-defined]

    def complete(self, args: A, listing: Listing[Any]) -> A:
        """The arguments, with what the service means where they say nothing, such as the parent of what is given none.
        This comes first in a creation; ``listing`` is the shared one of the scope."""
        return args

    def create(self, args: A) -> S:
        """Makes the object and says what it is, from the service's reply alone where it can."""
        raise NotImplementedError

    def read(self, id: str, prior: S) -> S:
        """What the object is now. ``prior`` is what was known of it; of an object that is imported, only what its
        import key says is sure."""
        raise NotImplementedError

    def update(self, id: str, args: A, prior: S) -> S:
        """Brings the object from ``prior`` to ``args``. Fields marked ``Replace`` do not differ."""
        raise NotImplementedError

    def delete(self, id: str, prior: S) -> None:
        """Removes the object."""
        raise NotImplementedError

    def list(self, scope: str) -> Iterable[State]:
        """All objects of this kind in one scope, each as complete as ``read`` gives it; what is ``Kept`` may be
        missing. A scope of several fields has one a line."""
        raise NotImplementedError

    def find(self, args: A) -> Iterable[S]:
        """The objects with the natural key of ``args``, asked for directly, each as complete as ``read`` gives it."""
        raise NotImplementedError

    @classmethod
    def has(cls, verb: str) -> bool:
        """Whether a verb is the kind's own."""
        return getattr(cls, verb) is not getattr(Handler, verb)
