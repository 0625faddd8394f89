"""Tables of figures: rows of days, and which days changed since their rows were made. All can be made anew."""

from datetime import date
from enum import StrEnum

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Fen, Id, state_column
from app.figures.noticing import notice_changes
from app.orders.models import Order
from app.orders.states import OrderState
from app.payments.models import PaymentAttempt
from app.payments.refunds.models import Refund


class Share(StrEnum):
    """What the orders of a day are divided by: those paid that day, where nothing else is said."""

    ENTRANCE = "entrance"  # key: its number; 0 without one
    HOUR = "hour"  # key: 0 to 23, Beijing
    PLACED = "placed"  # by the day of placing, paid or not. key: the number of its entrance; 0 without one
    PRODUCT = "product"  # key: its slug; the money of its lines, without freight


class DayState(Base):
    """Orders placed on a day, by the state they are in now. `due_fen`: money of theirs that came too late or twice;
    `refunded_fen`: of `total_fen`, what went back."""

    __tablename__ = "figure_states"

    day: Mapped[date] = mapped_column(primary_key=True)
    state: Mapped[OrderState] = state_column(OrderState, primary_key=True)
    orders: Mapped[int]
    total_fen: Mapped[Fen]
    due_fen: Mapped[Fen]
    refunded_fen: Mapped[Fen] = mapped_column(default=0, server_default="0")


class DayMoney(Base):
    """Money that came on a day: orders paid, their buyers, and payments that came too late or twice; and what went
    back that day, for whatever payment."""

    __tablename__ = "figure_money"

    day: Mapped[date] = mapped_column(primary_key=True)
    orders: Mapped[int]
    fen: Mapped[Fen]
    buyers: Mapped[int]
    new_buyers: Mapped[int]  # who had paid on no earlier day
    new_orders: Mapped[int]
    new_fen: Mapped[Fen]
    late_payments: Mapped[int]
    late_fen: Mapped[Fen]
    refunds: Mapped[int] = mapped_column(default=0, server_default="0")
    refunded_fen: Mapped[Fen] = mapped_column(default=0, server_default="0")


class DayShare(Base):
    """A part of the orders paid on a day. Products: an order counts once for each product in it."""

    __tablename__ = "figure_shares"

    kind: Mapped[Share] = state_column(Share, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    orders: Mapped[int]
    pieces: Mapped[int]
    fen: Mapped[Fen]


class FigureChange(Base):
    """Something that a day's figures count was written. The database adds these itself: see `noticing`."""

    __tablename__ = "figure_changes"

    id: Mapped[Id]
    day: Mapped[date] = mapped_column(index=True)


class DayMessages(Base):
    """How many pushes were answered on a day, and messages sent by colleagues, by who said it: `rule:7`."""

    __tablename__ = "figure_messages"

    day: Mapped[date] = mapped_column(primary_key=True)
    said_by: Mapped[str] = mapped_column(String(80), primary_key=True)
    messages: Mapped[int]


class MessagePlace(Base):
    """The last message that `figure_messages` holds; one row."""

    __tablename__ = "figure_message_place"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    message_id: Mapped[int] = mapped_column(BigInteger)


class DayVisits(Base):
    """Who came in by an entrance on a day that is over: visitors, each once, and who opened a product's page."""

    __tablename__ = "figure_visits"

    day: Mapped[date] = mapped_column(primary_key=True)
    entrance_id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    opened: Mapped[int]
    looked: Mapped[int]


class VisitDay(Base):
    """A day whose visits are counted in `figure_visits`."""

    __tablename__ = "figure_visit_days"

    day: Mapped[date] = mapped_column(primary_key=True)


notice_changes(Order.__table__, PaymentAttempt.__table__, Refund.__table__)
