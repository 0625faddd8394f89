"""Words of the figures' pages."""

from flask_babel import lazy_gettext as _l

from app.reconciliation.standing import Standing
from console.frame.labels import Labels

standing_label = Labels(
    {
        Standing.PROVISIONAL: _l("暂计"),
        Standing.CLOSED: _l("未对账"),
        Standing.EQUAL: _l("已对平"),
        Standing.EXPLAINED: _l("有说明"),
        Standing.DIFFERENT: _l("有差异"),
    }
)
standing_colour = {
    Standing.PROVISIONAL: "azure",
    Standing.CLOSED: "secondary",
    Standing.EQUAL: "green",
    Standing.EXPLAINED: "teal",
    Standing.DIFFERENT: "red",
}
