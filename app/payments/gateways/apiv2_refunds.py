"""Refunds of APIv2 as they stand in its answers: numbered fields, of which one refund is ours.

Source: https://pay.weixin.qq.com/doc/v2/merchant/4011986681 (2026-11-30)
"""

from collections.abc import Mapping

from flask_babel import gettext as _

from app.core.errors import GatewayUnreachable
from app.payments.gateways.apiv2_values import moment_of, text_of, whole_of
from app.payments.gateways.contract import RefundNews, RefundRequest, RefundStatus

MOST_IN_ONE_ANSWER = 10
_STATUSES = {
    "PROCESSING": RefundStatus.UNDER_WAY,
    "SUCCESS": RefundStatus.DONE,
    "CHANGE": RefundStatus.ABNORMAL,
    "REFUNDCLOSE": RefundStatus.CLOSED,
}


def read_refund(answer: Mapping[str, str], out_refund_no: str) -> RefundNews:
    """The one of this number in the answer to a question. Raises: GatewayUnreachable when it is not there."""
    try:
        at = next(
            number
            for number in range(MOST_IN_ONE_ANSWER)
            if answer.get(f"out_refund_no_{number}") == out_refund_no
        )
        return RefundNews(
            out_refund_no=out_refund_no,
            status=_STATUSES[answer[f"refund_status_{at}"]],
            refund_id=text_of(answer, f"refund_id_{at}"),
            out_trade_no=text_of(answer, "out_trade_no"),
            transaction_id=text_of(answer, "transaction_id"),
            mchid=answer.get("mch_id", ""),
            amount_fen=whole_of(answer[f"refund_fee_{at}"]),
            total_fen=whole_of(answer["total_fee"]),
            payer_fen=_without_coupons(answer, f"_{at}"),
            settled_fen=_settled(answer, f"_{at}"),
            received_account=answer.get(f"refund_recv_accout_{at}", "")[:64],  # WeChat's own spelling
            succeeded_at=moment_of(answer.get(f"refund_success_time_{at}")),
        )
    except (KeyError, ValueError, StopIteration) as error:
        raise GatewayUnreachable(_("微信支付的应答缺少内容")) from error


def read_taken(answer: Mapping[str, str], request: RefundRequest) -> RefundNews:
    """What the answer to a request says: it was taken, and no more. Raises: GatewayUnreachable."""
    try:
        if answer["out_refund_no"] != request.out_refund_no:
            raise ValueError("out_refund_no")
        return RefundNews(
            out_refund_no=request.out_refund_no,
            status=RefundStatus.UNDER_WAY,
            refund_id=text_of(answer, "refund_id"),
            out_trade_no=request.out_trade_no,
            transaction_id=request.transaction_id,
            mchid=answer.get("mch_id", ""),
            amount_fen=whole_of(answer["refund_fee"]),
            total_fen=whole_of(answer["total_fee"]),
            payer_fen=_without_coupons(answer),
            settled_fen=_settled(answer),
        )
    except (KeyError, ValueError) as error:
        raise GatewayUnreachable(_("微信支付的应答缺少内容")) from error


def _without_coupons(answer: Mapping[str, str], at: str = "") -> int | None:
    """What of a refund the buyer gets. Raises: KeyError, ValueError."""
    if told := answer.get(f"cash_refund_fee{at}"):
        return _part(told, answer, at)
    back = whole_of(answer.get(f"coupon_refund_fee{at}") or "0")  # left out where there was no coupon
    return _part(str(whole_of(answer[f"refund_fee{at}"]) - back), answer, at)


def _settled(answer: Mapping[str, str], at: str = "") -> int | None:
    """What of it leaves the merchant's account: all where nothing else is told. Raises: KeyError, ValueError."""
    return _part(answer.get(f"settlement_refund_fee{at}") or answer[f"refund_fee{at}"], answer, at)


def _part(text: str, answer: Mapping[str, str], at: str) -> int | None:
    fen = int(text) if text.isascii() and text.isdigit() else -1
    return fen if 0 <= fen <= whole_of(answer[f"refund_fee{at}"]) else None
