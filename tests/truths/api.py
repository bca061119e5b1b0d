"""What the laws have to know of an API: how to ask for things in it, and what its records say."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from understudy_validators.records import Record, World

#: A request in the words of a trigger's step.
Step = Mapping[str, Any]
#: What a page is asked for with.
Query = Mapping[str, Any]
#: An event, and an id that it names.
Told = tuple[str, str]

#: The id of the message that a request is about to make.
NEW = "new"


@dataclass(frozen=True, slots=True)
class Change:
    """A request to change something, and what each connection hears of it, should it be accepted."""

    kind: str
    step: Step
    heard: Mapping[str, Sequence[Told]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listing:
    """A way to list messages page by page: those that `lists` is true of; others as well, where it is not `exact`.

    `newest_first` is the order within each page, as documented; a walk that goes `forward` ends at the newest message.
    `size` is the name of the query's number of messages in a page.
    """

    name: str
    operation: str
    lists: Callable[[Record], bool]
    newest_first: bool
    size: str
    forward: bool = False
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Query = field(default_factory=dict)
    exact: bool = True

    def first(self, size: int) -> Query:
        """What the first page is asked for with."""
        return {**self.query, self.size: size}

    def page(self, reader: str, query: Query) -> Step:
        """The request for a page."""
        return {"send": self.operation, "as": reader, "path": self.path, "query": query}


class Api(ABC):
    """One room of an API, with people who are in it and one who comes and goes."""

    contract: ClassVar[str]
    #: The field of a message that is its id.
    id: ClassVar[str]
    #: Credentials of people who are in the room and stay there.
    people: ClassVar[Sequence[str]]
    #: The credential of someone who is not in it, and may come.
    guest: ClassVar[str]
    #: Ids that no message of the room has: those of other rooms, of nothing, and what is no id.
    strangers: ClassVar[Sequence[Any]]
    #: What kinds of messages there are.
    kinds: ClassVar[Sequence[str]] = ("message",)
    #: Whether a reply may be replied to.
    nested: ClassVar[bool] = False
    #: Steps that open the connections, and how many events each of them is answered with.
    connections: ClassVar[Sequence[tuple[Step, int]]] = ()
    #: What can be done besides sending; not all can react, or leave.
    actions: ClassVar[Sequence[str]] = ("edit", "delete", "enter")

    @abstractmethod
    def room(self, world: World) -> list[Record]:
        """The room's messages, in the documented order, oldest first."""

    @abstractmethod
    def place(self, message: Record) -> Any:
        """Which room a message is in."""

    @abstractmethod
    def parent(self, message: Record) -> Any:
        """The id of the message that this one replies to, or `None`."""

    @abstractmethod
    def listings(self, world: World) -> list[Listing]:
        """The ways to list the room's messages."""

    @abstractmethod
    def read(self, listing: Listing, query: Query, body: Any) -> tuple[list[Any], Query | None]:
        """The ids of the page that the query was for, in its own order, and the query for the next; `None`: the end."""

    @abstractmethod
    def send(self, world: World, who: str, text: str, parent: Any, kind: str) -> Change:
        """Sends a message."""

    @abstractmethod
    def edit(self, world: World, who: str, message_id: Any, text: str) -> Change:
        """Changes the text of one."""

    @abstractmethod
    def delete(self, world: World, who: str, message_id: Any) -> Change:
        """Deletes one."""

    @abstractmethod
    def enter(self, world: World) -> Change:
        """Lets the guest in."""

    @abstractmethod
    def get(self, who: str, message_id: Any) -> Step:
        """Reads one."""

    def react(self, world: World, who: str, message_id: Any, again: bool) -> Change:
        """Gives a reaction to one, or takes it back."""
        raise NotImplementedError

    def leave(self, world: World) -> Change:
        """Lets the guest go."""
        raise NotImplementedError

    def thread(self, message: Record) -> Listing | None:
        """The listing of a message's replies, where there is one."""
        return None

    def sent(self, body: Any) -> Any:
        """The id in the answer to a message that was sent."""
        return body[self.id]

    def counted(self, body: Any) -> int:
        """How many replies the answer to `get` says that there are."""
        raise NotImplementedError

    def counts(self, reply: Record) -> bool:
        """Whether a reply is still counted."""
        return True


def query_of(url: str) -> dict[str, str]:
    """The query of an address that a page gives for its neighbour."""
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
