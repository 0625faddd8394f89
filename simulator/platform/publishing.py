"""Publishing drafts: nobody is told, and no quota of mass messages is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.platform.drafts import as_item, known_draft, page_numbers
from simulator.platform.errors import PlatformError
from simulator.platform.routing import OK, Call, require_text, route

if TYPE_CHECKING:
    from simulator.engine import Engine

GOOD, UNDER_WAY, DELETED = 0, 1, 5
FIRST = 100_000_000


class Publishing:
    def __init__(self, engine: Engine) -> None:
        self._engine, self._store = engine, engine.store
        engine.timer.register("publish_finish", self._finish)

    def submit(self, draft: dict[str, Any]) -> dict[str, Any]:
        number = self._store.number("publish", FIRST)
        job = {"publish_id": str(number), "media_id": draft["media_id"], "status": UNDER_WAY}
        job |= {"articles": draft["articles"], "fail_idx": [], "article_id": ""}
        job["msg_data_id"] = str(self._store.number("msg_data", 2_247_503_050))
        self._store.put("publishing", job["publish_id"], job)
        self._engine.timer.add("publish_finish", self._engine.clock.now() + 1, publish_id=job["publish_id"])
        return job

    def find(self, publish_id: Any) -> dict[str, Any] | None:
        return self._store.find("publishing", str(publish_id))

    def status(self, job: dict[str, Any]) -> int:
        """5 once all of its pages are gone."""
        publication = self._engine.articles.publication(job["article_id"])
        if publication and all(page.get("deleted") for page in self._engine.articles.pages(publication)):
            return DELETED
        return int(job["status"])

    def urls(self, job: dict[str, Any]) -> list[str]:
        publication = self._engine.articles.publication(job["article_id"])
        return [page["url"] for page in self._engine.articles.pages(publication)] if publication else []

    def _finish(self, timed: dict[str, Any]) -> None:
        job = self.find(timed["publish_id"])
        if job is None:
            return  # forgotten by a reset
        wanted = self._engine.faults.take("publish_result")
        if wanted.isdigit():
            job |= {"status": int(wanted), "fail_idx": list(range(1, len(job["articles"]) + 1))}
        else:
            publication = self._engine.articles.publish(job["articles"], "publish")
            job |= {"status": GOOD, "article_id": publication["article_id"]}
            self._engine.drafts.remove(job["media_id"])
        self._store.put("publishing", job["publish_id"], job)
        fields = {
            "publish_id": job["publish_id"],
            "publish_status": str(job["status"]),
            "article_id": job["article_id"],
            "article_urls": self.urls(job),
            "fail_idx": ",".join(map(str, job["fail_idx"])),
        }
        operator = self._engine.followers.operator_openid()
        self._engine.pushes.start(self._engine.pushes.build(operator, "PUBLISHJOBFINISH", fields))


@route("POST", "/cgi-bin/freepublish/submit", "发布草稿", daily_limit=100)
def submit(call: Call) -> dict[str, Any]:
    job = call.engine.publishing.submit(known_draft(call, require_text(call.json(), "media_id", 41006)))
    return {**OK, "publish_id": job["publish_id"], "msg_data_id": job["msg_data_id"]}


@route("POST", "/cgi-bin/freepublish/get", "查询发布状态", daily_limit=100)
def show(call: Call) -> dict[str, Any]:
    publishing = call.engine.publishing
    job = publishing.find(call.json().get("publish_id"))
    if job is None:
        raise PlatformError(40097)
    status = publishing.status(job)
    answer = {"publish_id": job["publish_id"], "publish_status": status, "fail_idx": job["fail_idx"]}
    if not job["article_id"]:
        return answer
    items = [{"idx": place, "article_url": url} for place, url in enumerate(publishing.urls(job), 1)]
    return {**answer, "article_id": job["article_id"], "article_detail": {"count": len(items), "item": items}}


@route("POST", "/cgi-bin/freepublish/delete", "删除发布", daily_limit=10)
def delete(call: Call) -> dict[str, Any]:
    publication, index = _known(call), call.json().get("index") or 0
    if not isinstance(index, int) or not 0 <= index <= len(publication["pages"]):
        raise PlatformError(40060)
    call.engine.articles.delete(publication, index)
    return OK


@route("POST", "/cgi-bin/freepublish/getarticle", "取已发布的文章", daily_limit=100)
def get_article(call: Call) -> dict[str, Any]:
    return {"news_item": _items(call, _known(call), bare=False)}


@route("POST", "/cgi-bin/freepublish/batchget", "取已发布列表", daily_limit=100)
def list_published(call: Call) -> dict[str, Any]:
    offset, number, bare = page_numbers(call)
    rows = [row for row in call.engine.articles.published() if _lives(call, row)]
    items = [
        {
            "article_id": row["article_id"],
            "content": {"news_item": _items(call, row, bare=bare)},
            "update_time": row["update_time"],
        }
        for row in rows[offset : offset + number]
    ]
    return {"total_count": len(rows), "item_count": len(items), "item": items}


def _items(call: Call, publication: dict[str, Any], *, bare: bool) -> list[dict[str, Any]]:
    pages = call.engine.articles.pages(publication)
    return [
        {**as_item(article, page["url"], bare=bare), "is_deleted": bool(page.get("deleted"))}
        for article, page in zip(publication["articles"], pages, strict=True)
    ]


def _lives(call: Call, publication: dict[str, Any]) -> bool:
    return any(not page.get("deleted") for page in call.engine.articles.pages(publication))


def _known(call: Call) -> dict[str, Any]:
    """Raises: PlatformError 53600."""
    publication = call.engine.articles.publication(call.json().get("article_id"))
    if publication is None or publication["origin"] != "publish":
        raise PlatformError(53600)
    return publication
