"""Servers with one fault each: what a check of them is to find, and the rule that it is to name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.wrong_servers.making import (
    Wrong,
    answering,
    handling,
    moved,
    operation,
    with_answer,
    with_limit,
    with_rule,
    without_rule,
    without_word,
)
from understudy_mockserver.provider import Call, Reply

JSON, FORM = "application/json", "multipart/form-data"
Right = Callable[[Call], Reply]


def _emits_twice(call: Call, right: Right) -> Reply:
    reply = right(call)
    call.emissions.extend(list(call.emissions))
    return reply


def _emits_nothing(call: Call, right: Right) -> Reply:
    reply = right(call)
    call.emissions.clear()
    return reply


def _stores_local_id(call: Call, right: Right) -> Reply:
    reply = right(call)
    if "localId" in call.body:
        messages = call.world["messages"]
        messages.replace(list(messages)[-1], metadata={"localId": call.body["localId"]})
    return reply


def _forgets_the_reply_count(call: Call, right: Right) -> Reply:
    before = call.view.get("parent")
    reply = right(call)
    if before:
        messages = call.world["messages"]
        [parent] = messages.all(id=before["id"])
        messages.replace(parent, threadReplyCount=before["threadReplyCount"])
    return reply


def _forgets(call: Call, right: Right) -> Reply:
    return Reply(right(replace(call, world=call.world.copy())).body)


def _breaks_on_emoji(call: Call, right: Right) -> Reply:
    call.body.get("content", "").encode("latin-1")
    return right(call)


def _cuts_long_texts(call: Call, right: Right) -> Reply:
    reply = right(call)
    text = reply.body.get("content") or ""
    return replace(reply, body={**reply.body, "content": text[:3999]}) if len(text) > 3999 else reply


def _without(name: str) -> Callable[[Any], Any]:
    return lambda body: {key: value for key, value in body.items() if key != name}


def _with_a_gap(body: Any) -> Any:
    messages = body["messages"]
    return {**body, "messages": [*messages[:1], *messages[2:]]}


def _anyone(document: dict[str, Any]) -> None:
    operation(document, "sendMessage")["security"].append({})


def _tokens_never_expire(document: dict[str, Any]) -> None:
    del document["components"]["securitySchemes"]["bearer"]["x-credentials"]["live"]


def _without_rate(document: dict[str, Any]) -> None:
    operation(document, "createMessage")["x-rules"][:] = [
        node for node in operation(document, "createMessage")["x-rules"] if "call-rate" not in str(node)
    ]


def _replyke(name: str, rule: str, *, operations: tuple[str, ...] = ("sendMessage",), **edits: Any) -> Wrong:
    return Wrong(name, "replyke", operations, rule, **edits)


def _amity(name: str, rule: str, *, operations: tuple[str, ...] = ("createMessage",), **edits: Any) -> Wrong:
    return Wrong(name, "amity", operations, rule, **edits)


def _avaya(name: str, rule: str, *, operations: tuple[str, ...] = ("createChat",), **edits: Any) -> Wrong:
    return Wrong(name, "avaya-spaces", operations, rule, **edits)


def _ziik(name: str, rule: str, *, operations: tuple[str, ...] = ("createMessage",), **edits: Any) -> Wrong:
    return Wrong(name, "ziik", operations, rule, **edits)


_IS_REPLY = ("must", "properties", "parentMessageId")

SERVERS = [
    # What is accepted although it should not be.
    _replyke("eleven-files", "maxItems", document=with_limit("sendMessage", FORM, "/body/files/maxItems", 11)),
    _replyke(
        "metadata-of-a-byte-more",
        "x-max-bytes",
        document=with_limit("sendMessage", JSON, "/body/metadata/x-max-bytes", 10241),
    ),
    _replyke(
        "text-of-a-character-more",
        "maxLength",
        document=with_limit("sendMessage", JSON, "/body/content/maxLength", 4001),
    ),
    _replyke("reply-to-a-reply", "thread-parent", document=without_word("sendMessage", "thread-parent", *_IS_REPLY)),
    _replyke(
        "reply-to-a-deleted-message",
        "thread-parent",
        document=without_word("sendMessage", "thread-parent", "must", "properties", "userDeletedAt"),
    ),
    _replyke(
        "reply-across-conversations",
        "thread-parent",
        document=without_word("sendMessage", "thread-parent", "where", "conversationId"),
    ),
    _replyke("quote-of-nothing", "quoted-message", document=without_rule("sendMessage", "quoted-message")),
    _replyke("nothing-to-say", "something-to-say", document=without_rule("sendMessage", "something-to-say")),
    _replyke("left-members-write", "active-member", document=without_word("sendMessage", "active-member", "must")),
    _replyke("strangers-write", "active-member", document=without_rule("sendMessage", "active-member")),
    _replyke("everyone-announces", "may-post", document=without_rule("sendMessage", "may-post")),
    _replyke("no-token-needed", "security", document=_anyone),
    _replyke("tokens-never-expire", "security", document=_tokens_never_expire),
    _amity("eleven-tags", "maxItems", document=with_limit("createMessage", JSON, "/body/tags/maxItems", 11)),
    _amity(
        "any-type-of-mention",
        "enum",
        document=with_limit("createMessage", JSON, "/body/mentionees/items/type/enum", None),
    ),
    _amity("file-of-another-type", "file-of-type", document=without_rule("createMessage", "file-of-type")),
    _amity("message-id-twice", "new-message-id", document=without_rule("createMessage", "new-message-id")),
    _amity("no-rate-limit", "call-rate", document=_without_rate),
    _amity("muted-members-write", "member-not-muted", document=without_rule("createMessage", "member-not-muted")),
    _avaya("wrong-pin", "space-password-right", document=without_rule("createChat", "space-password-right")),
    _avaya("archived-spaces", "space-not-archived", document=without_rule("createChat", "space-not-archived")),
    _avaya(
        "events-without-text-or-file",
        "text-or-file",
        operations=("sendMessage",),
        events=without_rule("sendMessage", "text-or-file"),
    ),
    _avaya(
        "events-without-a-subscription",
        "subscribed",
        operations=("sendMessage",),
        events=without_rule("sendMessage", "subscribed"),
    ),
    _ziik(
        "reply-to-a-deleted-message",
        "parent-not-deleted",
        document=without_rule("createMessage", "parent-not-deleted"),
    ),
    _ziik("outsiders-write", "participant", document=without_rule("createMessage", "participant")),
    # What is refused, but not as it should be.
    _replyke(
        "refused-with-another-code",
        "active-member",
        document=with_answer("not-a-member", lambda body: body.update(code="chat/forbidden")),
    ),
    _replyke(
        "refused-with-another-status", "thread-parent", document=moved("sendMessage", "invalid-parent", "400", "403")
    ),
    _ziik(
        "refused-as-something-else",
        "parent-in-conversation",
        document=with_rule("createMessage", "parent-in-conversation", answer="parent-not-found"),
    ),
    # What is answered.
    _replyke(
        "created-with-200",
        "status",
        provider=handling("sendMessage", lambda call, right: replace(right(call), status=200)),
    ),
    _replyke("field-missing", "required", provider=answering("sendMessage", _without("threadReplyCount"))),
    _replyke(
        "number-as-text",
        "type",
        provider=answering("sendMessage", lambda body: {**body, "threadReplyCount": str(body["threadReplyCount"])}),
    ),
    _replyke(
        "field-nobody-knows",
        "unevaluatedProperties",
        provider=answering("sendMessage", lambda body: {**body, "internalId": 7}),
    ),
    _replyke(
        "plain-text",
        "media-type",
        provider=handling("sendMessage", lambda call, right: replace(right(call), media_type="text/plain", body="ok")),
    ),
    _replyke("breaks-on-emoji", "server-error", provider=handling("sendMessage", _breaks_on_emoji)),
    # What only several calls show.
    _replyke("local-id-stored", "unexpected-property", provider=handling("sendMessage", _stores_local_id)),
    _replyke("long-texts-cut", "value", provider=handling("sendMessage", _cuts_long_texts)),
    _replyke("reply-count-forgotten", "value", provider=handling("sendMessage", _forgets_the_reply_count)),
    _replyke(
        "page-with-a-gap",
        "listing",
        operations=("listMessages",),
        provider=answering("listMessages", _with_a_gap),
    ),
    _replyke("event-twice", "events", provider=handling("sendMessage", _emits_twice)),
    _replyke("no-event", "events", provider=handling("sendMessage", _emits_nothing)),
    _replyke("edits-forgotten", "value", operations=("editMessage",), provider=handling("editMessage", _forgets)),
]
