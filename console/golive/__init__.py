"""Set-up and go-live: the path for a newcomer, the doctor, the opening, settings."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import FINANCE, OPERATOR, Right, RightGroup
from console.golive import doctor, guide, opening, settings

BLUEPRINTS = (guide.blueprint, doctor.blueprint, opening.blueprint, settings.blueprint)
RIGHTS = RightGroup(
    _l("开店"),
    Right(_l("查看开店向导"), "console.guide.show", roles=(OPERATOR, FINANCE)),
    Right(_l("确认开店步骤"), "console.guide.tick", roles=(OPERATOR,)),
    Right(_l("查看检查结果"), "console.doctor.show", "console.doctor.progress", roles=(OPERATOR, FINANCE)),
    Right(_l("重新检查、确认检查项"), "console.doctor.run", "console.doctor.tick", roles=(OPERATOR,)),
    Right(
        _l("上传和移除域名校验文件"),
        "console.doctor.add_proof_file",
        "console.doctor.remove_file",
        roles=(OPERATOR,),
    ),
    Right(_l("查看支付测试"), "console.opening.show", roles=(OPERATOR, FINANCE)),
    Right(
        _l("添加和移除测试付款人"),
        "console.opening.add_tester",
        "console.opening.remove_tester",
        roles=(OPERATOR,),
    ),
    Right(_l("开业、收回开业"), "console.opening.open_shop", "console.opening.close_shop"),
    Right(
        _l("查看、修改营业设置，试发告警"),
        "console.settings.show",
        "console.settings.keep",
        "console.settings.try_out",
        roles=(OPERATOR,),
    ),
)
