"""Page 1: what will happen, how sure, and what each way on is worth.

`gathered` reads a case once for one reader and gives `Ahead`: odds, money and what is said of them, all plain data. `written`
puts that into a page. The title is the finding; templates choose it, and every comparative word, from the figures as printed.

Money is million a year, at the case's node, against what the law does by itself (nothing is signed). Digits go by the size of the
largest figure of an economy; where the ends of a range differ in sign or tenfold as printed, words stand for the figure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

import pandas as pd

from detente import words as text
from detente.briefing.charts import trimmed as tree
from detente.briefing.charts.figures import figure
from detente.briefing.charts.tree import colours
from detente.briefing.document import Block, Cell, Column, Figure, Para, Section, Table, words_in
from detente.briefing.front.asks import advice, first_day
from detente.briefing.front.calendar import entries
from detente.briefing.front.triggers import triggers
from detente.briefing.sections import beside, bystanders, closing, outlook
from detente.briefing.view import STATUS_QUO, CaseView
from detente.briefing.worth import title_of, worths
from detente.cases.baselines import IN_FORCE, LAW
from detente.outlook.outlook import Outlook
from detente.strategy.like_for_like import Beside
from detente.strategy.year import Mover, money_of
from detente.types import Range
from detente.words.numbers import Sign

TEMPLATE = "briefing/front/what_happens"
WORDS = 345
"""Words of the page at most."""
NOTE_WORDS = 30
TITLE_WORDS, ANSWER_WORDS, FEWER_WORDS = 14, 90, 70
ROWS = 5
COLUMNS = 7
NEAR = 2.0
"""Figures agree where ours at either closure lies within this factor of theirs, signs alike."""


def _said(part: str, **values: Any) -> str:
    return text.say(TEMPLATE, part, **values)


# -- what the page knows -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class StepOdds:
    """Something that may come next: its title, its chance from today as printed and as it is, and its outcome in the words of
    the dated record ("" where it has none)."""

    title: str
    percent: int
    low: float
    value: float
    high: float
    outcome: str = ""


@dataclass(frozen=True)
class Way:
    """An end, or without odds a way on: what it is worth by code, its chance, what brings it and when. `idle`: it is what the law
    does by itself."""

    id: str
    title: str
    worth: Mapping[str, Range]
    odds: StepOdds | None = None
    trigger: str = ""
    day: date | None = None
    idle: bool = False


@dataclass(frozen=True)
class Elsewhere:
    """What is not decided at the talks and moves the reader: who does it, whether a court, and its size in million a year."""

    by: tuple[str, ...]
    court: bool
    duty: bool
    size: float
    percent: int | None = None


@dataclass(frozen=True)
class Judged:
    """How sure: the branch asked about, each judgement's whole percent, the question that would move most, who agrees; `note`:
    what the dossier says of its odds there, where it is short."""

    branch: str = ""
    by: Mapping[str, int] = field(default_factory=dict)
    question: str = ""
    question_day: date | None = None
    near: tuple[str, ...] = ()
    far: tuple[tuple[str, int, int], ...] = ()
    compared: bool = False
    note: str = ""


@dataclass(frozen=True)
class LeftOut:
    """What is in no figure: what waiting on the threats costs the first party (million a year), and the markets of how many
    parties are known to have fallen with such news."""

    waiting: Range | None = None
    markets: bool = False


@dataclass(frozen=True)
class Ahead:
    """All of page 1 as data. `codes` are the parties, the world and the reader, once each; `lapse` is what the law by itself
    takes or gives, against what is in force."""

    reader: str
    parties: tuple[str, ...]
    codes: tuple[str, ...]
    on: date
    place: str
    years: str
    dollars: str
    money_year: int
    steps: tuple[StepOdds, ...]
    step_day: date | None
    ways: tuple[Way, ...]
    worst: str
    by_date: tuple[tuple[date, int], ...]
    lapse: Mapping[str, Range]
    until: date | None = None
    elsewhere: Elsewhere | None = None
    judged: Judged = Judged()
    left_out: LeftOut = LeftOut()

    # -- figures as printed ----------------------------------------------------------------------------------------------
    def way(self, name: str) -> Way | None:
        """By id; None where it is not among them."""
        return next((w for w in self.ways if w.id == name), None)

    @property
    def billions(self) -> bool:
        """Whether money is printed in billions: where its largest figure is a billion as printed."""
        return self._largest(self.codes) >= 950

    def _largest(self, codes: Sequence[str]) -> float:
        found = [w.worth[c].value for w in self.ways for c in codes] + [self.lapse[c].value for c in codes]
        return max((abs(v) for v in found), default=0.0)

    def number(self, code: str, million: float) -> float:
        """An amount as printed for an economy: two digits, at most those of its largest figure, in the page's unit."""
        return self._rounded(code, million)[0]

    def printed(self, code: str, million: float, *, signed: bool = False) -> str:
        """`number` in figures."""
        value, places = self._rounded(code, million)
        return text.fixed(value, places, signed=signed)

    def _rounded(self, code: str, million: float) -> tuple[float, int]:
        """The amount as printed in the page's unit, and its decimals."""
        scale = 1000.0 if self.billions else 1.0
        places = text.decimals_for(text.in_two(self._largest([code]) / scale))
        value = text.in_two(million / scale, places)
        return value, min(places, text.decimals_for(value)) if abs(value) >= 1 else places

    def sign(self, code: str, worth: Range) -> Sign:
        """What the printed figures say of it: open where the ends differ in sign, wide where they differ tenfold."""
        low, centre, high = (self.number(code, v) for v in worth)
        return text.sign_of(low, centre, high)

    def effects(self, worth: Mapping[str, Range]) -> dict[str, list[tuple[str, str]]]:
        """Economies with the amount printed, by sign: gain, loss, gain_up and loss_up (wide: the far end), open, flat."""
        found: dict[str, list[tuple[str, str]]] = {k: [] for k in ("loss", "loss_up", "gain", "gain_up", "open", "flat")}
        for code in self.codes:
            sign = self.sign(code, worth[code])
            if sign == "wide":
                far = max(worth[code].low, worth[code].high, key=abs)
                found["gain_up" if far > 0 else "loss_up"].append((code, self.printed(code, abs(far))))
            else:
                found[sign].append((code, self.printed(code, abs(worth[code].value))))
        return found

    @property
    def shown(self) -> tuple[Way, ...]:
        """The rows of the table: ways that differ from the yardstick for somebody, the likeliest first."""
        moving = [w for w in self.ways if not w.idle]
        return tuple(moving[:ROWS])

    @property
    def columns(self) -> tuple[str, ...]:
        """Economies with a column: those of which not every figure prints as nothing."""
        return tuple(c for c in self.codes if any(self.sign(c, w.worth[c]) != "flat" for w in self.shown))


# -- reading a case ----------------------------------------------------------------------------------------------------
def gathered(case: CaseView, reader: str) -> Ahead:
    """What page 1 needs for a reader; without forks there are no odds in it."""
    prepared = outlook.prepared(case)
    look = None if prepared is None else prepared.look
    fork = None if look is None else tree.first_fork(look)
    codes = tuple(dict.fromkeys((*case.parties, "WORLD", reader)))
    worst = case.worst
    ways = _ends(case, look, codes) if look is not None else _ways(case, codes)
    if ways and not any(w.id == worst for w in ways):
        worst = min(ways, key=lambda w: (w.worth["WORLD"].value, w.id)).id
    started = look is not None and fork is not None and look.tree.forks[fork].kind in ("talks", "summit")
    steps: tuple[StepOdds, ...] = ()
    if look is not None and fork is not None:
        told = look.odds_if_reached[fork].from_today
        steps = tuple(_odds(look.tree.branches[b][1].title, c, _outcome(look, b)) for b, c in told.items())
        steps = tuple(sorted(steps, key=lambda s: -s.value))
    return Ahead(
        reader=reader, parties=case.parties, codes=codes, on=case.dossier.as_of,
        place=case.dossier.venue.place.split(",")[0] if started else "", years=_said("years", month=case.month, run=case.run),
        dollars=case.world.unit.split()[-1], money_year=money_of(case, case.a)[0],
        steps=steps, step_day=None if look is None or fork is None else look.tree.forks[fork].date, ways=ways, worst=worst,
        by_date=() if look is None else _by_date(look, worst),
        lapse=worths(case, LAW, codes, against=IN_FORCE), until=None if look is None else look.tree.until,
        elsewhere=_elsewhere(case, reader), judged=_judged(case, prepared, fork), left_out=_left_out(case),
    )  # fmt: skip


def _odds(title: str, chance: Any, outcome: str = "") -> StepOdds:
    return StepOdds(title, chance.percent, chance.low, chance.value, chance.high, outcome)


def _outcome(look: Outlook, branch: str) -> str:
    rate = look.tree.branches[branch][1].base_rate
    return rate.outcomes[0] if rate is not None and rate.kind == "talks" and len(rate.outcomes) == 1 else ""


def _ends(case: CaseView, look: Outlook, codes: Sequence[str]) -> tuple[Way, ...]:
    """The ends of the tree, the likeliest first, with the branch that likeliest brings each."""
    found = []
    for end, chance in look.odds_from_today.items():
        scenario = None if end == STATUS_QUO else end
        by: dict[str, float] = {}
        for leaf in look.tree.leaves:
            if leaf.scenario == end and leaf.path:
                b = tree.decisive(look, leaf)
                by[b] = by.get(b, 0.0) + leaf.probability
        top = max(by, key=lambda b: by[b], default="")
        fork, branch = look.tree.branches[top] if top else (None, None)
        title = title_of(case, scenario)
        found.append(
            Way(
                end, title, worths(case, scenario, codes), _odds(title, chance),
                "" if branch is None or branch.title == title else branch.title, None if fork is None else fork.date,
                case.still(scenario),
            )
        )  # fmt: skip
    return tuple(found)


def _ways(case: CaseView, codes: Sequence[str]) -> tuple[Way, ...]:
    """Without forks: the scenarios in the dossier's order, and what is in force where the law moves away from it."""
    found = [Way(s.id, s.title, worths(case, s.id, codes), day=s.policy_date, idle=case.still(s.id)) for s in case.scenarios]
    if not case.still(None):
        found.append(Way(STATUS_QUO, title_of(case, None), worths(case, None, codes)))
    return tuple(found)


def _by_date(look: Outlook, worst: str) -> tuple[tuple[date, int], ...]:
    """The chance that the worst has come by each day on which it may; its chance by the end where it may come and go."""
    event = next((e for e in look.hazard if e.kind == "scenario" and e.id == worst), None)
    if event is not None:
        return tuple((d, look.percent_by(event, d)) for d in event.days)
    chance = look.odds_from_today.get(worst)
    return () if chance is None else ((look.tree.until, chance.percent),)


def _elsewhere(case: CaseView, reader: str) -> Elsewhere | None:
    """The largest of what moves the reader, of known sign, that is not for the parties together to decide."""
    if case.dossier.prospects is None:
        return None
    year = bystanders.year_of(case, reader)
    apart = [
        d for d in year.ranked
        if d.kind == "branch" and d.price.sign in ("gain", "loss") and not set(d.by) >= set(case.parties)
        and all(case.dossier.prospects.branches[b][0].independent for b in d.branches)
    ]  # fmt: skip
    return _named(case, apart[0]) if apart else None


def _named(case: CaseView, mover: Mover) -> Elsewhere:
    assert case.dossier.prospects is not None
    fork = case.dossier.prospects.branches[mover.branches[0]][0]
    branch = case.dossier.prospects.branches[mover.branches[0]][1]
    known = {m.id: m for m in case.dossier.measures}
    kinds = {known[c.measure].instrument.value for c in branch.changes if c.measure in known}
    chance = None if mover.chance is None else text.whole_percent(mover.chance.value)
    return Elsewhere(mover.by, fork.kind == "court", kinds == {"tariff"}, abs(mover.money.value), chance)


def _judged(case: CaseView, prepared: outlook.Prepared | None, fork: str | None) -> Judged:
    rows = closing.compared(case)
    near, far = agreed(rows)
    compared = bool(near or far)
    if prepared is None or fork is None:
        return Judged(near=near, far=far, compared=compared)
    look = prepared.look
    told = look.odds_if_reached[fork].from_today
    top = max(told, key=lambda b: told[b].value)
    origin = look.origin.get(fork)
    by: dict[str, int] = {}
    if origin is not None:
        given = {"record": origin.base_rate, "model": origin.stand_off, "analyst": origin.analyst}
        by = {k: text.whole_percent(v[top][1]) for k, v in given.items() if v is not None}
    asked, note = prepared.asked.questions[0] if prepared.asked.questions else None, look.tree.forks[fork].note or ""
    return Judged(
        look.tree.branches[top][1].title, by, "" if asked is None else asked.question, None if asked is None else asked.by_when,
        near, far, compared, note if len(note.split()) <= NOTE_WORDS else "",
    )  # fmt: skip


def agreed(rows: Sequence[Beside]) -> tuple[tuple[str, ...], tuple[tuple[str, int, int], ...]]:
    """Who lies near ours in every figure compared and not tuned to, and who does not: in how many of theirs, of how many."""
    seen: dict[str, list[bool]] = {}
    for row in rows:
        if row.ours is not None and not row.figure.tuned_to:
            seen.setdefault(row.figure.who.split(" (")[0], []).append(is_near(row.theirs, list(row.span.values())))
    near = tuple(who for who, found in seen.items() if all(found))
    return near, tuple((who, found.count(False), len(found)) for who, found in seen.items() if not all(found))


def is_near(theirs: float, ours: Sequence[float]) -> bool:
    """Whether theirs lies between the ends of ours, or within `NEAR` times one of them with the same sign."""
    if min(ours) <= theirs <= max(ours):
        return True
    return any(o * theirs > 0 and max(o / theirs, theirs / o) <= NEAR for o in ours)


def _left_out(case: CaseView) -> LeftOut:
    found = outlook.prepared(case)
    threats = bystanders.threats(case)
    if found is None or threats is None:
        return LeftOut()
    effect = threats.of(None).effect(case.a)
    income = money_of(case, case.a)[1] / 100
    moved = beside.reaction_of(case, found)
    return LeftOut(Range(*(income * x for x in effect)), any(s.kind == "equity" for s in moved.slopes))


# -- writing it --------------------------------------------------------------------------------------------------------
def page(case: CaseView, reader: str) -> Section:
    """The page for the economy `reader`; the section's title is the page's."""
    ahead = gathered(case, reader)
    prepared = outlook.prepared(case)
    drawn = None if prepared is None else tree_figure(case, ahead, prepared.look)
    keep = partial(_kept, case, reader)
    return written(ahead, drawn, keep, (first_step(case, reader), next_day(case, reader)))


def _kept(case: CaseView, reader: str, stem: str, rows: list[dict[str, Any]]) -> str:
    return case.file(stem, _said("table_file", reader=reader), rows)


def first_step(case: CaseView, reader: str) -> Para:
    """The one thing to ask, or that nothing is: the first bullet of page 2."""
    verb, rest = advice(case, reader)[0].text().split(" ", 1)
    return Para(rest, verb)


def next_day(case: CaseView, reader: str) -> Para:
    """What to watch next: the first trigger of page 2, else the next day of its calendar, else the next the dossier knows."""
    asked, days = advice(case, reader), entries(case, reader)
    seen, today = triggers(case, reader, asked), case.dossier.as_of
    asks = sorted((q for q in case.dossier.key_questions if q.by_when >= today), key=lambda q: q.by_when)
    found, day = outlook.prepared(case), first_day(case)
    forks = [] if found is None else [f for f in found.look.tree.forks.values() if f.date == day]
    odds = [] if found is None else [(b.title, found.look.of_branch(b.id).value) for f in forks[:1] for b in f.branches]
    said = _said(
        "next_day", watched=seen[0] if seen else None, entry=days[0] if days else None, on=today, odds_of=odds,
        question=asks[0] if asks else None, day_=day, ways=[(s.title, None) for s in case.scenarios if s.policy_date == day],
    )  # fmt: skip
    return Para(said, _said("next_day_lead"))


def written(
    ahead: Ahead, drawn: Figure | None, keep: Callable[[str, list[dict[str, Any]]], str], steps: Sequence[Para] = ()
) -> Section:
    """The page from what it knows, the tree already drawn and the lines of what to ask and to watch; `keep` puts rows on the
    shelf under a stem and names the file. On a full page first the question on which most hangs is left out, then some of the
    answer."""
    blocks: list[Block] = []
    if drawn is not None:
        blocks.append(drawn)
    if ahead.shown and ahead.columns:
        blocks.append(ways_table(ahead, keep))
    blocks += steps
    out = Para(_said("left_out", it=ahead, out=ahead.left_out, sign=_waiting(ahead)), _said("left_out_lead"))
    brief = replace(ahead.judged, question="")
    for judged, most in ((ahead.judged, ANSWER_WORDS), (brief, ANSWER_WORDS), (brief, FEWER_WORDS)):
        sure, lede = Para(_said("how_sure", it=judged), _said("how_sure_lead")), Para(answer(ahead, most), kind="lede")
        section = Section("happens", title(ahead), (lede, *blocks, sure, out))
        if words_in([section]) <= WORDS:
            break
    return section


def title(ahead: Ahead) -> str:
    """The finding, in the first wording of at most `TITLE_WORDS` words."""
    first = _said("title_first", it=ahead, top=leading(ahead.steps), worst=_worst(ahead)).split("\n\n")
    told = not ahead.steps and ahead.reader in _worst(ahead)["most"]  # the first part says it already
    second = [] if told else _said("title_second", it=ahead, **_reader(ahead)).split("\n\n")
    for a in first:
        for b in second:
            if len(f"{a}; {b}".split()) <= TITLE_WORDS:
                return f"{a}; {b}"
    return min((a for a in first if len(a.split()) <= TITLE_WORDS), key=first.index, default=_said("title_last", it=ahead))


def leading(steps: Sequence[StepOdds]) -> tuple[StepOdds, ...]:
    """The likeliest, and all whose ranges reach into its own: which of them comes is open."""
    if not steps:
        return ()
    first = steps[0]
    return (first, *(s for s in steps[1:] if s.high > first.low or s.percent == first.percent))


def _worst(ahead: Ahead) -> dict[str, Any]:
    """The worst way, and who loses most by it as printed (more than one where they lose alike)."""
    way = ahead.way(ahead.worst)
    losses = {} if way is None or way.idle else {
        c: ahead.printed(c, abs(way.worth[c].value)) for c in ahead.parties if ahead.sign(c, way.worth[c]) == "loss"
    }  # fmt: skip
    sizes = {} if way is None else {c: abs(ahead.number(c, way.worth[c].value)) for c in losses}
    most = [c for c in losses if sizes[c] == max(sizes.values())]
    return {"way": way, "most": most, "amount": losses[most[0]] if most else ""}


def _reader(ahead: Ahead) -> dict[str, Any]:
    """What matters most to the reader, by printed figures: something decided elsewhere, or the worst way."""
    way, code = ahead.way(ahead.worst), ahead.reader
    reach = max((abs(v) for w in ahead.ways if not w.idle for v in w.worth[code]), default=0.0)
    apart = ahead.elsewhere
    more = apart is not None and float(f"{apart.size:.2g}") > float(f"{reach:.2g}")
    sign = "flat" if way is None or way.idle else ahead.sign(code, way.worth[code])
    amount = "" if way is None else ahead.printed(code, abs(way.worth[code].value))
    return {"apart": apart if more else None, "sign": sign, "amount": amount}


def answer(ahead: Ahead, longest: int = ANSWER_WORDS) -> str:
    """What comes next and how likely, the rest, when the worst may come, and what is at stake.

    Where that takes more than `longest` words, fewer dates of the worst and fewer ways on are named.
    """
    top = leading(ahead.steps)
    rest = [s for s in ahead.steps if s not in top]
    way = ahead.way(ahead.worst)
    tops = [w for w in ahead.ways if not w.idle and w.id != ahead.worst]
    if ahead.steps:
        other = max(tops, key=lambda w: 0.0 if w.odds is None else w.odds.value, default=None)
    else:
        other = max(tops, key=lambda w: w.worth["WORLD"].value, default=None)
    said = ""
    for dates, most in ((3, 3), (2, 3), (2, 2), (1, 1), (1, 0)):
        named, small = (rest, []) if len(rest) <= most else (rest[: max(most - 1, 0)], rest[max(most - 1, 0) :])
        said = _said(
            "answer", it=ahead, top=top, named=named, small=small, small_percent=sum(s.percent for s in small),
            small_value=sum(s.value for s in small), worst=way, dates=dates, lapse=ahead.effects(ahead.lapse),
            effects=None if way is None else ahead.effects(way.worth), other=other,
            others=None if other is None else ahead.effects(other.worth),
        )  # fmt: skip
        if len(said.split()) <= longest:
            break
    return said


def _waiting(ahead: Ahead) -> str:
    found = ahead.left_out.waiting
    if found is None:
        return "unknown"
    if max(map(abs, found)) < 1:  # million
        return "flat"
    code = ahead.parties[0]
    return ahead.sign(code, found)


def _cell(ahead: Ahead, code: str, worth: Range) -> Cell:
    sign = ahead.sign(code, worth)
    low, centre, high = (ahead.printed(code, v, signed=True) for v in worth)
    if sign == "open":
        return Cell(_said("open_sign"), _said("span", low=low, high=high).replace(" ", text.FIRM))
    if sign == "wide":
        return Cell(_said("up_to", far=high if abs(worth.high) > abs(worth.low) else low))
    return Cell(centre)


def _in_figures(ahead: Ahead, code: str, worth: Range) -> str:
    """The central figure, or the range where its sign or size is open; nothing for what does not print."""
    low, centre, high = (ahead.printed(code, v, signed=True) for v in worth)
    sign = ahead.sign(code, worth)
    return "0" if sign == "flat" else _said("span", low=low, high=high) if sign in ("open", "wide") else centre


def _of_way(ahead: Ahead, code: str, way: Way) -> str:
    """`_in_figures` of a way; nothing for one that comes to the same as nothing signed."""
    return "0" if way.idle else _in_figures(ahead, code, way.worth[code])


def ways_table(ahead: Ahead, keep: Callable[[str, list[dict[str, Any]]], str]) -> Table:
    """The ways on that differ from nothing signed, by chance, with what each is worth to whom."""
    chances = any(w.odds is not None for w in ahead.ways)
    whole = 1 + chances + len(ahead.columns)
    apart = whole < COLUMNS
    rows, data = [], []
    for w in ahead.shown:
        told = _said("trigger", way=w, it=ahead)
        cells = [Cell(w.title, "" if apart else told, strong=w.id == ahead.worst)]
        if chances:
            cells.append(Cell("" if w.odds is None else text.chance(w.odds.value, w.odds.percent).removesuffix(f"{text.THIN}%")))
        cells += [_cell(ahead, c, w.worth[c]) for c in ahead.columns]
        rows.append((*cells, Cell(told)) if apart else tuple(cells))
    for w in ahead.ways:
        data += [
            {
                "way": w.id, "title": w.title, "probability": None if w.odds is None else w.odds.value,
                "percent": None if w.odds is None else w.odds.percent, "region": c, "low": w.worth[c].low,
                "value": w.worth[c].value, "high": w.worth[c].high, "unit": f"million {ahead.dollars} a year",
                "relative_to": "law", "horizon": ahead.years, "trigger": w.trigger,
                "date": "" if w.day is None else w.day.isoformat(),
            }
            for c in ahead.codes
        ]  # fmt: skip
    csv = keep(f"front-ways-{ahead.reader.lower()}", data)
    heads = [Column(_said("way_head"))]
    if chances:
        heads.append(Column(_said("chance_head"), "%", number=True))
    heads += [Column(_said("code_head", code=c, reader=ahead.reader, parties=ahead.parties), number=True) for c in ahead.columns]
    if apart:
        heads.append(Column(_said("trigger_head", chances=chances)))
    idle = [w for w in ahead.ways if w.idle]
    left = [w for w in ahead.ways if not w.idle and w not in ahead.shown]
    unmoved = [c for c in ahead.codes if c not in ahead.columns]
    openly = any(ahead.sign(c, w.worth[c]) == "open" for w in ahead.shown for c in ahead.columns)
    note = _said("table_note", it=ahead, idle=idle, left=left, unmoved=unmoved, openly=openly, csv=csv)
    head, subtitle = _said("table_title", best=_best(ahead)), _said("table_subtitle", it=ahead)
    return Table(f"tab-front-{ahead.reader.lower()}", head, subtitle, tuple(heads), tuple(rows), note, csv, wide=True)


def _best(ahead: Ahead) -> list[str]:
    """Titles of the ways that bring the world most as printed; none where none does, or where the size of one is open."""
    signs = {w.title: ahead.sign("WORLD", w.worth["WORLD"]) for w in ahead.ways if not w.idle}
    if {"open", "wide"} & set(signs.values()):
        return []
    gains = {w.title: ahead.number("WORLD", w.worth["WORLD"].value) for w in ahead.ways if signs.get(w.title) == "gain"}
    return [t for t, x in gains.items() if x == max(gains.values())]


def tree_figure(case: CaseView, ahead: Ahead, look: Outlook) -> Figure | None:
    """The tree trimmed for a reader; None where the talks have no fork."""
    code = ahead.reader
    stems = tree.trimmed(look, code, money_of(case, code)[1] / 100)
    if not stems:
        return None
    ends = list(look.odds_from_today)
    colour = colours(ends, case.best, ahead.worst if ahead.worst in ends else look.ranking[-1])
    titles = {s: _said("key", title=w.title, chance_=w.odds) for s in ends for w in ahead.ways if w.id == s}
    moved = any(ahead.sign(code, w.worth[code]) != "flat" for w in ahead.ways if not w.idle)

    def worth(twig: tree.Twig) -> str:
        """That of the end as the table has it; of several ends, of the measures their paths end with."""
        known = ahead.way(twig.end)
        if not moved:
            return ""
        return _of_way(ahead, code, known) if known is not None else _in_figures(ahead, code, twig.worth)

    data = [
        {
            "way": " / ".join(s.titles), "from today": s.share, "then": t.title, "date": t.day.isoformat(), "end": t.end,
            "probability": t.share, "percent": t.percent, "region": code, "low": t.worth.low, "value": t.worth.value,
            "high": t.worth.high, "unit": f"million {ahead.dollars} a year", "relative_to": "law",
        }
        for s in stems for t in s.twigs
    ]  # fmt: skip
    csv = case.shelf.add(f"front-tree-{code.lower()}", _said("tree_file", reader=code), pd.DataFrame(data))
    top = leading(tuple(w.odds for w in ahead.ways if w.odds is not None))
    head, subtitle = _said("tree_title", top=top, until=ahead.until), _said("tree_subtitle", it=ahead, moved=moved)
    told = [
        (w.title, text.chance(w.odds.value, w.odds.percent), _of_way(ahead, code, w) if moved else "")
        for w in ahead.ways
        if w.odds
    ]
    alt = _said("tree_alt", it=ahead, head=head, shown=told)
    shown = tree.Ends(titles, colour, _said("value_head", it=ahead) if moved else "")
    return figure(
        f"fig-front-tree-{code.lower()}", head, subtitle, _said("tree_note", csv=csv), alt, csv,
        lambda w: tree.draw(stems, look.tree.start, look.tree.until, shown, worth, w),
    )  # fmt: skip


__all__ = ["Ahead", "Way", "gathered", "page", "title", "written"]
