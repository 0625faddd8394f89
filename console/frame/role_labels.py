"""What roles are called on the screens, and what the built-in ones are for."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import FINANCE, OPERATOR, OWNER, SERVICE
from app.staff.roles import Role
from console.frame.labels import Labels

built_in_label = Labels({OWNER: _l("店主"), OPERATOR: _l("运营"), SERVICE: _l("客服"), FINANCE: _l("财务")})
purpose = Labels(
    {
        OWNER: _l("什么都能做，也只有店主能管别的店主。店里至少要有一位。"),
        OPERATOR: _l("管商品、订单、回复、菜单和粉丝的日常工作。"),
        SERVICE: _l("接待粉丝，查订单，看得到收货信息。"),
        FINANCE: _l("看订单和数据，看不到聊天和完整的个人信息。"),
    }
)


def role_label(role: Role) -> str:
    """A built-in role in the reader's language, an own one by its name."""
    return role.name or built_in_label(role.key)
