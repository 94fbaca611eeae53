"""Downloads from a server of the test's own: cached, checked, resumed, refused by name. No test leaves this machine."""

from __future__ import annotations

import hashlib
import io
import re
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from detente.build.fetch import PublicSource, fetch, is_offline, registered, registry
from detente.errors import InputError, SourceError, UnknownName

BODY = bytes(range(256)) * 4096


class Server:
    """Serves `bodies` by path; says what it was asked; cuts the first answer short where told."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}
        self.kinds: dict[str, str] = {}
        self.cut: int | None = None
        self.ranges = True
        self.asked: list[str | None] = []
        here = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                wanted = self.headers.get("Range")
                here.asked.append(wanted)
                body = here.bodies.get(self.path)
                if body is None:
                    self.send_error(404)
                    return
                tag = f'"{hashlib.sha256(body).hexdigest()}"'
                first = (
                    int(re.findall(r"\d+", wanted)[0]) if wanted and here.ranges and self.headers.get("If-Range") == tag else 0
                )
                self.send_response(206 if first else 200)
                self.send_header("ETag", tag)
                self.send_header("Content-Type", here.kinds.get(self.path, "application/octet-stream"))
                self.send_header("Content-Length", str(len(body) - first))
                self.end_headers()
                rest, here.cut = body[first : here.cut], None
                self.wfile.write(rest)

            def log_message(self, format: str, *args: object) -> None:
                return

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"

    def sources(self, **more: object) -> dict[str, PublicSource]:
        file = {"years": [2015, 2020], "url": f"{self.url}/table_{{year}}.zip", **more}
        about = {
            "title": "Invented",
            "vintage": "1st",
            "page": "https://example.org",
            "licence": "free",
            "terms": "-",
            "use": "build",
        }
        return dict(registered({"invented": {**about, "files": [file]}, "hand": {**about, "by_hand": "log-in is asked for"}}))


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield made
    made.http.shutdown()
    made.http.server_close()
    thread.join()


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def test_downloaded_once_and_then_from_the_cache(server: Server, tmp_path: Path) -> None:
    server.bodies["/table_2019.zip"] = BODY
    told: list[tuple[str, int, int]] = []
    sources = server.sources(sha256=_digest(BODY))
    found = fetch("invented", year=2019, folder=tmp_path, sources=sources, progress=lambda *a: told.append(a))
    assert (found.path.read_bytes(), found.cached, found.published) == (BODY, False, True)
    assert (found.path.parent.name, told[-1][1:]) == ("invented", (1, 1))
    again = fetch("invented", year=2019, folder=tmp_path, sources=sources, offline=True)
    assert (again.cached, len(server.asked)) == (True, 1)
    assert [p.name for p in found.path.parent.iterdir()] == ["table_2019.zip"]


def test_the_last_year_is_taken_and_members_come_out(server: Server, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("deep/2020_SML.csv", "V1,2020\n")
        archive.writestr("codes.csv", "code\n")
        archive.writestr("2019_SML.csv", "V1,2019\n")
    server.bodies["/table_2020.zip"] = packed.getvalue()
    sources = server.sources(members=["*{year}_SML.csv", "codes.csv"])
    found = fetch("invented", folder=tmp_path, sources=sources)
    assert (found.year, found.path.read_text(), [p.name for p in found.beside]) == (2020, "V1,2020\n", ["codes.csv"])
    with pytest.raises(SourceError, match=r"table_2020.zip holds no \*2020_EXT.csv; it holds 2019_SML.csv"):
        fetch("invented", folder=tmp_path, sources=server.sources(members=["*{year}_EXT.csv"]))
    found.path.with_name("x").write_bytes(b"")
    (tmp_path / "invented" / "table_2018.zip").write_bytes(b"no archive")
    with pytest.raises(SourceError, match=r"table_2018.zip is no zip archive"):
        fetch("invented", year=2018, folder=tmp_path, sources=sources)


def test_a_download_that_broke_off_goes_on(server: Server, tmp_path: Path) -> None:
    server.bodies["/table_2020.zip"], server.cut = BODY, 300_000
    sources = server.sources(sha256=_digest(BODY))
    with pytest.raises(SourceError, match=r"could not be had.*What came so far is kept"):
        fetch("invented", folder=tmp_path, sources=sources)
    part = tmp_path / "invented" / "table_2020.zip.part"
    have = part.stat().st_size
    assert 0 < have <= 300_000
    assert fetch("invented", folder=tmp_path, sources=sources).path.read_bytes() == BODY
    assert server.asked == [None, f"bytes={have}-"]
    assert not part.exists()


@pytest.mark.parametrize("ranges", [True, False])
def test_another_file_or_no_ranges_begin_anew(server: Server, tmp_path: Path, ranges: bool) -> None:
    server.bodies["/table_2020.zip"], server.cut, server.ranges = BODY, 300_000, ranges
    with pytest.raises(SourceError, match="could not be had"):
        fetch("invented", folder=tmp_path, sources=server.sources())
    newer = BODY[::-1] if ranges else BODY
    server.bodies["/table_2020.zip"] = newer
    assert fetch("invented", folder=tmp_path, sources=server.sources()).path.read_bytes() == newer


def test_a_part_that_is_longer_than_the_file_begins_anew(server: Server, tmp_path: Path) -> None:
    server.bodies["/table_2020.zip"] = BODY
    place = tmp_path / "invented"
    place.mkdir()
    (place / "table_2020.zip.part").write_bytes(b"left from another day")  # of which nothing is known
    assert fetch("invented", folder=tmp_path, sources=server.sources()).path.read_bytes() == BODY
    assert server.asked == [None]


def test_a_wrong_digest_is_named_and_nothing_is_kept(server: Server, tmp_path: Path) -> None:
    server.bodies["/table_2020.zip"] = BODY
    wrong = _digest(b"something else")
    with pytest.raises(SourceError, match=f"SHA-256 is {_digest(BODY)}, wanted is {wrong}.*as published"):
        fetch("invented", folder=tmp_path, sources=server.sources(sha256=wrong))
    assert not (tmp_path / "invented" / "table_2020.zip").exists()


def test_without_a_published_digest_the_first_is_the_measure(server: Server, tmp_path: Path) -> None:
    server.bodies["/table_2020.zip"] = BODY
    found = fetch("invented", folder=tmp_path, sources=server.sources())
    assert not found.published
    found.path.write_bytes(BODY[:-1])
    with pytest.raises(SourceError, match=r"that of the first download\. Delete it"):
        fetch("invented", folder=tmp_path, sources=server.sources())
    found.path.unlink()
    server.bodies["/table_2020.zip"] = BODY + b"revised"
    with pytest.raises(SourceError, match="The publisher may have revised it"):
        fetch("invented", folder=tmp_path, sources=server.sources())


def test_what_is_refused_says_where_it_is(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = server.sources()
    with pytest.raises(
        SourceError, match=r"Invented is not downloaded here: log-in is asked for. Get it from https://example.org"
    ):
        fetch("hand", folder=tmp_path, sources=sources)
    with pytest.raises(UnknownName, match="or invented"):
        fetch("invent", folder=tmp_path, sources=sources)
    with pytest.raises(InputError, match="Invented has no year 2031; it has 2015–2020"):
        fetch("invented", year=2031, folder=tmp_path, sources=sources)
    with pytest.raises(SourceError, match="404"):
        fetch("invented", folder=tmp_path, sources=sources)
    server.bodies["/table_2020.zip"], server.kinds["/table_2020.zip"] = b"<html>", "text/html; charset=utf-8"
    with pytest.raises(SourceError, match="a page came in place of the file"):
        fetch("invented", folder=tmp_path, sources=sources)
    asked = len(server.asked)
    monkeypatch.setenv("DETENTE_OFFLINE", "1")
    assert is_offline()
    with pytest.raises(SourceError, match=r"not in the cache .* no network is to be used \(--offline or DETENTE_OFFLINE\)"):
        fetch("invented", folder=tmp_path, sources=sources)
    assert len(server.asked) == asked
    monkeypatch.setenv("DETENTE_OFFLINE", "0")
    assert not is_offline()


def test_nobody_there_is_named(tmp_path: Path, server: Server) -> None:
    sources = server.sources()
    server.http.server_close()
    with pytest.raises(SourceError, match="could not be had"):
        fetch("invented", folder=tmp_path, sources=sources)


def test_the_registry_says_what_everybody_must_know() -> None:
    for source in registry().values():
        assert source.page.startswith("https://")
        assert source.licence
        assert source.vintage
        assert source.use in {"build", "trade", "duties"}
        assert bool(source.by_hand) != bool(source.files)
        years = sorted(f.years for f in source.files)
        assert all(a[1] < b[0] for a, b in pairwise(years))
        for file in source.files:
            assert file.url.startswith("https://")
            assert file.sha256 is None or re.fullmatch("[0-9a-f]{64}", file.sha256)
