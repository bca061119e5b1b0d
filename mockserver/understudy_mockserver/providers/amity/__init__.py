"""Amity chat: what the API does with a request that breaks no rule of its contract."""

from understudy_mockserver.provider import Provider
from understudy_mockserver.providers.amity import channels, files, messages, reactions, reading, sessions

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    name="amity",
    handlers={
        "createMessage": messages.create_message,
        "updateMessage": messages.update_message,
        "deleteMessage": messages.delete_message,
        "queryMessages": reading.query_messages,
        "getMessages": reading.get_messages,
        "getMessage": reading.get_message,
        "flagMessage": reactions.flag_message,
        "unflagMessage": reactions.unflag_message,
        "isMessageFlaggedByMe": reactions.is_flagged_by_me,
        "addReaction": reactions.add_reaction,
        "removeReaction": reactions.remove_reaction,
        "queryReactions": reactions.query_reactions,
        "queryChannels": channels.query_channels,
        "getChannels": channels.get_channels,
        "getChannel": channels.get_channel,
        "createChannel": channels.create_channel,
        "createConversation": channels.create_conversation,
        "joinChannel": channels.join_channel,
        "leaveChannel": channels.leave_channel,
        "queryChannelUsers": channels.query_channel_users,
        "markChannelSeen": channels.mark_channel_seen,
        "createSession": sessions.create_session,
        "deleteSession": sessions.delete_session,
        "verifySession": sessions.verify_session,
        "getChatSettings": sessions.get_chat_settings,
        "getSocialSettings": sessions.get_social_settings,
        "uploadFiles": files.upload_files,
        "uploadImages": files.upload_images,
        "uploadFile": files.upload_file,
        "getFile": files.get_file,
        "downloadFile": files.download_file,
    },
)
