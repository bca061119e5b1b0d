"""What is known of a request before any contract looks at it."""

from __future__ import annotations

from dataclasses import replace

from understudy_validators.values import value

#: Key in an ASGI scope under which the guard leaves the request's context.
CONTEXT = "understudy"
#: Key under which the server leaves the situation of a request that never came whole (`x-framing` names them).
SITUATION = "understudy-situation"


@value
class Context:
    """A request's namespace, the server's root in it as the client reaches it, and the raw path below that root.

    `situation` is what is wrong before anyone looks at the body, by its name in `x-framing`; empty, as a rule.
    """

    namespace: str
    root_url: str
    path: str
    situation: str = ""

    @property
    def misdirected(self) -> bool:
        """Whether the Host is none that is served here."""
        return self.situation == "misdirected"

    @property
    def is_named(self) -> bool:
        """Whether the request says which namespace it is for."""
        return "/~" in self.root_url

    def within(self, namespace: str) -> Context:
        """The same request in another namespace, whose root anyone reaches without a header."""
        origin = self.root_url.partition("/~")[0]
        return replace(self, namespace=namespace, root_url=f"{origin}/~{namespace}")
