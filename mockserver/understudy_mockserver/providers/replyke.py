"""Replyke chat: what the API does with a message that breaks no rule of its contract."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

import imagesize

from understudy_mockserver.attachments import attachment
from understudy_mockserver.blobs import Blobs
from understudy_mockserver.provider import Call, Provider, Reply
from understudy_mockserver.realtime.hub import user_room
from understudy_validators.case import Upload
from understudy_validators.records import Record, World

# What a message starts with; the rest comes from the request.
_UNTOUCHED: dict[str, Any] = {
    "threadReplyCount": 0,
    "reactionCounts": {},
    "editedAt": None,
    "userDeletedAt": None,
    "moderationStatus": None,
    "moderatedAt": None,
    "moderatedById": None,
    "moderatedByType": None,
    "moderationReason": None,
}
_KINDS = {"image": "image", "video": "video", "text": "document"}
_DOCUMENTS = re.compile(r"application/(pdf|rtf|json|msword|vnd\.(ms-|openxmlformats-|oasis\.opendocument).*)")
# Names of an image's other sizes; the mock keeps the original alone and answers it for each of them.
_VARIANTS = ("thumbnail", "small", "medium", "large")


def send_message(call: Call) -> Reply:
    """Stores the message and its files, counts it in its thread, answers it populated, and tells the members."""
    body, sender = call.body, call.view["sender"]
    message = call.world["messages"].insert(_message(call, sender))
    for position, upload in enumerate(call.files):
        _store_file(call, upload, position, message, sender)
    parent = call.view.get("parent")
    if parent:
        parent = call.world["messages"].replace(parent, threadReplyCount=parent["threadReplyCount"] + 1)
    call.world["conversations"].replace(call.view["conversation"], lastMessageAt=call.time)
    echo = {"localId": body["localId"]} if "localId" in body else {}
    _announce(call, message, echo, parent)
    return Reply({**_populated(call.world, message, sender["id"]), **echo})


def get_file(call: Call) -> Reply:
    """The bytes of a file, as an attachment."""
    file = call.view["file"]
    content = call.blobs.get(file["id"]) or b""
    return Reply(content, headers=attachment(call.path["fileName"]))


def join_conversation(call: Call) -> None:
    """From now on the connection hears who is typing in the conversation."""
    conversation_id = _own_conversation(call)
    if call.connection and conversation_id:
        call.connection.join(_room(conversation_id))


def leave_conversation(call: Call) -> None:
    """Undoes `join_conversation`."""
    if call.connection:
        call.connection.leave(_room(_named_conversation(call)))


def relay(event: str, call: Call) -> None:
    """Passes an event about typing on to whoever else has joined the conversation, with the user's id."""
    conversation_id = _own_conversation(call)
    if conversation_id:
        payload = {"userId": call.view["caller"]["id"], "conversationId": conversation_id}
        call.emit(event, payload, _room(conversation_id), others=True)


def _announce(call: Call, message: Record, echo: Mapping[str, Any], parent: Record | None) -> None:
    """Tells all who read the conversation of a message, and of its parent's new count."""
    conversation_id = message["conversationId"]
    readers = _readers(call.world, conversation_id)
    for alike in _seeing_the_same(call.world, message, readers):
        payload = {**_populated(call.world, message, alike[0]), **echo}
        call.emit("message:created", payload, *map(user_room, alike))
    if parent:
        count = parent["threadReplyCount"]
        payload = {"messageId": parent["id"], "conversationId": conversation_id, "threadReplyCount": count}
        call.emit("thread:reply_count", payload, *map(user_room, readers))


def _seeing_the_same(world: World, message: Record, readers: Iterable[str]) -> Iterable[list[str]]:
    """The readers in groups, nearly always one: a new message differs only in what each gave to the one it quotes."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for user_id in readers:
        given = tuple(_reactions(world, message["quotedMessageId"], user_id))
        groups.setdefault(given, []).append(user_id)
    return groups.values()


def _readers(world: World, conversation_id: str) -> list[str]:
    """The ids of the conversation's active members, without those whom its space has banned."""
    conversation = world["conversations"].find(id=conversation_id)
    if conversation is None:
        return []
    banned = world["spaceMembers"].all(spaceId=conversation["spaceId"], status="banned")
    members = world["members"].all(conversationId=conversation_id, isActive=True)
    outside = {member["userId"] for member in banned}
    return [member["userId"] for member in members if member["userId"] not in outside]


def _own_conversation(call: Call) -> str:
    """The conversation that an event names; empty where its sender does not read it, who then gets no answer."""
    conversation_id = _named_conversation(call)
    return conversation_id if call.view["caller"]["id"] in _readers(call.world, conversation_id) else ""


def _named_conversation(call: Call) -> str:
    """The id in an event's body, which nobody has judged: there is no answer with which to refuse it."""
    body = call.view["body"]
    conversation_id = body.get("conversationId") if isinstance(body, dict) else None
    return conversation_id if isinstance(conversation_id, str) else ""


def _room(conversation_id: str) -> str:
    """The connections that have joined a conversation."""
    return f"conversation:{conversation_id}"


def _message(call: Call, sender: Record) -> dict[str, Any]:
    body, now = call.body, call.time
    return {
        "id": call.ids.uuid(),
        "projectId": call.path["projectId"],
        "conversationId": call.path["conversationId"],
        "userId": sender["id"],
        "content": body.get("content") or None,
        "gif": body.get("gif"),
        "mentions": body.get("mentions", []),
        "metadata": body.get("metadata", {}),
        "parentMessageId": body.get("parentMessageId"),
        "quotedMessageId": body.get("quotedMessageId"),
        **_UNTOUCHED,
        "createdAt": now,
        "updatedAt": now,
    }


def _populated(world: World, message: Record, reader_id: str) -> dict[str, Any]:
    """A message as its reader sees it: with its author, its files, and the message that it quotes."""
    quoted_id = message["quotedMessageId"]
    quoted = world["messages"].find(id=quoted_id) if quoted_id else None
    return {**_with_author(world, message, reader_id), "quotedMessage": quoted and _quoted(world, quoted, reader_id)}


def _quoted(world: World, message: Record, reader_id: str) -> dict[str, Any]:
    return {**_with_author(world, message, reader_id), "quotedMessage": None}


def _with_author(world: World, message: Record, reader_id: str) -> dict[str, Any]:
    return {
        **message,
        "files": sorted(world["files"].all(chatMessageId=message["id"]), key=lambda file: int(file["position"])),
        "userReactions": _reactions(world, message["id"], reader_id),
        "user": world["users"].find(id=message["userId"]),
    }


def _reactions(world: World, message_id: str | None, user_id: str) -> list[str]:
    """The emoji that the user gave to the message."""
    return [reaction["emoji"] for reaction in world["reactions"].all(messageId=message_id, userId=user_id)]


def _store_file(call: Call, upload: Upload, position: int, message: Record, sender: Record) -> None:
    file_id, kind = call.ids.uuid(), _kind(upload.content_type)
    name = quote(upload.filename.replace("/", "_") or "upload", safe="")
    file: dict[str, Any] = {
        "id": file_id,
        "projectId": message["projectId"],
        "userId": sender["id"],
        "entityId": None,
        "commentId": None,
        "chatMessageId": message["id"],
        "spaceId": None,
        "type": kind,
        "originalPath": f"{call.base_url}/internal/files/{kind}s/{sender['id']}/{file_id}/{name}",
        "originalSize": len(upload.content),
        "originalMimeType": upload.content_type,
        "position": position,
        "metadata": {},
        "createdAt": call.time,
        "updatedAt": call.time,
    }
    if kind == "image":
        file |= _image(file, upload)
    call.world["files"].insert(file)
    call.blobs.put(file_id, upload.content)


def _kind(content_type: str) -> str:
    if _DOCUMENTS.fullmatch(content_type):
        return "document"
    return _KINDS.get(content_type.partition("/")[0], "other")


def _image(file: Record, upload: Upload) -> dict[str, Any]:
    """What more is known of an image; nothing where its bytes don't tell its size."""
    width, height = imagesize.get(io.BytesIO(upload.content))
    if width < 1 or height < 1:
        return {}
    kind = upload.content_type.partition("/")[2]
    path, size = file["originalPath"], file["originalSize"]
    variant = {"path": path, "publicPath": path, "width": width, "height": height, "size": size, "format": kind}
    return {
        "image": {
            "fileId": file["id"],
            "originalWidth": width,
            "originalHeight": height,
            "variants": dict.fromkeys(_VARIANTS, variant),
            "processingStatus": "completed",
            "processingError": None,
            "format": kind,
            "quality": 100,
            "exifStripped": False,
            "createdAt": file["createdAt"],
            "updatedAt": file["updatedAt"],
        }
    }


def _prepare(world: World, blobs: Blobs) -> None:
    for blob in _blobs(world):
        blobs.put(blob["fileId"], base64.b64decode(blob["base64"]))


def _blobs(world: World) -> Iterable[Record]:
    return world["blobs"]


PROVIDER = Provider(
    name="replyke",
    handlers={"sendMessage": send_message, "getFile": get_file},
    events={
        "joinConversation": join_conversation,
        "leaveConversation": leave_conversation,
        "startTyping": partial(relay, "typing:start"),
        "stopTyping": partial(relay, "typing:stop"),
    },
    prepare=_prepare,
)
