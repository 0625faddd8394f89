"""Says what a rule, a button, a code or an occasion is set up to say."""

from collections.abc import Sequence

from app.keywords.replies import ReplyKind, ReplyMode, ReplySpec
from app.keywords.standing import Occasion
from app.wechat.callback.messages import Push
from app.wechat.replies import HandOver, TextReply, TransferReply
from handlers.answers import Prepared, prepare, prepare_all
from handlers.doors import Door
from handlers.order_status import tell_orders
from handlers.preparing import PERSONAL, choose, make_prepared
from handlers.ready import Ready
from handlers.speech import say, say_hours


def speak(
    specs: Sequence[ReplySpec], door: Door, push: Push, ready: Ready, *, mode: ReplyMode = ReplyMode.ALL
) -> tuple[Prepared, ...]:
    """The replies of `specs` to this push; cards and links carry `door`."""
    said: list[Prepared] = []
    for spec in choose(specs, mode):
        said += (
            _speak_personal(spec, door, push, ready)
            if spec.kind in PERSONAL
            else make_prepared(spec, door, ready)
        )
    return tuple(said)


def hand_over(push: Push, ready: Ready, *, kf_account: str = "", words: str = "") -> tuple[Prepared, ...]:
    """Ask for a person; with a sentence, unless WeChat's own desk takes over, which says its own."""
    wechats = ready.setup.kf_desk
    if wechats.is_on and not push.kind.startswith("event:"):
        account = kf_account or wechats.kf_account
        return prepare_all([TransferReply(account), HandOver(account)])
    is_open = ready.setup.hours.is_open(push.sent_at)
    occasion = Occasion.HAND_OVER if is_open else Occasion.HAND_OVER_CLOSED
    standing = ready.setup.standing.get(occasion)
    text = words or next((spec.text for spec in standing.replies if spec.text), "") if standing else words
    return prepare_all(
        [TextReply(text or say(occasion.value, hours=say_hours(ready.setup.hours))), HandOver()]
    )


def _speak_personal(spec: ReplySpec, door: Door, push: Push, ready: Ready) -> tuple[Prepared, ...]:
    if spec.kind is ReplyKind.HAND_OVER:
        return hand_over(push, ready, kf_account=spec.kf_account, words=spec.text)
    with ready.shop():
        return (prepare(tell_orders(push.openid, door, ready)),)
