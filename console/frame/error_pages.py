"""What the console shows when something is not possible: a sentence, and where to go on."""

from flask import g, render_template
from flask_babel import gettext as _

from app.staff.rights import get_catalogue
from app.staff.service import find_owner_names


def error_page(code: int, title: str, sentence: str) -> tuple[str, int]:
    """The page and its HTTP status. After a crash it asks the database nothing: that may be what broke."""
    if code >= 500:
        g.staff_member = g.staff_role = None
    return render_template("console/error.html", code=code, title=title, sentence=sentence), code


def refusal_page(endpoint: str) -> tuple[str, int]:
    """The page for who may not do this: which right is missing, and who can give it."""
    rights = [str(right.label) for right in get_catalogue().that_open(endpoint)]
    missing = (
        _("您的角色没有“%(right)s”这项权限。", right=_("”或“").join(rights))
        if rights
        else _("这个页面还没有归到任何权限，只有店主能打开。")
    )
    givers = _("需要的话，请店主（%(names)s）给您的角色加上。", names=_("、").join(find_owner_names()))
    return error_page(403, _("没有权限"), f"{missing}{givers}" if rights else missing)


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
