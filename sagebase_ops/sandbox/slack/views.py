"""How Slack writes down a message, a channel and a user in its answers."""

from collections.abc import Sequence

from sagebase_ops.sandbox.slack.workspace import PEOPLE, TEAM, Bot, Channel, File, Json, Message, Workspace


def as_slack_shows(workspace: Workspace, message: Message, *, metadata: bool) -> Json:
    """A message of an answer; `metadata` only where it was asked for."""
    if message.deleted:
        return {
            "type": "message",
            "subtype": "tombstone",
            "text": "This message was deleted.",
            "user": "USLACKBOT",
            "hidden": True,
            "ts": message.ts,
            **_thread(workspace, message),
        }
    found: Json = {
        "type": "message",
        "user": message.bot.user_id,
        "bot_id": message.bot.bot_id,
        "app_id": message.bot.app_id,
        "team": TEAM,
        "text": message.text,
        "ts": message.ts,
    }
    if message.broadcast:
        found |= {"subtype": "thread_broadcast"}
    found |= {
        name: value for name, value in (("blocks", message.blocks), ("attachments", message.attachments)) if value
    }
    if message.files:
        found |= {"files": [file_view(file) for file in message.files], "upload": False}
    if message.edited_ts:
        found |= {"edited": {"user": message.bot.user_id, "ts": message.edited_ts}}
    if metadata and message.metadata:
        found |= {"metadata": message.metadata}
    return found | _thread(workspace, message)


def file_view(file: File) -> Json:
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "user": file.bot.user_id,
        "size": file.size,
        "alt_txt": file.alt_text,
        "mode": "hosted",
    }


def _thread(workspace: Workspace, message: Message) -> Json:
    if message.thread_ts:
        return {"thread_ts": message.thread_ts, "parent_user_id": message.bot.user_id}
    replies = workspace.replies(message)
    if not replies:
        return {}
    users = sorted({one.bot.user_id for one in replies})
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "reply_users": users,
        "latest_reply": replies[-1].ts,
        "is_locked": False,
        "subscribed": False,
    }


def as_control_shows(message: Message) -> Json:
    """A message as the control port lists it: all of it, the deleted and the ephemeral too."""
    return {
        "channel": message.channel.id,
        "channel_name": message.channel.name,
        "ts": message.ts,
        "thread_ts": message.thread_ts,
        "text": message.text,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "files": [file_view(file) for file in message.files],
        "metadata": message.metadata,
        "user": message.bot.user_id,
        "edited": message.edited_ts is not None,
        "deleted": message.deleted,
        "reply_broadcast": message.broadcast,
        "ephemeral_for": message.ephemeral_for,
    }


def channel_view(channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_private": channel.private,
        "is_general": False,
        "is_archived": channel.archived,
        "is_member": channel.member,
        "context_team_id": TEAM,
    }


def bot_view(bot: Bot) -> Json:
    return {
        "id": bot.user_id,
        "team_id": TEAM,
        "name": bot.name,
        "real_name": bot.name,
        "deleted": False,
        "is_bot": True,
    }


def people_view() -> list[Json]:
    return [
        {"id": one, "team_id": TEAM, "name": name, "real_name": name, "deleted": False, "is_bot": False}
        for one, name in PEOPLE.items()
    ]


def usergroup_view(group: str, members: Sequence[str]) -> Json:
    return {
        "id": group,
        "team_id": TEAM,
        "is_usergroup": True,
        "name": "運用担当",
        "handle": "ops",
        "date_delete": 0,
        "user_count": len(members),
    }
