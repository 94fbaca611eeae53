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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from detente.files import CacheFolder, check_folder, code_digest, digest, sha256, write_folder
from detente.policy.dossier import Dossier, load_dossier
from detente.types import Progress
from detente.words.translation import fingerprint
from detente.world.library import load_world
from detente.world.world import World

RECORD = "run.json"
NAMES = ("briefing.html", "briefing.md", RECORD, "data/README.csv")
"""What every briefing holds; the other files of the folder data depend on the dossier."""
LIBRARIES = ("babel", "jax", "jaxlib", "jinja2", "nashpy", "numpy", "pandas", "scipy", "vl-convert-python")
_BRIEFINGS = CacheFolder("briefings", 30)
"""About 2.5 MB each."""


@dataclass(frozen=True)
class Briefing:
    """Where a briefing was written, and its main results."""

    html: Path
    markdown: Path
    data: Path
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
    progress: Progress | None = None,
) -> Briefing:
    """Solve every scenario of `dossier` on `world` (default: the shipped one) and write the briefing into `out`.

    The front has one edition for each of `readers`: codes of economies, or "all" (default: the host; see `readers_of`).
    `horizon` is "short", "medium" or "long" (default: the dossier's); the headline is also solved at the other two.
    A briefing that stands in `out` is replaced; other files of the same names only with `force`, files of other names never.
    With `anew` all is worked out again, whatever is kept.
    `progress(label, done, steps)` is called as work goes on. Raises `BadDossier`, `UnknownRegion`, `NotConverged` and the like;
    then `out` is left as it was.
    """
    folder = check_folder(out, NAMES, record=RECORD, force=force)
    negotiation = dossier if isinstance(dossier, Dossier) else load_dossier(dossier)
    table = load_world() if world is None else world
    question = _question(negotiation, table, horizon, readers)
    kept = None if anew else _BRIEFINGS.find(question)
    if kept is None:
        from detente.briefing.report import contents_of

        contents = contents_of(negotiation, table, horizon, progress, readers=readers, record=RECORD)
        _BRIEFINGS.keep(question, _packed(contents))
    else:
        contents = _unpacked(kept)
    write_folder(folder, contents, record=RECORD, force=force)
    main = json.loads(contents[RECORD])["headline"]
    return Briefing(folder / "briefing.html", folder / "briefing.md", folder / "data", folder / RECORD, main)


def _question(dossier: Dossier, world: World, horizon: str | None, readers: Sequence[str]) -> str:
    """Digest of all that the files depend on."""
    extras = {k: sha256(v.tobytes()) for k, v in sorted(world.extras.items())}
    table = [world.name, world.fingerprint, list(world.sources), dict(world.card), extras]
    made_by = [code_digest(""), fingerprint(), platform.python_version(), *(f"{name} {version(name)}" for name in LIBRARIES)]
    return digest([dossier.model_dump(mode="json", by_alias=True), table, horizon, list(readers), made_by])


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
