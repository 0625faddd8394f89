"""A link that shows one product as followers will see it, in whatever state it is; it holds for an hour."""

from itsdangerous import BadData, URLSafeTimedSerializer

from app.core.incoming import LARGEST_ID

SECONDS = 3600
_SALT = "product-preview"


def sign_preview(product_id: int, *, key: str) -> str:
    """The part of the link that nobody else can make. `key`: the shop's secret."""
    return URLSafeTimedSerializer(key, salt=_SALT).dumps(product_id)


def read_preview(token: str, *, key: str) -> int | None:
    """The product's id; None when the link is not ours or too old."""
    try:
        product_id = URLSafeTimedSerializer(key, salt=_SALT).loads(token, max_age=SECONDS)
    except BadData:
        return None
    return product_id if isinstance(product_id, int) and 0 < product_id <= LARGEST_ID else None
