"""The tables of `docs/backtests.md`, made from the results; a test holds the page to them.

Each back-test fills the block between `<!-- id -->` and `<!-- /id -->`; what stands outside the blocks is written by hand.

>>> replaced("a <!-- x -->old<!-- /x --> b", "x", "new")
'a <!-- x -->\\n\\nnew\\n\\n<!-- /x --> b'
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from detente.errors import InputError
from detente.files import write as write_file
from detente.validation.trade import HORIZONS, SHARES, BackTest, Check, TradeComparison
from detente.words import fixed
from detente.words.names import region_name, region_table, sector_name, sector_table

MODEL = {"short": "model, short run", "medium": "model, medium run"}


def label(key: str) -> str:
    """The name of a region or sector; anything else as it is, "USA" among destinations too."""
    if key in region_table():
        return region_name(key)
    return sector_name(key) if key in sector_table() else key


def grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, figures to the right."""
    line = "|" + "|".join(["---"] + ["---:"] * (len(head) - 1)) + "|"
    return "\n".join(["| " + " | ".join(head) + " |", line, *("| " + " | ".join(row) + " |" for row in rows)])


def rows_of(comparison: TradeComparison) -> str:
    """Observed and predicted, a row a thing, the largest observed changes first."""
    frame = comparison.to_frame()
    frame = frame.reindex(frame["observed"].abs().sort_values(ascending=False, kind="stable").index)
    decimals = 1 if float(frame.abs().max().max()) >= 10 and comparison.unit != SHARES else 2
    head = [comparison.unit, *(MODEL.get(str(c), str(c)) for c in frame.columns)]
    rows = [[label(str(k)), *(fixed(float(v), decimals, signed=True) for v in row)] for k, row in zip(
        frame.index, frame.to_numpy(), strict=True)]  # fmt: skip
    return grid(head, rows)


def scores_of(comparison: TradeComparison) -> str:
    """Measures of the model and the benchmarks, with everything and without what `without` names."""
    rows = []
    for leaving in (None, *comparison.without):
        for name, score in comparison.scores(leaving).items():
            skills = "–"
            if name in HORIZONS:
                skills = ", ".join(fixed(v, 2) for v in comparison.skills(name, leaving).values())
            first = MODEL.get(name, name) + ("" if leaving is None else f"; without {leaving}")
            rows.append(
                [first, fixed(score.correlation, 2), fixed(score.slope, 2), fixed(score.rmse, 2), fixed(score.mae, 2),
                 fixed(100 * score.sign, 0), skills]
            )  # fmt: skip
    over = ", ".join(comparison.benchmarks)
    return grid(
        ("prediction", "correlation", "slope", "RMSE", "mean absolute error", "right sign, %", f"skill over {over}"), rows
    )


def checks_of(checks: Sequence[Check]) -> str:
    """Published numbers beside the model's."""
    rows = []
    for c in checks:
        d = c.decimals
        shown = [f"{fixed(c.predicted[h], d)} ({fixed(c.ranges[h][0], d)} to {fixed(c.ranges[h][1], d)})" for h in HORIZONS]
        rows.append([f"{c.what}, {c.unit}", fixed(c.observed, d), *shown, "none" if c.factor is None else fixed(c.factor, 2)])
    return grid(("number", "observed", *(MODEL[h] for h in HORIZONS), "factor that gives it"), rows)


def best_of(tests: Sequence[BackTest]) -> str:
    """The elasticity factor with the least error in each comparison."""
    rows = []
    for test in tests:
        for c in test.comparisons:
            for leaving in (None, *c.without):
                best = c.best_factor(leaving)
                if best is not None:
                    name = c.title + ("" if leaving is None else f"; without {leaving}")
                    rows.append([name, fixed(best[0], 2), fixed(best[1], 2), fixed(best[2], 2)])
    return grid(("comparison", "best factor", "RMSE there", "RMSE at 1"), rows)


def page_of(test: BackTest) -> str:
    """The generated part of one back-test's section."""
    parts = ["**How it was made.** " + " ".join(test.method), "**What came out.**", "\n".join(f"- {f}" for f in test.findings)]
    for c in test.comparisons:
        source = f"Source: [{c.source}]({c.link})."
        parts += [f"### {c.title}", scores_of(c), rows_of(c), f"{c.note} {source}"]
    parts += ["### Single numbers", checks_of(test.checks), _notes(test.checks)]
    return "\n\n".join(parts)


def _notes(checks: Sequence[Check]) -> str:
    notes: dict[str, list[str]] = {}
    for c in checks:
        notes.setdefault(c.note, []).append(c.what)
    sources = {c.link: c.source for c in checks}
    told = [f"{'; '.join(names)}: {note}" for note, names in notes.items() if note]
    cited = "Sources: " + "; ".join(f"[{title}]({link})" for link, title in sources.items()) + "."
    return "\n\n".join([*told, cited])


def blocks(tests: Sequence[BackTest]) -> dict[str, str]:
    """Block id → Markdown: one a back-test, and "elasticity" for the factors of them all."""
    return {t.id: page_of(t) for t in tests} | {"elasticity": best_of(tests)}


def replaced(text: str, block: str, content: str) -> str:
    """`text` with the block's content replaced. Raises `InputError` where the text has no such block."""
    start, end = f"<!-- {block} -->", f"<!-- /{block} -->"
    if start not in text or end not in text:
        raise InputError(f"the page has no block {start} … {end}; put both lines where the tables belong")
    before, rest = text.split(start, 1)
    return before + start + "\n\n" + content.strip() + "\n\n" + end + rest.split(end, 1)[1]


def block_of(text: str, block: str) -> str:
    """The content of a block. Raises `InputError` where the text has no such block."""
    replaced(text, block, "")
    return text.split(f"<!-- {block} -->", 1)[1].split(f"<!-- /{block} -->", 1)[0].strip()


def write(path: Path, content: dict[str, str]) -> None:
    """Replace the blocks in a page. Raises `InputError` where one is missing or the file cannot be read."""
    if not path.is_file():
        raise InputError(f"{path}: no such page")
    text = path.read_text(encoding="utf-8")
    for block, part in content.items():
        text = replaced(text, block, part)
    write_file(path, text.encode())
