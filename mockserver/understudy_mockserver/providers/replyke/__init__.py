"""Replyke chat: what the API does with a request that breaks no rule of its contract."""

from understudy_mockserver.provider import Provider
from understudy_mockserver.providers.replyke import (
    conversations,
    files,
    members,
    messages,
    reactions,
    rooms,
    sessions,
    spaces,
)

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    name="replyke",
    handlers={
        "sendMessage": messages.send_message,
        "listMessages": messages.list_messages,
        "getMessage": messages.get_message,
        "editMessage": messages.edit_message,
        "deleteMessage": messages.delete_message,
        "toggleReaction": reactions.toggle,
        "listReactions": reactions.list_reactions,
        "reportMessage": reactions.report,
        "markAsRead": members.mark_as_read,
        "listConversations": conversations.list_conversations,
        "createGroup": conversations.create_group,
        "getUnreadCount": conversations.get_unread_count,
        "createDirect": conversations.create_direct,
        "getConversation": conversations.get_conversation,
        "updateConversation": conversations.update_conversation,
        "deleteConversation": conversations.delete_conversation,
        "getPreview": conversations.get_preview,
        "muteConversation": members.mute,
        "listMembers": members.list_members,
        "addMember": members.add_member,
        "removeMember": members.remove_member,
        "changeMemberRole": members.change_role,
        "quitConversation": members.quit_conversation,
        "getSpaceConversation": spaces.get_space_conversation,
        "moderateMessage": spaces.moderate_message,
        "handleReport": spaces.handle_report,
        "getLeanProject": sessions.get_lean_project,
        "signIn": sessions.sign_in,
        "verifyExternalUser": sessions.sign_in,
        "requestNewAccessToken": sessions.request_new_access_token,
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
