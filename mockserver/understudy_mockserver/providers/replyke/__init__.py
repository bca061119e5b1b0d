"""Replyke chat: what the API does with a request that breaks no rule of its contract."""

from understudy_mockserver.provider import Provider
from understudy_mockserver.providers.replyke import files, messages, rooms

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    name="replyke",
    handlers={
        "sendMessage": messages.send_message,
        "getFile": files.get_file,
    },
    events={
        "joinConversation": rooms.join,
        "leaveConversation": rooms.leave,
        "startTyping": rooms.start_typing,
        "stopTyping": rooms.stop_typing,
    },
    prepare=files.prepare,
)
