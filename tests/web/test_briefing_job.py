"""The briefing as a job: the server leaves every file that the page offers, and a folder that leads to all of them."""

from __future__ import annotations

import io
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from detente.web import app

OFFERED = re.compile(r'^  \["([a-z]+)", "(\.[a-z]+)", "', re.MULTILINE)
"""A line of the page's list: how the file's name begins and how it ends."""


class Links(HTMLParser):
    """Files that a page links to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        target = dict(attrs).get("href") or ""
        if tag == "a" and ":" not in target and (name := target.partition("#")[0]):
            self.found.add(name)


@pytest.fixture(scope="module")
def job(client: Any, toy_state: dict[str, Any], wait_for: Any) -> dict[str, Any]:
    started = client.post("/api/v1/jobs", json={"kind": "briefing", "state": toy_state}).json()
    ended: dict[str, Any] = wait_for(client, started["id"], 300)
    assert ended["status"] == "done", ended
    return ended


def file_of(client: Any, job: dict[str, Any], name: str) -> bytes:
    reply = client.get(f"/api/v1/jobs/{job['id']}/files/{name}")
    assert reply.status_code == 200, (name, reply.text)
    found: bytes = reply.content
    return found


def test_every_file_that_the_page_offers_is_there(client: Any, job: dict[str, Any]) -> None:
    page = (Path(app.__file__).parent / "static" / "js" / "share.js").read_text(encoding="utf-8")
    offered = OFFERED.findall(page)
    assert {("briefing", ".zip"), ("front", ".html"), ("annex", ".html"), ("companion", ".html")} <= set(offered)
    assert {("briefing", ".docx"), ("briefing", ".md")} <= set(offered)
    for begin, end in offered:
        names = [n for n in job["files"] if n.startswith(begin) and n.endswith(end)]
        assert names, (begin, end, job["files"])
        for name in names:
            assert len(file_of(client, job, name)) > 500, name
    result = client.get(f"/api/v1/jobs/{job['id']}/result").json()
    assert result["headline"]["answer"]


def test_the_folder_leads_to_all_of_it(client: Any, job: dict[str, Any]) -> None:
    with zipfile.ZipFile(io.BytesIO(file_of(client, job, "briefing.zip"))) as pack:
        names = set(pack.namelist())
        index = pack.read("briefing/index.html").decode()
    inside = {n.removeprefix("briefing/") for n in names}
    alone = set(job["files"]) - {"briefing.zip"}
    assert {n for n in inside if "/" not in n} == alone  # what stands beside the folder is what it holds
    links = Links(index).found
    assert {"annex.html", "companion.html", "briefing.docx", "briefing.md"} <= links
    assert {n for n in alone if n.startswith("front")} <= links
    assert links <= inside, links - inside
