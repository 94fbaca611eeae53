"""A world in two blocs: where the loss would come from, and the one figure published for the same split.

The split is `strategy.blocs` at three horizons, each adding a layer. Absent where the world cannot follow ideas, or where the
wall of `blocs.yaml` does not stand between the parties.
"""

from __future__ import annotations

from functools import partial

from detente import words as text
from detente.briefing.charts.blocs import waterfall
from detente.briefing.charts.figures import figure
from detente.briefing.charts.forms import alt_text
from detente.briefing.document import Figure, Para, Section
from detente.briefing.sections import closing, scale
from detente.briefing.view import CaseView
from detente.strategy.blocs import LAYERS, Blocs
from detente.strategy.like_for_like import Beside
from detente.words import say

told = partial(say, "briefing/annex/blocs")


def sections(case: CaseView) -> list[Section]:
    """One section, or none."""
    found = scale.split_world(case)
    if found is None:
        return []
    named = [c for c in case.trio if c in case.world.regions]
    layers = {c: found.layers([c]) for c in named}
    totals = {c: found.real_income([c])[-1] for c in named}
    other = published(case)
    body = told(
        "answer", case=case, parts=found.layers(), total=found.real_income()[-1], trade=found.trade_across(LAYERS[0]),
        published=other, layers=layers, totals=totals, members=found.members, wall=found.cost,
    )  # fmt: skip
    sources = other.figure.sources if other is not None else ()
    paragraphs = body.split("\n\n")
    blocks = [Para(p, cites=sources if k == 0 else ()) for k, p in enumerate(paragraphs)]
    return [Section("two-blocs", told("title"), (blocks[0], drawn(case, found), *blocks[1:]))]


def published(case: CaseView) -> Beside | None:
    """The figure others have published for the world in two blocs, beside ours read as they read it."""
    return next((r for r in closing.compared(case) if r.figure.two_blocs and r.figure.region is None), None)


def drawn(case: CaseView, found: Blocs) -> Figure:
    """Layers as a waterfall, their sum, and the published figure."""
    parts = list(zip((told(f"layer_{h}") for h in LAYERS), found.layers(), strict=True))
    total, other = found.real_income()[-1], published(case)
    sums = [(told("together"), total, "ink")]
    if other is not None:
        sums.append((told("theirs", who=other.figure.who), other.theirs, "muted"))
    data = [
        case.row("WORLD", None, label, "%", value) | {"scenario": "two blocs", "relative_to": case.quo}
        for label, value in [*parts, *((label, value) for label, value, _ in sums)]
    ]
    csv = case.file("annex-two-blocs", told("file"), data)
    title, subtitle = told("figure_title", total=total, parts=found.layers()), told("figure_subtitle", case=case)
    values = {label: f"{text.fixed(v, 1, signed=True)}{text.THIN}%" for label, v in [*parts, *((a, b) for a, b, _ in sums)]}
    return figure(
        "fig-two-blocs", title, subtitle, told("note", csv=csv), alt_text(f"{title}.", values), csv,
        lambda w: waterfall(parts, sums, w),
    )  # fmt: skip
