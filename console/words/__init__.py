"""The shop's face and its pages of words: name, notice, colour, logo; help, agreement, privacy."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import OPERATOR, SERVICE, Right, RightGroup
from console.words import face, pages

BLUEPRINTS = (face.blueprint, pages.blueprint)
RIGHTS = RightGroup(
    _l("门面与文字"),
    Right(
        _l("查看门面与文字"),
        "console.words.show",
        "console.words_pages.edit",
        "console.words_pages.version",
        roles=(OPERATOR, SERVICE),
    ),
    Right(_l("修改店名、公告、颜色和标志"), "console.words.keep", roles=(OPERATOR,)),
    Right(_l("发布协议、政策和常见问题"), "console.words_pages.keep", roles=(OPERATOR,)),
)
