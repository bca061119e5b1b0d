"""Replyke chat: what the API does with a message that breaks no rule of its contract."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import imagesize

from understudy_mockserver.attachments import attachment
from understudy_mockserver.blobs import Blobs
from understudy_mockserver.provider import Call, Provider, Reply
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
    """Stores the message and its files, counts it in its thread, and answers it populated."""
    body, sender = call.body, call.view["sender"]
    message = call.world["messages"].insert(_message(call, sender))
    for position, upload in enumerate(call.files):
        _store_file(call, upload, position, message, sender)
    parent = call.view.get("parent")
    if parent:
        call.world["messages"].replace(parent, threadReplyCount=parent["threadReplyCount"] + 1)
    call.world["conversations"].replace(call.view["conversation"], lastMessageAt=call.time)
    echo = {"localId": body["localId"]} if "localId" in body else {}
    return Reply({**_populated(call.world, message, sender), **echo})


def get_file(call: Call) -> Reply:
    """The bytes of a file, as an attachment."""
    file = call.view["file"]
    content = call.blobs.get(file["id"]) or b""
    return Reply(content, headers=attachment(call.path["fileName"]))


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


def _populated(world: World, message: Record, caller: Record) -> dict[str, Any]:
    """A message as answers show it: with its author, its files, and the message that it quotes."""
    quoted_id = message["quotedMessageId"]
    quoted = world["messages"].find(id=quoted_id) if quoted_id else None
    return {**_with_author(world, message, caller), "quotedMessage": quoted and _quoted(world, quoted, caller)}


def _quoted(world: World, message: Record, caller: Record) -> dict[str, Any]:
    return {**_with_author(world, message, caller), "quotedMessage": None}


def _with_author(world: World, message: Record, caller: Record) -> dict[str, Any]:
    reactions = world["reactions"].all(messageId=message["id"], userId=caller["id"])
    return {
        **message,
        "files": sorted(world["files"].all(chatMessageId=message["id"]), key=lambda file: int(file["position"])),
        "userReactions": [reaction["emoji"] for reaction in reactions],
        "user": world["users"].find(id=message["userId"]),
    }


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
    prepare=_prepare,
)
