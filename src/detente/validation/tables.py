"""The tables of `docs/backtests.md`, made from the results; a test holds the page to them.

Each back-test fills the block between `<!-- id -->` and `<!-- /id -->`; what stands outside the blocks is written by hand.

>>> replaced("a <!-- x -->old<!-- /x --> b", "x", "new")
'a <!-- x -->\\n\\nnew\\n\\n<!-- /x --> b'
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from detente.errors import InputError
from detente.files import write as write_file
from detente.validation.panel_backtest import (
    BENCHMARKS,
    LEVELS,
    READINGS,
    PanelBackTest,
    answer,
    committed,
    committed_head,
    committed_names,
    episode,
    fitting_factor,
)
from detente.validation.trade import HORIZONS, SHARES, BackTest, Check, TradeComparison
from detente.words import fixed, refusal, say
from detente.words.names import region_name, region_table, sector_name, sector_table
from detente.world.panel import panel_table

MODEL = {"short": "model, short run", "medium": "model, medium run"}


def label(key: str) -> str:
    """The name of a region or sector; anything else as it is, "USA" among destinations too."""
    if key in region_table():
        return region_name(key)
    return sector_name(key) if key in sector_table() else key


def grid(head: Sequence[str], rows: Sequence[Sequence[str]], words: Collection[int] = (0,)) -> str:
    """A Markdown table, figures to the right; `words` are the columns that hold none."""
    line = "|" + "|".join("---" if k in words else "---:" for k in range(len(head))) + "|"
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


# -- the customs panel ---------------------------------------------------------------------------------------------------
MISSES = 12


def origin_name(code: str) -> str:
    """The name of an origin of a panel."""
    return str(panel_table()["origins"].get(code, {}).get("name", code))


def panel_blocks() -> dict[str, str]:
    """Block id → Markdown: the episode of 2018–19 on the shipped panel, and the committed prediction of 2025."""
    return {"panel": _episode_page(episode()), "predictions-2025": _prediction_page()}


def _episode_page(tests: Mapping[int, PanelBackTest]) -> str:
    first = next(iter(tests.values()))
    fits = {m: fitting_factor(m) for m in tests}
    parts = [
        say("validation/panel_backtest", "method", tests=dict(tests), left=first.left_out()),
        say("validation/panel_backtest", "episode_findings", tests=dict(tests), fits=fits),
        _heading("levels_title"),
        _levels(tests),
        _heading("answer_title"),
        _answers(),
        say("validation/panel_backtest", "answer_note"),
        _heading("scores_title"),
        *(_scores(m, t) for m, t in tests.items()),
        _heading("gains_title"),
        _gains(tests),
        _heading("misses_title"),
        *(_misses(m, t) for m, t in tests.items() if m in (12, 48)),
    ]
    return "\n\n".join(parts)


def _heading(part: str) -> str:
    return "### " + say("validation/panel_backtest", part)


def _range(test: PanelBackTest, origin: str, decimals: int = 1) -> str:
    ends = sorted(test.points(n, origin) for n in ("low", "model", "high"))
    middle, low, high = (fixed(v, decimals, signed=True) for v in (test.points("model", origin), ends[0], ends[-1]))
    return f"{middle} ({low} to {high})"


def _levels(tests: Mapping[int, PanelBackTest]) -> str:
    rows = []
    for months, t in tests.items():
        p, china, fits = t.prediction, t.to_frame("origin").set_index("origin").loc["CHN"], fitting_factor(months)
        against = [fixed(float(str(china[f"{n}_relative_pct"])), 0, signed=True) for n in ("observed", "predicted")]
        rows.append(
            [f"{months}: {p.first} to {p.last}", fixed(t.age, 0), fixed(p.factor[0], 2),
             fixed(t.points("observed", "CHN"), 1, signed=True), _range(t, "CHN"), *against,
             "none" if fits is None else fixed(fits, 2)]
        )  # fmt: skip
    share, other = "China’s share, points, observed", "China against all, %, observed"
    return grid(("months, window", "age of duties", "factor", share, "model", other, "model", "factor that gives it"), rows)


def _answers() -> str:
    rows = []
    for months, a in answer().items():
        ends = sorted(a.predicted)
        rows.append(
            [f"{months}: {a.first} to {a.last}", fixed(a.factor[0], 2), fixed(a.observed, 0, signed=True),
             fixed(a.without_aircraft, 0, signed=True),
             f"{fixed(a.predicted[0], 0, signed=True)} ({fixed(ends[0], 0, signed=True)} to {fixed(ends[-1], 0, signed=True)})"]
        )  # fmt: skip
    return grid(("months, window", "factor", "observed, %", "without aircraft", "model"), rows)


def _scores(months: int, test: PanelBackTest) -> str:
    rows = []
    for level in LEVELS:
        for which in READINGS:
            r = test.reading(level, which)
            score, skills, bands = r.score("model"), r.skills("model"), r.bands("model")
            rows.append(
                [f"{level}, {which}", str(score.count), _banded(score.correlation, bands["correlation"]),
                 _banded(score.slope, bands["slope"]), fixed(100 * score.sign, 0),
                 *(_banded(skills[b], bands[f"skill over {b}"]) for b in BENCHMARKS)]
            )  # fmt: skip
    head = (f"{months} months", "n", "correlation", "slope", "right sign, %", *(f"skill over {b}" for b in BENCHMARKS))
    return grid(head, rows)


def _banded(value: float, band: tuple[float, float]) -> str:
    return f"{fixed(value, 2)} ({fixed(band[0], 2)} to {fixed(band[1], 2)})"


def _gains(tests: Mapping[int, PanelBackTest]) -> str:
    last = list(tests.values())[-1]
    order = sorted(last.shown.base.index, key=lambda o: -abs(last.points("observed", str(o))))
    rows = [
        [
            origin_name(str(o)),
            *(fixed(t.points(n, str(o)), 2, signed=True) for t in tests.values() for n in ("observed", "model")),
        ]
        for o in order
    ]
    return grid(("points of imports", *(f"{m} m, {n}" for m in tests for n in ("observed", "model"))), rows)


def _misses(months: int, test: PanelBackTest) -> str:
    frame = test.to_frame("cell")
    frame["miss"] = frame["imports_base_musd"] * (frame["predicted_relative_pct"] - frame["observed_relative_pct"]).abs()
    rows = [
        [f"{origin_name(str(r['origin']))}, {label(str(r['sector']))}", fixed(float(r["imports_base_musd"]) / 1e3, 1),
         fixed(float(r["observed_relative_pct"]), 0, signed=True), fixed(float(r["predicted_relative_pct"]), 0, signed=True)]
        for r in frame.nlargest(MISSES, "miss").to_dict("records")
    ]  # fmt: skip
    return grid((f"{months} months", "imports 2017, USD bn", "observed, % against all", "model"), rows)


def _prediction_page() -> str:
    return "\n\n".join(_predicted(name) for name in committed_names())


def _predicted(name: str) -> str:
    frame = committed(name)
    columns = list(frame.columns[3:])

    def table(part: Any, name: str, names: Sequence[str]) -> str:
        rows = [
            [told, fixed(float(r[columns[0]]) / 1e3, 1), *(fixed(float(r[c]), 1, signed=True) for c in columns[1:])]
            for told, r in zip(names, part.to_dict("records"), strict=True)
        ]
        return grid((name, "imports 2024, USD bn", "predicted, %", "low factor", "high factor"), rows)

    origins = frame[frame["level"] != "cell"].sort_values("imports_2024_musd", ascending=False, kind="stable")
    china = frame[(frame["level"] == "cell") & (frame["origin"] == "CHN")].sort_values("imports_2024_musd", ascending=False)
    return "\n\n".join(
        [
            "\n".join(f"- {line}" for line in committed_head(name)),
            table(origins, "origin", ["all" if o == "all" else origin_name(str(o)) for o in origins["origin"]]),
            table(china, "China by sector", [label(str(s)) for s in china["sector"]]),
        ]
    )


# -- the page --------------------------------------------------------------------------------------------------------------
def replaced(text: str, block: str, content: str) -> str:
    """`text` with the block's content replaced. Raises `InputError` where the text has no such block."""
    start, end = f"<!-- {block} -->", f"<!-- /{block} -->"
    if start not in text or end not in text:
        raise InputError(refusal("validation", "page_has", start=start, end=end))
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
