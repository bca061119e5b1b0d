"""Messages: written, listed, read, deleted."""

from __future__ import annotations

from typing import Any

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.ziik import shown
from understudy_mockserver.providers.ziik.files import forget_files
from understudy_mockserver.providers.ziik.paging import page
from understudy_mockserver.providers.ziik.state import next_number
from understudy_validators.records import Record


def create_message(call: Call) -> Reply:
    """Stores the message and answers it bare."""
    return write(call, call.view["conversation"], call.view.get("parent"))


def write(call: Call, conversation: Record, parent: Record | None = None, status: int | None = None) -> Reply:
    """The caller's message, of the body's text, as the answer to its creation.

    `Location` has the path of the vendor's earlier documentation, below the `/api` of its base URL.
    """
    replies = {"is_reply": parent is not None, "parent": parent and {"id": parent["id"]}}
    record = insert(call, conversation, message=call.body["message"], **replies)
    location = f"{call.base_url}/api/messages/{record['id']}"
    return Reply(shown.message(call, record), status, headers={"Location": location})


def insert(call: Call, conversation: Record, **values: Any) -> Record:
    """A new message by the caller, its keys in the vendor's order. It moves its conversation's `updated_at`."""
    record = {
        "id": next_number(call.world, "messages"),
        "type": "normal",
        "conversationId": conversation["id"],
        "is_reply": False,
        "parent": None,
        "deleted": False,
        "message": "",
        "date": int(call.now),
        "edited_at": None,
        "reactions": [],
        "author": _caller(call, conversation["id"]),
        "files": [],
        "voice": None,
    }
    conversations = call.world["conversations"]
    current = conversations.find(id=conversation["id"]) or conversation
    conversations.replace(current, updated_at=record["date"])
    return call.world["messages"].insert({**record, **values})


def _caller(call: Call, conversation_id: int) -> Record:
    """The caller in his role in the conversation."""
    caller: Record = call.view["caller"]
    member = call.world["participants"].find(conversationId=conversation_id, userId=caller["id"]) or {}
    return shown.in_role(caller, member["role"])


def list_messages(call: Call) -> Reply:
    """A page of the conversation's messages, or of those that a search finds, the newest first."""
    conversation_id = call.view["conversation"]["id"]
    records = shown.in_order(call.world["messages"].matching(("conversationId",), (conversation_id,)))
    text = call.view["query"].get("query", "").casefold()
    if text:
        records = [record for record in records if _is_found(record, text)]
    path = f"{call.base_url}/api/conversations/{conversation_id}/messages"
    return Reply(page(records, call.view["query"], path, lambda record: shown.message(call, record)))


def _is_found(record: Record, text: str) -> bool:
    return record["type"] == "normal" and not record["deleted"] and text in record["message"].casefold()


def get_message(call: Call) -> Reply:
    """One message."""
    return Reply(shown.message(call, call.view["message"]))


def delete_message(call: Call) -> Reply:
    """Leaves nothing of the message but that it was there; deleting it again changes nothing."""
    call.world["messages"].replace(call.view["message"], deleted=True, message="", reactions=[], voice=None)
    forget_files(call.world, call.view["message"]["id"])
    return Reply()


def finalize_update(call: Call) -> Reply:
    """Ends an edit of the message: from now on it counts as edited."""
    return Reply(shown.message(call, call.world["messages"].replace(call.view["message"], edited_at=int(call.now))))
