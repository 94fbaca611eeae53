"""Public sources and their download: once, checked, resumed where it broke off, and from the cache ever after.

What is known of each source (address, licence, vintage, digest) is data, `registry.yaml`. A file lies in the cache folder under
its source; an archive's member of the year asked for is taken out beside it. Its SHA-256 must be the published one; where none is
published, that of the first download is kept and asked for again. A download that broke off goes on where it stopped if the
server says that its file is still the same, and begins anew otherwise. Nothing else of the project needs a network.

`DETENTE_OFFLINE=1` (or `--offline`) takes what the cache has and refuses the rest.
"""

from __future__ import annotations

import fnmatch
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

import yaml

from detente import __version__
from detente.errors import InputError, SourceError, UnknownName
from detente.extras import need
from detente.files import cache_folder, file_sha256, write
from detente.types import Progress
from detente.words import refusal

OFFLINE = "DETENTE_OFFLINE"
CHUNK = 1 << 16
WAIT = (15, 90)
"""Seconds to connect, and between two chunks."""


@dataclass(frozen=True)
class SourceFile:
    """A file of a source: `years` from and to, `url` and `members` with `{year}` in them, `sha256` if it is published."""

    years: tuple[int, int]
    url: str
    members: tuple[str, ...] = ()
    sha256: str | None = None
    seen: str | None = None


@dataclass(frozen=True)
class PublicSource:
    """What is known of a source. `use`: what reads it (build, trade, duties). `by_hand`: why it is not downloaded here."""

    key: str
    title: str
    vintage: str
    page: str
    licence: str
    terms: str
    use: str
    files: tuple[SourceFile, ...] = ()
    by_hand: str | None = None
    note: str | None = None

    @property
    def years(self) -> str:
        """ "1995–2022"; empty where files are had by hand."""
        return f"{min(f.years[0] for f in self.files)}–{max(f.years[1] for f in self.files)}" if self.files else ""

    @property
    def latest(self) -> int:
        """The last year there is."""
        return max(f.years[1] for f in self.files)


@dataclass(frozen=True)
class Fetched:
    """`path` of the file to read (out of an archive), `sha256` of what was downloaded, whether that digest was `published`,
    whether it lay in the cache."""

    source: PublicSource
    year: int
    path: Path
    sha256: str
    published: bool
    cached: bool
    beside: tuple[Path, ...] = field(default=())


@cache
def registry() -> Mapping[str, PublicSource]:
    """Every source by name."""
    text = package_files(__package__).joinpath("registry.yaml").read_text(encoding="utf-8")
    return registered(yaml.safe_load(text))


def registered(entries: Mapping[str, Mapping[str, Any]]) -> Mapping[str, PublicSource]:
    """Sources of entries as `registry.yaml` has them."""
    found = {}
    for key, entry in entries.items():
        listed = tuple(
            SourceFile(
                years=(int(f["years"][0]), int(f["years"][1])),
                url=f["url"],
                members=tuple(f.get("members", ())),
                sha256=f.get("sha256"),
                seen=str(f["seen"]) if "seen" in f else None,
            )
            for f in entry.get("files", ())
        )
        found[key] = PublicSource(key=key, files=listed, **{k: v for k, v in entry.items() if k != "files"})
    return found


def is_offline() -> bool:
    """Whether the environment says to use no network."""
    return os.environ.get(OFFLINE, "").strip().lower() not in ("", "0", "no", "false")


def fetch(
    name: str,
    *,
    year: int | None = None,
    folder: Path | None = None,
    offline: bool | None = None,
    progress: Progress | None = None,
    sources: Mapping[str, PublicSource] | None = None,
) -> Fetched:
    """The file of a source and year (the last there is, if absent), from the cache or else from the network.

    `folder` in place of the cache folder. Raises `UnknownName`; `InputError` for a year that the source has not; `SourceError`
    for a source that is had by hand (saying where), a failed download, a wrong digest, an archive without the member, and offline
    for what the cache has not.
    """
    known = sources if sources is not None else registry()
    if name not in known:
        raise UnknownName(name, {k: s.title for k, s in known.items()}, "source")
    source = known[name]
    if source.by_hand is not None:
        raise SourceError(refusal("build", "fetch_by_hand", title=source.title, why=source.by_hand, page=source.page))
    year = source.latest if year is None else year
    file = next((f for f in source.files if f.years[0] <= year <= f.years[1]), None)
    if file is None:
        raise InputError(refusal("build", "fetch_no_year", title=source.title, year=year, years=source.years))
    url = file.url.format(year=year)
    place = (folder or cache_folder("sources")) / name
    target = place / url.rsplit("/", 1)[1]
    noted = target.with_name(f"{target.name}.sha256")
    wanted = file.sha256 or (noted.read_text(encoding="utf-8").strip() if noted.is_file() else None)
    cached = target.is_file()
    if not cached:
        if offline or (offline is None and is_offline()):
            raise SourceError(refusal("build", "fetch_offline", title=source.title, place=target, variable=OFFLINE, url=url))
        place.mkdir(parents=True, exist_ok=True)
        _download(source, url, target, file, wanted, progress)
    digest = file_sha256(target)
    if wanted is not None and digest != wanted:
        kind = "published" if file.sha256 else "first"
        told = {"url": url, "place": target, "found": digest, "wanted": wanted, "kind": kind, "seen": file.seen or ""}
        raise SourceError(refusal("build", "fetch_digest", cached=cached, page=source.page, **told))
    if file.sha256 is None and wanted is None:
        write(noted, f"{digest}\n".encode())
    members = [m.format(year=year) for m in file.members]
    taken = _taken(target, members) if members else [target]
    return Fetched(source, year, taken[0], digest, file.sha256 is not None, cached, tuple(taken[1:]))


def _download(
    source: PublicSource, url: str, target: Path, file: SourceFile, wanted: str | None, progress: Progress | None
) -> None:
    """`url` as `target`, whole or not at all. Raises `SourceError`."""
    need("pooch")
    need("requests")
    import pooch
    import requests

    pooch.get_logger().setLevel("WARNING")
    try:
        pooch.retrieve(
            url,
            f"sha256:{wanted}" if wanted else None,
            fname=target.name,
            path=target.parent,
            downloader=Resuming(target, progress),
        )
    except (requests.RequestException, Broken, OSError) as error:
        raise SourceError(
            refusal("build", "fetch_failed", url=url, why=error, page=source.page, note=source.note or "")
        ) from None
    except ValueError as error:  # a digest that is not the one wanted: pooch names both and keeps nothing
        found = next((x for x in re.findall(r"[0-9a-f]{64}", str(error)) if x != wanted), "another one")
        told = {"url": url, "place": target, "found": found, "wanted": wanted, "seen": file.seen or ""}
        raise SourceError(
            refusal("build", "fetch_digest", cached=False, kind="published" if file.sha256 else "first", page=source.page, **told)
        ) from None


class Broken(Exception):
    """A download that ended before its time, or brought something else."""


class Resuming:
    """A downloader for pooch that goes on where an earlier one stopped.

    What has come lies in NAME.part, and which file it is of (ETag or date) in NAME.part.of. The server is asked for the rest of
    that very file (If-Range); one that has another, or knows no ranges, sends it whole.
    """

    def __init__(self, target: Path, progress: Progress | None) -> None:
        self.part = target.with_name(f"{target.name}.part")
        self.mark = target.with_name(f"{target.name}.part.of")
        self.name, self.progress = target.name, progress

    def __call__(self, url: str, output_file: str, _: Any) -> None:
        """Write what `url` has to `output_file`. Raises `Broken` and what requests raises."""
        import requests

        have = self.part.stat().st_size if self.part.is_file() and self.mark.is_file() else 0
        headers = {"User-Agent": f"detente/{__version__}", "Accept-Encoding": "identity"}
        if have:
            headers |= {"Range": f"bytes={have}-", "If-Range": self.mark.read_text(encoding="utf-8")}
        with requests.get(url, stream=True, headers=headers, timeout=WAIT) as answer:
            if answer.status_code == requests.codes.requested_range_not_satisfiable:
                self._forget()
                return self(url, output_file, _)
            answer.raise_for_status()
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                raise Broken("a page came in place of the file")
            resumed = answer.status_code == requests.codes.partial_content
            of = answer.headers.get("ETag") or answer.headers.get("Last-Modified")
            if of and not of.startswith("W/"):
                write(self.mark, of.encode())
            else:
                self.mark.unlink(missing_ok=True)
            come = have if resumed else 0
            length = answer.headers.get("Content-Length")
            total = come + int(length) if length else None
            with self.part.open("ab" if resumed else "wb") as file:
                for chunk in answer.iter_content(CHUNK):
                    file.write(chunk)
                    come += len(chunk)
                    if self.progress is not None:
                        self.progress(f"downloading {self.name}", come >> 20, max((total or come) >> 20, 1))
        if total is not None and come < total:
            raise Broken(f"{come:,} of {total:,} bytes came; the next try goes on from there")
        shutil.move(self.part, output_file)
        self._forget()
        return None

    def _forget(self) -> None:
        self.part.unlink(missing_ok=True)
        self.mark.unlink(missing_ok=True)


def _taken(archive: Path, members: Sequence[str]) -> list[Path]:
    """Members of a zip archive, taken out beside it. Raises `SourceError` naming one that it has not."""
    import zipfile

    folder = archive.with_suffix("")
    try:
        with zipfile.ZipFile(archive) as packed:
            held = {name.rsplit("/", 1)[-1]: name for name in packed.namelist()}
            taken = []
            for pattern in members:
                fitting = fnmatch.filter(held, pattern)
                if len(fitting) != 1:
                    listed = ", ".join(sorted(held)[:8]) or "nothing"
                    raise SourceError(refusal("build", "fetch_no_member", archive=archive.name, member=pattern, held=listed))
                member = fitting[0]
                path = folder / member
                if not path.is_file() or path.stat().st_size != packed.getinfo(held[member]).file_size:
                    folder.mkdir(parents=True, exist_ok=True)
                    draft = path.with_name(f"{path.name}.part")
                    with packed.open(held[member]) as inside, draft.open("wb") as out:
                        shutil.copyfileobj(inside, out, CHUNK)
                    draft.replace(path)
                taken.append(path)
    except zipfile.BadZipFile as error:
        raise SourceError(refusal("build", "fetch_no_zip", archive=archive, fault=error)) from None
    return taken
