"""Followers: the list, a card for each, tags, the walk through all of them, export."""

from console.followers import card, export, pages, sync, tags

BLUEPRINTS = tuple(
    dict.fromkeys(each.blueprint for each in (pages, card, export, sync, tags))
)  # some share one
