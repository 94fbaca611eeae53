"""The scenario tree trimmed to a dozen branches, dates to scale, with what each end is worth to one economy.

A stem is a way on at the first fork, a twig what it leads to: an end, from the day that decides it. A twig that the stem itself
decides runs on along it. Nothing is dropped: where there are too many branches, those that cost the least to see together are
merged, and carry their chance together. Whole percents sum to 100, and those of the stems are the outlook's.

All of it lies ahead, so all of it is dashed. Colours are those of the whole tree (`tree.colours`).

>>> split(27, [0.228, 0.040]), split(0, [0.001])
([23, 4], [0])
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from detente.briefing.charts.forms import ROOM, Sheet, Spec, as_given, end as end_at, mark, name, number
from detente.briefing.charts.standalone import measured, wrapped
from detente.briefing.charts.theme import COLOUR
from detente.briefing.charts.timeline import month_starts
from detente.briefing.charts.tree import PALETTE
from detente.types import Array, Range
from detente.words import say, short_day

if TYPE_CHECKING:
    from detente.outlook.outlook import Outlook
    from detente.outlook.tree import Leaf

WORDS = "briefing/charts/trimmed"
MOST = 12
"""Branches drawn at most."""
SEVERAL = ""
"""Stands for the end of a twig that holds more than one."""
SIZE, LINE, THICK = 11.5, 13.0, 15.0
DASH = [5, 2.5]
STEM_COST = 0.5
"""A stem merged into another hides its name, not its ends: half as dear as ends seen together."""


@dataclass(frozen=True)
class Twig:
    """What a stem leads to: the end it counts as (`SEVERAL`: more than one), the day that decides it and the branch that does,
    its share of all chance and its whole percent, what it is worth (low, central, high), and whether it is the stem's own way."""

    end: str
    day: date
    title: str
    share: float
    worth: Range
    straight: bool = False
    percent: int = 0


@dataclass(frozen=True)
class Stem:
    """A way on at the first fork, or several together, with its chance and what it leads to, its own way first."""

    titles: tuple[str, ...]
    day: date
    share: float
    percent: int
    twigs: tuple[Twig, ...]

    @property
    def lines(self) -> int:
        """Branches it takes in the drawing: its twigs, and itself where none of them runs on along it."""
        return len(self.twigs) + (not any(t.straight for t in self.twigs))


@dataclass
class _Pile:
    """Leaves seen together, by position in the tree."""

    end: str
    leaves: list[int]
    share: float


@dataclass
class _Group:
    branches: list[str]
    piles: list[_Pile] = field(default_factory=list)

    @property
    def share(self) -> float:
        return sum(p.share for p in self.piles)


def decisive(look: Outlook, leaf: Leaf) -> str:
    """The branch that made a path count as what it ends as: the last to change that; without one the first it takes."""
    found, counted = leaf.path[0], None
    for b in leaf.path:
        own = look.tree.branches[b][1].counted
        if own is not None and own != counted:
            found, counted = b, own
    return found


def first_fork(look: Outlook) -> str | None:
    """The first fork that every path meets, those left out that do not hang on the talks; None where there is none."""
    return next((f.id for f in look.tree.forks.values() if not f.after and not f.independent), None)


def quiet(look: Outlook) -> Array:
    """[leaf]: 1 where every fork that stands apart takes a branch that changes nothing, as far as it has one."""
    out = np.ones(len(look.tree.leaves))
    for fork in look.tree.forks.values():
        still = [b.id for b in fork.branches if not b.changes and b.scenario is None]
        if fork.independent and still:
            out *= np.any([look.tree.taken(b) for b in still], axis=0)
    return out


def trimmed(look: Outlook, code: str, scale: float = 1.0, most: int = MOST) -> tuple[Stem, ...]:
    """The stems, the likeliest first, with at most `most` lines (one a stem where there are more stems).

    Worth is real income of `code` under the measures a path ends with, in percent times `scale`, the forks apart from the talks
    at rest; its range is over the parameters of the outlook's paths.
    """
    fork = first_fork(look)
    if fork is None:
        return ()
    tree = look.tree
    own = [b.id for b in tree.forks[fork].branches]
    groups = {b: _Group([b]) for b in own}
    for k, leaf in enumerate(tree.leaves):
        stem = next((b for b in leaf.path if b in groups), None)
        if stem is None or leaf.probability <= 0:
            continue
        piles = groups[stem].piles
        pile = next((p for p in piles if p.end == leaf.scenario), None)
        if pile is None:
            piles.append(pile := _Pile(leaf.scenario, [], 0.0))
        pile.leaves.append(k)
        pile.share += leaf.probability
    held = [g for g in groups.values() if g.piles]
    while sum(_lines(look, g) for g in held) > most and (step := _cheapest(held)) is not None:
        held = step
    percents = {b: c.percent for b, c in look.odds_if_reached[fork].from_today.items()}
    rest = quiet(look)
    found = [_stem(look, code, scale, g, sum(percents[b] for b in g.branches), rest) for g in held]
    return tuple(sorted(found, key=lambda s: (len(s.titles) > 1, -s.share)))


def _lines(look: Outlook, group: _Group) -> int:
    straight = any(_straight(look, group, p) for p in group.piles)
    return len(group.piles) + (not straight)


def _straight(look: Outlook, group: _Group, pile: _Pile) -> bool:
    """Whether the stem itself decides it on most of its paths."""
    if pile.end == SEVERAL:
        return len(group.piles) == 1
    at_once = sum(look.tree.leaves[k].probability for k in pile.leaves if decisive(look, look.tree.leaves[k]) in group.branches)
    return at_once >= 0.5 * pile.share


def _cheapest(groups: list[_Group]) -> list[_Group] | None:
    """The same with one merger, that which hides the least chance; None where nothing is left to merge."""
    ways: list[tuple[float, list[_Group]]] = []
    for k, group in enumerate(groups):
        if len(group.piles) > 1:
            few = sorted(group.piles, key=lambda p: p.share)
            hidden = sum(p.share for p in few[:2] if p.end != SEVERAL)
            both = _Pile(SEVERAL, few[0].leaves + few[1].leaves, few[0].share + few[1].share)
            kept = [p for p in group.piles if p not in few[:2]]
            ways.append((hidden, [*groups[:k], _Group(group.branches, [*kept, both]), *groups[k + 1 :]]))
    if len(groups) > 2:
        small = sorted(groups, key=lambda g: g.share)[:2]
        kept_groups = [g for g in groups if g not in small]
        ways.append((STEM_COST * small[0].share, [*kept_groups, _together(small)]))
    return min(ways, key=lambda w: w[0])[1] if ways else None


def _together(groups: Sequence[_Group]) -> _Group:
    found = _Group([b for g in groups for b in g.branches])
    for pile in (p for g in groups for p in g.piles):
        known = next((p for p in found.piles if p.end == pile.end), None)
        if known is None:
            found.piles.append(_Pile(pile.end, list(pile.leaves), pile.share))
        else:
            known.leaves += pile.leaves
            known.share += pile.share
    return found


def _stem(look: Outlook, code: str, scale: float, group: _Group, percent: int, rest: Array) -> Stem:
    tree = look.tree
    twigs = []
    for pile in group.piles:
        by: dict[str, float] = {}
        for k in pile.leaves:
            b = decisive(look, tree.leaves[k])
            by[b] = by.get(b, 0.0) + tree.leaves[k].probability
        straight = _straight(look, group, pile)
        top = max((b for b in by if straight == (b in group.branches)) if pile.end != SEVERAL else by, key=lambda b: by[b])
        fork, branch = tree.branches[top]
        twigs.append(Twig(pile.end, fork.date, branch.title, pile.share, _worth(look, code, scale, pile.leaves, rest), straight))
    twigs.sort(key=lambda t: (not t.straight, -t.day.toordinal(), -t.share))  # later days first: no line crosses words
    percents = split(percent, [t.share for t in twigs])
    titles = tuple(tree.branches[b][1].title for b in group.branches)
    day = tree.branches[group.branches[0]][0].date
    done = tuple(replace(t, percent=n) for t, n in zip(twigs, percents, strict=True))
    return Stem(titles, day, group.share, percent, done)


def _worth(look: Outlook, code: str, scale: float, leaves: Sequence[int], rest: Array) -> Range:
    weights = np.zeros(len(look.tree.leaves))
    weights[list(leaves)] = look.tree.probabilities[list(leaves)]
    if (weights * rest).sum() > 0:
        weights = weights * rest
    weights = weights / weights.sum()
    column = look.paths.column(code)
    found = [look.paths.final, *(look.paths.variant(v).final for v in look.paths.variants)]
    values = [scale * float(weights @ table[:, column]) for table in found]
    return Range(min(values), values[0], max(values))


def split(percent: int, shares: Sequence[float]) -> list[int]:
    """Whole percents in the ratio of shares that sum to `percent`, by the largest remainders."""
    total = sum(shares)
    exact = [percent * s / total for s in shares]
    down = [math.floor(x + 1e-9) for x in exact]
    order = sorted(range(len(exact)), key=lambda k: (round(down[k] - exact[k], 9), k))
    up = set(order[: percent - sum(down)])
    return [n + (k in up) for k, n in enumerate(down)]


# -- drawing -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Ends:
    """How ends are shown: their titles with chance for the key, their colours by name, and the head of the column of values."""

    titles: Mapping[str, str]
    colours: Mapping[str, str]
    head: str


def draw(
    stems: Sequence[Stem], start: date, until: date, ends: Ends, worth: Callable[[Twig], str], width: float
) -> Spec:  # fmt: skip
    """The chart: rows of twigs by stem, days to scale; `worth` puts the value of a twig into figures ("" leaves it out)."""
    sheet = Sheet()
    told = {id(t): worth(t) for s in stems for t in s.twigs}
    figures = max((measured(v, SIZE, bold=True) for v in told.values()), default=0.0)
    chances = 44.0
    heads = wrapped(ends.head, SIZE, max(figures, 78.0), bold=True) if figures else []
    right = chances + (max(figures, *(measured(h, SIZE, bold=True) for h in heads)) + 12 if figures else 0.0)
    inner = width - right - 8
    length = max((until - start).days, 1)

    def at(day: date) -> float:
        return 2 + (min(max(day, start), until) - start).days / length * (inner - 2)

    words: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    squares: list[dict[str, Any]] = []
    y = _key(ends, width, squares, words)
    for k, head in enumerate(heads):
        words.append(_word(width, y + LINE * (k + 1), head, "right", "bold"))
    chance_head = say(WORDS, "chance_head")
    words.append(_word(inner + chances + 2, y + LINE * max(len(heads), 1), chance_head, "right", "bold"))
    y += LINE * max(len(heads), 1) + 4
    top = y
    first = min((s.day for s in stems), default=start)
    spine: list[float] = []
    for stem in stems:
        x = at(stem.day) + 7
        label = wrapped(
            say(WORDS, "stem", titles=stem.titles, percent=stem.percent, share=stem.share), SIZE, ROOM * (inner - x), bold=True
        )
        y += 6
        for line in label:
            y += LINE
            words.append(_word(x, y, line, "left", "bold"))
        row = y + 6 + THICK * stem.share / 2
        spine.append(row)
        last = max((at(t.day) for t in stem.twigs if not t.straight), default=at(stem.day))
        if last > at(stem.day):
            lines.append(_line(at(stem.day), row, last, row, stem.share, COLOUR["ink"]))
        y = row + THICK * stem.share / 2
        for twig in stem.twigs:
            fill = PALETTE[ends.colours.get(twig.end, "ink")]
            if twig.straight:
                lines.append(_line(last, row, inner, row, twig.share, fill))
                own = row
            else:
                said = say(WORDS, "twig", day=short_day(twig.day), title_=twig.title, several=twig.end == SEVERAL)
                lines_before = [at(t.day) for t in stem.twigs if not t.straight and t.day < twig.day]
                left, parts = _beside(said, at(twig.day), inner, max(lines_before, default=x - 6), x)
                for line in parts:
                    y += LINE
                    words.append(_word(left, y, line, "left", "normal"))
                own = y + 5 + THICK * twig.share / 2
                lines.append(_line(at(twig.day), row, at(twig.day), own, 0.0, fill))
                lines.append(_line(at(twig.day), own, inner, own, twig.share, fill))
                y = own + THICK * twig.share / 2
            words.append(_word(inner + chances + 2, own + 4, say(WORDS, "percent_", percent=twig.percent, share=twig.share),
                               "right", "bold"))  # fmt: skip
            if told[id(twig)]:
                words.append(_word(width, own + 4, told[id(twig)], "right", "normal"))
    if spine:
        lines.append(_line(at(first), min(spine), at(first), max(spine), 0.0, COLOUR["ink"]))
        lines.append(
            _line(at(start), (min(spine) + max(spine)) / 2, at(first), (min(spine) + max(spine)) / 2, 0.1, COLOUR["ink"])
        )
    bottom = y + 8
    months = month_starts(start, until)
    grid = [{"x": at(d), "y": top, "y2": bottom} for d in months]
    free, year = 0.0, 0
    for d in months:
        told_month = say(WORDS, "month", day=d, year=d.year != year)
        if at(d) >= free and at(d) + measured(told_month, SIZE) <= width:
            words.append(_word(at(d) + 2, bottom + 12, told_month, "left", "muted"))
            free, year = at(d) + measured(told_month, SIZE) + 8, d.year
    height = bottom + 18
    scale_x = {"domain": [0, width], "nice": False, "range": [0, width]}
    scale_y = {"domain": [0, height], "nice": False, "range": [0, height]}

    def view(rows: Sequence[Mapping[str, Any]], kind: str, style: Spec, **channels: Spec) -> Spec:
        place = {"x": number("x", scale=scale_x, axis=None), "y": number("y", scale=scale_y, axis=None)}
        return mark(sheet.rows(pd.DataFrame(list(rows))), kind, style, **place, **channels)

    ahead = {"x2": end_at("x2"), "y2": end_at("y2"), "strokeWidth": number("thick", scale=None), "color": as_given("fill")}
    layers = [view(grid, "rule", {"color": COLOUR["rule"], "strokeWidth": 0.8}, y2=end_at("y2"))] if grid else []
    layers.append(view(lines, "rule", {"strokeDash": DASH, "strokeCap": "butt"}, **ahead))
    if squares:
        layers.append(view(squares, "rect", {}, x2=end_at("x2"), y2=end_at("y2"), color=as_given("fill")))
    for align in ("left", "right"):
        for weight in ("normal", "bold", "muted"):
            part = [w for w in words if (w["align"], w["weight"]) == (align, weight)]
            if part:
                style = {"align": align, "baseline": "alphabetic", "fontSize": SIZE, "clip": False,
                         "fontWeight": "bold" if weight == "bold" else "normal",
                         **({"color": COLOUR["muted"]} if weight == "muted" else {})}  # fmt: skip
                layers.append(view(part, "text", style, text=name("text")))
    return sheet.grid([sheet.layer(*layers, width=width, height=height)], 1, 0, 0)


def _beside(text: str, day: float, end: float, before: float, first: float) -> tuple[float, list[str]]:
    """Where the words of a twig begin, and their lines: to the right of its day, or ending there, after the line `before` it,
    whichever takes fewer; where both take more than three, through that line, after the stem's `first`."""
    ways = [(day + 6, wrapped(text, SIZE, max(ROOM * (end - day - 6), 1.0)))]
    for start in (before + 6, first):
        parts = wrapped(text, SIZE, max(ROOM * (day - 6 - start), 1.0))
        ways.append((day - 6 - max(measured(p, SIZE) for p in parts) / ROOM, parts))
    clear = min(ways[:2], key=lambda way: len(way[1]))
    return clear if len(clear[1]) <= 3 else min(clear, ways[2], key=lambda way: len(way[1]))


def _word(x: float, y: float, text: str, align: str, weight: str) -> dict[str, Any]:
    return {"x": round(x, 2), "y": round(y, 2), "text": text, "align": align, "weight": weight}


def _line(x: float, y: float, x2: float, y2: float, share: float, fill: str) -> dict[str, Any]:
    thick = max(THICK * share, 1.2)
    return {"x": round(x, 2), "y": round(y, 2), "x2": round(x2, 2), "y2": round(y2, 2), "thick": round(thick, 2), "fill": fill}


def _key(ends: Ends, width: float, squares: list[dict[str, Any]], words: list[dict[str, Any]]) -> float:
    """The ends with their colours above the tree; gives the height they take."""
    x, y = 0.0, 2.0
    for end, told in ends.titles.items():
        for k, line in enumerate(wrapped(told, SIZE, ROOM * (width - 18))):
            need = 18 + measured(line, SIZE) / ROOM
            if x and (x + need > width or k):
                x, y = 0.0, y + 16
            if k == 0:
                squares.append({"x": x, "x2": x + 12, "y": y, "y2": y + 10, "fill": PALETTE[ends.colours.get(end, "ink")]})
            words.append(_word(x + 17, y + 9.5, line, "left", "normal"))
            x += need + 16
    return y + 20 if ends.titles else 0.0
