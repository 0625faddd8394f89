"""The shop's pages of words as people read them: their titles, and the shop's name where it belongs."""

from flask_babel import gettext as _

from app.words.models import Words


def title_of(kind: Words) -> str:
    """The page's heading, in the language of this request."""
    titles = {Words.FAQ: _("常见问题"), Words.AGREEMENT: _("用户协议"), Words.PRIVACY: _("隐私政策")}
    return titles[kind]


def fill_in(body: str, shop_name: str) -> str:
    """A page's text with the shop's name in it."""
    return body.replace("{shop}", shop_name)
