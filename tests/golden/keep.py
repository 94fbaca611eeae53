"""The golden master: what every output was when it was last accepted, and how to tell what moved.

    python tests/golden/keep.py                  what moved, as a diff of texts; exit code 1 when anything did
    python tests/golden/keep.py brief cli/talks  the same of the outputs whose names begin so
    python tests/golden/keep.py --accept         keep the outputs of today
    python tests/golden/keep.py --accept chain   keep those whose names begin so, and the rest as it was

`accepted/` holds the texts, `hashes.json` a hash of each and of every drawing. The same versions on the same processor give the
same bytes. Elsewhere the last digits of a solution differ, so a text that differs is compared number by number; a drawing then
only has to have the same shape, as its numbers stand in the data beside it.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

HERE = Path(__file__).parent
ACCEPTED, HASHES = HERE / "accepted", HERE / "hashes.json"
RELATIVE, OF_LARGEST, ABSOLUTE, LARGEST = 1e-6, 1e-9, 1e-6, 1e8
"""Two numbers are the same within 1e-6 of their size, 1e-9 of the largest number of the text (incomes in millions; at most 0.1),
or 1e-6; whole numbers only if they are equal."""
NUMBER = re.compile(r"(?<![0-9A-Za-z])-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![0-9A-Za-z])")


def hash_of(text: str) -> str:
    """SHA-256 of a text, 16 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def shape(text: str) -> str:
    """A text without its numbers."""
    return NUMBER.sub("#", text)


def form(drawing: str) -> str:
    """A drawing without its numbers, those in its paths too ("v229.99h8" and "v230h8" are one form)."""
    return re.sub(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", "#", drawing)


def entry(name: str, text: str) -> str | list[str]:
    """What is kept of an output: its hash; for a drawing the hash of its shape too."""
    return [hash_of(text), hash_of(form(text))] if name.startswith("drawings/") else hash_of(text)


def same_numbers(old: str, new: str) -> bool:
    """Whether two texts differ in nothing but the last digits of their numbers."""
    if shape(old) != shape(new):
        return False
    pairs = [(a, b) for a, b in zip(NUMBER.findall(old), NUMBER.findall(new), strict=True) if a != b]
    if any(a.isdigit() and b.isdigit() for a, b in pairs):  # counts, years and numbers of sections
        return False
    largest = max((abs(float(n)) for n in NUMBER.findall(old) if not n.isdigit()), default=0.0)
    slack = ABSOLUTE + OF_LARGEST * min(largest, LARGEST)
    return all(abs(float(a) - float(b)) <= RELATIVE * max(abs(float(a)), abs(float(b))) + slack for a, b in pairs)


def moved(outputs: dict[str, str], wanted: Sequence[str] = ("",)) -> dict[str, str]:
    """What moved since it was accepted, by name of the output: a diff, or a word where there is nothing to compare."""
    kept = json.loads(HASHES.read_text())
    known = {name: e for name, e in kept["outputs"].items() if any(name.startswith(w) for w in wanted)}
    found = dict.fromkeys(sorted(set(known) - set(outputs)), "no longer there")
    for name, text in outputs.items():
        if name not in known:
            found[name] = "new"
        elif entry(name, text) == known[name]:
            continue
        elif name.startswith("drawings/"):
            if kept["vl-convert-python"] == version("vl-convert-python") and entry(name, text)[1] != known[name][1]:
                found[name] = "drawn differently"
        else:
            old = (ACCEPTED / name).read_text(encoding="utf-8")
            if not same_numbers(old, text):
                lines = difflib.unified_diff(old.splitlines(), text.splitlines(), "accepted", "now", lineterm="", n=0)
                found[name] = "\n".join(line[:400] for line in lines)
    return found


def told(found: dict[str, str]) -> str:
    """What moved, the first of it, and what to do."""
    diffs = "\n".join(f"== {name}\n{diff[:2000]}" for name, diff in list(found.items())[:20])
    return f"{len(found)} outputs moved; `make golden` shows all of it, `make golden-accept` keeps it\n{diffs}"


def accept(outputs: dict[str, str], wanted: Sequence[str] = ("",)) -> None:
    """Keep these outputs in place of those whose names begin as one of `wanted`.

    Raises `ValueError` where the rest was drawn by another version: a hash of a drawing says nothing there.
    """
    whole, now = "" in wanted, version("vl-convert-python")
    kept = {"vl-convert-python": now, "outputs": {}} if whole else json.loads(HASHES.read_text())
    if kept["vl-convert-python"] != now:
        raise ValueError(f"the rest was drawn by vl-convert {kept['vl-convert-python']}, this is {now}: accept everything")
    if whole:
        shutil.rmtree(ACCEPTED, ignore_errors=True)
    for name in [n for n in kept["outputs"] if n not in outputs and any(n.startswith(w) for w in wanted)]:
        del kept["outputs"][name]
        (ACCEPTED / name).unlink(missing_ok=True)
    for name, text in outputs.items():
        kept["outputs"][name] = entry(name, text)
        if not name.startswith("drawings/"):
            path = ACCEPTED / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    HASHES.write_text(json.dumps(kept, indent=1) + "\n")


def made(wanted: Sequence[str]) -> dict[str, str]:
    """The outputs whose names begin as one of `wanted`, made in this process."""
    import asked

    with tempfile.TemporaryDirectory() as folder:
        return asked.outputs(Path(folder), wanted)


def parts(wanted: Sequence[str]) -> list[list[str]]:
    """What is wanted in pieces, one for a process, the largest first."""
    from detente.policy.dossier import list_dossiers

    pieces = [["cli/"], ["brief/", "drawings/"], ["api/"], *([f"chain/{name}/"] for name in list_dossiers())]
    found = [[max(w, p, key=len) for p in piece for w in wanted if w.startswith(p) or p.startswith(w)] for piece in pieces]
    return [piece for piece in found if piece]


def main() -> int:
    """Show what moved, or accept it."""
    sys.path[:0] = [str(HERE), str(HERE.parent)]  # processes that are started have it too
    wanted = [a for a in sys.argv[1:] if not a.startswith("--")] or [""]
    outputs: dict[str, str] = {}
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        for some in pool.map(made, parts(wanted)):
            outputs |= some
    if "--accept" in sys.argv[1:]:
        accept(outputs, wanted)
        print(f"{len(outputs)} outputs accepted")
        return 0
    found = moved(outputs, wanted)
    for name, diff in found.items():
        print(f"== {name}\n{diff}\n")
    print(f"{len(found)} of {len(outputs)} outputs moved")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
