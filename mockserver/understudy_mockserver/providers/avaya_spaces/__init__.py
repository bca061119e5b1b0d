"""Avaya Spaces, by REST and socket: what it does with a message, a file, a guest or a space that breaks no rule."""

from understudy_mockserver.provider import Provider
from understudy_mockserver.providers.avaya_spaces import channels, files, messages, spaces, users

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    name="avaya-spaces",
    handlers={
        "createChat": messages.create_chat,
        "createIdea": messages.create_idea,
        "createTask": messages.create_task,
        "getDirectSpace": spaces.get_direct_space,
        "getUploadUrl": files.get_upload_url,
        "uploadFile": files.upload_file,
        "downloadFile": files.download_file,
        "authenticateAnonymously": users.authenticate_anonymously,
    },
    events={
        "connect": channels.connect,
        "disconnect": channels.disconnect,
        "subscribeChannel": channels.subscribe,
        "unsubscribeChannel": channels.unsubscribe,
        "sendMessage": messages.send_message,
        "sendPresenceEvent": channels.send_presence_event,
    },
)
