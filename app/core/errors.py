"""Every error the shop raises on purpose; a door turns them into answers in one place."""


class ShopError(Exception):
    """Something a person can be told. `code` is stable and English, `message` is a Chinese sentence."""

    code = "shop_error"
    http_status = 400

    def __init__(self, message: str = "", **details: object) -> None:
        super().__init__(message or self.__class__.__doc__ or self.code)
        self.message = message
        self.details = details


class NotFound(ShopError):
    """There is no such thing, or it belongs to somebody else: the asker must not learn which."""

    code = "not_found"
    http_status = 404


class InputInvalid(ShopError):
    """What was sent cannot be used; `details` names the fields."""

    code = "input_invalid"
    http_status = 422


class OutOfStock(ShopError):
    """There are fewer pieces than wanted."""

    code = "out_of_stock"
    http_status = 409


class PriceChanged(ShopError):
    """The total is no longer the one the buyer saw."""

    code = "price_changed"
    http_status = 409


class NotServed(ShopError):
    """Some goods are not sent there; `details` names them."""

    code = "not_served"
    http_status = 409


class RegionUnknown(ShopError):
    """The address does not say clearly which province and city it is in."""

    code = "region_unknown"
    http_status = 409


class TransitionRefused(ShopError):
    """What was asked for is not possible in the state the thing is in."""

    code = "transition_refused"
    http_status = 409


class StorageFull(ShopError):
    """The disk takes no more."""

    code = "storage_full"
    http_status = 507


class PlatformError(ShopError):
    """WeChat's account platform refused a call.

    `errcode` is WeChat's number (negative numbers of ours: -1001 unreachable, -1002 unreadable answer).
    """

    code = "platform_error"
    http_status = 502

    def __init__(self, errcode: int, errmsg: str, message: str = "") -> None:
        super().__init__(message or f"微信返回错误 {errcode}：{errmsg}", errcode=errcode, errmsg=errmsg)
        self.errcode = errcode
        self.errmsg = errmsg
        self.answer: dict[str, object] = {}  # all that WeChat said


class PlatformUnreachable(PlatformError):
    """WeChat did not answer in time, or not in its own language; asking again later is right."""

    code = "platform_unreachable"
    http_status = 503


class GatewayError(ShopError):
    """A payment gateway call did not succeed."""

    code = "gateway_error"
    http_status = 502


class GatewayRefused(GatewayError):
    """The gateway said no, and saying the same again will not help. `their_code` is its own word for why."""

    code = "gateway_refused"

    def __init__(self, their_code: str, message: str, *, http_status: int = 400) -> None:
        super().__init__(message, their_code=their_code)
        self.their_code = their_code
        self.their_http_status = http_status


class GatewayUnreachable(GatewayError):
    """No answer, or one that cannot be trusted: the result is unknown. Ask again with the same numbers.

    `their_code` is the gateway's own word for why, where it gave one.
    """

    code = "gateway_unreachable"
    http_status = 503

    def __init__(self, message: str = "", *, their_code: str = "") -> None:
        super().__init__(message, their_code=their_code)
        self.their_code = their_code


class SignatureInvalid(GatewayError):
    """What arrived does not prove that the gateway sent it. `reason` says which part, never a secret."""

    code = "signature_invalid"
    http_status = 401

    def __init__(self, reason: str) -> None:
        super().__init__(reason, reason=reason)
        self.reason = reason


class BillAbsent(GatewayError):
    """The gateway has no bill for this day: nothing was paid or paid back, or it is too early to ask."""

    code = "bill_absent"


class BillNotReady(GatewayError):
    """The gateway is still writing the bill of this day; ask again in half an hour."""

    code = "bill_not_ready"
