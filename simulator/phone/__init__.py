"""The phone and the lab: what a person sees when he opens the simulator. They only speak the control API."""

from flask import Blueprint, Response, jsonify, render_template, request

from simulator.qr.reader import QrError, read_picture

blueprint = Blueprint(
    "phone", __name__, static_folder="static", static_url_path="/phone", template_folder="templates"
)


@blueprint.get("/")
def show_phone() -> str:
    """The one page that holds the phone and the lab."""
    return render_template("simulator_phone.html")


@blueprint.post("/phone/qr")
def read_qr() -> tuple[Response, int]:
    """Tell what a picture of a QR code says, without acting on it."""
    try:
        return jsonify({"text": read_picture(request.get_data())}), 200
    except QrError as error:
        return jsonify({"error": str(error)}), 400
