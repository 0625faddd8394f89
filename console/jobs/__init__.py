"""Long jobs: one's own, how far each is, its file, giving it up."""

from console.jobs import pages

BLUEPRINTS = (pages.blueprint,)
