"""Taking back what was sent to many: the articles' pages go, the bubbles in the chats stay.

Source: https://developers.weixin.qq.com/doc/service/api/notify/message/api_deletemassmsg.html
"""

from flask_babel import gettext as _

from app.broadcasts.composing import get_broadcast
from app.broadcasts.parts import list_parts
from app.broadcasts.states import ENDED, PartState, Way
from app.core import audit, clock
from app.core.db import lock, transaction
from app.core.errors import PlatformError, TransitionRefused
from app.wechat.client import AccountClient

GONE = (40059, 40065)  # WeChat has no such message any more, or it is deleted already


def can_delete(broadcast_id: int) -> bool:
    """Whether there are pages to take away."""
    row = get_broadcast(broadcast_id)
    has_pages = row.way is Way.MASS and row.state in ENDED and row.deleted_at is None
    return has_pages and any(part.state == PartState.FINISHED for part in list_parts(broadcast_id))


def delete_articles(client: AccountClient, broadcast_id: int, *, actor: str) -> None:
    """Have WeChat take the pages of its articles away, of every job it took. Repeated it does no harm.

    Calls the network: never inside a transaction.
    Raises: NotFound; TransitionRefused when there are none; PlatformError, and what is left can be tried again.
    """
    if not can_delete(broadcast_id):
        raise TransitionRefused(_("只有发完的群发可以删除文章"))
    jobs = [part.msg_id for part in list_parts(broadcast_id) if part.state == PartState.FINISHED]
    for msg_id in jobs:
        try:
            client.post("message/mass/delete", data={"msg_id": msg_id, "article_idx": 0})
        except PlatformError as error:
            if error.errcode not in GONE:
                raise
    with transaction():
        row = get_broadcast(broadcast_id)
        lock(row)
        if row.deleted_at is None:
            row.deleted_at = clock.now()
            audit.record(
                actor=actor,
                action="broadcast.deleted",
                subject=f"broadcast:{row.id}",
                after={"name": row.name},
            )
