"""Messages: chats, posts and tasks, created by REST or sent over a socket, and told to all who are subscribed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.avaya_spaces.channels import loopback, room
from understudy_mockserver.providers.avaya_spaces.files import attachments
from understudy_mockserver.providers.avaya_spaces.service import settings
from understudy_mockserver.providers.avaya_spaces.users import sender
from understudy_validators import times
from understudy_validators.records import Record

# A message has the fields of a meeting as well; this is how they stand in one.
_NO_MEETING: dict[str, Any] = {"endTime": None, "mediaMode": "audio", "virtualEndTime": None, "meetingStatus": "active"}
# The words for a task's status, by its number.
_TASK_STATUS = ("pending", "completed")


def create_chat(call: Call) -> Reply:
    """Stores the chat, counts it at the post or task that it comments on, and answers it."""
    return _reply(_create(call, "chat", {"description": ""}))


def create_idea(call: Call) -> Reply:
    """Stores the post and answers it."""
    return _reply(_create(call, "idea", {"description": call.body["content"]["description"]}))


def create_task(call: Call) -> Reply:
    """Stores the task and answers it. Its status is a number beside a word, which follows the number if left out."""
    body, status = call.body, int(call.body["status"])
    content = {
        "description": body["content"]["description"],
        "status": body["content"].get("status", _TASK_STATUS[status]),
        "dueDate": body["dueDate"],
        "assignees": [{"_id": user_id} for user_id in body["assignees"]],
    }
    return _reply(_create(call, "task", content, status=status))


def send_message(call: Call) -> None:
    """Stores a message of any category, as the REST calls do."""
    category, sent = call.body["category"], call.body["content"]
    content, status = {"description": sent["description"]}, 0
    if category == "task":
        content |= _task(sent)
        status = _TASK_STATUS.index(content["status"])
    _create(call, category, content, status=status, own=loopback(call))


def _task(sent: Record) -> dict[str, Any]:
    """What a task says beside its text: over a socket, its status is a word, and nothing has to be said."""
    task: dict[str, Any] = {"status": sent.get("status", _TASK_STATUS[0])}
    if "dueDate" in sent:
        task["dueDate"] = sent["dueDate"]
    if "assignees" in sent:
        task["assignees"] = [{"_id": assignee["_id"]} for assignee in sent["assignees"]]
    return task


def _reply(message: Record) -> Reply:
    return Reply({"data": [message]})


def _create(
    call: Call, category: str, content: dict[str, Any], *, status: int = 0, own: Mapping[str, Any] | None = None
) -> Record:
    """Stores a message and tells all who are subscribed to its space; `own` is for the sending connection alone."""
    space = call.view["space"]
    message = call.world["messages"].insert(
        {
            "sender": sender(call.view["caller"]),
            "content": _content(call, content),
            **(_comment(call) if category == "chat" else {}),
            "chatCount": 0,
            "likeCount": 0,
            "status": status,
            "_id": call.ids.object_id(call.now),
            "category": category,
            "topicId": space["_id"],
            "created": call.time,
            "modified": call.time,
        }
    )
    announce(call, space, message, own)
    return message


def announce(call: Call, space: Record, message: Record, own: Mapping[str, Any] | None = None) -> None:
    """Tells all who are subscribed to a space of a message as it is now; `own` is for the sending connection alone."""
    payload = {**message, "topicTitle": space["title"], "topicType": space["type"]}
    call.emit("MESSAGE_SENT", payload, room(space["_id"]), own=own)


def _comment(call: Call) -> dict[str, Any]:
    """What a chat that comments on a post or task shows of it; the chat is counted there."""
    parent = call.view.get("parent")
    if parent is None:
        return {}
    call.world["messages"].replace(parent, chatCount=parent["chatCount"] + 1)
    text = parent["content"]["bodyText"]
    return {"parentMsg": {"_id": parent["_id"], "bodyText": text, "category": parent["category"]}}


def _content(call: Call, content: dict[str, Any]) -> dict[str, Any]:
    return blank_content(call, bodyText=call.body["content"]["bodyText"], data=attachments(call), **content)


def blank_content(call: Call, **content: Any) -> dict[str, Any]:
    """The content of a message of now that says what is given, and nothing else."""
    start = call.now + settings(call.world)["startTimeLagMs"] / 1000
    return {**_NO_MEETING, "bodyText": "", "data": [], **content, "startTime": times.iso(start), "recordings": []}
