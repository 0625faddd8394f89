"""The page of allowances (额度): calls against WeChat's limits, each follower's month, what begins anew when."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.broadcasts.quotas import HIGH_PER_CENT, PATHS, ask_quotas, count_by_use, find_asked
from app.broadcasts.reach import A_MONTH, month_began
from app.wechat.platform_errors import say_errcode
from console.broadcasts.asking import ask_wechat
from console.frame.labels import Labels

blueprint = Blueprint("broadcast_quotas", __name__, url_prefix="/broadcasts/quotas")

api_label = Labels(
    {
        PATHS[0]: _l("客服消息（商品卡片、接待台、通知）"),
        PATHS[1]: _l("群发给所有人"),
        PATHS[2]: _l("群发给一批人"),
        PATHS[3]: _l("群发预览"),
        PATHS[4]: _l("新建草稿"),
        PATHS[5]: _l("上传永久素材"),
        PATHS[6]: _l("上传文章里的图片"),
        PATHS[7]: _l("模板消息"),
        PATHS[8]: _l("订阅通知"),
    }
)


@blueprint.get("/")
def show() -> str:
    """What WeChat said last, and what we counted."""
    uses = count_by_use()
    return render_template(
        "console/broadcasts/quotas.html",
        asked=find_asked(),
        uses=list(enumerate(uses)),
        everybody=sum(uses),
        most=A_MONTH,
        high=HIGH_PER_CENT,
        next_month=(month_began() + timedelta(days=32)).replace(day=1),
        api_label=api_label,
        say_errcode=say_errcode,
    )


@blueprint.post("/ask")
def ask() -> Response:
    """Ask WeChat now."""
    ask_wechat(ask_quotas)
    return redirect(url_for("console.broadcast_quotas.show"))
