"""What is known of a request before any contract looks at it."""

from __future__ import annotations

from dataclasses import dataclass, replace

#: Key in an ASGI scope under which the guard leaves the request's context.
CONTEXT = "understudy"


@dataclass(frozen=True, slots=True)
class Context:
    """A request's namespace, the server's root in it as the client reaches it, and the raw path below that root.

    `misdirected`: the Host is none that is served here.
    """

    namespace: str
    root_url: str
    path: str
    misdirected: bool = False

    def within(self, namespace: str) -> Context:
        """The same request in another namespace, whose root anyone reaches without a header."""
        origin = self.root_url.partition("/~")[0]
        return replace(self, namespace=namespace, root_url=f"{origin}/~{namespace}")
