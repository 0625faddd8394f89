"""`/api/v1/openapi.json`: the calls of this door, as OpenAPI 3.1. A test holds it to the routes and the answers."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import current_app, jsonify
from flask.typing import ResponseReturnValue

from api.door import api
from api.guards import open_to_all


@cache
def read_description() -> dict[str, Any]:
    """The document as it lies beside this file."""
    document: dict[str, Any] = json.loads(Path(__file__).with_name("openapi.json").read_text("utf-8"))
    return document


@api.get("/openapi.json")
@open_to_all
def describe() -> ResponseReturnValue:
    """With the address of this shop."""
    return jsonify(read_description() | {"servers": [{"url": current_app.config["BASE_URL"]}]})
