"""Set-up and go-live: the doctor, what only a person can confirm, files that prove the domain."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import FINANCE, OPERATOR, Right, RightGroup
from console.golive import doctor, opening

BLUEPRINTS = (doctor.blueprint, opening.blueprint)
RIGHTS = RightGroup(
    _l("开店"),
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
)
