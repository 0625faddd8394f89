"""The blueprint of all pages about single products, so that the navigation knows where one is."""

from flask import Blueprint

blueprint = Blueprint("products", __name__, url_prefix="/products")
