"""Forms of an order's page."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import AnyOf, InputRequired, Regexp

from console.frame.carriers import CARRIERS, TRACKING_NO, tidy_tracking_no


class ParcelForm(FlaskForm):
    """Who carries the parcel, and its number."""

    carrier = StringField(
        lazy_gettext("快递公司"), [AnyOf([name for name, _label in CARRIERS], lazy_gettext("请选择快递公司"))]
    )
    tracking_no = StringField(
        lazy_gettext("运单号"),
        [
            InputRequired(lazy_gettext("请填写运单号")),
            Regexp(TRACKING_NO, message=lazy_gettext("运单号是 6 到 40 位字母、数字或短横线")),
        ],
        filters=[tidy_tracking_no],
    )
