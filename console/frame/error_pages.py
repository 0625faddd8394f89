"""What the console shows when something is not possible: a sentence, and where to go on."""

from flask import g, render_template
from flask_babel import gettext as _


def error_page(code: int, title: str, sentence: str) -> tuple[str, int]:
    """The page and its HTTP status. After a crash it asks the database nothing: that may be what broke."""
    if code >= 500:
        g.staff_member = None
    return render_template("console/error.html", code=code, title=title, sentence=sentence), code


def words_for(code: int) -> tuple[str, str]:
    """Title and sentence for an HTTP status."""
    words = {
        401: (_("请先登录"), _("登录已经结束，请重新登录后再操作。")),
        403: (_("没有权限"), _("当前账号不能做这件事，请联系店主。")),
        404: (_("没有这个页面"), _("地址可能写错了，或者内容已经不在。")),
        405: (_("没有这个页面"), _("地址可能写错了，或者内容已经不在。")),
        413: (_("内容太大"), _("提交的内容超过了上限。")),
        500: (_("出错了"), _("这是系统的问题，已经记入日志。请稍后再试。")),
    }
    return words.get(code, (_("没有完成"), _("操作没有完成，请稍后再试。")))
