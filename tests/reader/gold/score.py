"""Scores the reader on a folder of texts with right answers.

    python tests/reader/gold/score.py tests/reader/gold/open [--each]
    python tests/reader/gold/score.py tests/reader/gold/sentences.yaml --half held

A folder holds `NAME.txt` or `NAME.html` and, beside it, `NAME.yaml` with `measures`. A measure found is right where who
(`by`), on whom (`on`, as a set), rate and status are all those of one answer. Definitions:

- precision = found that are right / found; an `optional` answer counts as right, and is not missed when it is absent.
- recall = answers found / answers wanted. Rows that agree in by, on, rate and status (equal rates of a table) are one
  answer, which may be given once or as often as there are rows; a row too many is wrong.
- reversed = found whose actor is the target of an answer, or whose target is its actor.
- calibration = mean stated confidence − share right.
- kind, from, until, words: shares right among the found that match an answer that says them.

An economy may be given by its own code or by the region of the default world it belongs to (Switzerland, or EFTA).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from detente.reader import Finding, read_article, read_file
from detente.reader.sheet import region_of

DETAILS = ("kind", "from", "until", "words")


def place(code: str | None) -> str | None:
    """The region of an economy, its own code where it has none, `None` for nobody in particular."""
    if code is None or code == "WORLD":
        return None
    region = region_of(code)
    return code if region == "ROW" else region


def is_place(found: str | None, wanted: str | None) -> bool:
    """Whether a code found is the wanted economy or its region."""
    return found is not None and found in (wanted, place(wanted))


@dataclass
class Answer:
    """One right answer: key fields (economies by their own codes), its rows, and whether it may be left out."""

    by: str | None
    on: frozenset[str]
    rate: float | None
    statuses: frozenset[str]
    optional: bool
    rows: list[dict[str, Any]]
    found: list[Finding] = field(default_factory=list)

    def fits(self, f: Finding) -> bool:
        """Whether a found measure is this answer."""
        v = f.fields
        return (
            v["by"] in (self.by, place(self.by))
            and frozenset(v["on"]) - {"WORLD"} in (self.on, frozenset(map(place, self.on)))
            and same_rate(v["rate_pct"], self.rate)
            and v["status"] in self.statuses
        )


def same_rate(one: float | None, other: float | None) -> bool:
    """Two rates in %, or twice none."""
    return one == other if one is None or other is None else abs(one - other) < 1e-6


def options(value: Any) -> set[str | None]:
    """What an answer accepts: one value or any of a list, as written; days in ISO form."""
    return {None if v == "null" else v for v in (value if isinstance(value, list) else [value])}


def answers_of(path: Path) -> list[Answer]:
    """The right answers beside a text, rows that agree taken together.

    Raises `ValueError` for an answer with a key that is missing or unknown.
    """
    made: dict[tuple[Any, ...], Answer] = {}
    # Everything is read as written: a safe load would make the key `on` and the year of a day something else.
    written = yaml.load(path.with_suffix(".yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    for row in written["measures"]:
        if set(row) - {"optional"} != {"by", "on", "kind", "rate", "from", "until", "status", "words"}:
            raise ValueError(f"{path.name}: an answer with the keys {sorted(row)}")
        statuses = frozenset(str(s) for s in options(row["status"]))
        rate = None if row["rate"] == "null" else float(row["rate"])
        key = (row["by"], frozenset(row["on"]), rate, statuses, row.get("optional") == "true")
        made.setdefault(key, Answer(*key, rows=[])).rows.append(row)
    return sorted(made.values(), key=lambda a: a.optional)


@dataclass
class Text:
    """A text read: answers, what was found, and which of it was right."""

    name: str
    answers: list[Answer]
    found: list[Finding]
    right: list[Finding]

    @property
    def wanted(self) -> list[Answer]:
        """Answers that should be found."""
        return [a for a in self.answers if not a.optional]

    def is_reversed(self, f: Finding) -> bool:
        """Whether a found measure makes a target the actor, or an actor the target."""
        if f in self.right:
            return False
        by, on, rate = f.fields["by"], frozenset(f.fields["on"]) - {"WORLD"}, f.fields["rate_pct"]
        same = [a for a in self.answers if rate is not None and same_rate(a.rate, rate)]
        for group in (same, self.answers):
            acts = [(is_place(by, a.by), not a.on or not on or any(is_place(c, t) for c in on for t in a.on)) for a in group]
            if any(actor and targets for actor, targets in acts):
                return False
            for a in group:
                hit_acts = any(is_place(by, t) for t in a.on)
                actor_hit = any(is_place(c, a.by) for c in on)
                if (hit_acts and (actor_hit or not on)) or (actor_hit and not a.on):
                    return True
        return False


@dataclass
class Score:
    """The score of a folder."""

    texts: list[Text]

    @property
    def found(self) -> list[Finding]:
        """All found measures."""
        return [f for t in self.texts for f in t.found]

    @property
    def right(self) -> list[Finding]:
        """Those that are right."""
        return [f for t in self.texts for f in t.right]

    @property
    def precision(self) -> float:
        """Share of the found that is right."""
        return len(self.right) / max(1, len(self.found))

    @property
    def recall(self) -> float:
        """Share of the wanted that is found."""
        wanted = [a for t in self.texts for a in t.wanted]
        return sum(bool(a.found) for a in wanted) / max(1, len(wanted))

    @property
    def reversed(self) -> list[tuple[str, Finding]]:
        """Found with actor and target exchanged, with the text's name."""
        return [(t.name, f) for t in self.texts for f in t.found if t.is_reversed(f)]

    @property
    def confidence(self) -> float:
        """Mean stated confidence."""
        return sum(f.confidence for f in self.found) / max(1, len(self.found))

    @property
    def calibration(self) -> float:
        """Mean stated confidence less the share right."""
        return self.confidence - self.precision

    def details(self) -> dict[str, tuple[int, int]]:
        """Of the found that match an answer, how many have its kind, days and words: right, told."""
        counts = {d: [0, 0] for d in DETAILS}
        for answer in (a for t in self.texts for a in t.answers):
            for f in answer.found:
                for detail in DETAILS:
                    told = [r for r in answer.rows if r[detail] not in ("null", [])]
                    if told:
                        counts[detail][1] += 1
                        counts[detail][0] += any(agrees(detail, r[detail], f) for r in told)
        return {d: (a, b) for d, (a, b) in counts.items()}

    def bands(self) -> list[tuple[float, float, int, float]]:
        """Stated confidence in four bands: from, to, found, share right."""
        right = {id(f) for f in self.right}
        rows = []
        for low, high in ((0.0, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.01)):
            inside = [f for f in self.found if low <= f.confidence < high]
            if inside:
                rows.append((low, min(high, 1.0), len(inside), sum(id(f) in right for f in inside) / len(inside)))
        return rows


def agrees(detail: str, wanted: Any, f: Finding) -> bool:
    """Whether a found measure has an answer's kind, day or one of its words of goods."""
    v = f.fields
    if detail == "kind":
        return v["instrument"] in options(wanted)
    if detail == "words":
        told = " ".join((*v["products"], f.quote)).lower()
        return any(w.lower() in told for w in wanted)
    day = v["effective" if detail == "from" else "expires"]
    return (day["date"] if day else None) in options(wanted)


def score_found(name: str, answers: list[Answer], found: list[Finding]) -> Text:
    """Set what was found beside the answers; each is right once for each of an answer's rows."""
    right = []
    for f in found:
        for answer in answers:
            if answer.fits(f) and len(answer.found) < len(answer.rows):
                answer.found.append(f)
                right.append(f)
                break
    return Text(name, answers, found, right)


def score_text(path: Path) -> Text:
    """Read one text and set what was found beside its answers."""
    return score_found(path.name, answers_of(path), list(read_file(path).measures))


def score_folder(folder: Path) -> Score:
    """Read every text of a folder. Raises `FileNotFoundError` where it holds none, or an answer lacks."""
    paths = sorted(p for p in folder.iterdir() if p.suffix in (".txt", ".html"))
    if not paths:
        raise FileNotFoundError(f"no text (.txt or .html) in {folder}")
    return Score([score_text(p) for p in paths])


READ_ON = date(2027, 5, 10)
"""The day of the single sentences of `sentences.yaml`."""


def written(answer: str) -> Answer:
    """An answer from its line: "by>on rate status [kind]", as the head of `sentences.yaml` tells.

    >>> a = written("?KEN>UGA+TZA 35 announced|threatened")
    >>> a.by, sorted(a.on), a.rate, sorted(a.statuses), a.optional
    ('KEN', ['TZA', 'UGA'], 35.0, ['announced', 'threatened'], True)
    """
    sides, rate, status, *kind = answer.lstrip("?").split()
    by, _, on = sides.partition(">")
    row = {"kind": kind[0] if kind else "tariff", "from": "null", "until": "null", "words": []}
    targets = frozenset() if on in "*-" else frozenset(on.split("+"))
    percent = None if rate == "~" else float(rate)
    return Answer(None if by == "-" else by, targets, percent, frozenset(status.split("|")), answer[0] == "?", [row])


def score_sentences(path: Path, half: str) -> Score:
    """Read every sentence of a half ("open" or "held"; "all" for both) alone; the two take turns within a construction."""
    seen: Counter[str] = Counter()
    texts = []
    for n, row in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), 1):
        seen[row["k"]] += 1
        if half == "all" or (seen[row["k"]] % 2 == 1) == (half == "open"):
            found = list(read_article(row["say"], READ_ON).measures)
            texts.append(score_found(f"{n} {row['k']}: {row['say']}", [written(a) for a in row["is"]], found))
    return Score(texts)


def _line(by: str | None, on: Iterable[str], rate: float | None, status: str) -> str:
    return f"{by} on {' '.join(sorted(on)) or 'all or not told'}, {'no rate' if rate is None else f'{rate:g} %'}, {status}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the score of a folder; with --each, what was missed and what was wrong in every text."""
    parser = argparse.ArgumentParser(description="Score `detente read` on texts with right answers.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--each", action="store_true", help="also what was missed (−) and what was wrong (+) in every text")
    parser.add_argument("--half", choices=("open", "held", "all"), default="open", help="of a file of sentences: which half")
    asked = parser.parse_args(arguments)
    alone = asked.folder.suffix == ".yaml"
    score = score_sentences(asked.folder, asked.half) if alone else score_folder(asked.folder)
    for t in score.texts:
        if alone and (not asked.each or (len(t.right) == len(t.found) and all(a.found for a in t.wanted))):
            continue  # of single sentences only those that went wrong are worth a line
        got = sum(bool(a.found) for a in t.wanted)
        print(f"{t.name:36} wanted {len(t.wanted):3}  got {got:3}  found {len(t.found):3}  right {len(t.right):3}")
        if asked.each:
            for a in t.wanted:
                if not a.found:
                    print("    −", _line(a.by, a.on, a.rate, "/".join(sorted(a.statuses))))
            for f in t.found:
                if f not in t.right:
                    v = f.fields
                    turned = "  REVERSED" if t.is_reversed(f) else ""
                    line = _line(v["by"], v["on"], v["rate_pct"], v["status"])
                    print(f"    + {line} ({f.confidence:.2f}){turned}: {f.quote[:70]!r}")
    print(f"precision {score.precision:.2f}  recall {score.recall:.2f}  reversed {len(score.reversed)}")
    print(f"confidence {score.confidence:.2f}  less share right {score.calibration:+.2f}")
    for low, high, n, share in score.bands():
        print(f"  stated {low:.1f} to {high:.1f}: {n} found, {share:.2f} right")
    print("  ".join(f"{d} {a}/{b}" for d, (a, b) in score.details().items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
