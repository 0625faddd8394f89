"""The blueprint that every page of this door is put on."""

from flask import Blueprint

shop = Blueprint("shop", __name__, url_prefix="/shop", template_folder="templates", static_folder="static")
