"""Who works here: logging in and out, one's own account."""

from console.account import login, pages

BLUEPRINTS = (login.blueprint, pages.blueprint)
