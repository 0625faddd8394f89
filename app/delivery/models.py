"""Tables of freight templates and pick-up points."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, CreatedAt, Fen, Id, state_column
from app.pricing.freight import Counting


class FreightTemplate(Base):
    """What sending costs, region by region. One of them is for all goods that name no other."""

    __tablename__ = "freight_templates"
    __table_args__ = (
        Index(
            "uq_freight_templates_default",
            "is_default",
            unique=True,
            sqlite_where=text("is_default = 1"),
            postgresql_where=text("is_default"),
        ),
    )

    id: Mapped[Id]
    title: Mapped[str] = mapped_column(String(30))
    counting: Mapped[Counting] = state_column(Counting)
    is_default: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[CreatedAt]

    zones: Mapped[list["FreightZone"]] = relationship(
        lazy="selectin", order_by="FreightZone.position", cascade="all, delete-orphan"
    )
    goods: Mapped[list["FreightGoods"]] = relationship(lazy="selectin", cascade="all, delete-orphan")


class FreightZone(Base):
    """One line of a template. `regions`: `浙江省` or `浙江省/杭州市`; none of them means everywhere else."""

    __tablename__ = "freight_zones"
    __table_args__ = (
        CheckConstraint("first_fee_fen >= 0 AND next_fee_fen >= 0", name="fees"),
        CheckConstraint("first_units > 0 AND next_units >= 0", name="units"),
    )

    id: Mapped[Id]
    template_id: Mapped[int] = mapped_column(ForeignKey("freight_templates.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    regions: Mapped[list[str]]
    is_served: Mapped[bool] = mapped_column(default=True)
    first_units: Mapped[int] = mapped_column(default=1)  # pieces or grams
    first_fee_fen: Mapped[Fen] = mapped_column(default=0)
    next_units: Mapped[int] = mapped_column(default=0)  # pieces or grams; 0: the first fee covers all
    next_fee_fen: Mapped[Fen] = mapped_column(default=0)
    free_from_fen: Mapped[Fen | None] = mapped_column(nullable=True)  # goods value; None: never free


class FreightGoods(Base):
    """A product that travels by a template of its own."""

    __tablename__ = "freight_goods"

    product_id: Mapped[int] = mapped_column(
        ForeignKey("products.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    template_id: Mapped[int] = mapped_column(ForeignKey("freight_templates.id"), index=True)


class PickupPoint(Base):
    """Where buyers fetch their goods themselves."""

    __tablename__ = "pickup_points"

    id: Mapped[Id]
    title: Mapped[str] = mapped_column(String(30))
    address: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(20), default="")
    hours: Mapped[str] = mapped_column(String(60), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[CreatedAt]
