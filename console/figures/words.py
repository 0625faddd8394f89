"""Words of the figures' pages."""

from flask_babel import lazy_gettext as _l

from app.figures.standing import Standing
from console.frame.labels import Labels

standing_label = Labels({Standing.PROVISIONAL: _l("暂计"), Standing.CLOSED: _l("未对账")})
