"""Notices of orders as the shop would have sent them, and what WeChat let through."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.conversations.models import Sending
from app.core.money import format_yuan
from app.notices.models import Notice
from app.notices.service import TEXTS
from app.seed.year.log import Log
from app.seed.year.orders import Placed
from app.seed.year.rows import Rows

WINDOW = timedelta(hours=48)
OVER = 45015  # theirs


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells buyers what became of their orders."""

    log: Log
    base_url: str

    def tell(
        self,
        order: Placed,
        kind: str,
        at: datetime,
        rows: Rows,
        *,
        parcel_id: int = 0,
        carrier: str = "",
        tracking_no: str = "",
    ) -> None:
        """One notice; refused where the window was closed or the buyer had left."""
        text = (TEXTS / f"{kind}.txt").read_text(encoding="utf-8").strip()
        text = text.format(
            order_no=order.order_no,
            total=format_yuan(order.total_fen),
            link=f"{self.base_url}/shop/orders/{order.order_no}",
            carrier=carrier,
            tracking_no=tracking_no,
        )
        is_sent = order.person.is_here(at) and at - (order.course.paid_at or at) < WINDOW
        errcode = None if is_sent else OVER
        noticed = {"order_id": order.id, "kind": kind, "parcel_id": parcel_id, "created_at": at}
        rows.add(Notice, **noticed, state="sent" if is_sent else "refused", errcode=errcode)
        sending = Sending.SENT if is_sent else Sending.REFUSED
        self.log.send(order.person, at, text, by=f"notice:{kind}", sending=sending, errcode=errcode)
