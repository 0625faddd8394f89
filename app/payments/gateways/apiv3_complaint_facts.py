"""Reading complaints out of WeChat's JSON: strict where something depends on it, patient with the rest."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from app.core.errors import GatewayUnreachable
from app.payments.gateways.complaints import ComplainedOrder, ComplaintFacts, HistoryEntry, TheirState

MOST_WORDS = 2000  # characters of a text; theirs are at most 500


def read_complaint(row: dict[str, Any]) -> ComplaintFacts:
    """One of a list, or the answer about one. Raises: GatewayUnreachable when it makes no sense."""
    try:
        return ComplaintFacts(
            complaint_id=_name(row["complaint_id"]),
            state=TheirState(str(row["complaint_state"]).lower()),
            complained_at=_moment(row["complaint_time"]),
            detail=_words(row.get("complaint_detail")),
            problem=_words(row.get("problem_description")),
            problem_type=_words(row.get("problem_type"))[:40],
            wanted_fen=_whole(row.get("apply_refund_amount")),
            orders=tuple(_read_order(order) for order in row.get("complaint_order_info") or ()),
            openid=_words(row.get("payer_openid"))[:64],
            sealed_phone=_words(row.get("payer_phone")),
            pictures=tuple(_addresses(row.get("complaint_media_list"))),
            waits_for_us=bool(row.get("incoming_user_response")),
            is_fully_refunded=bool(row.get("complaint_full_refunded")),
            is_mediated=bool(row.get("in_platform_service")),
            is_served_at_once=bool(row.get("need_immediate_service")),
            times=_whole(row.get("user_complaint_times")) or 1,
            tags=tuple(_words(tag)[:40] for tag in row.get("user_tag_list") or ()),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise GatewayUnreachable(_("微信支付的应答缺少内容")) from error


def read_entry(row: dict[str, Any]) -> HistoryEntry:
    """One line of a history. Raises: GatewayUnreachable when it makes no sense."""
    try:
        pictures = [*_texts(row.get("image_list")), *_addresses(row.get("complaint_media_list"))]
        return HistoryEntry(
            log_id=_name(row["log_id"]),
            at=_moment(row["operate_time"]),
            kind=_words(row["operate_type"])[:60],
            operator=_words(row.get("operator"))[:60],
            text=_words(row.get("operate_details")) or _blocks(row.get("normal_message")),
            pictures=tuple(dict.fromkeys(pictures)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise GatewayUnreachable(_("微信支付的应答缺少内容")) from error


def _read_order(row: dict[str, Any]) -> ComplainedOrder:
    number, amount = _words(row.get("out_trade_no")), _whole(row.get("amount"))
    return ComplainedOrder(_words(row.get("transaction_id"))[:32], number[:32], amount)


def _addresses(media: Any) -> Iterator[str]:
    """Documented as an object, met as an array."""
    for part in media if isinstance(media, list) else [media] if media else []:
        yield from _texts(part.get("media_url"))


def _blocks(message: Any) -> str:
    """The words of a message made of blocks."""
    blocks = (message or {}).get("blocks") or []
    parts = [block.get(kind) for block in blocks for kind in ("text", "link", "button")]
    return "\n".join(_words(part.get("text")) for part in parts if part)[:MOST_WORDS].strip()


def _texts(values: Any) -> list[str]:
    return [value[:1000] for value in values or () if isinstance(value, str) and value]


def _name(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 64:
        raise TypeError("id")
    return value


def _words(value: Any) -> str:
    """A text without what no database keeps."""
    return str(value if value is not None else "").replace("\0", "")[:MOST_WORDS]


def _whole(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError("number")
    return value


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment
