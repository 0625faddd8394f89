"""The merchant's console in a real browser: what a colleague would do with it."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect


@dataclass
class Console:
    """The window of a colleague who has signed in."""

    page: Page
    url: str

    def sign_in(self, name: str, password: str) -> None:
        """Come in."""
        self.open("")
        self.page.locator("[name=username]").fill(name)
        self.page.locator("[name=password]").fill(password)
        self.press("登录")
        expect(self.page.get_by_role("navigation", name="导航")).to_be_attached()

    def open(self, path: str) -> None:
        """Go to a page by its address below /console/."""
        self.page.goto(f"{self.url}/console/{path}")

    def press(self, name: str) -> None:
        """Press the first button of this name."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def expect_words(self, text: str) -> None:
        """The page says this."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def write_rule(
        self, name: str, keyword: str, *replies: str, card: str = "", picture: bytes = b""
    ) -> None:
        """A rule for sentences that hold `keyword`: a product's card and a picture, if given, then these texts."""
        self.open("rules/new")
        self.page.get_by_label("规则名称").fill(name)
        self.page.get_by_label("第 1 个关键词", exact=True).fill(keyword)
        if card:
            self.press("商品")
            self.press("选择商品")
            self.page.locator("dialog[open] [data-search]").fill(card)
            self.page.locator("dialog[open] .pick:visible").filter(has_text=card).click()
            expect(self.page.locator(".chosen-title")).to_contain_text(card)
        if picture:
            self.page.locator(".replies-kinds").get_by_role("button", name="图片").click()
            self.page.locator("input[type=file]").set_input_files(
                {"name": "月.png", "mimeType": "image/png", "buffer": picture}
            )
            expect(self.page.locator(".reply .material img")).to_be_visible()
        for number, text in enumerate(replies, start=1):
            self.page.locator(".replies-kinds").get_by_role("button", name="文字").click()
            expect(self.page.get_by_label("回复的文字")).to_have_count(number)
            self.page.get_by_label("回复的文字").last.fill(text)
        self.page.get_by_label("第 1 句测试句").fill(keyword)
        expect(self.page.locator("[data-region=preview]")).to_contain_text(replies[-1])
        expect(self.page.locator("[data-region=advice]")).to_contain_text("可以保存")
        self.press("保存")
        self.expect_words("已保存，一秒内生效")
        self.page.wait_for_timeout(1000)  # that second

    def row(self, *texts: str) -> Locator:
        """The line of a table that holds these texts."""
        found = self.page.get_by_role("row")
        for text in texts:
            found = found.filter(has_text=text)
        return found.first

    def download(self, link: str, to: Path) -> Path:
        """Save what the first link of this name hands out."""
        with self.page.expect_download() as started:
            self.page.get_by_role("link", name=link).first.click()
        started.value.save_as(to)
        return to
