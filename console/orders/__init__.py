"""Orders: the list, one order with its history, shipping."""

from console.orders import pages

BLUEPRINTS = (pages.blueprint,)
