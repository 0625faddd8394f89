"""Which wordings of the shop's terms the buyer had before him when he placed an order."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, db
from app.words.models import Wording


class OrderAcceptance(Base):
    """The buyer of this order agreed to this wording by placing it."""

    __tablename__ = "order_acceptances"
    __table_args__ = (UniqueConstraint("order_id", "wording_id"),)

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    wording_id: Mapped[int] = mapped_column(ForeignKey("wordings.id"))


def keep_acceptance(order_id: int, wording_ids: Iterable[int]) -> None:
    """Note what was agreed to; joins the open transaction."""
    db.session.add_all(OrderAcceptance(order_id=order_id, wording_id=each) for each in wording_ids)


def list_accepted(order_id: int) -> Sequence[Wording]:
    """The wordings that the buyer of this order agreed to."""
    query = select(Wording).join(OrderAcceptance, OrderAcceptance.wording_id == Wording.id)
    return db.session.scalars(query.where(OrderAcceptance.order_id == order_id).order_by(Wording.kind)).all()
