"""A follower's phone in a real browser: what a hand would do with it."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import FrameLocator, Locator, Page, expect

JS_SDK_IS_READY = """async () => {
  for (let tries = 0; !window.xiaopu?.wechat; tries += 1) {
    if (tries > 400) throw new Error('the page does not set up the JS-SDK');
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  await window.xiaopu.wechat;
}"""


@dataclass
class Phone:
    """The phone of one follower."""

    page: Page
    openid: str
    web_url: str

    @property
    def web(self) -> FrameLocator:
        """What the web view shows."""
        return self.page.frame_locator("[data-testid=webview]")

    def part(self, name: str) -> Locator:
        """A part of the phone itself by its mark."""
        return self.page.get_by_test_id(name)

    def open_chat(self, phone_url: str, nickname: str) -> None:
        """Take this follower's phone into the hand."""
        self.page.goto(phone_url)
        self.page.get_by_role("button", name=nickname).or_(
            self.page.get_by_text(nickname, exact=True)
        ).first.click()

    def say(self, text: str) -> None:
        """Write to the account."""
        self.part("chat-input").fill(text)
        self.part("chat-send").click()

    def open_card(self) -> None:
        """Tap the last product card."""
        self.part("message-news-card").last.click()

    def visit(self, path: str) -> None:
        """Open a page of the shop by a scanned link."""
        self.part("chat-plus").click()
        self.part("plus-scan").click()
        self.part("scan-input").fill(self.web_url + path)
        self.part("scan-go").click()

    def scan_picture(self, opener: str, picture: Path) -> None:
        """Scan a code in a picture, with the scanner that stands behind this part."""
        self.part(opener).click()
        with self.page.expect_file_chooser() as chooser:
            self.part("scan-picture").click()
        chooser.value.set_files(picture)
        expect(self.part("scan-input")).not_to_have_value("")
        self.part("scan-go").click()

    def open_menu(self) -> None:
        """Show the account's menu instead of the keyboard."""
        self.part("composer-toggle").click()
        expect(self.part("menu-0")).to_be_visible()

    def tap_menu(self, top: int, sub: int) -> None:
        """Tap a button of the account's menu, counted from 0."""
        self.part(f"menu-{top}").click()
        self.part(f"menu-{top}-{sub}").click()

    def choose_last_piece(self, sku: int) -> None:
        """Go straight to the checkout of one SKU of the product on the page."""
        expect(self.web.get_by_role("button", name="立即购买").first).to_be_visible()
        self.web.locator("body").evaluate(
            "(_, sku) => location.assign(`/shop/checkout?sku=${sku}&quantity=1`)", sku
        )
        expect(self.web.get_by_role("button", name="提交订单")).to_be_visible()

    def choose(self, *options: str) -> None:
        """Open the options of the product and choose."""
        self.web.get_by_role("button", name="立即购买").first.click()
        for option in options:
            self.web.get_by_label(option, exact=True).check()

    def buy_now(self) -> None:
        """Go from the chosen options to the checkout."""
        self.web.locator("[data-act=buy]").click()
        expect(self.web.get_by_role("button", name="提交订单")).to_be_visible()

    def pick_address(self) -> None:
        """Take the first address of WeChat's own book, which opens once the JS-SDK is ready."""
        self.web.locator("body").evaluate(JS_SDK_IS_READY)
        self.web.locator(".address").click()
        self.part("address-0").click()
        expect(self.web.locator(".address__who")).to_be_visible()

    def submit(self) -> None:
        """Place the order; the pay sheet comes up by itself."""
        self.web.get_by_role("button", name="提交订单").click()
        expect(self.part("pay-sheet")).to_be_visible()

    def type_password(self) -> None:
        """The six digits."""
        for digit in "123456":
            self.part(f"pay-key-{digit}").click()

    def pay(self) -> None:
        """Pay and leave the sheet."""
        self.type_password()
        self.part("pay-done").click()

    def go_to_checkout(self, sku: int) -> None:
        """Straight to the checkout of one SKU, without chat and product."""
        self.visit(f"/shop/checkout?sku={sku}&quantity=1")
        expect(self.web.get_by_role("button", name="提交订单")).to_be_visible()

    def go_to_pay_sheet(self, *options: str) -> None:
        """From the chat to the pay sheet, the short way."""
        self.say("茶")
        self.open_card()
        self.choose(*options)
        self.buy_now()
        self.pick_address()
        self.submit()

    def expect_text(self, text: str) -> None:
        """The web view says this."""
        expect(self.web.get_by_text(text).first).to_be_visible()
