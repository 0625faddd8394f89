"""The account's menus: editor, publishing, history, personalised ones, trial."""

from console.menus import pages

BLUEPRINTS = (pages.blueprint,)
