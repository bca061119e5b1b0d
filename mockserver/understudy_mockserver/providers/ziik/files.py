"""Files of messages: announced, uploaded, finalised, listed, downloaded; and voice messages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from understudy_mockserver.attachments import attachment
from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.ziik import shown
from understudy_mockserver.providers.ziik.paging import numbered_page
from understudy_mockserver.providers.ziik.state import next_number, setting
from understudy_validators.records import World


def request_upload(call: Call) -> Reply:
    """Gives the message a file whose bytes are still to come, and says where to send them."""
    file_id, key = next_number(call.world, "files"), call.ids.hex(32)
    call.world["files"].insert(_announced(call, file_id))
    call.world["uploads"].insert(
        {"fileId": file_id, "messageId": call.view["message"]["id"], "key": key, "processedAt": None}
    )
    headers = {"x-amz-acl": setting(call.world, "upload-acl"), "Content-Type": call.body["content_type"]}
    url = f"{call.base_url}/uploads/{key}"
    return Reply({"uuid": call.ids.uuid(), "key": key, "url": url, "headers": headers, "file": file_id})


def _announced(call: Call, file_id: int) -> dict[str, Any]:
    """A file of which no more is known than its name and type."""
    name, mime, now = call.body["filename"], call.body["content_type"], int(call.now)
    today = _formatted(call.now)
    return {
        "id": file_id,
        "name": name,
        "mime": mime,
        "size": 0,
        "type": "video" if mime.startswith("video/") else "file",
        "extension": PurePosixPath(name).suffix.removeprefix(".").lower(),
        "uploaded": False,
        "processing": False,
        "height": None,
        "width": None,
        "source": f"/file/{file_id}",
        "stream": "",
        "versions": {},
        "screenshot": None,
        "date": now,
        "created_at": now,
        "updated_at": now,
        "created_formatted": today,
        "updated_formatted": today,
    }


def _formatted(now: float) -> str:
    """A day as the vendor writes it: 25 October 2018."""
    day = datetime.fromtimestamp(now, UTC)
    return f"{day.day} {day:%B %Y}"


def upload_file(call: Call) -> Reply:
    """Keeps the bytes."""
    content = call.files[call.body["upload"]].content
    call.blobs.put(call.view["upload"]["key"], content)
    for file in call.world["files"].all(id=call.view["upload"]["fileId"]):
        call.world["files"].replace(file, size=len(content))
    return Reply()


def finalise_file(call: Call) -> Reply:
    """Starts the processing of a file, which takes as long as the world sets; a second time changes nothing."""
    file = call.view["file"]
    if not file["uploaded"]:
        changes = {"updated_at": int(call.now), "updated_formatted": _formatted(call.now)}
        call.world["files"].replace(file, uploaded=True, processing=True, **changes)
        processed_at = call.now + setting(call.world, "processing-time")
        call.world["uploads"].replace(call.view["upload"], processedAt=processed_at)
    return Reply()


def download_file(call: Call) -> Reply:
    """The bytes of a file, whichever preset is asked for; where none are kept, as many zero bytes."""
    file = call.view["file"]
    content = call.blobs.get(call.view["upload"]["key"])
    return Reply(bytes(file["size"]) if content is None else content, headers=attachment(file["name"]))


def download_voice(call: Call) -> Reply:
    """Zero bytes, as many as a recording of that length has: the mock keeps none."""
    voice = call.view["message"]["voice"]
    size = int(voice["duration"] * setting(call.world, "voice-bytes-per-second"))
    return Reply(bytes(size), headers=attachment(f"voice-{voice['id']}.{voice['extension']}"))


def list_files(call: Call) -> Reply:
    """A page of the conversation's files, by their ids."""
    conversation_id, uploads = call.view["conversation"]["id"], call.world["uploads"]
    messages = call.world["messages"].matching(("conversationId",), (conversation_id,))
    found = [upload for message in messages for upload in uploads.all(messageId=message["id"])]
    found.sort(key=lambda upload: int(upload["fileId"]))
    path = f"{call.base_url}/api/conversations/{conversation_id}/files"
    return Reply(numbered_page(found, call.view["query"], path, lambda upload: shown.file(call, upload)))


def forget_files(world: World, message_id: int) -> None:
    """Takes away the files of a message; their upload addresses take no more bytes."""
    for upload in world["uploads"].all(messageId=message_id):
        world["uploads"].remove(upload)
        for file in world["files"].all(id=upload["fileId"]):
            world["files"].remove(file)
