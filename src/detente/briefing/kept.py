"""`brief`: the briefing of a negotiation, written into a folder.

All files are moved into place at the end, so a failure leaves nothing half done; what is not ours is never replaced unasked (see
`detente.files`).

A briefing is worked out once. Its files are kept between runs under everything they depend on: the dossier, the world, the
horizon, the package's own code, templates and data, and the libraries. Asked again, nothing is worked out and little is loaded.
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from detente.files import CacheFolder, check_folder, code_digest, digest, sha256, write_folder
from detente.policy.dossier import Dossier, load_dossier
from detente.types import Progress
from detente.words.currency import counted_in
from detente.words.translation import fingerprint
from detente.world.library import load_world
from detente.world.world import World

RECORD = "run.json"
NAMES = (
    "index.html", "front.html", "annex.html", "companion.html", "briefing.md", "companion.md", "briefing.docx", RECORD,
    "data/README.csv",
)  # fmt: skip
"""What every briefing holds; further editions, figures and the other files of the folder data depend on what is asked."""
PRINTED = ("front", "annex")
"""Pages that are printed by the beginning of their names."""
LIBRARIES = ("babel", "jax", "jaxlib", "jinja2", "nashpy", "numpy", "pandas", "python-docx", "scipy", "vl-convert-python")
_EDITION = re.compile(r"front(-[A-Z0-9]{2,5})?\.(html|pdf)")
_BRIEFINGS = CacheFolder("briefings", 30)
"""About 5 MB each."""


@dataclass(frozen=True)
class Briefing:
    """Where a briefing was written, and its main results.

    `front` is the edition for the first reader; that for another stands beside it as front-CODE.html. `pdf` is empty where none
    was asked for or no tool was there to print. `figures` may not exist: a front without figures has none.
    """

    index: Path
    front: Path
    annex: Path
    companion: Path
    markdown: Path
    word: Path
    pdf: tuple[Path, ...]
    data: Path
    figures: Path
    run_json: Path
    headline: dict[str, Any]


def brief(
    dossier: Dossier | str | Path,
    world: World | None = None,
    *,
    out: str | os.PathLike[str],
    horizon: str | None = None,
    readers: Sequence[str] = (),
    force: bool = False,
    anew: bool = False,
    pdf: bool = False,
    progress: Progress | None = None,
) -> Briefing:
    """Solve every scenario of `dossier` on `world` (default: the shipped one) and write the briefing into `out`.

    The front has one edition for each of `readers`: codes of economies, or "all" (default: the host; see `readers_of`).
    With `pdf` front and annex are printed as well, by the tool found (`printing.printer`); the run record names it.
    `horizon` is "short", "medium" or "long" (default: the dossier's); the headline is also solved at the other two.
    A briefing that stands in `out` is replaced; other files of the same names only with `force`, files of other names never.
    With `anew` all is worked out again, whatever is kept.
    `progress(label, done, steps)` is called as work goes on. Raises `BadDossier`, `UnknownRegion`, `NotConverged` and the like;
    then `out` is left as it was.
    """
    editions = [p.name for p in Path(out).glob("front*") if _EDITION.fullmatch(p.name)]  # for whomever they may be
    folder = check_folder(out, (*NAMES, *editions, "annex.pdf"), record=RECORD, force=force)
    negotiation = dossier if isinstance(dossier, Dossier) else load_dossier(dossier)
    table = load_world() if world is None else world
    common = _question(negotiation, table, horizon)
    asked = digest([common, list(readers)])
    kept = None if anew else _BRIEFINGS.find(asked)
    if kept is None:
        from detente.briefing.charts.theme import FAILED
        from detente.briefing.report import contents_of

        before, key = len(FAILED), None if anew else common
        with counted_in(table.unit):
            contents = contents_of(negotiation, table, horizon, progress, readers=readers, record=RECORD, common=key)
        if len(FAILED) == before:
            _BRIEFINGS.keep(asked, _packed(contents))
    else:
        contents = _unpacked(kept)
    prints = _printed(contents, negotiation.as_of.year) if pdf else {}
    write_folder(folder, contents, record=RECORD, force=force)
    main = json.loads(contents[RECORD])["headline"]
    return Briefing(
        folder / "index.html",
        folder / "front.html",
        folder / "annex.html",
        folder / "companion.html",
        folder / "briefing.md",
        folder / "briefing.docx",
        tuple(folder / name for name in prints),
        folder / "data",
        folder / "figures",
        folder / RECORD,
        main,
    )


def _printed(contents: dict[str, bytes], year: int) -> dict[str, bytes]:
    """The PDFs by name, put into `contents`, its index and its record; none where no tool is there.

    The record lists them, and the index that leads to them, apart from the files that every machine repeats: another tool prints
    other bytes.
    """
    from detente.briefing.printing import printer

    tool = printer()
    prints: dict[str, bytes] = {}
    if tool is not None:
        pages = sorted(n for n in contents if n.startswith(PRINTED) and n.endswith(".html"))
        with ThreadPoolExecutor(2) as pool:
            made = list(pool.map(lambda name: tool.pdf(contents[name].decode(), year), pages))
        prints = {f"{name.removesuffix('.html')}.pdf": body for name, body in zip(pages, made, strict=True)}
        # the line that leads to them waits in a comment
        contents["index.html"] = contents["index.html"].replace(b"<!--prints ", b"").replace(b" prints-->", b"")
        contents |= prints
    record = json.loads(contents[RECORD])
    record["files"].pop("index.html")
    told = {n: {"bytes": len(b), "sha256": sha256(b)} for n, b in {**prints, "index.html": contents["index.html"]}.items()}
    record["pdf"] = {"made_by": tool.name if tool else "", "files": told}
    contents[RECORD] = (json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n").encode()
    return prints


def _question(dossier: Dossier, world: World, horizon: str | None) -> str:
    """Digest of all that a briefing depends on but its readers, so of all that companion and annex do."""
    table = [world.name, world.fingerprint, list(world.sources), dict(world.card), world.extras_digest]
    made_by = [code_digest(""), fingerprint(), platform.python_version(), *(f"{name} {version(name)}" for name in LIBRARIES)]
    return digest([dossier.model_dump(mode="json", by_alias=True), table, horizon, made_by])


def _packed(contents: Mapping[str, bytes]) -> bytes:
    """One line of names and lengths, then all bytes."""
    head = json.dumps([[name, len(body)] for name, body in contents.items()]).encode()
    return b"".join((head, b"\n", *contents.values()))


def _unpacked(kept: bytes) -> dict[str, bytes]:
    head, _, rest = kept.partition(b"\n")
    contents, start = {}, 0
    for name, length in json.loads(head):
        contents[name] = rest[start : start + length]
        start += length
    return contents
