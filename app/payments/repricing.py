"""Changing the price of an unpaid order: close its attempts at WeChat first, and only then ask for another amount.

Money that comes all the same for the old amount is taken note of and has to go back (`settle.py`): it never pays
the order at a price nobody asks for any more.
"""

from flask_babel import gettext as _

from app.core.db import lock, transaction
from app.core.errors import TransitionRefused
from app.orders import repricing
from app.orders.models import Order
from app.payments.attempts import close_attempt, list_attempts, live_attempts
from app.payments.gateways.contract import Gateway
from app.payments.states import LIVE, AttemptState


def change_price(
    order: Order, *, total_fen: int, seen_fen: int, reason: str, gateway: Gateway, actor: str
) -> bool:
    """Ask for `total_fen` from now on; False when it says so already.

    `seen_fen` is the total that the page showed, so that of two people who change it one is told. Opens a
    transaction. Raises: TransitionRefused when the order was paid or closed meanwhile, or somebody pays or changed
    it just now; InputInvalid; GatewayError when WeChat did not answer. Then the price is as it was.
    """
    repricing.check_may_change(order)
    repricing.check_price(order, total_fen=total_fen, reason=reason)
    _check_seen(order, seen_fen)
    if (order.total_fen, order.adjustment_label) == (total_fen, reason):
        return False
    for attempt in live_attempts(order):
        close_attempt(attempt, gateway)
    with transaction():
        lock(order)  # who presses "pay" at this instant waits here, and is then asked for the new amount
        repricing.check_may_change(order)
        _check_seen(order, seen_fen)
        states = {attempt.state for attempt in list_attempts(order)}
        if states & set(LIVE):
            raise TransitionRefused(_("买家正在付款，价格没有改。请看一下订单的状态，再试一次。"))
        if AttemptState.SUSPECT in states:
            raise TransitionRefused(_("这笔订单有一笔付款需要核对，核对之前不能改价。"))
        repricing.set_price(order, total_fen=total_fen, reason=reason, actor=actor)
    return True


def _check_seen(order: Order, seen_fen: int) -> None:
    if order.total_fen != seen_fen:
        raise TransitionRefused(_("价格刚刚被改过，请看新的合计，再决定要不要改。"))
