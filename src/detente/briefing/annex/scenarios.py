"""The ways on beside each other, against what the law does by itself."""

from __future__ import annotations

import math
from functools import partial

import pandas as pd

from detente import words as text
from detente.briefing.annex import ways
from detente.briefing.charts import forms
from detente.briefing.charts.figures import figure
from detente.briefing.document import Block, Cell, Figure, Items, Para, Section, Table
from detente.briefing.tables import Col, table, texts_of
from detente.briefing.view import CaseView
from detente.words.names import region_name, region_table

TOLD, LEFT_OUT = 640, 360
"""Letters for what happens in all ways on together, and for what the numbers leave out."""


_say, _texts = partial(text.say, "briefing/annex/scenarios"), partial(texts_of, "briefing/annex/scenarios")


def sections(case: CaseView) -> list[Section]:
    """What happens on each way, what the numbers hold, a table and a map; none where nothing can be reached."""
    known = ways.moving(case)
    blocks: list[Block] = [Para(lede(case), kind="lede"), Items(tuple(what_happens(case)))]
    if known:
        blocks.append(worth_table(case, known))
        drawn = map_figure(case)
        blocks += [drawn] if drawn else []
        blocks += [Para(t) for t in (first_year(case),) if t]
    beside = ways.unreached(case)
    if beside:
        blocks.append(Para(_say("for_scale", titles=[ways.title(case, s) for s in beside]), kind="note"))
    return [Section("ways-on", _say("title", many=len(ways.reached(case))), tuple(blocks))]


def lede(case: CaseView) -> str:
    """The likeliest way on, and what the best and the worst are worth to the world."""
    odds, known, none = ways.chances(case), ways.pair(case), ways.none_of_them(case)
    likely = next(iter(odds), None)
    return _say(
        "lede",
        case=case,
        likely=None if likely is None else ways.title(case, likely),
        odds=None if likely is None else odds[likely],
        nothing=none if none and likely and none.value > odds[likely].value else None,
        ends=[(ways.title(case, s), ways.dollars(case, "WORLD", s).value) for s in known],
    )


def what_happens(case: CaseView) -> list[Para]:
    """A line a way on: what happens, its chance, and what of it is not in the numbers."""
    odds, listed = ways.chances(case), ways.reached(case)
    told = []
    for s in listed:
        scenario = case.dossier.scenario(s)
        outside = [] if s in case.idle else [p.text.rstrip(".") for p in scenario.provisions if not p.modelled]
        # the summary of the dossier, cut where the ways on would not fit together
        summary = text.clipped(scenario.summary.strip(), TOLD // len(listed))
        said = _say(
            "way",
            summary=summary,
            outside=fitting(outside, LEFT_OUT // len(listed)),
            left=len(outside),
            provisions=len(scenario.provisions),
            yardstick=case.lawful(s),
            idle=s in case.idle,
        )
        told.append(Para(said, _say("way_lead", what=scenario.title, odds=odds.get(s)), cites=scenario.sources))
    return told


def fitting(told: list[str], letters: int) -> list[str]:
    """The first of them that fit, one at least.

    >>> fitting(["a forum", "a timetable", "a visit"], 20)
    ['a forum', 'a timetable']
    """
    return [t for k, t in enumerate(told) if k == 0 or sum(map(len, told[: k + 1])) <= letters]


def worth_table(case: CaseView, shown: tuple[str, ...]) -> Table:
    """Real income in dollars, economies × scenarios that move; an economy that none of them moves is left out."""
    codes = (*case.trio, "WORLD")
    known = {s: {code: ways.dollars(case, code, s) for code in codes} for s in shown}
    rows = [c for c in codes if any(ways.two(known[s][c].value) != "0" for s in shown)]
    still = [text.name(c) for c in codes if c not in rows]
    columns = [
        Col("", [Cell(text.capital(text.short_name(c)), strong=True) for c in rows]),
        *(
            Col(
                ways.title(case, s),
                [ways.ranged(known[s][c]) for c in rows],
                "",
                [
                    [
                        case.row(c, s, "real income", f"billion USD of {case.dollars} a year", known[s][c]),
                        case.row(c, s, "real income", "%", case.income(c, s)),
                    ]
                    for c in rows
                ],
                number=True,
            )
            for s in shown
        ),
    ]
    told = _texts("worth", case=case, year=case.dollars, still=still, yardstick=any(map(case.lawful, ways.reached(case))))
    return table(case, "annex-ways-on", told, columns)


def map_figure(case: CaseView) -> Figure | None:
    """One map: the worst way on against the law by itself; none where it would be blank but for a few."""
    places = region_table()
    regions = [r for r in case.world.regions if "tile" in places.get(r, {})]
    values = {r: float(case.outcome(ways.main(case)).real_income[r]) for r in regions}
    if sum(not text.is_tiny(v) for v in values.values()) <= len(regions) / 4:
        return None
    edges = forms.thresholds(list(values.values()))
    frame = pd.DataFrame(
        [
            {
                "panel": "", "code": r, "column": places[r]["tile"][0], "row": places[r]["tile"][1], "value": v,
                "text": forms.tile_number(v, 1 if abs(v) >= 0.995 else 2), "step": forms.step(v, edges),
            }
            for r, v in values.items()
        ]
    )  # fmt: skip
    up, down, still = text.signs(values)
    told = _texts(
        "map", case=case, worst=ways.title(case, ways.main(case)), up=up, down=down, still=still, values=values,
        steps=[f"{e:g}" for e in edges],
    )  # fmt: skip
    csv = case.file("annex-map", told.file, [case.row(r, ways.main(case), "real income", "%", v) for r, v in values.items()])
    order = sorted(values, key=lambda r: values[r])
    shown = {region_name(r): text.fixed(values[r], 2, signed=True) for r in (*order[:3], *order[-2:])}
    return figure(
        "fig-annex-map", told.title, told.subtitle, case.note(csv), forms.alt_text(f"{told.title}.", shown), csv,
        lambda w: forms.tiles(frame, w, across=1),
    )  # fmt: skip


def first_year(case: CaseView) -> str:
    """The first year beside the later ones in the worst scenario; nothing where the path has no answer."""
    spans = list(case.path(ways.main(case)).stretches())[:2]
    if len(spans) < 2:
        return ""
    moves = []
    for code in case.trio:
        one, more = (case.income_over(k, code, ways.main(case)) for k in spans)
        if math.isfinite(one.value) and math.isfinite(more.value) and not (text.is_tiny(one.value) and text.is_tiny(more.value)):
            moves.append((code, one.value, more.value))
    labels = [case.path(ways.main(case)).stretches()[k].label for k in spans]
    return _say("first_year", worst=ways.title(case, ways.main(case)), moved=moves, labels=labels) if moves else ""
