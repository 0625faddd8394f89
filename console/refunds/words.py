"""What the pages of refunds call things that they alone name."""

from flask_babel import lazy_gettext as _l

from app.payments.refunds.listing import Tab
from console.frame.labels import Labels

tab_label = Labels(
    {
        Tab.ALL: _l("全部"),
        Tab.TO_DECIDE: _l("待批准"),
        Tab.UNDER_WAY: _l("退款中"),
        Tab.TO_MEND: _l("异常"),
        Tab.BACK: _l("已退"),
        Tab.ENDED: _l("没有退"),
    }
)
BANKS = (  # debit cards that WeChat Pay sends an abnormal refund to
    ("ICBC_DEBIT", _l("工商银行")),
    ("ABC_DEBIT", _l("农业银行")),
    ("BOC_DEBIT", _l("中国银行")),
    ("CCB_DEBIT", _l("建设银行")),
    ("COMM_DEBIT", _l("交通银行")),
    ("PSBC_DEBIT", _l("邮储银行")),
    ("CMB_DEBIT", _l("招商银行")),
    ("CMBC_DEBIT", _l("民生银行")),
    ("CITIC_DEBIT", _l("中信银行")),
    ("CEB_DEBIT", _l("光大银行")),
    ("SPDB_DEBIT", _l("浦发银行")),
    ("CIB_DEBIT", _l("兴业银行")),
    ("PAB_DEBIT", _l("平安银行")),
    ("GDB_DEBIT", _l("广发银行")),
    ("NBCB_DEBIT", _l("宁波银行")),
)
