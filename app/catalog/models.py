"""Tables of the catalogue."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, CreatedAt, Fen, Id, LongText, state_column
from app.core.marks import CATALOG, watch


class ProductState(StrEnum):
    DRAFT = "draft"
    ON_SALE = "on_sale"
    OFF_SALE = "off_sale"


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
    description: Mapped[LongText] = mapped_column(default="")  # plain paragraphs
    cover: Mapped[str] = mapped_column(String(80), default="")  # wide picture of a news card, 2.35:1
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    state: Mapped[ProductState] = state_column(ProductState)
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[CreatedAt]

    category: Mapped[Category | None] = relationship(lazy="joined")
    pictures: Mapped[list["ProductPicture"]] = relationship(
        order_by="ProductPicture.position", lazy="selectin", cascade="all, delete-orphan"
    )
    skus: Mapped[list["Sku"]] = relationship(
        order_by="Sku.position", lazy="selectin", cascade="all, delete-orphan", back_populates="product"
    )


class ProductPicture(Base):
    __tablename__ = "product_pictures"

    id: Mapped[Id]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    file: Mapped[str] = mapped_column(String(80))  # name below MEDIA_DIR
    position: Mapped[int] = mapped_column(default=0)


class Sku(Base):
    """One thing that can be put in a parcel: a product in one combination of its options."""

    __tablename__ = "skus"
    __table_args__ = (
        CheckConstraint("stock >= 0", name="stock"),
        CheckConstraint("price_fen > 0", name="price"),
        UniqueConstraint("product_id", "options"),
    )

    id: Mapped[Id]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    options: Mapped[str] = mapped_column(String(200), default="")  # `净含量=125g;包装=罐装`
    price_fen: Mapped[Fen]
    stock: Mapped[int] = mapped_column(default=0)  # pieces nobody has reserved
    weight_grams: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)

    product: Mapped[Product] = relationship(lazy="joined", back_populates="skus")


class StockMove(Base):
    """Why the stock of a SKU is what it is. Rows are only ever added."""

    __tablename__ = "stock_moves"

    id: Mapped[Id]
    at: Mapped[CreatedAt]
    sku_id: Mapped[int] = mapped_column(ForeignKey("skus.id"), index=True)
    change: Mapped[int]  # pieces, negative when reserved
    cause: Mapped[str] = mapped_column(String(40))
    order_no: Mapped[str] = mapped_column(String(32), default="")


watch(CATALOG, Product, Sku, ProductPicture)
