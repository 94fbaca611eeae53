r"""Figures of results, for the briefing, for files and for the web: each takes a result and gives a figure.

>>> from detente.cases.compare import compare
>>> from detente.policy.instruments import Policy, Tariff
>>> from detente.world import toy_world
>>> ten = Policy([Tariff(by="AAA", on="BBB", rate=0.1)])
>>> c = compare({"ten": ten}, worlds=[toy_world()], parameters=["medium", "long"])
>>> compared(c, "real income", ["AAA"])["label"].tolist()
['Ten']
>>> from detente.outlook.ensemble.ensemble import ensemble
>>> result = ensemble(Policy([Tariff(by="AAA", on="BBB", rate=0.25)]), 16, world=toy_world())
>>> ensemble_title(result, "policy")
'Policy: the largest loss is that of BBB, −1.5\u2009%'
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from detente import words as text
from detente.briefing.charts import forms as charts
from detente.briefing.charts.figures import COLUMN, figure, made_by
from detente.briefing.charts.ranked import ranked
from detente.briefing.charts.standalone import wrapped
from detente.briefing.charts.theme import COLOUR, by_role, region_colour
from detente.briefing.document import Figure
from detente.cases.baselines import LAW, in_words
from detente.words import DAYS_A_YEAR, N_, _, chance_and_range
from detente.words.names import sector_name

if TYPE_CHECKING:
    from detente.cases.case import Case
    from detente.cases.compare import Comparison
    from detente.equilibrium.indicators import Indicator
    from detente.equilibrium.outcome import Outcome
    from detente.outlook.ensemble.ensemble import Ensemble
    from detente.outlook.outlook import Outlook
    from detente.strategy.deal import Judged, Proposal
    from detente.strategy.nash import TariffSolution
    from detente.strategy.regimes import Regimes
    from detente.strategy.table import AtTheTable
    from detente.strategy.year import Year

REGIMES = {
    "free trade": N_("Free trade"),
    "equal treatment": N_("Equal treatment"),
    "nash": N_("No restraint"),
    "nash, equal treatment": N_("No restraint, equal treatment"),
}
"""Regimes as charts and tables call them."""
LABELS = {
    "steady": N_("No deadline, both bend"),
    "stubborn": N_("Either may never bend"),
    "fixed date": N_("Deadline on a known day"),
    "uncertain date": N_("Deadline on an unsure day"),
    "all": N_("All models alike"),
}
"""Models of the stand-off as charts and tables call them."""
HARDLY = 0.1
"""The world is told of where its span over states is this share of the widest at least."""
SOLVED = 1e-8
"""Points of payoff below which a package is as good as none: what is left of a solve."""
PANELS = 8
"""Regions that a comparison shows at most."""


def _said(part: str, **values: Any) -> str:
    return text.say("briefing/charts/results", part, **values)


def _shown(
    id: str, title: str, subtitle: str, note: str, told: Mapping[str, str], csv: str, draw: Callable[[int], dict[str, Any]],
    *, before: str = "", width: int = COLUMN,
) -> Figure:  # fmt: skip
    """A figure whose alt text is its title, its subtitle (or `before`) and what is `told` of each value."""
    alt = charts.alt_text(before or f"{title}.", told)
    return figure(id, title, subtitle, note or made_by(csv=csv), alt, csv, draw, width=width)


def _rows(panel: str, values: Sequence[tuple[str, float, str]], decimals: int, *, signed: bool = True) -> list[dict[str, Any]]:
    return [
        {"panel": panel, "label": label, "value": v, "colour": colour, "text": text.fixed(v, decimals, signed=signed)}
        for label, v, colour in values
    ]


def _printed(rows: Sequence[dict[str, Any]]) -> int:
    """Give each row its value in words, with as many decimals as the largest needs, which are returned."""
    places = text.places_for(float(row["value"]) for row in rows)
    for row in rows:
        row["text"] = text.fixed(float(row["value"]), places, signed=True)
    return places


def _named(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What a chart of these rows says, by panel and label."""
    return {f"{r['panel']}, {r['label']}" if r["panel"] else str(r["label"]): str(r["text"]) for r in rows}


# -- real income and output --------------------------------------------------------------------------------------------
@by_role
def income_figure(
    case: Case, codes: Sequence[str] = (), *, scenarios: Sequence[str] = (), subtitle: str = "", note: str = "", csv: str = ""
) -> Figure:
    """Real income by scenario with ranges: dots. Default: the parties, the host, its group and the world, in every scenario."""
    rows: list[dict[str, Any]] = []
    for s in scenarios or case.ids:
        for code in codes or case.focus:
            members = case.members(code)
            low, value, high = case.world_range(s) if code == "WORLD" else case.world_range(s, members)
            cell = {"panel": text.capital(s.replace("-", " ")), "label": text.label(code), "value": value, "code": code}
            ends = {"low": low, "high": high, "colour": region_colour(code)}
            rows.append({**cell, **ends})
    places = _printed(rows)
    top = max(rows, key=lambda r: abs(r["value"]))
    title = _said("income_still")
    if not text.is_tiny(top["value"], places):
        title = _said("income_title", scenario=top["panel"], value=top["value"], code=top["code"], places=places)
    told = {
        name: f"{t} ({text.to(text.fixed(r['low'], places), text.fixed(r['high'], places))})"
        for (name, t), r in zip(_named(rows).items(), rows, strict=True)
    }
    frame = pd.DataFrame(rows)
    subtitle = subtitle or _said("income_subtitle", against=in_words(LAW, case.dossier), horizon=case.parameters.name)
    return _shown(
        "fig-income", title, subtitle, note, told, csv,
        lambda w: charts.dots(frame, w, label_width=112 if w > 500 else 104, across=2 if w > 500 else 1),
    )  # fmt: skip


def economies_figure(
    outcome: Outcome, codes: Sequence[str] = (), *, indicator: str = "real_income", most: int = 12, also: Sequence[str] = (),
    ranges: Mapping[str, tuple[float, float]] | None = None, subtitle: str = "", note: str = "", csv: str = "",
) -> Figure:  # fmt: skip
    """An indicator by economy: bars, the largest rise first. Default: the `most` economies it moves most, and those in `also`.

    `ranges` are the lowest and highest value by economy, drawn as thin lines. Money is in billion.
    """
    chosen = _indicator(indicator)
    scale = 1000.0 if chosen.unit.startswith("million") else 1.0
    known = chosen.read(outcome) / scale
    shown = codes or dict.fromkeys([*_largest(known, most).index, *(c for c in also if c in known.index)])
    series = known.loc[list(shown)]
    values = [(text.label(str(c)), float(v), region_colour(str(c))) for c, v in series.sort_values(ascending=False).items()]
    places = text.places_for(series)
    rows = _rows("", values, places)
    if ranges:
        for row, code in zip(rows, series.sort_values(ascending=False).index, strict=True):
            row["low"], row["high"] = (x / scale for x in ranges[str(code)])
    top = str(series.abs().idxmax())
    unit = chosen.unit.replace("million", "billion")
    title = _said("economies_title", indicator=chosen, unit=unit, code=top, value=float(series[top]), places=places)
    subtitle = subtitle or _said("economies_subtitle", indicator=chosen, unit=unit, many=len(values), ranged=bool(ranges))
    return _bars("fig-economies", title, subtitle, note, csv, rows)


def _indicator(name: str) -> Indicator:
    from detente.equilibrium.indicators import indicator

    return indicator(name)


class Ranked(NamedTuple):
    """A bar of a ranking: whose, how long, what is printed, and the ends of its range where there are any."""

    code: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None


def ranked_figure(bars: Sequence[Ranked], title: str, subtitle: str, *, note: str = "", csv: str = "") -> Figure:
    """Economies in the order given, as bars, with what is printed beside each."""
    rows: list[dict[str, Any]] = []
    for b in bars:
        ends = {} if b.low is None or b.high is None else {"low": b.low, "high": b.high}
        plain = {"panel": "", "label": text.label(b.code), "value": b.value, "colour": region_colour(b.code), "text": b.text}
        rows.append({**plain, "low": b.value, "high": b.value, **ends})
    return _bars("fig-answer", title, subtitle, note, csv, rows)


def output_figure(outcome: Outcome, region: str, *, most: int = 12, subtitle: str = "", note: str = "", csv: str = "") -> Figure:
    """Output of one region by sector: bars, the largest gain first; the `most` sectors it moves most."""
    series = _largest(outcome.output.T[region], most)
    colour = region_colour(region)
    values = [(text.capital(sector_name(str(s))), float(v), colour) for s, v in series.sort_values(ascending=False).items()]
    top = str(series.abs().idxmax())
    places = text.places_for(series)
    title = _said("sectors_title", region=region, sector=top, value=float(series[top]), places=places)
    subtitle = subtitle or _said("sectors_subtitle", many=len(values))
    return _bars("fig-output", title, subtitle, note, csv, _rows("", values, places), label=(236, 150))


def _largest(series: pd.Series, most: int) -> pd.Series:
    """The `most` values furthest from zero; what is not there (no output before) is left out."""
    known = series.dropna()
    return known.loc[known.abs().sort_values(ascending=False, kind="stable").index[:most]]


def _bars(
    id: str, title: str, subtitle: str, note: str, csv: str, rows: Sequence[Mapping[str, Any]],
    *, label: tuple[int, int] = (150, 116),
) -> Figure:  # fmt: skip
    """Bars; `label` is the room for their names in px on a wide and on a narrow page."""
    return _shown(
        id, title, subtitle, note, _named(rows), csv,
        lambda w: charts.bars(pd.DataFrame(rows), w, label_width=label[w <= 500]),
    )  # fmt: skip


# -- one state, and states beside each other ---------------------------------------------------------------------------
class Pair(NamedTuple):
    """One party's mean duty on another's goods, percent: before, and after."""

    by: str
    on: str
    before: float
    after: float


class Part(NamedTuple):
    """What one measure contributes to a figure, and whose measure it is (empty: nobody's)."""

    label: str
    value: float
    party: str = ""


class Ranged(NamedTuple):
    """One economy's value in one state, with its range (both ends the value where none is known)."""

    code: str
    state: str
    low: float
    value: float
    high: float


def duties_figure(pairs: Sequence[Pair], *, note: str = "", csv: str = "") -> Figure:
    """Mean duties between parties before and after: bars, a panel a pair."""
    rows: list[dict[str, Any]] = []
    for p in pairs:
        panel = _said("pair", by=p.by, on=p.on)
        values = [(_said("before"), p.before, "zero"), (_said("after"), p.after, region_colour(p.by))]
        rows += _rows(panel, values, 1, signed=False)
    moved = [p for p in pairs if abs(p.after - p.before) >= 0.05]
    title, subtitle = _said("duties_title", moved=moved), _said("duties_subtitle")
    return _shown(
        "fig-duties", title, subtitle, note, _named(rows), csv,
        lambda w: charts.bars(pd.DataFrame(rows), w, label_width=76, beside=w > 500),
    )  # fmt: skip


def drivers_figure(parts: Sequence[Part], region: str, total: float, *, together: float = 0.0, run: str = "", note: str = "",
                   csv: str = "") -> Figure:  # fmt: skip
    """What each measure contributes to real income of a region, percentage points: bars, the largest first; `together` is what
    they come to beyond that.
    """
    order = sorted(parts, key=lambda p: -abs(p.value))
    places = text.places_for([*(p.value for p in order), total])
    title = _said("drivers_title", first=order[0], region=region, total=total, places=places)
    if not text.is_tiny(together, places):
        order.append(Part(_said("together"), together))
    rows = _rows("", [(p.label, p.value, region_colour(p.party) if p.party else "zero") for p in order], places)
    subtitle = _said("drivers_subtitle", region=region, run=run)

    def draw(width: int) -> dict[str, Any]:
        room = min(300, int(0.46 * width))
        lines = [{**row, "label": "\n".join(wrapped(row["label"], 12.5, 0.9 * room)[:2])} for row in rows]
        return charts.bars(pd.DataFrame(lines), width, label_width=room, row=34)

    return _shown("fig-drivers", title, subtitle, note or _said("drivers_note"), _named(rows), csv, draw)


def states_figure(values: Sequence[Ranged], *, subtitle: str = "", note: str = "", csv: str = "") -> Figure:
    """Real income of some economies in several states: dots with ranges, a panel an economy."""
    rows = [
        {
            "panel": text.label(v.code), "label": v.state, "value": v.value, "low": v.low, "high": v.high,
            "colour": region_colour(v.code),
        }
        for v in values
    ]  # fmt: skip
    places = _printed(rows)
    spans = []
    for code in dict.fromkeys(v.code for v in values):
        of = sorted((v for v in values if v.code == code), key=lambda v: v.value)
        spans.append((of[0], of[-1]))
    told, most = spans[-1], max(spans, key=lambda s: s[1].value - s[0].value)
    if told[1].value - told[0].value < HARDLY * (most[1].value - most[0].value):  # the world hardly moves
        told = most
    ends = {"worst": told[0], "best": told[1], "places": places}
    ranged = any(v.high > v.low for v in values)
    frame = pd.DataFrame(rows)
    return _shown(
        "fig-states", _said("states_title", **ends), subtitle or _said("states_subtitle", ranged=ranged), note, _named(rows), csv,
        lambda w: charts.dots(frame, w, label_width=112 if w > 500 else 104, across=2 if w > 500 else 1),
    )  # fmt: skip


# -- what may come -----------------------------------------------------------------------------------------------------
def ends_figure(look: Outlook, *, note: str = "", csv: str = "") -> Figure:
    """Probability of each scenario in the end with its range over the odds: bars, the likeliest first."""
    tone = dict(zip(look.ranking, ("p3", *("zero",) * (len(look.ranking) - 2), "n3"), strict=False))
    rows = [
        {
            "panel": "", "label": text.capital(s.replace("-", " ")), "value": 100 * e.value, "low": 100 * e.low,
            "high": 100 * e.high, "colour": tone[s], "text": str(e.percent),
        }
        for s, e in look.odds_from_today.items()
    ]  # fmt: skip
    top = next(iter(look.odds_from_today.values()))
    title = _said("ends_title", likeliest=rows[0]["label"], probability=top.value, whole=top.percent)
    subtitle = _said("ends_subtitle", until=look.tree.until, on=look.on)
    return _bars("fig-ends", title, subtitle, note or _said("odds_ranges"), csv, rows)


@by_role
def expected_figure(look: Outlook, *, note: str = "", csv: str = "") -> Figure:
    """Expected real income of those in focus, with its range over the odds: bars."""
    found = {code: look.expected(code) for code in look.focus}
    rows: list[dict[str, Any]] = [
        {
            "panel": "", "label": text.label(code), "value": e.value, "low": e.low, "high": e.high, "colour": region_colour(code),
        }
        for code, e in found.items()
    ]  # fmt: skip
    places = _printed(rows)
    lowest = min(found, key=lambda code: found[code].value)
    title = _said("expected_title", code=lowest, value=found[lowest].value, places=places)
    when = {"start": look.tree.start, "until": look.tree.until, "horizon": look.paths.parameters.name}
    subtitle = _said("expected_subtitle", **when, base=look.paths.base)
    return _bars("fig-expected", title, subtitle, note or _said("odds_ranges"), csv, rows)


# -- tariffs, regimes, deals -------------------------------------------------------------------------------------------
def joined(specs: Sequence[dict[str, Any]], gap: float, *, beside: bool) -> dict[str, Any]:
    """Specifications side by side or below each other, each with its own scales and data."""
    data: dict[str, Any] = {}
    views = []
    for k, spec in enumerate(specs):
        data |= {f"{k}-{name}": rows for name, rows in spec["datasets"].items()}
        views.append(_renamed({key: value for key, value in spec.items() if key != "datasets"}, k))
    own = {"scale": {"x": "independent", "y": "independent"}}
    return {"hconcat" if beside else "vconcat": views, "spacing": gap, "resolve": own, "datasets": data}


def _renamed(part: Any, k: int) -> Any:
    if isinstance(part, dict):
        return {
            key: {"name": f"{k}-{value['name']}"} if key == "data" and "name" in value else _renamed(value, k)
            for key, value in part.items()
        }
    return [_renamed(x, k) for x in part] if isinstance(part, list) else part


def rates_figure(found: TariffSolution, subtitle: str, *, note: str = "", csv: str = "") -> Figure:
    """Mean rate and change of real income by player, the highest rate first."""
    frame = found.to_frame().sort_values("mean rate, %", ascending=False)
    codes = [str(code) for code in frame.index]
    rates = [(text.label(c), float(v), region_colour(c)) for c, v in zip(codes, frame["mean rate, %"], strict=True)]
    incomes = [(text.label(c), float(v), region_colour(c)) for c, v in zip(codes, frame["real income, %"], strict=True)]
    left = _rows(_("Mean rate, %"), rates, 1, signed=False)
    right = _rows(_("Real income, %"), incomes, 2)
    low, high = float(frame["mean rate, %"].min()), float(frame["mean rate, %"].max())
    title = _said("rates_title", players=len(codes), player=codes[0], low=low, high=high)

    def draw(width: int) -> dict[str, Any]:
        wide = width > 500
        label = 150 if wide else 116
        half = (width - 16 + label * 0.75) / 2 if wide else width
        first = charts.bars(pd.DataFrame(left), half, label_width=label)
        second = charts.bars(pd.DataFrame(right), width - 16 - half if wide else width, label_width=4 if wide else label)
        if wide:
            second = _without_labels(second)
        return joined([first, second], 16, beside=wide)

    return figure("fig-nash", title, subtitle, note, charts.alt_text(f"{title}.", _named([*left, *right])), csv, draw)


def _without_labels(spec: Any) -> Any:
    """A copy whose vertical axes carry no labels (the chart beside it has them)."""
    if isinstance(spec, dict):
        return {
            key: {**value, "axis": None} if key == "y" and isinstance(value, dict) and "sort" in value else _without_labels(value)
            for key, value in spec.items()
        }
    return [_without_labels(x) for x in spec] if isinstance(spec, list) else spec


def regimes_figure(found: Regimes, shown: Sequence[tuple[str, str, Sequence[str] | None]], subtitle: str, *, note: str = "",
                   csv: str = "") -> Figure:  # fmt: skip
    """Real income by regime; `shown` is (label, colour, members or None for the world), one bar each a regime."""
    rows: list[dict[str, Any]] = []
    for regime in found.outcomes:
        values = [(label, found.cost(members, regime)[0], colour) for label, colour, members in shown]
        rows += _rows(_(REGIMES.get(regime, regime)), values, 2)
    title = _said("regimes_title", world=found.cost(regime="nash")[0])
    frame = pd.DataFrame(rows)
    across = frame["panel"].nunique()
    return figure(
        "fig-regimes", title, subtitle, note, charts.alt_text(f"{title}.", _named(rows)), csv,
        lambda w: charts.bars(frame, w, label_width=112 if w > 500 else 104, beside=w > 500 and across < 4),
    )  # fmt: skip


@by_role
def gains_figure(
    deal: Proposal, subtitle: str = "", *, title: str = "", others: int = 3, note: str = "", csv: str = "", id: str = "fig-deal"
) -> Figure:
    """Who gains and who loses by a proposal, USD billion a year: the parties, and the bystanders it moves most."""
    frame = deal.by_region()["million USD a year"] / 1000
    away = deal.bystanders()["million USD a year"] / 1000
    losers = [str(c) for c in away.index[:others] if away[c] < 0]
    winners = [str(c) for c in away.index[::-1][:others] if away[c] > 0 and c not in losers]
    values = [(text.label(c), float(frame[c]), region_colour(c)) for c in (*deal.parties, *winners, *losers)]
    alone = [e.over_best_unilateral / 1000 for e in deal.in_money()]
    title = title or _said("gains_title", parties=deal.parties, gains=[float(frame[p]) for p in deal.parties], alone=alone)
    rows = [row | {"text": text.two_digits(row["value"])} for row in _rows("", values, 1)]
    return _bars(id, title, subtitle or _said("gains_subtitle"), note, csv, rows)


def _plane(width: float, height: float, x: tuple[str, tuple[float, float]], y: tuple[str, tuple[float, float]]) -> Any:
    """Two axes with a title and a domain each, and the size between them."""

    def axis(field: str, what: str, domain: tuple[float, float]) -> dict[str, Any]:
        style = {"title": what, "titleFontSize": 12, "titleColor": COLOUR["muted"], "titleFontWeight": "normal", "grid": True,
                 "gridColor": COLOUR["rule"], "tickCount": 5}  # fmt: skip
        return charts.number(field, scale={"domain": list(domain), "nice": False}, axis=style)

    return axis("x", *x), axis("y", *y), {"width": width - 64, "height": height}


def frontier_figure(
    points: pd.DataFrame, parties: Sequence[str], deal: Sequence[float], subtitle: str, *, solution: str = "nash", note: str = "",
    csv: str = "",
) -> Figure:  # fmt: skip
    """Gains of two parties along their frontier, with no deal (0, 0) and the deal struck."""
    a, b = parties
    path = pd.DataFrame({"x": points[f"gain of {a}, %"], "y": points[f"gain of {b}, %"]}).sort_values("x")
    marks = pd.DataFrame(
        [
            {"x": 0.0, "y": 0.0, "fill": COLOUR["other"], "text": _("no deal")},
            {"x": deal[0], "y": deal[1], "fill": COLOUR["mys"], "text": _("the deal")},
        ]
    )
    title = _said("frontier_title", parties=parties, deal=deal)
    named = {
        _("at {0} for {1}").format(text.percent(px), text.name(a)): text.percent(py)
        for px, py in zip(path["x"], path["y"], strict=True)
    }

    def draw(width: int) -> dict[str, Any]:
        sheet = charts.Sheet()
        top = [1.12 * max(float(path[k].max()), at) for k, at in zip("xy", deal, strict=True)]
        axes = [(_said("frontier_axis", party=p), (-0.04 * t, t)) for p, t in zip(parties, top, strict=True)]
        across, up, size = _plane(width, min(360, width * 0.62), *axes)
        line = charts.mark(
            sheet.rows(path), "line", {"color": COLOUR["ink"], "strokeWidth": 1.8, "interpolate": "monotone"}, x=across, y=up
        )
        data = sheet.rows(marks)
        dot = charts.mark(data, "circle", {"size": 90, "opacity": 1}, x=across, y=up, color=charts.as_given("fill"))
        label = charts.mark(data, "text", {"align": "left", "dx": 9, "dy": -9}, x=across, y=up, text=charts.name("text"))
        return {**sheet.layer(line, dot, label, **size), "datasets": sheet.datasets}

    alt = charts.alt_text(f"{title}. {solution} solution.", named)
    return figure("fig-frontier", title, subtitle, note, alt, csv, draw)


def zone(deal: Proposal, by: Judged | None = None) -> pd.DataFrame:
    """Every package solved: the gains of both parties over no deal (x, y; points), whether it is the one proposed, and whether
    no other is at least as good for both.
    """
    base = deal.payoffs(deal.without, by)
    gains = {levels: deal.payoffs(w, by) - base for levels, w in deal.packages.solved.items()}
    rows = [(levels == deal.found.levels, *np.where(np.abs(g) < SOLVED, 0.0, g)) for levels, g in gains.items()]
    frame = pd.DataFrame(rows, columns=["chosen", "x", "y"]).astype({"x": float, "y": float})
    x, y = frame["x"].to_numpy(), frame["y"].to_numpy()
    better = (x[None] >= x[:, None]) & (y[None] >= y[:, None]) & ((x[None] > x[:, None]) | (y[None] > y[:, None]))
    return frame.assign(edge=~better.any(axis=1) & (x > 0) & (y > 0))


@by_role
def zone_figure(deal: Proposal, by: Judged | None = None, *, subtitle: str = "", note: str = "", csv: str = "") -> Figure:
    """The deal zone: gains of both parties over no deal, a dot a package that was solved; those both gain by in colour."""
    frame = zone(deal, by)
    good = (frame["x"] > 0) & (frame["y"] > 0)
    shown = frame
    if good.any():  # what lies far outside the gains of both would squeeze them into a corner
        far = [1.6 * float(frame.loc[good, k].max()) for k in "xy"]
        shown = frame[frame["chosen"] | ((frame["x"].abs() <= far[0]) & (frame["y"].abs() <= far[1]))]
    shown = shown.assign(fill=[COLOUR["mys" if c else "ink" if g else "other"] for c, g in zip(shown["chosen"], good[shown.index],
                                                                                         strict=True)])  # fmt: skip
    shown = shown.assign(size=[110 if c else 36 for c in shown["chosen"]]).sort_values("chosen", kind="stable")
    judged = by or deal.judged_by
    title = _said("zone_title", both=int(good.sum()), many=len(frame))
    told = {}
    if frame["chosen"].any():
        gains = frame.loc[frame["chosen"], ["x", "y"]].to_numpy(dtype=float)[0]
        both = zip(deal.parties, map(float, gains), strict=True)
        named = [f"{text.name(p)} {text.fixed(g, 3, signed=True)}" for p, g in both]
        told[f"{text.capital(_('the proposal'))}:"] = text.join(named)

    def draw(width: int) -> dict[str, Any]:
        sheet = charts.Sheet()
        axes = []
        for k, party in zip("xy", deal.parties, strict=True):
            low, high = min(0.0, float(shown[k].min())), max(0.0, float(shown[k].max()))
            room = (high - low) or 1.0
            axes.append((_said("zone_axis", party=party), (low - 0.06 * room, high + 0.09 * room)))
        across, up, size = _plane(width, min(420, width * 0.66), *axes)
        zero = sheet.rows(pd.DataFrame({"x": [0.0], "y": [0.0], "text": [_("no deal")]}))
        line = {"color": COLOUR["zero"], "strokeWidth": 1.2}
        views = [charts.mark(zero, "rule", line, x=across), charts.mark(zero, "rule", line, y=up)]
        edge = shown[shown["edge"]].sort_values("x")
        if len(edge) > 1:
            views.append(charts.mark(sheet.rows(edge), "line", {"color": COLOUR["ink"], "strokeWidth": 1.4}, x=across, y=up))
        views.append(
            charts.mark(
                sheet.rows(shown), "circle", {"opacity": 0.9}, x=across, y=up, color=charts.as_given("fill"),
                size=charts.number("size", scale=None, legend=None),
            )
        )  # fmt: skip
        chosen = shown[shown["chosen"]].assign(text=_("the proposal"))
        style = {"align": "center", "dy": -13}
        for rows in (zero, *([sheet.rows(chosen)] if len(chosen) else [])):
            views.append(charts.mark(rows, "text", style, x=across, y=up, text=charts.name("text")))
        return {**sheet.layer(*views, **size), "datasets": sheet.datasets}

    return _shown("fig-zone", title, subtitle or _said("zone_subtitle", judged=judged), note, told, csv, draw)


@by_role
def payoffs_figure(case: AtTheTable, *, subtitle: str = "", note: str = "", csv: str = "") -> Figure:
    """Payoffs of both parties at every pair of stances: bars, a panel a stance of the second party, pairs nobody leaves alone
    in the title.
    """
    table, (a, b) = case.table, case.parties
    first, second = payoffs = table.bimatrix()
    best = [first == first.max(axis=0, keepdims=True), second == second.max(axis=1, keepdims=True)]
    still = [(table.stances[0][i], table.stances[1][j]) for i, j in np.argwhere(best[0] & best[1])]
    largest = max(float(np.abs(p).max()) for p in payoffs)
    places = 2 if largest >= 1 else 3
    rows: list[dict[str, Any]] = []
    for (i, one), (j, two) in itertools.product(*map(enumerate, table.stances)):
        panel = f"{text.label(b)}: {two}"
        values = [(f"{one}: {text.label(p)}", float(m[i, j]), region_colour(p)) for p, m in zip((a, b), payoffs, strict=True)]
        rows += _rows(panel, values, places)
    title = _said("payoffs_title", parties=(a, b), still=still)
    subtitle = subtitle or _said("payoffs_subtitle", parties=(a, b), law=table.against == LAW, when=table.clock.tell())
    told = {_("{0} if {1}").format(r["label"], r["panel"]): str(r["text"]) for r in rows}
    frame = pd.DataFrame(rows)
    frame = frame.sort_values("panel", key=lambda s: s.map({p: k for k, p in enumerate(dict.fromkeys(frame["panel"]))}),
                              kind="stable")  # fmt: skip
    return _shown(
        "fig-payoffs", title, subtitle, note, told, csv,
        lambda w: charts.bars(frame, w, label_width=164 if w > 500 else 132, beside=w > 500),
    )  # fmt: skip


# -- packages beside each other, ensembles -----------------------------------------------------------------------------
def compared(comparison: Comparison, indicator: str, regions: Sequence[str]) -> pd.DataFrame:
    """One row a region and package: the first cell's value, and the lowest and highest over worlds and parameter sets."""
    from detente.cases.compare import INDICATORS

    frame = comparison.frame[comparison.frame["indicator"] == indicator]
    scale = 1000.0 if INDICATORS[indicator][0].startswith("million") else 1.0
    found = []
    for region in list(regions)[:PANELS]:
        for package, part in frame[frame["region"] == region].groupby("package", sort=False):
            values = part["value"] / scale
            value = float(values.iloc[0])
            ends = {"low": float(values.min()), "high": float(values.max())}
            told = {"panel": text.label(region), "label": text.capital(str(package).replace("-", " ")), "value": value}
            found.append({**told, **ends, "colour": region_colour(region), "text": text.fixed(value, 2, signed=True)})
    return pd.DataFrame(found)


def comparison_figure(comparison: Comparison, indicator: str, regions: Sequence[str]) -> Figure:
    """Packages beside each other: one panel a region (at most eight), a dot a package, a thin line over worlds and parameters."""
    from detente.cases.compare import INDICATORS

    frame = compared(comparison, indicator, regions)
    unit = INDICATORS[indicator][0].replace("million", "billion")
    first = comparison.frame.iloc[0]
    spread = comparison.spread(indicator)
    spread = spread[spread.index.isin(list(regions)[:PANELS])]
    several = len(set(comparison.frame["world"])) * len(set(comparison.frame["parameters"])) > 1
    by, run = float(spread["all"].iloc[0]), {"parameters": first["parameters"], "world": str(first["world"])}
    title = _said("compare_title", indicator=indicator, widest=str(spread.index[0]), by=by, unit=unit)
    subtitle = _said("compare_subtitle", indicator=indicator, unit=unit, **run)
    note = _said("compare_note", several=several, left=len(regions) - PANELS)
    told = {f"{r.panel}, {r.label}": str(r.text) for r in frame.itertuples()}
    return figure(
        "fig-compare", title, subtitle, note, charts.alt_text(f"{title}.", told), "",
        lambda w: charts.dots(frame, w, label_width=128 if w > 500 else 104, across=2 if w > 500 else 1),
    )  # fmt: skip


def ensemble_figure(result: Ensemble, quantity: str = "real income") -> Figure:
    """Dots (medians) with thin lines (5 to 95 % of draws) by region, the lowest first; every scenario of the ensemble."""
    rows = []
    for scenario in result.scenarios:
        frame = result.ranges(quantity, scenario).sort_values("median", kind="stable")
        for region, row in frame.iterrows():
            rows.append(
                {
                    "panel": scenario if len(result.scenarios) > 1 else "",
                    "label": "World" if region == "WORLD" else text.label(str(region)),
                    "value": row["median"], "low": row["low"], "high": row["high"], "colour": region_colour(str(region)),
                    "text": text.fixed(float(row["median"]), 2, signed=True),
                }
            )  # fmt: skip
    data = pd.DataFrame(rows)
    unit = next(h.unit for h in result.headlines if h.quantity == quantity)
    told = {
        f"{row['panel']} {row['label']}".strip(): f"{row['text']} ({text.to(*(text.fixed(row[k], 2) for k in ('low', 'high')))})"
        for row in rows
    }
    against = text.join(dict.fromkeys(result.compared_with.values()))
    run = {"horizon": result.horizon, "draws": result.draws, "against": against}
    subtitle = _said("ensemble_subtitle", quantity=quantity, unit=unit, **run)
    failed = len({f.draw for f in result.failed})
    note = _said("ensemble_note", title=result.title, world=result.world, seed=result.seed, failed=failed)
    return _shown(
        "ensemble", ensemble_title(result, result.scenarios[0], quantity), subtitle, note, told, "ensemble.csv",
        lambda w: charts.dots(data, w, label_width=150 if w > 500 else 120),
    )  # fmt: skip


def ensemble_title(result: Ensemble, scenario: str, quantity: str = "real income") -> str:
    """The message, from the numbers: who loses most, or that nobody loses."""
    frame = result.ranges(quantity, scenario)
    single = frame.loc[[r for r in frame.index if r in result.plan.economy.regions]]
    value = float(single["median"].min())
    known = {"value": value, "worst": str(single["median"].idxmin())} if np.isfinite(value) else {"value": None}
    return _said("ensemble_title", scenario=scenario, quantity=quantity, **known)


# -- goods that go round a quarrel -------------------------------------------------------------------------------------
GAINED = N_("Exports gained")


@by_role
def routes_figure(quarrel: Case, scenario: str, csv: str, *, most: int = 14) -> Figure:
    """Exports gained beside content carried, by economy."""
    from detente.strategy.bystanders import overview

    frame, unit = overview(quarrel, scenario), quarrel.world.unit
    content = f"{quarrel.b} content in {scenario}, {unit}"
    top = frame.sort_values(content, ascending=False, kind="stable").head(most)
    panels = ((_(GAINED), f"exports gained to {quarrel.a}, {unit}"), (_said("carried", b=quarrel.b), content))
    rows = [
        (panel, text.label(str(r)), float(v) / 1e3, region_colour(str(r)))
        for panel, column in panels
        for r, v in zip(top.index, top[column], strict=True)
    ]
    largest = {"first": str(top.index[0]), "content": float(top[content].iloc[0])}
    title = _said("routes_title", a=quarrel.a, b=quarrel.b, **largest)
    return _two_panels(quarrel, scenario, f"bystanders-{scenario}", title, rows, csv, len(top), "routes")


@by_role
def route_figure(quarrel: Case, region: str, scenario: str, csv: str, *, most: int = 8) -> Figure:
    """Exports of one economy to the first party: gained in a scenario, beside the content of the second, by sector."""
    from detente.cases.baselines import LAW
    from detente.strategy.transshipment import pass_through
    from detente.strategy.year import rolled

    routes = pass_through(quarrel, scenario)
    known = routes.by_sector(region)
    n, a = quarrel.index(region), quarrel.index(quarrel.a)
    change = quarrel.state(scenario).shipments[n, a] - quarrel.state(LAW).shipments[n, a]
    factor = rolled(quarrel)[1][quarrel.a]  # in the dollars that `overview` has
    gained = factor * pd.Series(change, index=pd.Index(quarrel.world.sectors))
    content = factor * known[f"content, {routes.unit}"]
    shown = [str(s) for s in content.index[:most]]
    panels = (
        (_(GAINED), gained, region_colour(region)),
        (_said("contained", b=quarrel.b), content, region_colour(quarrel.b)),
    )
    rows = [(panel, sector_name(s), float(series[s]) / 1e3, colour) for panel, series, colour in panels for s in shown]
    sums = {"total": float(gained[list(content.index)].sum()), "held": float(content.sum())}
    title = _said("route_title", region=region, a=quarrel.a, b=quarrel.b, **sums)
    return _two_panels(quarrel, scenario, f"bystander-{region.lower()}-{scenario}", title, rows, csv, len(shown), "sectors")


@by_role
def year_figure(
    year: Year, csv: str = "", *, id: str = "fig-year", title: str = "", subtitle: str = "", note: str = "", most: int = 10,
    width: int = 780,
) -> Figure:  # fmt: skip
    """What decides an economy's year: bars of the price of each driver with its span over both closures, chances beside them.

    A forced choice stands in no bar: it would dwarf what is likelier, and nobody has odds for it. Where the sign is not known
    there is a span and no bar.
    """
    shown = [d for d in year.ranked if d.kind != "choice"][:most]
    rows: list[dict[str, Any]] = [
        {
            "panel": "", "label": text.capital(d.title), "value": math.nan if d.price.sign == "not known" else d.price.value,
            "low": d.price.low, "high": d.price.high, "colour": region_colour(d.by[0]) if len(d.by) == 1 else "other",
            "text": _said("year_bar", driver=d),
        }
        for d in shown
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    title, under = title or _said("year_title", year=year), subtitle or _said("year_subtitle", year=year)
    return _shown(
        id, title, under, note, _named([r | {"label": f"“{text.clipped(r['label'], 48)}”"} for r in rows[:4]]), csv,
        lambda w: ranked(frame, w, label_width=0.46 * w if w > 500 else 0.0), before=f"{title}.", width=width,
    )  # fmt: skip


def _two_panels(
    quarrel: Case, scenario: str, id: str, title: str, rows: Sequence[tuple[str, str, float, str]], csv: str, many: int,
    what: str,
) -> Figure:  # fmt: skip
    places = 2 if max((abs(v) for _, _, v, _ in rows), default=0.0) < 10 else 1
    records: list[dict[str, Any]] = [
        {
            "panel": panel, "label": text.capital(label), "value": v, "low": v, "high": v, "colour": colour,
            "text": text.fixed(v, places, signed=panel == _(GAINED)),
        }
        for panel, label, v, colour in rows
    ]  # fmt: skip
    frame = pd.DataFrame(records)
    run = {"horizon": quarrel.parameters.name, "as_of": quarrel.dossier.as_of, "many": many, "what": what}
    subtitle = _said("routes_subtitle", a=quarrel.a, b=quarrel.b, scenario=scenario, **run)
    return _shown(
        id, title, subtitle, _said("routes_note", world=quarrel.world, csv=csv), _named(records), csv,
        lambda w: charts.bars(frame, w, label_width=190 if w > 500 else 130, beside=w > 500), width=780,
    )  # fmt: skip


# -- who gives way -----------------------------------------------------------------------------------------------------
YEARS = tuple(np.round(np.concatenate([np.linspace(0.1, 1.0, 10), np.linspace(1.25, 5.0, 16)]), 4))


def odds_title(case: AtTheTable) -> str:
    """What the chart of the odds shows, in a sentence."""
    one, two = case.parties
    odds = {m: case.odds(m) for m in case.trials.speaking}
    gap = [o.first[1] - o.second[1] for o in odds.values()]
    collapse = sum(o.collapse[1] > max(o.first[1], o.second[1]) for o in odds.values())
    sides = {one: sum(g > 0.005 for g in gap), two: sum(g < -0.005 for g in gap)}
    top = max(sides, key=lambda s: sides[s])
    return _said("odds_title", top=top, likelier=sides[top], models=len(gap), collapse=collapse)


@by_role
def odds_frame(case: AtTheTable) -> pd.DataFrame:
    """One row a panel and model: probability in percent with low and high."""
    rows = []
    for panel, colour, pick in (
        (_("{0} eases first").format(text.short_name(case.parties[0])), region_colour(case.parties[0]), 0),
        (_("{0} eases first").format(text.short_name(case.parties[1])), region_colour(case.parties[1]), 1),
        (_("Talks collapse first"), "other", 2),
    ):
        for model in (*case.trials.models, None):
            o = case.odds(model)
            low, mean, high = (o.first, o.second, o.collapse)[pick]
            rows.append(
                {
                    "panel": panel, "label": _(LABELS[model or "all"]), "value": 100 * mean, "low": 100 * low, "high": 100 * high,
                    "colour": colour, "text": chance_and_range(mean, low, high),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


@by_role
def odds_figure(case: AtTheTable, *, id: str = "fig-standoff", csv: str = "", note: str = "") -> Figure | None:
    """Odds of who gives way first by model, with ranges; None where no model gives odds."""
    if math.isnan(case.odds().first[1]):
        return None
    frame = odds_frame(case)
    told = {f"{r['panel']}, {r['label']}": str(r["text"]) for r in frame.to_dict("records")}
    return _shown(
        id, odds_title(case), _said("odds_subtitle", as_of=case.as_of), note, told, csv,
        lambda w: _within(charts.dots(frame, w, label_width=172 if w > 500 else 150, row=23)),
    )  # fmt: skip


def _within(spec: Any) -> Any:
    """The same drawing without axis marks above 100 percent."""
    if isinstance(spec, dict):
        if isinstance(spec.get("axis"), dict) and "values" in spec["axis"]:
            spec = spec | {"axis": spec["axis"] | {"values": [v for v in spec["axis"]["values"] if v <= 100]}}
        return {k: v if k == "datasets" else _within(v) for k, v in spec.items()}
    return [_within(v) for v in spec] if isinstance(spec, list) else spec


# -- how much the future must count ------------------------------------------------------------------------------------
def needs_frame(case: AtTheTable, kept: str = "deal") -> pd.DataFrame:
    """One row a review period, side and answer: percent that the next review must count, and what it counts."""
    rows = []
    for answer in (N_("fight"), N_("no agreement")):
        found = case.keepings[kept, answer]
        for period in YEARS:
            for k, (s, need) in enumerate(zip(found.sides, found.needs(float(period)), strict=True)):
                rate = case.patience.of(s.party)
                rows.append(
                    {
                        "years between reviews": float(period), "side": s.party, "answer": answer, "place": k,
                        MUST: 100 * need if math.isfinite(need) else math.nan,
                        COUNTS: 100 * math.exp(-rate * period), "tempted": s.tempted,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


MUST, COUNTS = "next review must count, percent", "next review counts, percent"


def needs_title(frame: pd.DataFrame, kept: str) -> str:
    """What the chart shows, in a sentence."""
    tempted = frame[frame["tempted"]]
    fight, alone = (tempted[tempted["answer"] == answer] for answer in ("fight", "no agreement"))
    keeps = bool((fight[MUST] <= fight[COUNTS]).all())
    never = [text.name(str(s)) for s, rows in alone.groupby("side", sort=False) if rows[MUST].isna().all()]
    return _said("needs_title", kept=kept, tempted=len(tempted) > 0, keeps=keeps, never=never)


@by_role
def needs_figure(case: AtTheTable, kept: str = "deal", *, id: str = "fig-needs", csv: str = "", note: str = "") -> Figure:
    """How much the next review must count for each side to keep what was agreed, against the years between reviews."""
    frame = needs_frame(case, kept)
    title = needs_title(frame, kept)
    rates = list(dict.fromkeys(f"{100 * case.patience.of(p):g}{text.THIN}%" for p in case.parties))
    subtitle = _said("needs_subtitle", rates=rates)
    told = {}
    for (side, answer), rows in frame[frame["tempted"]].groupby(["side", "answer"], sort=False):
        at = rows.iloc[[int((rows["years between reviews"] - y).abs().argmin()) for y in (0.25, 1.0, 3.0)]]
        told[_("{0}, answered by {1}").format(text.label(str(side)), _(str(answer)))] = (
            _("nothing is enough") if at[MUST].isna().all() else text.join(f"{text.fixed(v, 0)}{text.THIN}%" for v in at[MUST])
        )
    return _shown(
        id, title, subtitle, note, told or {_("nobody"): _("is tempted")}, csv, lambda w: _needs(frame, w),
        before=_said("needs_alt", title=title, subtitle=subtitle),
    )  # fmt: skip


def _needs(frame: pd.DataFrame, width: float) -> dict[str, Any]:
    sheet = charts.Sheet()
    plot, height = width - 48, 250.0
    x = charts.number(
        "x",
        scale={"domain": [0, max(YEARS) * (1.32 if width > 500 else 1.02)], "nice": False},
        axis={
            "values": [0.25, 1, 2, 3, 4, 5],
            "grid": False,
            "labelExpr": f"datum.value < 1 ? '{text.days(90 / DAYS_A_YEAR)}' : datum.value == 1 ? '{_('1 year')}' : datum.value",
            "labelFlush": False,
        },
    )
    y = charts.number(
        "y", scale={"domain": [0, 100], "nice": False},
        axis={"values": [0, 25, 50, 75, 100], "grid": True, "gridColor": COLOUR["rule"], "labelExpr": "datum.value + ' %'"},
    )  # fmt: skip
    views = []
    labels: list[tuple[float, float, str, str]] = []
    have = frame[(frame["answer"] == "fight")].drop_duplicates(["years between reviews", COUNTS])
    for _side, rows in have.groupby("side", sort=False):
        data = pd.DataFrame({"x": rows["years between reviews"], "y": rows[COUNTS]})
        views.append(charts.mark(sheet.rows(data), "line", {"color": COLOUR["zero"], "strokeWidth": 1.6}, x=x, y=y))
        labels.append((float(data["x"].iloc[-1]), float(data["y"].iloc[-1]), _("what it counts"), COLOUR["muted"]))
    for (side, answer), rows in frame[frame["tempted"]].groupby(["side", "answer"], sort=False):
        kept = rows.dropna(subset=[MUST])
        if not len(kept):
            continue
        colour = COLOUR[region_colour(str(side))]
        data = pd.DataFrame({"x": kept["years between reviews"], "y": kept[MUST]})
        stroke: dict[str, Any] = {"color": colour, "strokeWidth": 2.2} | ({"strokeDash": [5, 3]} if answer != "fight" else {})
        views.append(charts.mark(sheet.rows(data), "line", stroke, x=x, y=y))
        labels.append(
            (float(data["x"].iloc[-1]), float(data["y"].iloc[-1]), f"{text.label(str(side))}, {_(str(answer))}", colour)
        )
    labels.sort(key=lambda item: item[1])
    below = -10.0
    placed = []
    for at, value, words, colour in labels:
        below = max(value, below + 6.5)
        placed.append({"x": at, "y": below, "text": words, "fill": colour})
    wide = width > 500
    style = (
        {"align": "left", "baseline": "middle", "dx": 6} if wide else {"align": "right", "baseline": "bottom", "dx": -2, "dy": -3}
    )
    words_at = sheet.rows(pd.DataFrame(placed))
    views.append(
        charts.mark(words_at, "text", style | {"fontSize": 12}, x=x, y=y, text=charts.name("text"), color=charts.as_given("fill"))
    )
    return sheet.grid([sheet.layer(*views, width=plot, height=height)], 1, 0, 0)
