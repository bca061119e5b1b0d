"""Files of messages: described in `files`, kept as bytes by their ids, and named in `blobs` for as long as they are."""

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
from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.replyke.service import settings
from understudy_validators.case import Upload
from understudy_validators.records import Record, World

_KINDS = {"image": "image", "video": "video", "text": "document"}
_DOCUMENTS = re.compile(r"application/(pdf|rtf|json|msword|vnd\.(ms-|openxmlformats-|oasis\.opendocument).*)")
# Pixels in a row that no image has: what claims as many is none, and JSON could not say larger ones.
_NO_IMAGE = 2**31
# Names of an image's other sizes; the mock keeps the original alone and answers it for each of them.
_VARIANTS = ("thumbnail", "small", "medium", "large")


def get_file(call: Call) -> Reply:
    """The bytes of a file, as an attachment."""
    content = call.blobs.get(call.view["file"]["id"]) or b""
    return Reply(content, headers=attachment(call.path["fileName"]))


def prepare(world: World, blobs: Blobs) -> None:
    """Keeps the bytes that the world lists."""
    for blob in list(_blobs(world)):
        _give_up(world, blobs.put(blob["fileId"], base64.b64decode(blob["base64"])))


def store(call: Call, message: Record) -> None:
    """Keeps the files that came with a message."""
    for position, upload in enumerate(call.files):
        _store_file(call, upload, position, message)


def remove(world: World, message: Record) -> None:
    """Takes the files of a message out of the world; their bytes, which nothing leads to any more, age out."""
    for file in world["files"].all(chatMessageId=message["id"]):
        world["files"].remove(file)
        _give_up(world, [file["id"]])


def of_message(call: Call, message: Record) -> list[dict[str, Any]]:
    """The files of a message in their order, at addresses where the client can fetch them."""
    files = call.world["files"].all(chatMessageId=message["id"])
    if not files:
        return []
    return [_reachable(call, file) for file in sorted(files, key=lambda file: int(file["position"]))]


def _reachable(call: Call, file: Record) -> dict[str, Any]:
    path = file["originalPath"]
    return {**file, "originalPath": f"{call.base_url}{path}" if path.startswith("/") else path}


def _store_file(call: Call, upload: Upload, position: int, message: Record) -> None:
    file_id, user_id, kind = call.ids.uuid(), message["userId"], _kind(upload.content_type)
    file: dict[str, Any] = {
        "id": file_id,
        "projectId": message["projectId"],
        "userId": user_id,
        "entityId": None,
        "commentId": None,
        "chatMessageId": message["id"],
        "spaceId": None,
        "type": kind,
        "originalPath": f"{call.base_url}/internal/files/{kind}s/{user_id}/{file_id}/{_name(upload.filename)}",
        "originalSize": len(upload.content),
        "originalMimeType": upload.content_type,
        "position": position,
        "metadata": {},
        "createdAt": call.time,
        "updatedAt": call.time,
    }
    if kind == "image":
        file |= _image(file, upload, settings(call.world)["imageQuality"])
    call.world["files"].insert(file)
    call.world["blobs"].insert({"fileId": file_id})
    _give_up(call.world, call.blobs.put(file_id, upload.content))


def _name(filename: str) -> str:
    """The last segment of a file's address. Clients take dots alone for steps in the path, however they are encoded."""
    return quote(filename.replace("/", "_"), safe="") if filename.strip(".") else "upload"


def _kind(content_type: str) -> str:
    if _DOCUMENTS.fullmatch(content_type):
        return "document"
    return _KINDS.get(content_type.partition("/")[0], "other")


def _image(file: Record, upload: Upload, quality: int) -> dict[str, Any]:
    """What more is known of an image; nothing where its bytes don't tell its size."""
    width, height = imagesize.get(io.BytesIO(upload.content))
    if not (0 < width < _NO_IMAGE and 0 < height < _NO_IMAGE):
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
            "quality": quality,
            "exifStripped": False,
            "createdAt": file["createdAt"],
            "updatedAt": file["updatedAt"],
        }
    }


def _blobs(world: World) -> Iterable[Record]:
    return world["blobs"]


def _give_up(world: World, file_ids: Iterable[str]) -> None:
    """Forgets that the bytes of these files are kept."""
    for file_id in file_ids:
        blob = world["blobs"].find(fileId=file_id)
        if blob:
            world["blobs"].remove(blob)
