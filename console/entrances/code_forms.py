"""The form of a scene code: its name, how long it lives, its tag, and what it answers."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from app.catalog.service import list_all
from app.entrances.models import SceneCode
from app.entrances.scenes import LONGEST_DAYS, LONGEST_LABEL, SceneDraft
from app.followers.tags import list_tags
from console.replies.forms import ReplyEditor

PERMANENT, TEMPORARY = "permanent", "temporary"
PRODUCT, REPLIES, USUAL = "product", "replies", "usual"
_DAYS = Regexp(r"^(0?[1-9]|[12][0-9]|30)$", message=lazy_gettext("临时二维码的有效期是 1 到 30 天"))


class DaysForm(FlaskForm):
    """How many days a temporary code lives from now on."""

    days = StringField(lazy_gettext("有效天数"), [_DAYS], default=str(LONGEST_DAYS))


class CodeForm(DaysForm):
    """Everything but the replies, which the reply editor reads."""

    label = StringField(
        lazy_gettext("名称"),
        [
            InputRequired(lazy_gettext("请填写名称")),
            Length(max=LONGEST_LABEL, message=lazy_gettext("名称太长，最多 40 个字")),
        ],
    )
    life = RadioField(lazy_gettext("有效期"), default=PERMANENT, validate_choice=False)
    tag = SelectField(lazy_gettext("扫码后打上标签"), default="", validate_choice=False)
    answer = RadioField(lazy_gettext("扫码后回复"), default=PRODUCT, validate_choice=False)
    product = SelectField(lazy_gettext("商品"), default="", validate_choice=False)

    def offer(self) -> "CodeForm":
        """With what there is to choose from."""
        self.life.choices = [(PERMANENT, _("永久")), (TEMPORARY, _("临时"))]
        own = [tag for tag in list_tags() if not (tag.is_system or tag.is_removed or tag.auto)]
        self.tag.choices = [("", _("不打标签")), *((str(tag.id), tag.name) for tag in own)]
        self.answer.choices = [
            (PRODUCT, _("一件商品的卡片")),
            (REPLIES, _("自己写的回复")),
            (USUAL, _("和平时一样")),
        ]
        products = [(product.slug, product.title) for product in list_all()]
        self.product.choices = [("", _("请选择商品")), *products]
        return self

    def fill(self, code: SceneCode) -> "CodeForm":
        """As the code is now."""
        self.label.data, self.tag.data = code.label, str(code.tag_id or "")
        self.life.data = PERMANENT if code.is_permanent else TEMPORARY
        self.product.data = code.product_slug
        self.answer.data = REPLIES if code.replies else PRODUCT if code.product_slug else USUAL
        return self

    def check(self, editor: ReplyEditor) -> bool:
        """Whether it can be kept; puts a sentence beside what stands in the way."""
        if not self.validate_on_submit():
            return False
        for field in (self.life, self.tag, self.answer, self.product):
            if field.data not in dict(field.choices):
                field.errors = [_("这一项已经没有了，请重新选择")]
        if self.answer.data == PRODUCT and not self.product.data:
            self.product.errors = [_("请选择商品")]
        if self.answer.data == REPLIES:
            self.answer.errors = _find_trouble(editor)
        return not any(field.errors for field in self)

    def draft(self, editor: ReplyEditor) -> SceneDraft:
        """What is to be kept."""
        is_written = self.answer.data == REPLIES
        return SceneDraft(
            label=self.label.data,
            tag_id=int(self.tag.data) if self.tag.data else None,
            product_slug=self.product.data if self.answer.data == PRODUCT else "",
            replies=tuple(spec.keep() for spec in editor.replies) if is_written else (),
            reply_mode=editor.mode.value,
        )


def _find_trouble(editor: ReplyEditor) -> list[str]:
    if not editor.replies:
        return [_("请至少写一条回复")]
    return [_("有回复还不能发送，请看它下面的提示")] if editor.with_problems().problems else []
