"""Goods."""

from console.products import pages

BLUEPRINTS = (pages.blueprint,)
