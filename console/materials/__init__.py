"""Pictures, voices and films for replies: the shelf, uploads, where each is used."""

from console.materials import pages

BLUEPRINTS = (pages.blueprint,)
