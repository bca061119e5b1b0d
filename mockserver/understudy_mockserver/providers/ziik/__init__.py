"""Ziik chat: what the API does with a request that breaks no rule of its contract."""

from understudy_mockserver.provider import Provider
from understudy_mockserver.providers.ziik import conversations, files, messages, participants, sessions

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    name="ziik",
    handlers={
        "createMessage": messages.create_message,
        "listMessages": messages.list_messages,
        "getMessage": messages.get_message,
        "deleteMessage": messages.delete_message,
        "finalizeMessageUpdate": messages.finalize_update,
        "listConversations": conversations.list_conversations,
        "createConversation": conversations.create_conversation,
        "getConversation": conversations.get_conversation,
        "renameConversation": conversations.rename_conversation,
        "deleteConversation": conversations.delete_conversation,
        "archiveConversation": conversations.archive_conversation,
        "markConversationSeen": conversations.mark_seen,
        "listParticipants": participants.list_participants,
        "addParticipants": participants.add_participants,
        "changeParticipant": participants.change_participant,
        "removeParticipant": participants.remove_participant,
        "requestUpload": files.request_upload,
        "uploadFile": files.upload_file,
        "finaliseFile": files.finalise_file,
        "downloadFile": files.download_file,
        "downloadFilePreset": files.download_file,
        "listConversationFiles": files.list_files,
        "downloadVoice": files.download_voice,
        "authenticate": sessions.authenticate,
        "renew": sessions.renew,
        "renewByGet": sessions.renew,
    },
)
