"""The people the simulator begins with: two phones of each kind, an emoji, a hostile name, one stranger."""

from __future__ import annotations


def _address(name: str, phone: str, region: tuple[str, str, str], detail: str, codes: str) -> dict[str, str]:
    postal, national = codes.split("/")
    return {
        "userName": name,
        "telNumber": phone,
        "addressPostalCode": postal,
        "proviceFirstStageName": region[0],
        "addressCitySecondStageName": region[1],
        "addressCountiesThirdStageName": region[2],
        "addressDetailInfo": detail,
        "nationalCode": national,
    }


XIAMEN, HANGZHOU = ("福建省", "厦门市", "思明区"), ("浙江省", "杭州市", "西湖区")
BEIJING, URUMQI = ("北京市", "北京市", "朝阳区"), ("新疆维吾尔自治区", "乌鲁木齐市", "天山区")
SHENZHEN, GARZE = ("广东省", "深圳市", "南山区"), ("四川省", "甘孜藏族自治州", "康定市")
CAST: tuple[tuple[str, str, tuple[dict[str, str], ...]], ...] = (
    (
        "王小茶",
        "ios",
        (
            _address("王小茶", "13800001234", XIAMEN, "湖滨南路 88 号 3 栋 501", "361004/350203"),
            _address("王建国", "13900005678", HANGZHOU, "龙井村 12 号", "310013/330106"),
        ),
    ),
    (
        "李老师",
        "android",
        (
            _address("李敏", "13611112222", BEIJING, "建国路 93 号院 8 号楼 1203", "100022/110105"),
            _address("李敏（学校）", "13611112222", BEIJING, "工体北路 5 号实验小学传达室", "100027/110105"),
            _address("赵阿姨", "13577778888", URUMQI, "解放南路 201 号", "830002/650102"),
        ),
    ),
    (
        "阿杰🍵",
        "ios",
        (
            _address("陈杰", "15012345678", SHENZHEN, "科技园南区 T3 栋 18 楼", "518057/440305"),
            _address("陈妈妈", "13800138000", GARZE, "炉城街道向阳街 6 号", "626000/513301"),
        ),
    ),
    (
        "<b>黑客</b>\"'&",
        "android",
        (
            _address(
                "<script>alert(1)</script>", "13700000000", XIAMEN, "\"'><img src=x> 1 号", "361000/350203"
            ),
            _address("欧阳·买买提", "13712341234", URUMQI, "新华北路 8 号", "830002/650102"),
        ),
    ),
    (
        "路人乙",
        "android",
        (
            _address("孙一", "18600000001", HANGZHOU, "文三路 90 号", "310012/330106"),
            _address("孙二", "18600000002", SHENZHEN, "海上世界 1 号", "518067/440305"),
        ),
    ),
)
