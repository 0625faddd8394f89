"""QR pictures drawn on the spot, as a data address that an `img` can show."""

from base64 import b64encode
from io import BytesIO

import qrcode
from qrcode.image.svg import SvgPathFillImage


def qr_data_uri(text: str) -> str:
    """`text` as a QR code: an SVG on white, so that it can be read in the dark theme as well."""
    picture = BytesIO()
    qrcode.make(text, image_factory=SvgPathFillImage, border=3).save(picture)
    return "data:image/svg+xml;base64," + b64encode(picture.getvalue()).decode()
