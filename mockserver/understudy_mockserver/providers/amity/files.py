"""Files: uploaded, described and downloaded."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from understudy_mockserver.attachments import attachment
from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.amity import bundles
from understudy_validators.records import Record

_KINDS = ("image", "video", "audio")
# How images start, and in which form and where width and height follow: PNG, and the two versions of GIF.
_HEADS = ((b"\x89PNG\r\n\x1a\n", ">II", 16), (b"GIF87a", "<HH", 6), (b"GIF89a", "<HH", 6))


def upload_files(call: Call) -> Reply:
    """Keeps files of any form for messages of type `file`."""
    return Reply([_store(call, sent, "file") for sent in call.body["files"]])


def upload_images(call: Call) -> Reply:
    """Keeps images."""
    return Reply([_store(call, sent, "image") for sent in call.body["files"]])


def upload_videos(call: Call) -> Reply:
    """Keeps videos."""
    return Reply([_store(call, sent, "video") for sent in call.body["files"]])


def upload_file(call: Call) -> Reply:
    """Keeps a file; its kind is that of its media type."""
    sent = call.body["file"]
    kind = sent["contentType"].partition("/")[0]
    return Reply([_store(call, sent, kind if kind in _KINDS else "file")])


def get_file(call: Call) -> Reply:
    """The file's record."""
    return Reply(bundles.file(call, call.view["file"]))


def delete_file(call: Call) -> Reply:
    """Forgets the file, and its bytes."""
    file = call.view["file"]
    call.world["files"].remove(file)
    call.world["uploads"].remove(call.view["owner"])
    call.blobs.put(file["fileId"], b"")  # its bytes need no room any more
    return Reply({"success": True})


def download_file(call: Call) -> Reply:
    """The bytes of a file, as an attachment; where none are kept, as many zero bytes."""
    file = call.view["file"]
    content = call.blobs.get(file["fileId"])
    headers = attachment(file["attributes"]["name"])
    return Reply(bytes(file["attributes"]["size"]) if content is None else content, headers=headers)


def _store(call: Call, sent: Mapping[str, Any], kind: str) -> Record:
    """Keeps the bytes and the record of a file, and returns what the upload answers of it."""
    content, file_id = call.files[sent["upload"]].content, call.ids.hex(32)
    call.blobs.put(file_id, content)
    record = call.world["files"].insert(
        {
            "fileId": file_id,
            "fileUrl": "",
            "type": kind,
            "createdAt": call.time,
            "updatedAt": call.time,
            "accessType": "public",
            "attributes": _attributes(call, sent, kind, content),
        }
    )
    call.world["uploads"].insert({"fileId": file_id, "userId": call.view["caller"]["userId"]})
    shown = bundles.file(call, record)
    # The vendor writes a size as a string here, and as a number wherever the file is shown later.
    return {**shown, "attributes": {**record["attributes"], "size": str(len(content))}}


def _attributes(call: Call, sent: Mapping[str, Any], kind: str, content: bytes) -> dict[str, Any]:
    name = call.body.get("preferredFilename") or sent["filename"]
    attributes = {
        "name": name,
        "extension": PurePosixPath(name).suffix.removeprefix("."),
        "size": len(content),
        "mimeType": sent["contentType"],
    }
    return {**attributes, "metadata": {**_dimensions(content), "isFull": True}} if kind == "image" else attributes


def _dimensions(content: bytes) -> dict[str, int]:
    """Width and height, as the head of a PNG or GIF says them; nothing of other images."""
    for magic, form, at in _HEADS:
        if content.startswith(magic) and len(content) >= at + struct.calcsize(form):
            width, height = struct.unpack_from(form, content, at)
            return {"height": height, "width": width}
    return {}
