"""Who works here: logging in and out, one's own account."""

from console.account import login, pages, second_factor

BLUEPRINTS = (login.blueprint, pages.blueprint, second_factor.blueprint)
