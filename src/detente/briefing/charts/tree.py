"""The scenario tree as a chart: every path a band as wide as its probability.

Columns are the dates on which the talks may turn, in order and not to scale; a band splits where a fork is met. Colour says what
a path counts as from there on: blue the best case, orange the worst, grey between. Forks of their own (a court, a duty) lie below
as bars, so that they do not multiply the tree.

>>> from detente.outlook.tree import grow
>>> from detente.policy.dossier import load_dossier
>>> tree = grow(load_dossier("kuala-lumpur-2025"), talks_only=True)
>>> levels(tree)
{'kuala-lumpur': 0, 'hundred': 1, 'controls': 1, 'expiry': 2, 'february': 3, 'year': 4}
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from detente.briefing.charts.figures import figure, made_by
from detente.briefing.charts.forms import Sheet, Spec, as_given, end, mark, name, number
from detente.briefing.charts.standalone import measured, wrapped
from detente.briefing.charts.theme import COLOUR, DIVERGING
from detente.briefing.document import Figure
from detente.outlook.tree import STATUS_QUO, Tree
from detente.words import capital, chance, clipped, day as long_day, fixed, join, month, say, to

if TYPE_CHECKING:
    from detente.outlook.outlook import Outlook

PALETTE = {**COLOUR, **DIVERGING}
SIZE = 11.5
LINE = 13.0
LABELLED = 0.035
"""Branches likelier than this have their title on a wide chart, ends likelier than `SHOWN` their percent."""
SHOWN = 0.02
BENDS = 12


@dataclass
class Edge:
    """One branch on one path: where it starts, what follows, and where it lies on the page."""

    path: tuple[str, ...]
    probability: float
    scenario: str
    level: int
    children: list[Edge] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    header: str = ""
    top: float = 0.0
    height: float = 0.0
    y: float = 0.0
    start: float = 0.0

    @property
    def next_level(self) -> int | None:
        """Column where it splits; None where it runs to the end."""
        return self.children[0].level if self.children else None


def levels(tree: Tree) -> dict[str, int]:
    """Column of each fork: one to the right of the last fork it can follow from."""
    out: dict[str, int] = {}
    for name_, fork in tree.forks.items():
        before = [out[tree.branches[b][0].id] for b in fork.after if b in tree.branches]
        out[name_] = 1 + max(before) if before else 0 if not out else 1 + max(out.values())
    return out


def colours(scenarios: Sequence[str], best: str, worst: str) -> dict[str, str]:
    """Colour name of each class: blue the best, orange the worst, greys between."""
    grey = iter(("zero", "other", "rule", "muted"))
    return {s: "p3" if s == best else "n3" if s == worst else next(grey, "muted") for s in scenarios}


def edges(tree: Tree) -> list[Edge]:
    """The first branches, each with what follows from it."""
    at = levels(tree)
    chance = {(): 1.0} | {
        (*n.path, b): n.probability * p for n in tree.nodes for b, p in n.odds.items() if tree.odds[n.fork][b][2] > 0
    }
    after = {n.path: n for n in tree.nodes}
    kept = {leaf.path[:k] for leaf in tree.leaves for k in range(len(leaf.path) + 1)}

    def grown(path: tuple[str, ...], scenario: str) -> list[Edge]:
        node = after.get(path)
        if node is None:
            return []
        out = []
        for b in node.odds:
            further = (*path, b)
            if further in kept:
                counted = tree.branches[b][1].counted or scenario
                own = Edge(further, chance[further], counted, at[node.fork])
                own.children = grown(further, counted)
                out.append(own)
        return out

    return grown((), STATUS_QUO)


def small_ends(tree: Tree) -> tuple[int, float]:
    """How many ends lie below `SHOWN`, and their probability together."""
    rare = [leaf.probability for leaf in tree.leaves if leaf.probability < SHOWN]
    return len(rare), sum(rare)


def draw(
    tree: Tree,
    width: float,
    classes: Mapping[str, tuple[str, str]],
    strips: Sequence[tuple[str, Sequence[tuple[str, float, bool]]]] = (),
) -> Spec:
    """The chart. `tree` without independent forks; `classes`: scenario → (text of the key, colour name); `strips`: title of an
    independent fork and its branches as (label, probability, whether it changes anything)."""
    sheet, narrow = Sheet(), width < 500
    at = levels(tree)
    columns = max(at.values(), default=0) + 1
    left, right = 8.0, 34.0
    step = (width - left - right) / columns
    xs = [left + k * step for k in range(columns)] + [width - right]
    bend = 0.34 * step
    top = _key_height(classes, width) + (22 if narrow else 36)
    scale = 190.0 if narrow else 230.0
    first = edges(tree)
    for edge in _all(first):
        reach = xs[edge.next_level if edge.next_level is not None else columns] - xs[edge.level] - bend - 6
        title = tree.branches[edge.path[-1]][1].title
        if narrow and edge.level == 0:
            edge.header = clipped(f"{title}, {chance(edge.probability)}", int((width - 60) / 6))
        elif not narrow and edge.probability >= LABELLED:
            told = title if not edge.children else f"{title} {chance(edge.probability)}"
            edge.lines = _lines(told, reach)
    height = top
    for edge in first:
        _measure(edge, scale)
        _place(edge, height, scale)
        height += edge.height + 6
    total = sum(e.probability for e in first)
    centre = sum(e.y * e.probability for e in first) / total
    _stack(first, centre, scale)
    bottom = height

    bands, words, ends = [], [], []
    for edge in sorted(_all(first), key=lambda e: -e.probability):
        x0, x1 = xs[edge.level], xs[edge.next_level if edge.next_level is not None else columns]
        id_ = " ".join(edge.path)
        thick = max(edge.probability * scale, 0.8)
        fill = PALETTE[classes[edge.scenario][1]] if edge.scenario in classes else COLOUR["rule"]
        for x, y in _curve(x0, edge.start, x0 + bend, edge.y, x1):
            bands.append({"id": id_, "x": x, "y": round(y - thick / 2, 2), "y2": round(y + thick / 2, 2), "fill": fill})
        for row, line in enumerate(edge.lines):
            y = edge.y - thick / 2 - 3 - LINE * (len(edge.lines) - 1 - row)
            words.append({"x": x0 + bend + 3, "y": y, "text": line, "weight": "normal"})
        if edge.header:
            words.append({"x": xs[0] + bend, "y": edge.y - _above(edge) + 11, "text": edge.header, "weight": "bold"})
        if not edge.children and edge.probability >= SHOWN:
            ends.append({"x": xs[-1] + 4, "y": edge.y, "text": chance(edge.probability)})
    ends = _apart(ends)
    trunk = pd.DataFrame([{"x": 0.0, "x2": left, "y": centre - total * scale / 2, "y2": centre + total * scale / 2}])

    y = bottom + (10 if strips else 0)
    rects: list[dict[str, object]] = []
    for title, parts in strips:
        for line in wrapped(title, SIZE, width - 2, bold=True):
            y += LINE + 1
            words.append({"x": 0.0, "y": y, "text": line, "weight": "bold"})
        y, rows = _strip(parts, y + 5, width, narrow, rects)
        words += rows
        y += 4
    height = y + 6

    scale_x = {"domain": [0, width], "nice": False, "range": [0, width]}
    scale_y = {"domain": [0, height], "nice": False, "range": [0, height]}

    def view(rows: list[dict[str, object]] | pd.DataFrame, kind: str, style: Spec, **channels: Spec) -> Spec:
        frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(rows)
        place = {"x": number("x", scale=scale_x, axis=None), "y": number("y", scale=scale_y, axis=None)}
        return mark(sheet.rows(frame), kind, style, **place, **channels)

    key, key_words = _key(classes, width)
    heads = _heads(tree, at, xs, top, narrow)
    rules: list[dict[str, object]] = [{"x": x, "y": top - 6.0, "y2": bottom - 4.0} for x in xs[:columns]]
    box = {"x2": end("x2"), "y2": end("y2")}
    layers = [
        view(rules, "rule", {"color": COLOUR["rule"], "strokeWidth": 1}, y2=end("y2")),
        view(trunk, "rect", {"color": COLOUR["rule"]}, **box),
        view(
            bands,
            "area",
            {"opacity": 0.92, "interpolate": "linear"},
            y2=end("y2"),
            detail=name("id"),
            color=as_given("fill"),
        ),
        view(ends, "text", {"align": "left", "baseline": "middle", "fontSize": SIZE}, text=name("text")),
        view(key + rects, "rect", {}, **box, color=as_given("fill")),
    ]
    for weight in ("normal", "bold"):
        part = [w for w in (*words, *key_words, *heads) if w["weight"] == weight]
        if part:
            style = {"align": "left", "baseline": "alphabetic", "fontSize": SIZE, "fontWeight": weight}
            layers.append(view(part, "text", style, text=name("text")))
    return sheet.grid([sheet.layer(*layers, width=width, height=height)], 1, 0, 0)


# -- where things lie --------------------------------------------------------------------------------------------------
def _all(some: Sequence[Edge]) -> list[Edge]:
    return [e for edge in some for e in (edge, *_all(edge.children))]


def _label(edge: Edge) -> float:
    return 16.0 if edge.header else 2 + LINE * len(edge.lines) if edge.lines else 2.0


def _measure(edge: Edge, scale: float) -> None:
    for child in edge.children:
        _measure(child, scale)
    own = max(edge.probability * scale, 0.8) + _label(edge)
    inner = sum(c.height for c in edge.children)
    edge.height = max(own, inner + (16.0 if edge.header else 0.0))


def _place(edge: Edge, top: float, scale: float) -> None:
    band = max(edge.probability * scale, 0.8)
    y = top + edge.height - sum(c.height for c in edge.children)  # room to spare lies above, where the label is
    for child in edge.children:
        _place(child, y, scale)
        y += child.height
    highest, lowest = top + _label(edge) + band / 2, top + edge.height - band / 2
    if edge.children:
        mean = sum(c.y * c.probability for c in edge.children) / sum(c.probability for c in edge.children)
        edge.y = min(max(mean, highest), lowest)
        _stack(edge.children, edge.y, scale)
    else:
        edge.y = lowest
    edge.top = top


def _above(edge: Edge) -> float:
    return edge.y - edge.top


def _stack(children: Sequence[Edge], centre: float, scale: float) -> None:
    """Where each child leaves its parent's band: one below the other, in order."""
    y = centre - sum(c.probability for c in children) * scale / 2
    for child in children:
        child.start = y + child.probability * scale / 2
        y += child.probability * scale


def _curve(x0: float, y0: float, x1: float, y1: float, x2: float) -> list[tuple[float, float]]:
    """An S from (x0, y0) to (x1, y1), flat at both ends, then straight to x2."""
    out = []
    for k in range(BENDS + 1):
        t = k / BENDS
        out.append((round(x0 + t * (x1 - x0), 2), round(y0 + (y1 - y0) * (0.5 - 0.5 * math.cos(math.pi * t)), 2)))
    return [*out, (round(x2, 2), round(y1, 2))]


def _lines(told: str, reach: float) -> list[str]:
    """A label in at most two lines no wider than `reach`."""
    lines = wrapped(told, SIZE, reach)
    if len(lines) <= 2:
        return lines
    rest = " ".join(lines[1:])
    while measured(rest + "…", SIZE) > reach and " " in rest:
        rest = rest.rsplit(" ", 1)[0]
    return [lines[0], rest + "…"]


def _apart(ends: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    """Labels of ends, the likeliest first, without those that would lie on one kept before."""
    kept: list[dict[str, object]] = []
    for e in ends:  # bands are drawn the likeliest first
        if all(abs(float(str(e["y"])) - float(str(k["y"]))) >= SIZE for k in kept):
            kept.append(e)
    return kept


# -- heads, key, strips ------------------------------------------------------------------------------------------------
def _heads(tree: Tree, at: Mapping[str, int], xs: Sequence[float], top: float, narrow: bool) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    year = tree.start.year
    for k in range(max(at.values(), default=0) + 1):
        forks = [tree.forks[f] for f, level in at.items() if level == k]
        days = sorted({f.date for f in forks})
        told = _dates(days)
        if days and days[-1].year != year and not narrow:
            year, told = days[-1].year, f"{told} {days[-1].year}"
        kinds = join(dict.fromkeys(f.kind if f.kind != "other" else "fork" for f in forks), "or")
        out.append({"x": xs[k] + 3, "y": top - (12.0 if narrow else 25.0), "text": told, "weight": "bold"})
        if not narrow:
            out.append({"x": xs[k] + 3, "y": top - 12.0, "text": kinds, "weight": "normal"})
    return out


def _dates(days: Sequence[date]) -> str:
    """ "1, 8 Nov": days of one month share its name."""
    months: dict[str, list[str]] = {}
    for d in days:
        months.setdefault(month(d), []).append(str(d.day))
    return ", ".join(f"{', '.join(own)} {m}" for m, own in months.items())


def _key(classes: Mapping[str, tuple[str, str]], width: float) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    rects: list[dict[str, object]] = []
    words: list[dict[str, object]] = []
    x, y = 0.0, 2.0
    for told, colour in classes.values():
        need = 18 + measured(told, SIZE)
        if x and x + need > width:
            x, y = 0.0, y + 18
        rects.append({"x": x, "x2": x + 13, "y": y, "y2": y + 11, "fill": PALETTE[colour]})
        words.append({"x": x + 18, "y": y + 10, "text": told, "weight": "normal"})
        x += need + 22
    return rects, words


def _key_height(classes: Mapping[str, tuple[str, str]], width: float) -> float:
    rects, _ = _key(classes, width)
    return max((float(str(r["y2"])) for r in rects), default=0.0) + 10


def _strip(
    parts: Sequence[tuple[str, float, bool]], y: float, width: float, narrow: bool, rects: list[dict[str, object]]
) -> tuple[float, list[dict[str, object]]]:
    """A bar split by probability with a label a part; gives the height below it and the labels."""
    x, words = 0.0, []
    tall = 11.0
    row = y + tall
    for label, probability, changes in parts:
        x2 = x + probability * width
        fill = COLOUR["other"] if changes else COLOUR["rule"]
        rects.append({"x": x, "x2": max(x2 - 1.5, x + 0.5), "y": y, "y2": y + tall, "fill": fill})
        told = f"{label} {chance(probability)}"
        if narrow:
            for line in wrapped(("■ " if changes else "□ ") + told, SIZE, width):
                row += LINE + 1
                words.append({"x": 0.0, "y": row, "text": line, "weight": "normal"})
        else:
            start = min(x, width - measured(told, SIZE) - 2)
            words.append({"x": max(start, 0.0), "y": row + LINE + 1, "text": told, "weight": "normal"})
        x = x2
    return (row if narrow else row + LINE + 1) + 4, words


def told(tree: Tree, title: str) -> str:
    """The tree in words, for those who do not see it: first branches with their odds, and the likeliest ends."""
    opening = [n for n in tree.nodes if not n.path]
    first = [f"{tree.branches[b][1].title} {chance(p)}" for n in opening for b, p in n.odds.items()]
    top = sorted(tree.leaves, key=lambda leaf: (-leaf.probability, leaf.path))[:1]
    ends = [f"{tree.words(leaf.path)} {chance(leaf.probability)}" for leaf in top]
    return say(WORDS, "told", title_=title, first=first, ends=ends)


# -- the figure --------------------------------------------------------------------------------------------------------
WORDS = "briefing/charts/tree"


def tree_figure(
    look: Outlook, talks: Tree, order: Sequence[str] = (), ends: tuple[str, str] | None = None,
    note: Callable[[str], str] = made_by, csv: str = "",
) -> Figure:  # fmt: skip
    """The tree of the talks as a figure, forks that do not hang on them as bars below.

    `talks` is the tree without independent forks, `order` that of the scenarios in the key, `ends` the best and the worst of them
    (default: as ranked by the world's real income); `note` puts a footnote around a remark, `csv` names the data.
    """
    named = [*(s for s in order if s in look.scenarios), *(s for s in look.scenarios if s not in order)]
    colour = colours(named, *(ends or (look.ranking[0], look.ranking[-1])))
    classes = {}
    for s in named:
        e = look.scenarios[s]
        span = f"({to(fixed(100 * e.low, 0), fixed(100 * e.high, 0))})"
        classes[s] = (f"{capital(s.replace('-', ' '))} {chance(e.value, e.percent)} {span}", colour[s])
    odds = look.tree.odds
    strips = [
        (f"{long_day(f.date)}: {f.title}", [(b.title, odds[f.id][b.id][1], bool(b.changes)) for b in f.branches])
        for f in look.tree.forks.values()
        if f.independent
    ]
    rare, together = small_ends(talks)
    first = next(n for n in talks.nodes if not n.path)
    likeliest = max(first.odds, key=lambda b: first.odds[b])
    whole = look.odds_if_reached[first.fork].if_reached[likeliest].percent
    branch = look.tree.branches[likeliest][1].title
    title = say(WORDS, "title", branch=branch, probability=first.odds[likeliest], whole=whole)
    subtitle = say(WORDS, "subtitle", on=look.on)
    remark = say(WORDS, "remark", rare=rare, together=together, shown=SHOWN, strips=bool(strips))
    alt = told(talks, f"{title}.")
    return figure("fig-tree", title, subtitle, note(remark), alt, csv, lambda w: draw(talks, w, classes, strips))
