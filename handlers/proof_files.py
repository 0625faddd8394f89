"""`/MP_verify_….txt`: the files by which WeChat checks that this domain is ours."""

from flask import Blueprint, Response, abort

from app.core.errors import NotFound
from app.golive.proof_files import NAME, get_proof_file

proof_files = Blueprint("proof_files", __name__)


@proof_files.get("/<name>.txt")
def show(name: str) -> Response:
    """The file as WeChat gave it; no other file lies at the root."""
    if not NAME.fullmatch(f"{name}.txt"):
        abort(404)
    try:
        return Response(get_proof_file(f"{name}.txt").content, mimetype="text/plain")
    except NotFound:
        abort(404)
