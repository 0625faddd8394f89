"""Starting a payment, and asking what became of it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from flask_babel import gettext as _

from app.core import clock, ids
from app.core.db import db, leave_database, lock, transaction
from app.core.errors import GatewayError, GatewayRefused, TransitionRefused
from app.core.states import move_state, record_event
from app.orders.models import Order
from app.orders.states import OrderState
from app.payments import opening
from app.payments.attempts import SHORTEST_PAUSE, check, close_attempt, list_attempts, live_attempts
from app.payments.gateways.contract import Gateway, PaymentRequest, Way
from app.payments.models import PaymentAttempt
from app.payments.states import ATTEMPT_MOVES, LIVE, AttemptState

REUSED_FOR = {
    Way.JSAPI: timedelta(minutes=110),  # a prepay_id lives for two hours, a code_url too
    Way.NATIVE: timedelta(minutes=110),
    Way.SCAN: timedelta(minutes=110),
    Way.APP: timedelta(minutes=110),
    Way.H5: timedelta(0),  # an h5_url lives for five minutes and belongs to one browser
    Way.PAGE: timedelta(0),  # signed here, afresh each time
    Way.WAP: timedelta(0),
}
ASK_AT_MOST_EVERY = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class _Browser:
    """What some ways want to know of the browser that pays, or of the code that was scanned."""

    client_ip: str = ""
    product_id: str = ""
    return_url: str = ""


_NO_BROWSER = _Browser()


class PayState(StrEnum):
    PAID = "paid"
    UNPAID = "unpaid"  # the gateway says so
    UNKNOWN = "unknown"  # the gateway did not answer: money may be moving
    REFUND_DUE = "refund_due"  # the money came too late or twice and goes back
    OLD_PRICE = "old_price"  # the money came for a price that was changed: it goes back, the order waits
    CLOSED = "closed"  # the order is cancelled and no money came

    @property
    def is_open(self) -> bool:
        """Whether there may still be news: a page that waits goes on asking."""
        return self in (PayState.UNPAID, PayState.UNKNOWN)


def start_payment(order: Order, *, gateway: Gateway) -> dict[str, str]:
    """What the page needs to open the pay sheet: getBrandWCPayRequest's parameters.

    The order's live attempt is used again with a fresh signature. A number that WeChat refuses is closed
    and a new one tried, once.
    Raises: NotOpen while only testers may pay, TransitionRefused when the order cannot be paid (any more),
    GatewayUnreachable when WeChat has not answered (press again: it is the same request), GatewayRefused.
    """
    return gateway.client_parameters(_paid_with(order, gateway, Way.JSAPI))


def start_native(order: Order, *, gateway: Gateway) -> str:
    """The text of a QR code that whoever scans it with WeChat pays this order by. Raises: as `start_payment`."""
    return _paid_with(order, gateway, Way.NATIVE)


def start_scan(order: Order, *, gateway: Gateway, product_id: str) -> str:
    """The prepay_id for who scanned a product's static code, which says `product_id`. Raises: as `start_payment`."""
    return _paid_with(order, gateway, Way.SCAN, _Browser(product_id=product_id))


def start_h5(order: Order, *, gateway: Gateway, client_ip: str) -> str:
    """The address that opens WeChat from a phone's browser; `client_ip` is that browser's.

    Raises: as `start_payment`.
    """
    return _paid_with(order, gateway, Way.H5, _Browser(client_ip=client_ip))


def start_alipay(order: Order, *, gateway: Gateway, is_phone: bool, return_url: str) -> str:
    """The address of Alipay's page for this order; afterwards the browser goes to `return_url`.

    Raises: as `start_payment`.
    """
    way = Way.WAP if is_phone else Way.PAGE
    return _paid_with(order, gateway, way, _Browser(return_url=return_url))


def start_app(order: Order, *, gateway: Gateway) -> dict[str, str]:
    """The PayReq that the merchant's app hands to WeChat's SDK. Raises: as `start_payment`."""
    return gateway.app_parameters(_paid_with(order, gateway, Way.APP))


def ask(order: Order, *, gateway: Gateway) -> PayState:
    """Whether the order is paid, asking the gateways where that is still open. The page that waits calls this."""
    is_unknown = False
    for attempt in live_attempts(order):
        if attempt.asked_at and clock.now() - attempt.asked_at < ASK_AT_MOST_EVERY:
            continue
        try:
            check(attempt, gateway)
        except GatewayError:
            is_unknown = True
    leave_database()  # a fresh look: another process may have settled it since
    return _state_of(order, is_unknown)


def _paid_with(order: Order, gateway: Gateway, way: Way, browser: _Browser = _NO_BROWSER) -> str:
    """Each way has an attempt of its own: WeChat refuses one number for two of them. Once one is paid, the
    others are closed; what comes twice all the same goes back.
    """
    opening.check(order.follower_id)
    attempt = _live_or_new(order, gateway, way)
    try:
        return _make_known(attempt, gateway, browser)
    except GatewayRefused:
        close_attempt(attempt, gateway)
        return _make_known(_live_or_new(order, gateway, way), gateway, browser)


def _live_or_new(order: Order, gateway: Gateway, way: Way) -> PaymentAttempt:
    appid = gateway.appid_of(way)
    with transaction():
        lock(order)  # two taps at the same instant must find the same attempt
        if order.state != OrderState.UNPAID or order.expires_at <= clock.now():
            raise TransitionRefused(_("订单已不能支付"))
        for attempt in live_attempts(order):
            # What was begun under another AppID cannot be opened under this one; it stays one that may be paid.
            if (attempt.gateway, attempt.way, attempt.appid or appid) == (gateway.name, way, appid):
                return attempt
        return _new_attempt(order, gateway, way)


def _new_attempt(order: Order, gateway: Gateway, way: Way) -> PaymentAttempt:
    attempt = PaymentAttempt(
        order_id=order.id,
        gateway=gateway.name,
        out_trade_no=ids.new_out_trade_no(),
        state=AttemptState.CREATED,
        amount_fen=order.total_fen,
        way=way,
        appid=gateway.appid_of(way),
        openid=order.follower.openid if way is Way.JSAPI else "",
        description=_describe(order),
        created_at=clock.now(),
        expires_at=order.expires_at,
        next_check_at=clock.now() + SHORTEST_PAUSE,
    )
    db.session.add(attempt)
    db.session.flush()
    record_event(attempt, new=str(attempt.state), cause="start")
    return attempt


def _describe(order: Order) -> str:
    first = order.lines[0].title[:60]
    more = f" 等 {len(order.lines)} 种" if len(order.lines) > 1 else ""
    return f"{first}{more}"


def _make_known(attempt: PaymentAttempt, gateway: Gateway, browser: _Browser) -> str:
    """What the attempt is paid with: its own while that lives, else a current one for the very same request."""
    way, kept = Way(attempt.way), attempt.prepay_id or attempt.pay_url
    if kept and attempt.prepay_at and clock.now() - attempt.prepay_at < REUSED_FOR[way]:
        return kept
    request = PaymentRequest(
        out_trade_no=attempt.out_trade_no,
        description=attempt.description,
        amount_fen=attempt.amount_fen,
        expires_at=attempt.expires_at,
        way=way,
        openid=attempt.openid,
        client_ip=browser.client_ip,
        product_id=browser.product_id,
        return_url=browser.return_url,
    )
    paid_with = gateway.create(request)
    with transaction():
        lock(attempt)
        if attempt.state == AttemptState.CLOSED:  # by us, while WeChat was answering: nobody shall pay it
            raise TransitionRefused(_("订单已不能支付"))
        if attempt.state == AttemptState.CREATED:  # unless a notification was faster than this answer
            move_state(attempt, ATTEMPT_MOVES, AttemptState.OPEN, cause="create")
        attempt.prepay_at = clock.now()
        if way in (Way.JSAPI, Way.SCAN, Way.APP):
            attempt.prepay_id = paid_with
        elif REUSED_FOR[way]:
            attempt.pay_url = paid_with
    return paid_with


def _state_of(order: Order, is_unknown: bool) -> PayState:
    if order.state in (OrderState.PAID, OrderState.SHIPPED, OrderState.REFUNDED):
        return PayState.PAID
    states = {attempt.state for attempt in list_attempts(order)}
    if AttemptState.REFUND_DUE in states:
        if order.state != OrderState.UNPAID:
            return PayState.REFUND_DUE
        if not states & {*LIVE, AttemptState.SUSPECT}:  # else money for the new price may be under way
            return PayState.OLD_PRICE
    if is_unknown or AttemptState.SUSPECT in states:
        return PayState.UNKNOWN
    return PayState.CLOSED if order.state == OrderState.CANCELLED else PayState.UNPAID
