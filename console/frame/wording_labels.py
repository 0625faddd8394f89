"""What the shop's pages of words are called on the screens."""

from flask_babel import lazy_gettext as _l

from app.words.models import Words
from console.frame.labels import Labels

wording_label = Labels(
    {Words.FAQ: _l("常见问题"), Words.AGREEMENT: _l("用户协议"), Words.PRIVACY: _l("隐私政策")}
)
