"""Small files that are what their names say, and sending one as a client does."""

from __future__ import annotations

import json
from typing import Any

import requests

from simulator.platform.media import FILM, SILENCE
from simulator.qr.drawing import draw_qr
from tests.simulator.box import Box

PNG, AMR, MP4 = draw_qr("x", 1), SILENCE, FILM
JPG = b"\xff\xd8\xff\xe0" + b"x" * 40


def upload(
    box: Box, path: str, name: str, data: bytes, *, description: dict[str, str] | None = None, **query: str
) -> dict[str, Any]:
    """The part `media`, and for a film the field with its words."""
    params = {"access_token": box.token(), **query}
    form = {"description": json.dumps(description)} if description else None
    url = box.base + path
    answer = requests.post(url, params=params, files={"media": (name, data)}, data=form, timeout=10)
    return dict(answer.json())
