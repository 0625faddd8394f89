"""Whether the shared credentials are being renewed; asks the database alone."""

from sqlalchemy import select

from app.core.db import db
from app.wechat.models import WechatToken


def tokens_in_order() -> bool:
    """False when the last try to renew any credential failed; a shop that never asked is in order."""
    return not any(db.session.scalars(select(WechatToken.error)))
