"""The events of a contract: what clients emit, and with what each can be refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from understudy_validators import pointers
from understudy_validators.errors import Mistake
from understudy_validators.lint.sites import Listing, Site
from understudy_validators.lint.structure import EVENTS, Node
from understudy_validators.lint.survey import Survey
from understudy_validators.lint.wording import nearest
from understudy_validators.realtime import CONNECT

_CONNECTIONS = "connections"


@dataclass(frozen=True)
class EventSite(Site):
    """An event that clients emit: `path` is its namespace, `method` its name, `channel` the pointer to its channel."""

    channel: str = ""
    listed_by: ClassVar[str] = "replies"

    @property
    def name(self) -> str:
        """How mistakes call it: the name of its operation."""
        return self.node.name

    @cached_property
    def parameters(self) -> dict[tuple[str, str], Node]:
        """None: what the handshake carries is judged as its body."""
        return {}

    @cached_property
    def message(self) -> Node | None:
        """The message with its payload."""
        return next((message for _, message in self.survey.below(self.node, "messages")), None)

    @cached_property
    def handshake(self) -> Any:
        """The schema of what the namespace is connected with."""
        message = self.survey.resolved("message", f"{self.channel}/messages/{CONNECT}")
        return message.get("payload", True) if message else True

    @cached_property
    def security(self) -> list[dict[str, Any]]:
        """The alternatives of credentials of the event itself: a connection's."""
        return [{name: []} for name in _schemes(self.survey, self.node)]

    @property
    def ways(self) -> list[dict[str, Any]]:
        """The connection's credentials are there for every event."""
        nodes = [node for node in self.survey.of("eventOperation") if node.get("channel") == self.node.get("channel")]
        return [{name: []} for node in nodes for name in _schemes(self.survey, node)]

    @property
    def schemas(self) -> list[str]:
        """Where the schema of the payload stands."""
        return [f"{self.message.pointer}/payload"] if self.message else []

    @property
    def judged(self) -> list[str]:
        """The same, if a rule says that it is judged by it."""
        return self.schemas if self.rank("schema") > -1 else []

    def has(self, built_in: str) -> bool:
        """Events know two of the built-in checks."""
        return built_in == "schema" or (built_in == "security" and bool(self.security))

    def knows(self, built_in: str, rank: int) -> bool:
        """Whether a rule of that rank may read what the check finds. An open connection has its credential."""
        if built_in == "security" and self.method != CONNECT:
            return bool(self.ways)
        return super().knows(built_in, rank)

    def lack(self, built_in: str) -> str:
        """Why a built-in check has nothing to do."""
        return "needs no credential" if built_in == "security" else "is an event"

    @cached_property
    def listings(self) -> list[Listing]:
        """The answers that its replies list in their x-failure."""
        replies = self.survey.below(Node("reply", f"{self.node.pointer}/reply", self.node.get("reply")), "messages")
        return [
            Listing(node.name, message.name, node, node)
            for _, message in replies
            for node in _failures(self.survey, message)
        ]


def _schemes(survey: Survey, node: Node) -> list[str]:
    return [scheme.name for _, scheme in survey.below(node, "security")]


def _failures(survey: Survey, message: Node) -> list[Node]:
    failure = survey.node(f"{message.pointer}/x-failure")
    return [answer for _, answer in survey.below(failure, "answers")] if failure else []


def event_sites(survey: Survey) -> Sequence[EventSite]:
    """Every event that clients emit."""
    found = []
    for node in survey.of("eventOperation"):
        target, channel = _channel(survey, node)
        if node.get("action") == "receive" and channel:
            address = str(channel.get("address", ""))
            found.append(EventSite(node, address, _event(survey, node), survey, target))
    return found


def _event(survey: Survey, node: Node) -> str:
    """The event that the operation takes: its message's name, else the key under which the channel has it."""
    key = next((str(message.get("$ref")).rpartition("/")[2] for message in _listed(node)), "")
    message = next((message for _, message in survey.below(node, "messages")), None)
    return str(message.get("name", key)) if message else key


def _listed(node: Node) -> list[dict[str, Any]]:
    messages = node.get("messages")
    return [message for message in messages if isinstance(message, dict)] if isinstance(messages, list) else []


def _channel(survey: Survey, node: Node) -> tuple[str, Node | None]:
    reference = node.get("channel")
    target = str(reference.get("$ref")).removeprefix("#") if isinstance(reference, dict) else ""
    return target, survey.resolved("channel", target)


def without_collection(survey: Survey) -> Iterator[Mistake]:
    """Worlds that have no place for those who are connected."""
    if survey.kind == EVENTS and survey.world and survey.collections and _CONNECTIONS not in survey.collections:
        problem = f"the world has no collection {_CONNECTIONS!r}, in which the mock keeps those who are connected"
        yield survey.world.mistake("/collections", problem, f"Add {_CONNECTIONS}: [].")


def without_connection(survey: Survey, sites: Sequence[EventSite]) -> Iterator[Mistake]:
    """Channels that nobody can connect to."""
    connected = {site.channel for site in sites if site.method == CONNECT}
    for channel in survey.of("channel"):
        if channel.inside == "events" and channel.pointer not in connected:
            advice = "Add one with action: receive, whose message is the channel's 'connect'."
            problem = f"the channel {channel.name!r} has no operation for its connection"
            yield survey.mistake(channel.pointer, problem, advice)


def taken_twice(survey: Survey, sites: Sequence[EventSite]) -> Iterator[Mistake]:
    """Events that two operations of one channel take."""
    first: dict[tuple[str, str], EventSite] = {}
    for site in sites:
        known = first.setdefault((site.channel, site.method), site)
        if known is not site:
            problem = f"the event {site.method!r} is taken by {known.name} already"
            yield survey.mistake(f"{site.node.pointer}/messages", problem, "Leave one of them out.")


def of_another_channel(survey: Survey) -> Iterator[Mistake]:
    """Messages that the operation's channel does not have."""
    for node in survey.of("eventOperation"):
        target, _ = _channel(survey, node)
        for index, message in enumerate(_listed(node)):
            if not str(message.get("$ref")).startswith(f"#{target}/messages/"):
                problem = f"the message of {node.name} is none of its channel's"
                yield survey.mistake(f"{node.pointer}/messages/{index}", problem, f"Name one of #{target}/messages.")


def of_several_messages(site: EventSite) -> Iterator[Mistake]:
    """Operations that take several events at once, whose rules would be judged by the payload of the first."""
    for index, _ in list(enumerate(_listed(site.node)))[1:]:
        problem = f"{site.name} takes more than one message"
        yield site.survey.mistake(f"{site.node.pointer}/messages/{index}", problem, "Write an operation for each.")


def without_example(site: EventSite) -> Iterator[Mistake]:
    """Events without an example, which triggers start from."""
    if site.message and not site.message.get("examples"):
        problem = f"the message {site.method!r}, which clients emit, has no example"
        yield site.survey.mistake(site.message.pointer, problem, "Add one: triggers start from it.")


def named_twice(survey: Survey, message: Node) -> Iterator[Mistake]:
    """Two examples of one message with one name."""
    seen: set[str] = set()
    for _, example in survey.below(message, "examples"):
        if example.name in seen:
            problem = f"the message has two examples {example.name!r}"
            yield survey.mistake(example.pointer, problem, "Give one of them another name.")
        seen.add(example.name)


def vouching_for_nothing(survey: Survey, message: Node) -> Iterator[Mistake]:
    """Sources of examples that the message does not have."""
    known = [example.name for _, example in survey.below(message, "examples")]
    sources = message.get("x-sources")
    for name in sources if isinstance(sources, dict) else ():
        if name not in known:
            problem = f"x-sources names {name!r}, which is no example of this message"
            yield survey.mistake(f"{message.pointer}/x-sources" + pointers.join(name), problem, nearest(name, known))


def never_replied(survey: Survey, sites: Sequence[EventSite]) -> Iterator[Mistake]:
    """Answers that no event replies with."""
    replied = {listing.node.pointer for site in sites for listing in site.listings}
    for message in survey.of("message"):
        for answer in _failures(survey, message):
            if answer.pointer not in replied:
                problem = f"no operation replies with the answer {answer.name!r}"
                yield survey.mistake(answer.pointer, problem, "Name the message in the reply of an operation.")
