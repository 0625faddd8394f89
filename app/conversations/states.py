"""Who may answer after whom."""

from app.conversations.models import Holder
from app.core.states import Moves, check_complete

CONVERSATION_MOVES: Moves = {
    Holder.BOT: frozenset({Holder.WAITING, Holder.PERSON, Holder.WECHAT_DESK}),
    Holder.WAITING: frozenset({Holder.BOT, Holder.PERSON, Holder.WECHAT_DESK}),
    Holder.PERSON: frozenset({Holder.BOT, Holder.WAITING, Holder.WECHAT_DESK}),
    Holder.WECHAT_DESK: frozenset({Holder.BOT, Holder.WAITING, Holder.PERSON}),
}
check_complete(Holder, CONVERSATION_MOVES)
