"""Messages: written, listed, read, deleted."""

from __future__ import annotations

from typing import Any

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.ziik import shown
from understudy_mockserver.providers.ziik.paging import page
from understudy_mockserver.providers.ziik.state import next_number
from understudy_validators.records import Record


def create_message(call: Call) -> Reply:
    """Stores the message, moves its conversation's `updated_at`, and answers it bare.

    `Location` has the path of the vendor's earlier documentation, below the `/api` of its base URL.
    """
    parent, text = call.view.get("parent"), call.body["message"]
    author = shown.in_role(call.view["caller"], call.view["participant"]["role"])
    record = insert(call, author, message=text, is_reply=parent is not None, parent=parent and {"id": parent["id"]})
    location = f"{call.base_url}/api/messages/{record['id']}"
    return Reply(shown.message(call, record), headers={"Location": location})


def insert(call: Call, author: Record, **values: Any) -> Record:
    """A new message of the view's conversation, its keys in the vendor's order; of its parent only the id is kept."""
    conversation = call.view["conversation"]
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
        "author": author,
        "files": [],
        "voice": None,
    }
    conversations = call.world["conversations"]
    current = conversations.find(id=conversation["id"]) or conversation
    conversations.replace(current, updated_at=record["date"])
    return call.world["messages"].insert({**record, **values})


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
    uploads, files = call.world["uploads"], call.world["files"]
    for upload in uploads.all(messageId=call.view["message"]["id"]):
        uploads.remove(upload)
        for file in files.all(id=upload["fileId"]):
            files.remove(file)
    return Reply()


def finalize_update(call: Call) -> Reply:
    """Ends an edit of the message: from now on it counts as edited."""
    return Reply(shown.message(call, call.world["messages"].replace(call.view["message"], edited_at=int(call.now))))
