"""Pictures of goods for tests."""

from io import BytesIO

from PIL import Image


def draw_jpeg() -> bytes:
    """A green one, wide enough for every copy."""
    file = BytesIO()
    Image.new("RGB", (1000, 500), "#7a5").save(file, "JPEG")
    return file.getvalue()
