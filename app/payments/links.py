"""The link by which an order is paid outside WeChat. Whoever has it sees goods and sum, and may pay; nothing else."""

from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeSerializer

from app.core.errors import NotFound

_SALT = "pay-link"


def write_link(base_url: str, secret: str, order_no: str) -> str:
    """The whole link, to hand on; it is good for as long as its order waits."""
    return f"{base_url}/shop/pay-link/{URLSafeSerializer(secret, salt=_SALT).dumps(order_no)}"


def read_link(secret: str, word: str) -> str:
    """Which order it is for. Raises: NotFound when it is not ours."""
    try:
        return str(URLSafeSerializer(secret, salt=_SALT).loads(word))
    except BadData as error:
        raise NotFound(_("这个付款链接不对，请再要一个")) from error
