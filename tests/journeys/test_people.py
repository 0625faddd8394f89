"""A colleague joins: own role, first password, second factor, a page that is refused, every device out."""

import time
from base64 import b32decode
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Page, expect

from tests.journeys.console import Console
from tests.journeys.town import Town

STEP_SECONDS = 30
WANG, OWN_PASSWORD = "王仓管", "winter-pu-erh-357"
OpenWindow = Callable[..., Page]


@dataclass
class Authenticator:
    """The app on the colleague's phone. A code counts once, so it never shows one that it has shown."""

    key: str
    shown: int = 0

    def read(self) -> str:
        """The code of now; of the next half minute when that of now is used up, which the shop takes too."""
        self.shown = max(int(time.time()) // STEP_SECONDS, self.shown + 1)
        seed = b32decode(self.key.replace(" ", ""))
        return TOTP(seed, 6, SHA1(), STEP_SECONDS).generate(self.shown * STEP_SECONDS).decode()  # noqa: S303


def test_a_colleague_joins_proves_himself_and_is_let_out(
    town: Town, console: Console, open_window: OpenWindow
) -> None:
    make_role(console)
    first_password = add_member(console)
    here = Console(open_window(), town.settings.shop_url)
    take_over_account(here, first_password)
    app, spare = turn_second_factor_on(here)
    here.press("退出登录")
    give_password(here)
    give_code(here, app.read())

    here.open("people/")
    here.expect_words("您的角色没有“查看成员和登录记录”这项权限。")
    here.expect_words(f"请店主（{town.owner[0]}）给您的角色加上")

    elsewhere = Console(open_window(360, 740), town.settings.shop_url)
    give_password(elsewhere)
    give_code(elsewhere, spare)
    here.open("account/")
    here.expect_words("这个账号现在在 2 台设备上登录着")
    here.press("让其他设备退出")
    here.expect_words("其他设备上的登录已结束")
    elsewhere.open("orders/")
    expect(elsewhere.page.get_by_role("button", name="登录", exact=True)).to_be_visible()

    let_out(console)
    here.open("orders/")
    expect(here.page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    read_acts(console, town.owner[0])


def make_role(console: Console) -> None:
    """Like finance, but one who sends parcels and refunds up to ¥50."""
    console.open("people/roles/new?like=finance")
    console.page.get_by_label("角色名").fill("仓库")
    console.page.get_by_label("一次最多可退（元）").fill("50")
    console.page.get_by_label("给订单发货").check()
    console.press("保存")
    console.expect_words("角色已建立")


def add_member(console: Console) -> str:
    """Returns the first password, which stands on this page alone."""
    console.open("people/new")
    console.page.get_by_label("用户名").fill(WANG)
    console.page.get_by_label("仓库").check()
    console.press("添加")
    return console.page.locator(".first-password .copyable").inner_text()


def take_over_account(console: Console, first_password: str) -> None:
    """The first password opens nothing but the page that changes it."""
    give_password(console, first_password)
    console.open("orders/")
    console.expect_words("您现在的密码是临时的")
    page = console.page
    page.get_by_label("现在的密码").fill(first_password)
    page.get_by_label("新密码", exact=True).fill(OWN_PASSWORD)
    page.get_by_label("再写一次新密码").fill(OWN_PASSWORD)
    console.press("修改密码")
    console.expect_words("密码已修改")


def turn_second_factor_on(console: Console) -> tuple[Authenticator, str]:
    """Returns the app, and one of the recovery codes."""
    page = console.page
    page.get_by_role("link", name="打开两步验证").click()
    page.get_by_label("现在的密码").fill(OWN_PASSWORD)
    console.press("开始")
    expect(page.get_by_role("img", name="两步验证的二维码")).to_be_visible()
    page.get_by_text("扫不了？手工填这个密钥").click()
    app = Authenticator(page.locator(".factor-key").inner_text())
    page.get_by_label("验证码").fill(app.read())
    console.press("打开两步验证")
    console.expect_words("两步验证已打开")
    return app, page.locator(".factor-codes li").first.inner_text()


def give_password(console: Console, password: str = OWN_PASSWORD) -> None:
    """The first half of the way in."""
    console.open("login")
    console.page.get_by_label("用户名").fill(WANG)
    console.page.get_by_label("密码").fill(password)
    console.press("登录")


def give_code(console: Console, code: str) -> None:
    """The second half."""
    console.page.get_by_label("验证码").fill(code)
    console.press("登录")
    expect(console.page.get_by_role("heading", name="总览")).to_be_visible()


def let_out(console: Console) -> None:
    """The owner ends whatever sessions the colleague has."""
    console.open("people/")
    console.page.get_by_role("link", name=WANG).click()
    console.page.get_by_text("在所有设备上退出").click()
    console.press("让他退出")
    console.expect_words("他在所有设备上的登录已结束")
    console.expect_words("现在没有登录")


def read_acts(console: Console, owner: str) -> None:
    """Who did what, the newest first, with both sides, and proven whole."""
    console.open("people/log/?check=1")
    console.expect_words("没有一条被改过或删过")
    heads = console.page.locator(".audit-head .login-words > div:first-child").all_inner_texts()
    ours = [
        head for head in heads if head.startswith((f"{owner} 让", f"{owner} 添加", f"{owner} 建立", WANG))
    ]
    assert ours[:5] == [
        f"{owner} 让成员在所有设备上退出",
        f"{WANG} 打开了自己的两步验证",
        f"{WANG} 改了自己的密码",
        f"{owner} 添加了成员",
        f"{owner} 建立了角色",
    ]
    added = console.page.locator(".audit-list > li").filter(has_text="建立了角色").first
    added.get_by_text("之前和之后").click()
    expect(added).to_contain_text("¥50.00")
    expect(added).to_contain_text("给订单发货")
