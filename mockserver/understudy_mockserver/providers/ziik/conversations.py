"""Conversations: listed, found or created, changed, seen, archived, deleted."""

from __future__ import annotations

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.ziik import shown
from understudy_mockserver.providers.ziik.files import forget_files
from understudy_mockserver.providers.ziik.messages import write
from understudy_mockserver.providers.ziik.state import next_number
from understudy_validators.contract import Operation
from understudy_validators.records import Record


def list_conversations(call: Call) -> Reply:
    """A page of the caller's conversations, without those he archived; the one last written to comes first."""
    found = sorted(_own(call), key=lambda record: (record["updated_at"], record["id"]), reverse=True)
    query = call.view["query"]
    start = (query["page"] - 1) * query["limit"]
    return Reply({"data": [shown.conversation(call, record) for record in found[start : start + query["limit"]]]})


def _own(call: Call) -> list[Record]:
    """The conversations in the caller's list; of those, the ones with the user that he asks for and nobody else."""
    caller_id = call.view["caller"]["id"]
    ids = [member["conversationId"] for member in call.world["participants"].all(userId=caller_id, archivedAt=None)]
    user_id = call.view["query"].get("user", "")
    if user_id != "":
        ids = [id_ for id_ in ids if _member_ids(call, id_) == {caller_id, user_id}]
    found = (call.world["conversations"].find(id=id_, removed=False) for id_ in ids)
    return [record for record in found if record]


def _member_ids(call: Call, conversation_id: int) -> set[int]:
    return {member["userId"] for member in call.world["participants"].all(conversationId=conversation_id)}


def create_conversation(call: Call) -> Reply:
    """The direct conversation with the one recipient, new if there was none; or a new group. Or a message in it."""
    members = dict.fromkeys([call.view["caller"]["id"], *call.body["recipients"]])
    is_direct = len(members) <= 2
    existing = _direct(call, set(members)) if is_direct else None
    record = existing or _new(call, list(members), is_direct)
    if "message" in call.body:
        return write(call, record, status=_status_of_a_message(call))
    return Reply(shown.conversation(call, record))


def _status_of_a_message(call: Call) -> int | None:
    """The contract has it after that of a conversation."""
    return call.operation.successes[-1].status if isinstance(call.operation, Operation) else None


def _direct(call: Call, members: set[int]) -> Record | None:
    """The direct conversation of these people."""
    own = call.world["participants"].all(userId=call.view["caller"]["id"])
    conversations = call.world["conversations"]
    found = (conversations.find(id=m["conversationId"], type="direct", removed=False) for m in own)
    return next((record for record in found if record and _member_ids(call, record["id"]) == members), None)


def _new(call: Call, members: list[int], is_direct: bool) -> Record:
    """A new conversation; who makes a group is its admin."""
    record = call.world["conversations"].insert(
        {
            "id": next_number(call.world, "conversations"),
            "type": "direct" if is_direct else "group",
            "title": "" if is_direct else call.body.get("title", ""),
            "created_at": int(call.now),
            "updated_at": int(call.now),
            "removed": False,
        }
    )
    for index, user_id in enumerate(members):
        join(call, record["id"], user_id, "normal" if is_direct or index else "admin")
    return record


def join(call: Call, conversation_id: int, user_id: int, role: str) -> Record:
    """Makes a user a participant, to whom all that was written before is no news."""
    written = call.world["messages"].matching(("conversationId",), (conversation_id,))
    seen = max((message["id"] for message in written), default=0)
    participant = {"conversationId": conversation_id, "userId": user_id, "role": role}
    return call.world["participants"].insert({**participant, "archivedAt": None, "seenMessageId": seen})


def get_conversation(call: Call) -> Reply:
    """One conversation."""
    return Reply(shown.conversation(call, call.view["conversation"]))


def mark_seen(call: Call) -> Reply:
    """Notes that the caller has read all there is."""
    messages = call.world["messages"].matching(("conversationId",), (call.view["conversation"]["id"],))
    last = max((message["id"] for message in messages), default=0)
    call.world["participants"].replace(call.view["participant"], seenMessageId=last)
    return Reply()


def rename_conversation(call: Call) -> Reply:
    """Gives the group its new title."""
    call.world["conversations"].replace(call.view["conversation"], title=call.body["title"])
    return Reply()


def archive_conversation(call: Call) -> Reply:
    """Takes the conversation out of the caller's list; the time of the first archiving stays."""
    participant = call.view["participant"]
    if participant["archivedAt"] is None:
        call.world["participants"].replace(participant, archivedAt=int(call.now))
    return Reply()


def delete_conversation(call: Call) -> Reply:
    """Leaves nothing of the conversation but that it was there."""
    conversation = call.view["conversation"]
    for message in call.world["messages"].all(conversationId=conversation["id"]):
        forget_files(call.world, message["id"])
        call.world["messages"].remove(message)
    for member in call.world["participants"].all(conversationId=conversation["id"]):
        call.world["participants"].remove(member)
    call.world["conversations"].replace(conversation, removed=True)
    return Reply()
