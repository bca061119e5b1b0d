"""Avaya Spaces: what the API does with a message, a file, a guest or a direct space that breaks no rule."""

from __future__ import annotations

from typing import Any

from understudy_mockserver import tokens
from understudy_mockserver.attachments import attachment
from understudy_mockserver.provider import Call, Provider, Reply
from understudy_validators import times
from understudy_validators.records import Record, World

# A message has the fields of a meeting as well; this is how they stand in one.
_NO_MEETING: dict[str, Any] = {"endTime": None, "mediaMode": "audio", "virtualEndTime": None, "meetingStatus": "active"}
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
# The words for a task's status, by its number.
_TASK_STATUS = ("pending", "completed")
# What is known of a user who has no account.
_NO_ACCOUNT: dict[str, Any] = {
    "ndbid": "",
    "companyId": None,
    "gender": "",
    "timezone": "",
    "phone_numbers": [],
    "permissions": [],
    "licenses": [],
    "relation_graphs": [],
}
_DIRECT: dict[str, Any] = {
    "type": "direct",
    "title": "",
    "description": "",
    "status": 0,
    "restrict": [],
    "settings": {
        "confPin": None,
        "passwordRequired": {"allGuests": False},
        "memberOnly": True,
        "contentCreation": "everyone",
    },
}


def create_chat(call: Call) -> Reply:
    """Stores the chat, counts it at the post or task that it comments on, and answers it."""
    parent = call.view.get("parent")
    about: dict[str, Any] = {}
    if parent:
        call.world["messages"].replace(parent, chatCount=parent["chatCount"] + 1)
        text = parent["content"]["bodyText"]
        about = {"parentMsg": {"_id": parent["_id"], "bodyText": text, "category": parent["category"]}}
    return _create(call, "chat", {"description": ""}, about)


def create_idea(call: Call) -> Reply:
    """Stores the post and answers it."""
    return _create(call, "idea", {"description": call.body["content"]["description"]})


def create_task(call: Call) -> Reply:
    """Stores the task and answers it. Its status is a number beside a word, which follows the number if left out."""
    body, status = call.body, int(call.body["status"])
    content = {
        "description": body["content"]["description"],
        "status": body["content"].get("status", _TASK_STATUS[status]),
        "dueDate": body["dueDate"],
        "assignees": [{"_id": user_id} for user_id in body["assignees"]],
    }
    return _create(call, "task", content, status=status)


def _create(
    call: Call, category: str, content: dict[str, Any], about: dict[str, Any] | None = None, status: int = 0
) -> Reply:
    message = call.world["messages"].insert(
        {
            "sender": _sender(call.view["caller"]),
            "content": _content(call, content),
            **(about or {}),
            "chatCount": 0,
            "likeCount": 0,
            "status": status,
            "_id": call.ids.object_id(call.now),
            "category": category,
            "topicId": call.path["spaceId"],
            "created": call.time,
            "modified": call.time,
        }
    )
    _name_files(call)
    return Reply({"data": [message]})


def _sender(user: Record) -> dict[str, Any]:
    return {"_id": user["_id"], "type": user["aType"], **_appearance(user)}


def _appearance(user: Record) -> dict[str, Any]:
    return {name: user[name] for name in ("username", "displayname", "picture_url")}


def _content(call: Call, content: dict[str, Any]) -> dict[str, Any]:
    sent = call.body["content"]
    start = call.now + _settings(call.world)["startTimeLagMs"] / 1000
    return {
        **_NO_MEETING,
        "bodyText": sent["bodyText"],
        "data": [_attachment(call, file, known) for file, known in zip(sent["data"], call.view["files"], strict=True)],
        **content,
        "startTime": times.iso(start),
        "recordings": [],
    }


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


def _name_files(call: Call) -> None:
    """Notes the files' names: an upload has none, so the first message that gives one names its download."""
    files = call.world["files"]
    for sent in call.body["content"]["data"]:
        file = files.find(fileId=sent["fileId"], name="")
        if file and sent.get("name"):
            files.replace(file, name=sent["name"])


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


def authenticate_anonymously(call: Call) -> Reply:
    """Creates an anonymous user, who shares no space and no company with anyone yet, and answers with a token."""
    settings = _settings(call.world)
    picture = call.body.get("picturefile") or call.base_url + settings["anonymousPicture"]
    user = call.world["users"].insert(
        {
            **_NO_ACCOUNT,
            "_id": call.ids.object_id(call.now),
            "aType": "anonymous",
            "displayname": call.body["displayname"],
            "username": call.body["username"],
            "picturefile": picture,
            "picture_url": picture,
            "lastupdatetime": call.time,
        }
    )
    return Reply({"token": _anonymous_token(call, user, settings)})


def _anonymous_token(call: Call, user: Record, settings: Record) -> str:
    issued = int(call.now)
    expires = issued + settings["anonymousTokenSeconds"]
    claims = {"anonymous_id": user["_id"], "product_type": settings["anonymousProductType"]}
    claims |= {"iss": call.base_url, "iat": issued, "exp": expires}
    token = tokens.sign(claims, settings["anonymousTokenKey"].encode())
    call.world["tokens"].insert(
        {
            "token": token,
            "scheme": "jwt",
            "kind": "anonymous",
            "userId": user["_id"],
            "scopes": [],
            "expiresAt": times.iso(expires),
        }
    )
    return token


def _settings(world: World) -> Record:
    return next(iter(world["settings"]))


def get_direct_space(call: Call) -> Reply:
    """The direct space of the caller and the other user; it is created where there is none."""
    caller, other = call.view["caller"], call.view["other"]
    space = _direct_space(call.world, caller, other) or _open_direct_space(call, caller, other)
    members = [_member(call.world, member) for member in call.world["members"].all(spaceId=space["_id"])]
    return Reply({"data": [{**space, "members": members}]})


def _direct_space(world: World, one: Record, other: Record) -> Record | None:
    for member in world["members"].all(userId=one["_id"]):
        space = world["spaces"].find(_id=member["spaceId"], type="direct")
        if space and world["members"].find(spaceId=space["_id"], userId=other["_id"]):
            return space
    return None


def _open_direct_space(call: Call, caller: Record, other: Record) -> Record:
    space_id = call.ids.object_id(call.now)
    for user in (caller, other):
        # An anonymous user can only be a guest.
        role = "guest" if user["aType"] == "anonymous" else "member"
        row = {"spaceId": space_id, "userId": user["_id"], "memberType": "userId", "role": role, "joinTime": call.time}
        call.world["members"].insert(row)
    space = {"_id": space_id, "cid": caller["_id"], **_DIRECT, "created": call.time, "modified": call.time}
    return call.world["spaces"].insert(space)


def _member(world: World, member: Record) -> dict[str, Any]:
    """A member as answers show one: the user's id under another name, with names and picture."""
    [user] = world["users"].all(_id=member["userId"])
    facts = {name: member[name] for name in ("memberType", "role", "joinTime")}
    return {"member": user["_id"], **facts, **_appearance(user)}


PROVIDER = Provider(
    name="avaya-spaces",
    handlers={
        "createChat": create_chat,
        "createIdea": create_idea,
        "createTask": create_task,
        "getDirectSpace": get_direct_space,
        "getUploadUrl": get_upload_url,
        "uploadFile": upload_file,
        "downloadFile": download_file,
        "authenticateAnonymously": authenticate_anonymously,
    },
)
