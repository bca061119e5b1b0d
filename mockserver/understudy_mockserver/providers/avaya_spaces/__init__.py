"""Avaya Spaces, by REST and socket: what it does with a message, a file, a guest or a space that breaks no rule."""

from understudy_mockserver.provider import Provider
from understudy_mockserver.providers.avaya_spaces import channels, files, messages, reading, service, spaces, users

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    name="avaya-spaces",
    handlers={
        "createChat": messages.create_chat,
        "createIdea": messages.create_idea,
        "createTask": messages.create_task,
        "listIdeas": reading.list_ideas,
        "listTasks": reading.list_tasks,
        "queryMessages": reading.query_messages,
        "listLatestMessages": reading.list_latest_messages,
        "listIdeaMessages": reading.list_idea_messages,
        "listTaskMessages": reading.list_task_messages,
        "getMessage": reading.get_message,
        "getDirectSpace": spaces.get_direct_space,
        "joinSpace": spaces.join_space,
        "listMembers": spaces.list_members,
        "listMySpaces": spaces.list_my_spaces,
        "getMe": users.get_me,
        "getServiceConfigurations": service.get_service_configurations,
        "getLimits": service.get_limits,
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
