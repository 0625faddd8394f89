"""Small tables to take away at once, as CSV; what may be long is a long job instead."""

from collections.abc import Iterable

from flask import Response, stream_with_context

from app.core.spreadsheets.writing import Row, csv_text


def csv_file(name: str, rows: Iterable[Row]) -> Response:
    """A download called `name`.csv, sent as the rows come; the first one is the heading."""
    response = Response(stream_with_context(csv_text(rows)), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")
    return response
