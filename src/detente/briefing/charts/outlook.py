"""Figures of the outlook: the tree of the talks and the fan of real income, for the briefing and for files of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from detente import words as text
from detente.briefing.charts import fan as fan_chart, tree as tree_chart
from detente.briefing.charts.figures import figure
from detente.briefing.charts.forms import alt_text
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Figure
from detente.briefing.sections.foresight import Prepared, branch
from detente.briefing.view import CaseView
from detente.outlook.outlook import Outlook
from detente.outlook.tree import Tree
from detente.words import chance


def tree_figure(case: CaseView, p: Prepared) -> Figure:
    """The tree of the talks, independent forks below."""
    listed = p.talks.to_frame().assign(unit="probability, 0 to 1")
    csv = case.shelf.add("outlook-tree", "The tree of the talks: every path with its probability", listed)
    order = [s.id for s in case.dossier.scenarios]
    return draw_tree(p.look, p.talks, order, case.best, case.worst, lambda extra: case.note(csv, extra), csv)


def draw_tree(
    look: Outlook, talks: Tree, order: Sequence[str], best: str, worst: str, note: Callable[[str], str], csv: str
) -> Figure:
    """The tree as a figure: `order` of the scenarios in the key, `note` puts a footnote around a remark, `csv` names the data."""
    named = [*(s for s in order if s in look.scenarios), *(s for s in look.scenarios if s not in order)]
    colour = tree_chart.colours(named, best, worst)
    classes = {}
    for s in named:
        e = look.scenarios[s]
        told = text.capital(s.replace("-", " "))
        classes[s] = (f"{told} {chance(e.value)} ({100 * e.low:.0f} to {100 * e.high:.0f})", colour[s])
    strips = [
        (
            tree_chart.strip_title(f.date, f.title),
            [(b.title, look.tree.odds[f.id][b.id][1], bool(b.changes)) for b in f.branches],
        )
        for f in look.tree.forks.values()
        if f.independent
    ]
    rare, together = tree_chart.small_ends(talks)
    first = next(n for n in talks.nodes if not n.path)
    likeliest = max(first.odds, key=lambda b: first.odds[b])
    title = f"“{branch(look, likeliest)}” is the likeliest next step ({chance(first.odds[likeliest])})"
    subtitle = (
        f"Width: chance of getting there, as seen on {text.day(look.on)}; colour: what the path counts as from there; dates in "
        "order, not to scale"
    )
    extra = "Percent: chance from today."
    if rare:
        ends = text.capital(text.count(rare, "end"))
        extra += f" {ends} below {100 * tree_chart.SHOWN:.0f}{text.THIN}% each, {chance(together)} together, carry no figure."
    if strips:
        extra += " Bars below: forks that do not hang on the talks."
    return figure(
        "fig-tree",
        title,
        subtitle,
        note(extra),
        tree_chart.told(talks, f"{title}. {subtitle}."),
        csv,
        lambda w: tree_chart.draw(talks, w, classes, strips),
    )


def fan_figure(case: CaseView, look: Outlook) -> Figure:
    """Expected real income over the months for the parties and the host, with the spread over paths."""
    rows: list[dict[str, Any]] = []
    for code in case.trio:
        for r in look.fan(code).to_dict(orient="records"):
            more = {"unit": "% of real income", "relative_to": case.quo, "horizon": look.paths.parameters.name}
            rows.append({"region": code, **{str(k): v for k, v in r.items()}, **more})
    csv = case.shelf.add("outlook-fan", "Expected real income by day of change, with quantiles over paths", pd.DataFrame(rows))
    months = pd.concat([look.monthly(c).assign(region=c, unit="% of real income") for c in case.focus], ignore_index=True)
    monthly = case.shelf.add("outlook-monthly", "The same as averages of calendar months, %", months)
    return draw_fan(look, case.trio, case.run, lambda extra: case.note(csv, f"{extra} By month: data/{monthly}."), csv)


def draw_fan(look: Outlook, codes: Sequence[str], run: str, note: Callable[[str], str], csv: str) -> Figure:
    """The fan of some economies as a figure; `run` names the horizon, the rest as in `draw_tree`."""
    frames = {c: look.fan(c) for c in codes}
    last = {c: float(frame["expected"].iloc[-1]) for c, frame in frames.items()}
    worst = min(codes, key=lambda c: last[c])
    title = f"At the end {text.name(worst)} expects {text.percent(last[worst], signed=True)}"
    if len(codes) > 1:
        title += f", the least of the {_many(codes)}"
    subtitle = (
        f"Real income, percent, against the status quo of {text.day(look.tree.start)}; {run}; line: expectation, dark: half "
        "of the "
        "paths, light: nine in ten"
    )
    panels = [(text.label(c), region_colour(c), frames[c]) for c in codes]
    told = {text.label(c): f"{text.fixed(last[c], 2, signed=True)} at the end" for c in codes}
    return figure(
        "fig-fan",
        title,
        subtitle,
        note("Steps where measures change; each day counts with what its measures would do if they lasted."),
        alt_text(f"{title}. {subtitle}.", told),
        csv,
        lambda w: fan_chart.draw(panels, look.tree.start, look.tree.until, w),
    )


def _many(codes: Sequence[str]) -> str:
    return {2: "two", 3: "three"}.get(len(codes), str(len(codes)))
