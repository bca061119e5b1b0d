"""Files: the way from a declaration to a download, and how messages show them."""

from __future__ import annotations

from typing import Any

from understudy_mockserver.attachments import attachment
from understudy_mockserver.provider import Call, Reply
from understudy_validators.records import Record

# An attachment as it is before anything was made of the file; the mock never makes a preview.
_UNCONVERTED: dict[str, Any] = {
    "metaData": {"paging": 0, "prvwProvd": "gcs", "stgeProvd": "gcs"},
    "keywords": [],
    "convertStatus": 0,
    "convertStart": None,
    "nextSchedule": None,
    "pages": 0,
    "recordingId": None,
    "type": None,
}


def get_upload_url(call: Call) -> Reply:
    """Hands out an address and a key for each file, and keeps what was declared of it."""
    return Reply({"data": [_declare(call, file) for file in call.body["files"]]})


def _declare(call: Call, file: Record) -> dict[str, str]:
    key = call.ids.uuid()
    call.world["files"].insert(
        {
            "fileId": key,
            "ownerId": call.view["caller"]["_id"],
            "topicId": call.body.get("topicId"),
            "name": "",
            "fileSize": int(file["Content-Length"]),
            "providerFileType": file["Content-Type"],
            "uploaded": False,
            "created": call.time,
        }
    )
    return {"url": f"{call.base_url}/uploads/{key}?signature={call.ids.hex(32)}", "fileKey": key}


def upload_file(call: Call) -> Reply:
    """Keeps the bytes."""
    file = call.view["file"]
    call.blobs.put(file["fileId"], call.files[call.body["upload"]].content)
    call.world["files"].replace(file, uploaded=True)
    return Reply()


def download_file(call: Call) -> Reply:
    """The bytes of a file, as an attachment; where none are kept, as many zero bytes."""
    file = call.view["file"]
    content = call.blobs.get(file["fileId"])
    headers = attachment(file["name"] or file["fileId"])
    return Reply(bytes(file["fileSize"]) if content is None else content, headers=headers)


def get_download_url(call: Call) -> Reply:
    """The address of each file."""
    return Reply({"data": [{"url": _link(call, key), "fileKey": key} for key in call.body["fileKeys"]]})


def attachments(call: Call) -> list[dict[str, Any]]:
    """A message's files as it shows them; those that had no name yet get the one that the message gives."""
    sent = call.body["content"]["data"]
    shown = [_attachment(call, file, known) for file, known in zip(sent, call.view["files"], strict=True)]
    for file in sent:
        _name(call, file)
    return shown


def _attachment(call: Call, sent: Record, file: Record) -> dict[str, Any]:
    """A file as messages show it: as the request describes it, and for the rest as the upload is known."""
    link = _link(call, sent["fileId"])
    shown = {
        **_UNCONVERTED,
        "provider": sent["provider"],
        "providerFileType": sent.get("providerFileType", file["providerFileType"]),
        "fileType": sent["fileType"],
        "name": sent.get("name", file["name"]),
        "fileId": sent["fileId"],
        "icon": sent["icon"],
        "thumbnail": "",
        "description": "",
        "previewFile": "",
        "fileSize": sent.get("fileSize", file["fileSize"]),
        "thumbnailFile": sent["thumbnailFile"],
        "path": link,
    }
    if sent["fileType"] == "image":
        # An image is its own preview, and its own thumbnail where it has no other.
        shown |= {"previewUrl": link, "thumbnailUrl": _link(call, sent["thumbnailFile"] or sent["fileId"])}
    return shown


def _link(call: Call, file_id: str) -> str:
    return f"{call.base_url}/files/{file_id}"


def _name(call: Call, sent: Record) -> None:
    """Notes a file's name: an upload has none, so the first message that gives one names its download."""
    files = call.world["files"]
    file = files.find(fileId=sent["fileId"], name="")
    if file and sent.get("name"):
        files.replace(file, name=sent["name"])
