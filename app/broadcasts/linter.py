"""Words that get a message reported, held back or the account punished: found before it is sent, never blocked here.

What the advertising law forbids (absolute words), what WeChat's rules for content forbid (sharing or following for a
reward, other people's links), and what the way itself makes of a text. A warning is a place, a word and why.
Source: 广告法 第九条、第十七条; https://weixin.qq.com/cgi-bin/readtemplate?t=weixin_external_links_content_management_specification
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from app.broadcasts.content import Content, find_cards, own_title, words_of
from app.broadcasts.states import Way
from app.notice_templates.purposes import Purpose


class Why(StrEnum):
    """What is wrong with a word."""

    ABSOLUTE = "absolute"  # the advertising law: 国家级, 最佳 …
    CURE = "cure"  # ordinary goods may not claim to heal
    PROMISE = "promise"  # what nobody can promise
    SHARE = "share"  # sharing or liking for a reward
    FOLLOW = "follow"  # following for a reward
    MONEY = "money"  # money as bait
    LINK = "link"  # an address that is not ours
    CONTACT = "contact"  # another WeChat account, a number: looks like diversion
    PROMOTION = "promotion"  # a customer-service message that only advertises
    NOT_IN_NOTICE = "not_in_notice"  # any of those for which WeChat takes notifications away
    NOT_ON_SALE = "not_on_sale"
    NO_PICTURE = "no_picture"
    CUT_TITLE = "cut_title"  # the product's own title is longer than WeChat takes
    HIDDEN_SUMMARY = "hidden_summary"  # several articles show titles only


@dataclass(frozen=True, slots=True)
class Finding:
    """`place`: which product, from 0; `word` as it stands there, empty where it is about all of it."""

    place: int
    word: str
    why: Why


_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s，。！？、）)》]+", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?:加\s*(?:微信|v|V|薇|QQ|qq)|微信号|vx|VX|wx号)\s*[:：]?\s*[A-Za-z0-9_-]{0,20}|(?<!\d)1[3-9]\d{9}(?!\d)"
)
_REWARD = r"(?:抽奖|有奖|领|送|得|返|免单|优惠|红包|赢)"
_PATTERNS: Sequence[tuple[Why, re.Pattern[str]]] = (
    (
        Why.ABSOLUTE,
        re.compile(
            r"国家级|世界级|最高级|最佳|最好|最优|最低|最便宜|最新鲜|最正宗|最先进|最大|最强|最受欢迎|"
            r"第一品牌|全国第一|全网第一|销量第一|排名第一|全网最\w|史上最\w|史无前例|顶级|极品|独一无二|绝无仅有|"
            r"唯一|首选|绝对|王牌|领袖品牌|驰名商标|国家领导人|特供|专供|永久|万能|100%|百分之百"
        ),
    ),
    (
        Why.CURE,
        re.compile(r"治疗|治愈|根治|疗效|药到病除|降血压|降血糖|降血脂|抗癌|防癌|壮阳|排毒养颜|减肥|瘦身"),
    ),
    (Why.PROMISE, re.compile(r"包治|保证有效|无效退款|零风险|稳赚|保本|假一赔命|绝无副作用|无任何副作用")),
    (
        Why.SHARE,
        re.compile(
            rf"(?:转发|分享|集赞|点赞|发朋友圈|邀请好友|拉人|助力)[^。！？\n]{{0,12}}{_REWARD}|"
            rf"{_REWARD}[^。！？\n]{{0,6}}(?:转发|分享|集赞|发朋友圈)|集赞|不转不是|必转|疯转|求转发"
        ),
    ),
    (Why.FOLLOW, re.compile(rf"关注[^。！？\n]{{0,8}}(?:公众号|我们|店铺)?[^。！？\n]{{0,6}}{_REWARD}")),
    (Why.MONEY, re.compile(r"抢红包|领红包|送红包|红包|现金大奖|免费领|免费送|0元购|零元购|白送|中奖")),
)
_PROMOTION = re.compile(
    r"促销|特价|大减价|清仓|甩卖|秒杀|抢购|限时|最后\d*天|满减|打折|[1-9](?:\.\d)?折|优惠券|大促|狂欢"
)


# What WeChat takes the interface away for: https://developers.weixin.qq.com/doc/service/guide/product/template_message/Template_Message_Operation_Specifications.html
FORBIDDEN = {Way.NOTICE: (Why.PROMOTION, Why.MONEY, Why.SHARE, Why.FOLLOW, Why.CONTACT)}


def lint(content: Content, way: Way, *, base_url: str, purpose: Purpose | None = None) -> Sequence[Finding]:
    """Everything that is worth a second look, product by product, as it would be sent now."""
    found: list[Finding] = []
    for place, (item, card) in enumerate(find_cards(content, purpose=purpose)):
        if card is None:
            found.append(Finding(place, "", Why.NOT_ON_SALE))
            continue
        if way is Way.MASS and not card.picture:
            found.append(Finding(place, "", Why.NO_PICTURE))
        title, summary = words_of(item, card, way)
        if not item.title and title != own_title(card, way):
            found.append(Finding(place, own_title(card, way), Why.CUT_TITLE))
        if way is Way.MASS and item.summary and len(content.items) > 1:
            found.append(Finding(place, item.summary, Why.HIDDEN_SUMMARY))
        found.extend(Finding(place, word, why) for word, why in read(f"{title}\n{summary}", way, base_url))
    return found


def read(text: str, way: Way, base_url: str) -> Sequence[tuple[str, Why]]:
    """The words of `text` that are worth a second look, each once, and why; of two that overlap the longer one.

    `base_url`: links to it are ours.
    """
    found = list(dict.fromkeys(_words(text, way, base_url)))
    return [each for each in found if not any(each[0] != other and each[0] in other for other, _why in found)]


def _words(text: str, way: Way, base_url: str) -> Iterator[tuple[str, Why]]:
    for why, pattern in _PATTERNS:
        yield from ((found[0], why) for found in pattern.finditer(text))
    own = urlsplit(base_url).hostname
    for found in _ADDRESS.finditer(text):
        address = found[0] if "://" in found[0] else f"https://{found[0]}"
        if _host(address) != own:
            yield found[0], Why.LINK
    yield from ((found[0], Why.CONTACT) for found in _NUMBER.finditer(text))
    if way is not Way.MASS:
        yield from ((found[0], Why.PROMOTION) for found in _PROMOTION.finditer(text))


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
