"""The answer of a state in sentences, with the number behind every figure, dials, ranked bars and what to know beside them.

The sentences come from `headline.md.j2`; which is said follows from the figures as printed and their ranges. In a text a figure
is marked with the id of its number (`marked`); `segments` takes the text apart. An answer without ranges, odds and what others
publish (they cost solves) says so in `waits`; asked for in `full` it has them.

>>> segments(f"It costs {marked('usd.USA', 'USD 12')}.")
[{'text': 'It costs '}, {'text': 'USD 12', 'number': 'usd.USA'}, {'text': '.'}]
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import model_validator

from detente.cases.baselines import BASELINES, IN_FORCE, NO_DEAL, REFERENCE, Baseline
from detente.cases.case import STATUS_QUO
from detente.errors import DetenteError, InputError
from detente.strategy.year import rolled
from detente.types import Range
from detente.verbs import Code
from detente.web.dials import dials
from detente.web.effects import TEXTS as EFFECTS, UNITS, WORLD, Effects, Printer, Unit, lacking
from detente.web.state import PageState, Resolved
from detente.words import chance, chance_range, run_words, say
from detente.words.currency import currency
from detente.words.names import meant, region_name

if TYPE_CHECKING:
    from detente.outlook.outlook import Chance, Outlook
    from detente.strategy.like_for_like import Beside
    from detente.web.quick import Engine

TEXTS = "web/headline"
BARS, THIRDS = 12, 3
Basis = Literal["law", "no-deal", "no deal", "reference", "in-force"]
OPENS, PARTS, CLOSES = "\ue000", "\ue001", "\ue002"
"""Characters of no text (private use) around a figure in a sentence."""


class AnswerRequest(PageState):
    """A state, against which baseline (`basis`, the same as `against`), in which unit, for which economy besides the parties;
    `full` waits for ranges, odds and what others publish."""

    basis: Basis | None = None
    unit: Unit = "percent"
    region: Code | None = None
    full: bool = False

    @model_validator(mode="after")
    def _one_basis(self) -> Self:
        if self.basis is not None and self.against not in (None, self.base):
            raise ValueError("'basis' and 'against' name two baselines; give one")
        return self

    @property
    def base(self) -> Baseline | None:
        """The baseline asked for."""
        return next((b for b in BASELINES if self.basis is not None and b == self.basis.replace(" ", "-")), self.against)

    @property
    def state(self) -> PageState:
        """The state alone."""
        return PageState(**{**{k: getattr(self, k) for k in PageState.model_fields}, "against": self.base})


# -- figures in sentences --------------------------------------------------------------------------------------------------
def marked(number: str, text: str) -> str:
    """A figure of a sentence with the id of its number."""
    return f"{OPENS}{number}{PARTS}{text}{CLOSES}"


def segments(text: str) -> list[dict[str, str]]:
    """A text taken apart: plain parts, and figures with the id of their number."""
    found: list[dict[str, str]] = []
    for plain, number, figure in re.findall(f"([^{OPENS}]*)(?:{OPENS}([^{PARTS}]*){PARTS}([^{CLOSES}]*){CLOSES})?", text):
        if plain:
            found.append({"text": plain})
        if number:
            found.append({"text": figure, "number": number})
    return found


def unmarked_parts(parts: Sequence[Mapping[str, str]]) -> str:
    """A text taken apart, as it is read."""
    return "".join(p["text"] for p in parts)


# -- the answer --------------------------------------------------------------------------------------------------------------
def answered(engine: Engine, asked: AnswerRequest, case: Resolved) -> dict[str, Any]:
    """What the page shows first. Raises `InputError`, `UnknownRegion` and what solving raises."""
    unit = asked.unit
    if why := lacking(case.case, unit):
        raise InputError(why)
    region = None if asked.region is None else meant(asked.region, case.world.regions)
    if region is not None and region != WORLD:
        case.case.index(region)
    effects = engine.effects(case, unit, ranged=asked.full)
    look, rows, without = None, None, ""
    if asked.full:
        rows = engine.published(case)
        try:
            look = engine.look(case)
        except DetenteError as error:  # its forks cannot be counted; the figures stand
            without = say(TEXTS, "without_odds", why=str(error.args[0]))
    page = Page(case, effects, region, look, rows)
    if without:
        page.notes.append({"kind": "odds", "text": without})
    return {
        "hash": case.key, "title": page.title, "headline": segments(page.headline), "second": segments(page.second),
        "numbers": page.numbers, "dials": page.dials, "scenarios": page.scenarios, "bars": page.bars, "notes": page.notes,
        "unit": unit, "units": {u: say(TEXTS, "unit_words", unit=u) for u in UNITS if not lacking(case.case, u)},
        "basis": case.against, "against": case.compared_with, "as_of": case.dossier.as_of,
        "when": say(TEXTS, "when", month=case.case.month, run=run_words(case.horizon)), "horizon": case.horizon,
        "policy_date": case.day, "waits": [] if asked.full else ["ranges", "odds", "published"],
    }  # fmt: skip


def _far(spread: Range) -> float:
    """The end that lies further from zero."""
    return max(spread.low, spread.high, key=abs)


class Page:
    """An answer being written: figures of one state in one unit, and what of odds and others' figures is known."""

    def __init__(
        self,
        case: Resolved,
        effects: Effects,
        region: str | None = None,
        look: Outlook | None = None,
        rows: Sequence[Beside] | None = None,
    ) -> None:
        self.case, self.effects, self.look, self.rows = case, effects, look, rows
        self.parties = case.case.parties
        self.region = None if region == WORLD or region in self.parties else region
        self.shown: Printer = effects.printer([c for c in effects.codes if c != WORLD])
        self.year = rolled(case.case)[0]
        self.numbers: dict[str, dict[str, Any]] = {}
        self.headline = self._headline()
        self.second = self._second()
        self.bars = self._bars()
        self.notes = self._notes()

    # -- words -------------------------------------------------------------------------------------------------------
    @property
    def idle(self) -> bool:
        """Whether nothing is asked for: what is in force, against itself."""
        return self.case.scenario is None and not self.case.shift and self.case.against == IN_FORCE

    @property
    def title(self) -> str:
        """What the state is called: the scenario's title, or that it is the reader's own."""
        base = self.case.dossier.scenario(self.case.scenario).title if self.case.scenario else ""
        return say(TEXTS, "state_title", base=base, moved=len(self.case.moved), as_of=self.case.dossier.as_of)

    def number(self, code: str) -> str:
        """The id of an economy's figure, kept among the numbers."""
        name = f"{self.effects.unit}.{code}"
        if name not in self.numbers:
            label = say(TEXTS, "number", unit=self.effects.unit, code=code, year=self.year, dollars=currency())
            self.numbers[name] = {**self.effects.record(code, self.shown), "label": label}
        return name

    def told(self, code: str, value: float) -> str:
        """A figure in a sentence, without a sign."""
        return marked(self.number(code), self.shown(value))

    def sorted_by_sign(self, codes: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
        """Economies with the figure printed, by what may be said: of a wide one the far end."""
        found: dict[str, list[tuple[str, str]]] = {k: [] for k in ("loss", "loss_up", "gain", "gain_up", "open", "flat", "moved")}
        for code in codes:
            spread, sign = self.effects.at(code), self.effects.sign(code, self.shown)
            if sign == "wide":
                far = _far(spread)
                key = "loss_up" if far < 0 else "gain_up"
                found[key].append((code, self.told(code, far)))
            else:
                found[sign].append((code, self.told(code, spread.value)))
        return found

    @cached_property
    def _thirds(self) -> dict[str, Any]:
        """What is told of others than the parties: who gains and loses, who may by how much, and whose sign hangs on what."""
        third = [c for c in self.effects.codes if c != WORLD and c not in self.parties]
        unsure = [c for c in third if self.effects.sign(c, self.shown) == "open"]
        least = max((abs(self.effects.at(c).value) for c in unsure), default=0.0) / 3
        gains, losses = (self._ranked([c for c in third if abs(self.effects.at(c).value) >= least], s) for s in ("gain", "loss"))
        ups = self._at_most([c for c in third if self.effects.sign(c, self.shown) == "wide"], least)
        first = max((abs(self.effects.at(c).value) for c, *_ in (*gains, *losses)), default=0.0)
        size = max((abs(self.effects.at(c).value) for c in self.parties), default=0.0)
        hangs = self._hang([c for c in unsure if abs(self.effects.at(c).value) > max(first, size / 50)])
        return {"gains": gains, "losses": losses, "ups": ups, "hangs": hangs}

    def _headline(self) -> str:
        case, unit = self.case, self.effects.unit
        own = [self.region] if self.region else []
        scenario = case.dossier.scenario(case.scenario).title if case.scenario else ""
        return say(
            TEXTS, "headline", unit=unit, idle=self.idle, moved=len(case.moved), scenario=scenario, on=case.dossier.as_of,
            effects=self.sorted_by_sign(self.parties), mine=self.sorted_by_sign(own) if own else None,
            nothing=self.shown.nothing, **self._thirds,
        )  # fmt: skip

    def _at_most(self, codes: Sequence[str], least: float) -> list[tuple[str, str, bool]]:
        """Economies of which only the far end is told, at most two that may move further than `least`: the end, if a gain."""
        far = {c: _far(self.effects.at(c)) for c in codes}
        size = max((abs(self.effects.at(c).value) for c in self.parties), default=0.0)
        order = [c for c in sorted(far, key=lambda c: (-abs(far[c]), c)) if abs(far[c]) > max(least, size / 10)]
        return [(c, self.told(c, far[c]), far[c] > 0) for c in order[:2]]

    def _hang(self, codes: Sequence[str]) -> list[tuple[str, list[str]]]:
        """Economies whose sign is open, those that may move furthest first, by the parameter that it hangs on."""
        from detente.briefing.drivers import in_words

        found: dict[str, list[str]] = {}
        for code in sorted(codes, key=lambda c: (-abs(self.effects.at(c).value), c))[:THIRDS]:
            main = self.effects.driver(self.case.case, code).main
            if main is not None:
                found.setdefault(in_words(main.parameter), []).append(code)
        return list(found.items())

    def _ranked(self, codes: Sequence[str], sign: str) -> list[tuple[str, str, bool]]:
        """Those of a sign that lie furthest out, as printed, and whether each is among the furthest; all that tie for it."""
        known = [c for c in codes if self.effects.sign(c, self.shown) == sign]
        known.sort(key=lambda c: (-abs(self.shown.number(self.effects.at(c).value)), c))
        number = {c: abs(self.shown.number(self.effects.at(c).value)) for c in known}
        top = [c for c in known if number[c] == number[known[0]]]
        shown = top if len(top) > THIRDS else known[:THIRDS]
        return [(c, self.told(c, self.effects.at(c).value), c in top) for c in shown]

    def _second(self) -> str:
        world = self.effects.at(WORLD)
        named = [*self.parties, *([self.region] if self.region else [])]
        return say(
            TEXTS, "second", unit=self.effects.unit, idle=self.idle, ranged=self.effects.ranged,
            world=self.sorted_by_sign([WORLD]), odds=self._odds(), sure=self._sure(named) if self.effects.ranged else None,
            others=self._others(), flat=not self.shown.number(world.value), **self._thirds,
        )  # fmt: skip

    def _chance(self) -> Chance | None:
        if self.look is None or self.case.shift:
            return None
        return self.look.odds_from_today.get(self.case.scenario or STATUS_QUO)

    def _odds(self) -> dict[str, Any] | None:
        """The chance of what is shown: none without forks, or where nobody put odds on it."""
        if self.look is None:
            return None
        found = self._chance()
        if found is None:
            return {"known": False, "moved": self.case.shift}
        name = f"chance.{self.case.scenario or STATUS_QUO}"
        text = chance(found.value, found.percent)
        label = say(TEXTS, "chance_label", title=self.title, until=self.look.tree.until)
        self.numbers[name] = {
            "value": found.value, "low": found.low, "high": found.high, "unit": "chance", "region": None, "indicator": "chance",
            "text": text, "said": text, "sign": "gain", "label": label,
        }  # fmt: skip
        return {
            "known": True, "text": marked(name, text), "range": chance_range(found.low, found.high),
            "wide": found.high - found.low > 0.5, "until": self.look.tree.until, "own": bool(self.look.own),
        }  # fmt: skip

    def _sure(self, named: Sequence[str]) -> dict[str, Any]:
        """Whose sign is known at every parameter set, whose not; and how far the sizes of those known may be off, as a factor."""
        signs = {c: self.effects.sign(c, self.shown) for c in named}
        moving = [c for c in named if signs[c] in ("gain", "loss")]
        off = [
            max(abs(a) / abs(m), abs(m) / abs(b))
            for c in moving
            for m in [self.shown.number(self.effects.at(c).value)]
            for b, a in [sorted(abs(self.shown.number(v)) for v in (self.effects.at(c).low, self.effects.at(c).high))]
            if m and b
        ]
        return {
            "known": moving,
            "open": [c for c in named if signs[c] == "open"],
            "wide": [c for c in named if signs[c] == "wide"],
            "factor": max(off, default=1.0),
        }

    def _others(self) -> dict[str, Any] | None:
        """Who of those that publish lies near, who further off; none where nothing is compared."""
        if self.rows is None:
            return None
        from detente.briefing.front.what_happens import agreed

        near, far = agreed(self.rows)
        return {"near": near, "far": far}

    # -- beside the sentences ------------------------------------------------------------------------------------------
    @property
    def dials(self) -> list[dict[str, Any]]:
        """The dials with where the state has them."""
        values = {**self.case.at_home, **self.case.moved}
        return [{**d, "value": values[d["id"]]} for d in dials(self.case.case)]

    @property
    def scenarios(self) -> list[dict[str, Any]]:
        """The ways on by what they hold, with their chance where it is known."""
        odds = {} if self.look is None else self.look.odds_from_today
        return [
            {
                "id": s.id, "title": s.title, "summary": s.summary, "shown": s.id == self.case.scenario and not self.case.shift,
                "percent": odds[s.id].percent if s.id in odds else None,
            }
            for s in self.case.dossier.scenarios
        ]  # fmt: skip

    def _bars(self) -> dict[str, Any]:
        """Every economy ranked, those of the page's chart marked; a figure that prints as nothing has no bar."""
        case = self.case.case
        first = [*case.trio, *([self.region] if self.region else [])]
        codes = [c for c in self.effects.codes if c != WORLD]
        size = {c: abs(self.shown.number(self.effects.at(c).value)) for c in codes}
        large = [c for c in sorted(codes, key=lambda c: (-size[c], c)) if size[c] and c not in first]
        chart = {*first, *large[: max(BARS - len(first), 0)]}
        order = sorted(codes, key=lambda c: (-self.effects.at(c).value, c))
        if self.effects.unit == "jobs":
            order = sorted(codes, key=lambda c: (-size[c], c))
        rows = [self._bar(c, c in chart) for c in order]
        told = {"unit": self.effects.unit, "year": self.year, "dollars": currency(), "scale": self.shown.axis[1]}
        return {
            "title": self._bars_title([c for c in order if c in chart]), "measure": say(EFFECTS, "measure", **told),
            "axis_scale": self.shown.axis[0],
            "against": self.case.compared_with, "rows": rows, "world": self._bar(WORLD, True),
            "precision": self.shown.precision, "decimals": self.shown.decimals,
            "largest": max((size[c] for c in chart), default=0.0),
            "nothing": say(TEXTS, "nothing_moves", nothing=self.shown.nothing) if not any(size.values()) else "",
        }  # fmt: skip

    def _bar(self, code: str, chart: bool) -> dict[str, Any]:
        spread, number = self.effects.at(code), self.number(code)
        kept = self.numbers[number]
        return {
            "region": code, "name": region_name(code), "number": number, "role": self._role(code), "shown": chart,
            "value": kept["value"], "low": kept["low"], "high": kept["high"], "text": kept["said"], "sign": kept["sign"],
            "drawn": bool(self.shown.number(spread.value)),
        }  # fmt: skip

    def _role(self, code: str) -> str:
        case = self.case.case
        return "party" if code in self.parties else "host" if code == case.host else "other"

    def _bars_title(self, codes: Sequence[str]) -> str:
        """Who gains and who loses most, by printed figures: none named where the sign of the largest is not known."""
        found = {s: [c for c in codes if self.effects.sign(c, self.shown) == s] for s in ("gain", "loss", "open", "wide")}
        size = {c: abs(self.shown.number(self.effects.at(c).value)) for c in codes}

        def most(sign: str) -> list[str]:
            top = max((size[c] for c in found[sign]), default=0.0)
            return [c for c in found[sign] if size[c] == top and top]

        def figure(these: list[str]) -> str:
            return self.shown(self.effects.at(these[0]).value) if these else ""

        up, down = most("gain"), most("loss")
        return say(
            TEXTS, "bars_title", unit=self.effects.unit, up=up, up_text=figure(up), down=down, down_text=figure(down),
            unclear=bool(found["open"] or found["wide"]), nothing=self.shown.nothing,
        )  # fmt: skip

    def _notes(self) -> list[dict[str, str]]:
        """What to know: why there is nothing to see, what the yardstick is and costs, where a range says too little."""
        case, found = self.case, []
        moved = [c for c in self.effects.codes if self.shown.number(self.effects.at(c).value)]
        if not moved:
            found.append({"kind": "zero", "text": self._why_zero()})
        found.append({"kind": "baseline", "text": say(TEXTS, "baseline", means=self._means(), basis=case.against)})
        if case.against != REFERENCE and (cost := self._standing()):
            found.append({"kind": "standing", "text": cost})
        if self.effects.ranged:
            named = self.sorted_by_sign([c for c in (*self.parties, *([self.region] if self.region else [])) if c])
            if named["open"]:
                hangs = self._hang([c for c, _ in named["open"]])
                found.append({"kind": "open", "text": say(TEXTS, "open", codes=[c for c, _ in named["open"]], hangs=hangs)})
            if wide := [c for c, _ in (*named["loss_up"], *named["gain_up"])]:
                found.append({"kind": "wide", "text": say(TEXTS, "wide", codes=wide, month=case.case.month)})
        return found

    def _means(self) -> str:
        from detente.cases.baselines import in_words

        return in_words(self.case.against, self.case.dossier, means=True)

    def _why_zero(self) -> str:
        case = self.case
        same = case.against == NO_DEAL and case.scenario == case.case.worst and not case.shift
        return say(TEXTS, "zero", idle=self.idle, same=same, basis=case.against, title=self.title, nothing=self.shown.nothing)

    def _standing(self) -> str:
        """What is in force already costs or brings the world, against the reference."""
        quo = self.case.case.status_quo.world_real_income
        return say(TEXTS, "standing", value=quo, label=self.case.dossier.reference.label, on=self.case.dossier.as_of)
