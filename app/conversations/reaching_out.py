"""Speaking to a follower from elsewhere than the desk, say from his order: who does it answers him from then on."""

from flask_babel import gettext as _

from app.conversations import desk
from app.conversations.desk import TakenByOther, WindowClosed
from app.conversations.models import Holder
from app.core.db import transaction
from app.core.errors import TransitionRefused
from app.wechat.replies import Reply


def reach_out(openid: str, reply: Reply, *, staff_id: int, token: str) -> int:
    """Take the talk and say something, or neither; the same `token` is the same message. Returns its id.

    Opens a transaction. Raises: WindowClosed when WeChat takes no message to him now; TakenByOther while a colleague
    answers him; TransitionRefused while WeChat's own desk does; InputInvalid for a text that is empty or too long.
    """
    with transaction():
        row = desk.find_conversation(openid)
        if row is None:
            raise WindowClosed(_("买家还没有和公众号说过话，现在不能发送。"))
        if row.state == Holder.WECHAT_DESK:
            raise TransitionRefused(_("正由微信客服接待，要接过来请先在“微信客服”里结束会话。"))
        if row.state == Holder.PERSON and row.staff_id != staff_id:
            raise TakenByOther(row.staff_id)
        desk.take(row.id, staff_id=staff_id)
        return desk.say(row.id, reply, staff_id=staff_id, token=token)
