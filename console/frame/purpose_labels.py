"""What notifications by template are for, in words."""

from flask_babel import lazy_gettext as _l

from app.notice_templates.purposes import Purpose
from console.frame.labels import Labels

purpose_label = Labels(
    {
        Purpose.BACK_IN_STOCK: _l("到货通知"),
        Purpose.OPENING: _l("开售通知"),
        Purpose.DELAY: _l("延迟发货通知"),
        Purpose.RECALL: _l("商品问题通知"),
        Purpose.PAID: _l("付款成功通知"),
        Purpose.SHIPPED: _l("发货通知"),
        Purpose.REFUNDED: _l("退款到账通知"),
    }
)
