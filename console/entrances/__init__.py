"""Where followers come from: what each entrance brought, scene codes, product codes and posters."""

from console.entrances import codes, pages, posters

BLUEPRINTS = (codes.blueprint, pages.blueprint, posters.blueprint)
