"""Tables of the catalogue."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    ForeignKey,
    Index,
    String,
    Table,
    event,
    insert,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.catalog.states import ProductState
from app.core import clock
from app.core.append_only import keep_rows
from app.core.db import Base, CreatedAt, Fen, Id, LongText, UtcDateTime, state_column
from app.core.marks import CATALOG, watch

_KEPT = text("removed_at IS NULL")


class Category(Base):
    __tablename__ = "categories"

    id: Mapped[Id]
    title: Mapped[str] = mapped_column(String(40), unique=True)
    position: Mapped[int] = mapped_column(default=0)


class Product(Base):
    __tablename__ = "products"
    __table_args__ = (Index("ix_products_shelf", "state", "position"),)

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(60), unique=True)  # ours, in links
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(String(200), default="")  # the second line of a news card
    description: Mapped[LongText] = mapped_column(default="")  # HTML as `descriptions.clean` leaves it
    cover: Mapped[str] = mapped_column(String(80), default="")  # wide picture of a news card, 2.35:1
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True)
    state: Mapped[ProductState] = state_column(ProductState)
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[CreatedAt]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    changed_by: Mapped[str] = mapped_column(String(80), default="")
    change_mark: Mapped[int] = mapped_column(BigInteger, default=1)  # who saw an older one must look again

    category: Mapped[Category | None] = relationship(lazy="joined")
    pictures: Mapped[list["ProductPicture"]] = relationship(
        order_by="ProductPicture.position", lazy="selectin", cascade="all, delete-orphan"
    )
    skus: Mapped[list["Sku"]] = relationship(
        primaryjoin="and_(Product.id == Sku.product_id, Sku.removed_at.is_(None))",
        order_by="Sku.position",
        lazy="selectin",
        back_populates="product",
    )


class ProductPicture(Base):
    __tablename__ = "product_pictures"

    id: Mapped[Id]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    file: Mapped[str] = mapped_column(String(80))  # name in the media store
    position: Mapped[int] = mapped_column(default=0)


class Sku(Base):
    """One thing that can be put in a parcel: a product in one combination of its options.

    A removed one keeps its row: orders, carts and the history of its stock go on naming it.
    """

    __tablename__ = "skus"
    __table_args__ = (
        CheckConstraint("stock >= 0", name="stock"),
        CheckConstraint("price_fen > 0", name="price"),
        Index("ix_skus_code", "code", unique=True, sqlite_where=_KEPT, postgresql_where=_KEPT),
        Index(
            "ix_skus_options",
            "product_id",
            "options",
            unique=True,
            sqlite_where=_KEPT,
            postgresql_where=_KEPT,
        ),
    )

    id: Mapped[Id]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    options: Mapped[str] = mapped_column(String(200), default="")  # `净含量=125g;包装=罐装`
    price_fen: Mapped[Fen]
    stock: Mapped[int] = mapped_column(default=0)  # pieces nobody has reserved; changed in `stock.py` alone
    weight_grams: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    product: Mapped[Product] = relationship(lazy="joined", back_populates="skus")


class StockMove(Base):
    """Why the stock of a SKU is what it is. Rows are only ever added; their sum is the stock."""

    __tablename__ = "stock_moves"

    id: Mapped[Id]
    at: Mapped[CreatedAt]
    sku_id: Mapped[int] = mapped_column(ForeignKey("skus.id"), index=True)
    change: Mapped[int]  # pieces, negative when reserved
    cause: Mapped[str] = mapped_column(String(40))
    order_no: Mapped[str] = mapped_column(String(32), default="")
    actor: Mapped[str] = mapped_column(String(80), default="")  # who typed it: `staff:<id>`
    note: Mapped[str] = mapped_column(String(200), default="")


OPENING = "opening"  # the cause of what a SKU is born with


@event.listens_for(Sku, "after_insert")
def _explain_opening(_mapper: object, connection: Connection, sku: Sku) -> None:
    """Whoever makes a SKU with stock, its history begins with that stock."""
    if sku.stock:
        values: dict[str, Any] = {"at": clock.now(), "sku_id": sku.id, "change": sku.stock, "cause": OPENING}
        connection.execute(insert(StockMove).values(order_no="", actor="", note="", **values))


keep_rows(cast("Table", StockMove.__table__), "id")
watch(CATALOG, Product, Sku, ProductPicture)
