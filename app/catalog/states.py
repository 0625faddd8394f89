"""Which state of a product may follow which. Sold out is no state: it is on sale with nothing in stock."""

from enum import StrEnum

from app.core.states import Moves, check_complete


class ProductState(StrEnum):
    DRAFT = "draft"
    ON_SALE = "on_sale"
    OFF_SALE = "off_sale"


PRODUCT_MOVES: Moves = {
    ProductState.DRAFT: frozenset({ProductState.ON_SALE}),
    ProductState.ON_SALE: frozenset({ProductState.OFF_SALE}),
    ProductState.OFF_SALE: frozenset({ProductState.ON_SALE}),
}
check_complete(ProductState, PRODUCT_MOVES)
