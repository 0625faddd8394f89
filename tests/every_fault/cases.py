"""Every way to pay, every switch that strikes on it, and how things must end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.payments.gateways.contract import Way

V3, V2, ALIPAY = "wechatpay_v3", "wechatpay_v2", "alipay"
# A further way to pay is one more line here: every case of its family is then played on it.
WAYS = (
    (V3, Way.JSAPI),
    (V3, Way.NATIVE),
    (V3, Way.H5),
    (V3, Way.APP),
    (V2, Way.JSAPI),
    (V2, Way.NATIVE),
    (V2, Way.H5),
    (V2, Way.APP),
    (ALIPAY, Way.PAGE),
    (ALIPAY, Way.WAP),
)
FAMILIES = {"wechat": (V3, V2), "alipay": (ALIPAY,)}

PAID, DUE, CLOSED = "paid", "refund_due", "closed"
BACK, WHOLE = ("done",), "refunded"


@dataclass(frozen=True)
class Case:
    """A switch and its value; what is played; how order, attempts and refunds stand in the end.

    `also`: switches that have to be on for this one to matter. `only`: a part of the path it strikes. `on`: the only
    ways it strikes on (WeChat hands out a prepay_id once and an h5_url each time, for example).
    `of`: the only gateways.
    """

    switch: str
    value: str
    what: str
    play: str = "pay"
    order: str = "paid"
    attempts: tuple[str, ...] = (PAID,)
    refunds: tuple[str, ...] = ()
    also: tuple[tuple[str, str], ...] = ()
    only: str = ""
    on: tuple[Way, ...] = ()
    of: tuple[str, ...] = ()

    @property
    def stays_on(self) -> bool:
        """Whether it is on all the time."""
        return self.switch == "pay_certificates"

    @property
    def is_refused(self) -> bool:
        """Whether the shop has to refuse a notification."""
        return "refused" in self.what

    @property
    def gateways(self) -> Sequence[str]:
        """Whose switch it is."""
        if self.of:
            return self.of
        if not self.switch:
            return tuple(name for family in FAMILIES.values() for name in family)
        return FAMILIES["alipay" if self.switch.startswith("alipay_") else "wechat"]

    @property
    def ways(self) -> Sequence[tuple[str, Way]]:
        """What it is played on. A refund does not know by which way its payment came: once for each gateway."""
        mine = [each for each in WAYS if each[0] in self.gateways and (not self.on or each[1] in self.on)]
        if self.play != "refund" or not self.switch:
            return mine
        return [next(each for each in mine if each[0] == name) for name in self.gateways]


def _refund(
    switch: str, value: str, what: str, state: str = "done", only: str = "", of: tuple[str, ...] = ()
) -> Case:
    order = WHOLE if state == "done" else "paid"
    return Case(switch, value, what, "refund", order, (PAID,), (state,), only=only, of=of)


_BROKEN = [
    ("before", "the answer breaks and nothing had happened"),
    ("after", "the answer breaks and it had happened"),
]
_BAD_NOTICES = ("forged", "probe", "old", "wrong_amount", "wrong_mchid", "wrong_key")
_LOST = (("alipay_notify", "lost"),)

CASES: Sequence[Case] = (
    Case("", "", "nothing goes wrong"),
    Case("", "", "nothing goes wrong, and all of it goes back", "refund", WHOLE, (PAID,), BACK),
    Case("notify_late", "600", "the notification comes ten minutes late"),
    Case("notify_lost", "on", "it never comes: the shop asks"),
    Case("notify_twice", "on", "it comes a second time"),
    Case("notify_twin", "on", "two come at the same instant"),
    Case("notify_early", "order", "paid and told before ordering was answered"),
    Case("notify_early", "browser", "told before the buyer's page knows"),
    *(
        Case(f"notify_{each}", "on", f"the first notification is bad ({each}): refused, a good one follows")
        for each in (*_BAD_NOTICES, "wrong_appid", "unknown_serial", "no_type")
    ),
    Case(
        "notify_wrong_openid",
        "on",
        "the first notification names another buyer: refused, for one alone may pay",
        on=(Way.JSAPI,),
    ),
    Case(
        "notify_wrong_openid",
        "on",
        "the notification names another buyer, and anybody may pay",
        on=(Way.NATIVE, Way.H5, Way.APP),
    ),
    *(
        Case(f"pay_{kind}", moment, f"ordering: {what} ({kind}); the buyer presses again")
        for kind in ("500", "timeout", "reset")
        for moment, what in _BROKEN
    ),
    Case("pay_429", "on", "ordering: too often; the buyer presses again"),
    Case("pay_unsigned", "on", "ordering: the answer has no signature and is not believed"),
    Case("pay_probe", "on", "ordering: the answer's signature is a probe and is not believed", of=(V3,)),
    Case(
        "pay_paid_code",
        "INVALID_REQUEST",
        "paid, not told; the buyer presses again and WeChat refuses in other words than usual",
        "again",
        also=(("notify_lost", "on"),),
        on=(Way.H5,),
    ),
    Case("pay_certificates", "list", "WeChat signs with a platform certificate"),
    Case("pay_certificates", "switching", "WeChat changes from certificate to public key"),
    Case("pay_late", "on", "given up, and paid at the password page after that", "late"),
    *(
        _refund(
            f"pay_{kind}", moment, f"the refund: {what} ({kind}); asked again under its number", only="refund"
        )
        for kind in ("500", "timeout", "reset")
        for moment, what in _BROKEN
    ),
    _refund("pay_429", "on", "the refund: too often; asked again", only="refund"),
    _refund("pay_unsigned", "on", "the refund: the answer has no signature; asked again", only="refund"),
    _refund("refund_outcome", "processing", "the refund never ends", "submitted"),
    _refund("refund_outcome", "closed", "WeChat closes the refund: no money moved", "closed"),
    _refund("refund_outcome", "abnormal", "the buyer's card does not take it: a person acts", "abnormal"),
    _refund("refund_late", "600", "it takes ten minutes"),
    _refund("refund_not_enough", "on", "the account is empty at first"),
    _refund("refund_account", "on", "the buyer's account is gone: a person acts", "abnormal"),
    _refund("refund_no_auth", "on", "no right to refund at first"),
    _refund("refund_notify", "lost", "the refund's notification never comes: the shop asks"),
    _refund("refund_notify", "twice", "it comes a second time"),
    _refund("refund_notify", "twin", "two come at the same instant"),
    *(
        _refund("refund_notify", each, f"the refund's first notification is bad ({each}): refused")
        for each in _BAD_NOTICES
        if each != "wrong_amount"
    ),
    _refund("refund_notify", "wrong_amount", "the news names another sum: refused", of=(V3,)),
    _refund(
        "refund_notify", "wrong_amount", "the news names another sum: WeChat is asked, and believed", of=(V2,)
    ),
    _refund("pay_no_certificate", "on", "the refund: WeChat misses the certificate; asked again", of=(V2,)),
    Case("alipay_notify", "lost", "the notification never comes: the shop asks"),
    Case("alipay_notify", "twice", "it comes a second time"),
    *(
        Case("alipay_notify", each, f"the first notification is bad ({each}): refused, a good one follows")
        for each in ("forged", "wrong_amount", "wrong_app", "wrong_seller")
    ),
    *(
        Case(f"alipay_{kind}", moment, f"no notification, and asking: {what} ({kind})", also=_LOST)
        for kind in ("500", "timeout", "reset")
        for moment, what in _BROKEN
    ),
    Case("alipay_busy", "on", "no notification, and asking: a system error", also=_LOST),
    Case("alipay_unsigned", "on", "no notification, and the answer is not signed by Alipay", also=_LOST),
    Case("alipay_late", "on", "given up, and paid at the password page after that", "late"),
    *(
        _refund(f"alipay_{kind}", moment, f"the refund: {what} ({kind}); asked again under its number")
        for kind in ("500", "timeout", "reset")
        for moment, what in _BROKEN
    ),
    _refund("alipay_busy", "on", "the refund: a system error; asked again"),
    _refund("alipay_unsigned", "on", "the refund: the answer is not signed by Alipay; asked again"),
    _refund("alipay_notify", "lost", "the refund's notification never comes"),
    _refund("alipay_notify", "twice", "the refund's notification comes a second time"),
    _refund("alipay_notify", "forged", "the refund's first notification is forged"),
)

# Switches of the same groups that have no cell of their own, and why.
ELSEWHERE = {
    "pay_close_unknown": "the shop asks before it closes, and closes nothing that WeChat does not know",
    "pay_by_amount": "chooses among the switches above by the amount",
    "scan_twice": "of APIv2's static codes",
    "alipay_bill": "spoils Alipay's bill; tests/journeys/test_alipay_bills.py",
}


def cells() -> Iterator[tuple[Case, str, Way]]:
    """Every case on every way that it strikes."""
    for case in CASES:
        for gateway, way in case.ways:
            yield case, gateway, way
