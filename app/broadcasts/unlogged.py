"""Messages that arrived and stand in no log: their worker died before it could write that down.

The desk is to see them, and a card uses up one of the messages WeChat allows, whoever learnt of it.
"""

import logging
from collections.abc import Collection

from sqlalchemy import select

from app.broadcasts.claims import UNDER_WAY_FOR, Claim, Outcome, log_arrived, log_key
from app.broadcasts.composing import get_broadcast
from app.broadcasts.models import BroadcastRecipient
from app.broadcasts.states import RecipientState
from app.broadcasts.telling import make_teller
from app.conversations.models import Message
from app.core import clock, outbox
from app.core.db import db, transaction
from app.core.errors import ShopError
from app.followers.models import Follower
from app.wechat.client import AccountClient

logger = logging.getLogger(__name__)

LOG_ARRIVED = "log_arrived"  # the outbox kind; its job carries broadcast_id and follower_id


def log_later(broadcast_id: int, follower_ids: Collection[int]) -> None:
    """Have those of them logged who are not, once no worker can be about to do it. Joins the open transaction."""
    keys = {log_key(broadcast_id, follower_id): follower_id for follower_id in follower_ids}
    known = db.session.scalars(select(Message.dedupe_key).where(Message.dedupe_key.in_(keys))).all()
    due_at = clock.now() + UNDER_WAY_FOR
    for follower_id in (keys[key] for key in sorted(keys.keys() - set(known))):
        outbox.enqueue(LOG_ARRIVED, due_at=due_at, broadcast_id=broadcast_id, follower_id=follower_id)


def log_missing(client: AccountClient, broadcast_id: int, follower_id: int, *, base_url: str) -> None:
    """Log what this follower got, in the words it would have now; done twice it is once. May open transactions."""
    line = db.session.get(BroadcastRecipient, (broadcast_id, follower_id))
    his = select(Follower.is_subscribed).where(Follower.id == follower_id)
    if (
        line is None
        or line.state is not RecipientState.SENT
        or not line.asked_at
        or not db.session.scalar(his)
    ):
        return  # who stopped following has no log any more
    try:
        told = make_teller(client, get_broadcast(broadcast_id), base_url=base_url).find([follower_id])
    except ShopError as error:  # its product went off sale
        logger.warning("message not logged", extra={"broadcast_id": broadcast_id, "error": error.code})
        return
    if follower_id in told:
        claim = Claim(broadcast_id, follower_id, line.openid)
        with transaction():
            log_arrived(Outcome(claim, told[follower_id], RecipientState.SENT), at=line.asked_at)
