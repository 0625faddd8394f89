"""What a reply lacks, in words, and how it is kept."""

import json

import pytest

from app.keywords.replies import (
    LONGEST_TITLE,
    LONGEST_URL,
    MAX_CARDS,
    MAX_TEXT_BYTES,
    ReplyKind,
    ReplySpec,
    find_problems,
    read_specs,
)

SOUND = "https://shop.example.cn/tea.mp3"


@pytest.mark.parametrize(
    "spec",
    [
        ReplySpec(ReplyKind.TEXT, text="茶" * (MAX_TEXT_BYTES // 3)),
        ReplySpec(ReplyKind.IMAGE, material_id=3),
        ReplySpec(ReplyKind.VIDEO, material_id=3, title="泡茶", summary="三分钟"),
        ReplySpec(ReplyKind.MUSIC, material_id=3, title="古琴", url=SOUND),
        ReplySpec(ReplyKind.PRODUCT, slugs=("longjing", "moli")),
        ReplySpec(ReplyKind.NEWEST),
        ReplySpec(ReplyKind.ARTICLE, article_id="ar-1"),
        ReplySpec(ReplyKind.HAND_OVER, text="稍候", kf_account="tea@shop"),
        ReplySpec(ReplyKind.ORDER_STATUS),
    ],
    ids=lambda spec: spec.kind.value,
)
def test_a_reply_that_can_be_sent_is_kept_and_read_again(spec: ReplySpec) -> None:
    assert find_problems(spec) == []
    assert read_specs(json.loads(json.dumps([spec.keep()]))) == (spec,)


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (ReplySpec(ReplyKind.TEXT, text="　"), "不能为空"),
        (ReplySpec(ReplyKind.TEXT, text="茶" * (MAX_TEXT_BYTES // 3 + 1)), "字节"),
        (ReplySpec(ReplyKind.TEXT, text="茶\0"), "不能保存"),
        (ReplySpec(ReplyKind.VOICE), "素材"),
        (ReplySpec(ReplyKind.PRODUCT), "商品"),
        (ReplySpec(ReplyKind.PRODUCT, slugs=("moli",) * (MAX_CARDS + 1)), "商品"),
        (ReplySpec(ReplyKind.PRODUCT, slugs=("mo\0li",)), "不能保存"),
        (ReplySpec(ReplyKind.MUSIC, url=SOUND), "缩略图"),
        (ReplySpec(ReplyKind.MUSIC, material_id=3, url="http://shop.example.cn/tea.mp3"), "https"),
        (ReplySpec(ReplyKind.MUSIC, material_id=3, url=SOUND + "x" * LONGEST_URL), "地址最多"),
        (ReplySpec(ReplyKind.ARTICLE, article_id=" "), "article_id"),
        (ReplySpec(ReplyKind.VIDEO, material_id=3, title="长" * (LONGEST_TITLE + 1)), "标题最多"),
        (ReplySpec(ReplyKind.HAND_OVER, text="长" * MAX_TEXT_BYTES), "字节"),
    ],
    ids=lambda each: each if isinstance(each, str) else each.kind.value,
)
def test_what_could_not_be_sent_is_said(spec: ReplySpec, sentence: str) -> None:
    problems = find_problems(spec)

    assert len(problems) == 1
    assert sentence in problems[0]
