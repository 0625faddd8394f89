"""Scans of scene codes: the log of messages has them all, and each is counted by its message."""

from sqlalchemy import Integer, cast, func, insert, select
from sqlalchemy.orm import Session

from app.conversations.models import Message
from app.core.days import beijing_day
from app.entrances.models import SceneScan
from app.seed.year.log import EVENT
from app.seed.year.talks import SCENE


def count_scans(session: Session) -> None:
    """Write one scan for each message that a code answered; joins the open transaction."""
    message = Message
    code_id = cast(func.substr(message.answered_by, len(SCENE) + 1), Integer)
    is_follow = message.kind == f"{EVENT}subscribe"
    scans = (
        select(code_id, message.id, message.openid, message.at, beijing_day(message.at), is_follow)
        .where(message.answered_by.startswith(SCENE))
        .order_by(message.id)
    )
    columns = ["scene_code_id", "message_id", "openid", "at", "day", "is_follow"]
    session.execute(insert(SceneScan).from_select(columns, scans))
