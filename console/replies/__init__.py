"""A list of replies being written, for whatever answers with one: rules, standing replies, codes, materials."""

from console.replies import preview

BLUEPRINTS = (preview.blueprint,)
