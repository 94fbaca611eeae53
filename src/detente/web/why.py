"""Why a number of an answer is what it is: by measure, through which channel, in which sectors, how sure, who pays, who else.

Every part is in the number's own unit and the parts add up to it. Of measures: what each contributes against what is in force
(`cases.levered`), the interplay, and what the yardstick itself does, turned round. Of channels: the decomposition of real income
along the way (`equilibrium.decompose`), which who pays is made of too. Any economy has all of it.

>>> parsed("usd.USA"), parsed("chance.middle")
(('usd', 'USA'), ('chance', 'middle'))
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from detente import __version__
from detente.briefing.drivers import in_words
from detente.errors import InputError, NotConverged, UnknownName
from detente.policy.levers import levers
from detente.types import Array
from detente.web.effects import UNITS, WORLD, Effects, Printer, factors, heads_of
from detente.web.headline import AnswerRequest, Page
from detente.web.state import PageState
from detente.words import as_solved, refusal, say

if TYPE_CHECKING:
    from detente.outlook.outlook import Outlook
    from detente.web.quick import Engine
    from detente.web.state import Resolved

TEXTS = "web/why"


class WhyRequest(AnswerRequest):
    """An answer and the id of one of its numbers: UNIT.REGION (WORLD for the world) or chance.SCENARIO."""

    number: str = Field(max_length=160)


def parsed(number: str) -> tuple[str, str]:
    """Unit and region of a number's id, or "chance" and a scenario. Raises `InputError`."""
    unit, _, rest = number.partition(".")
    if unit not in (*UNITS, "chance") or not rest:
        raise InputError(refusal("web", "no_number", number=number))
    return unit, rest


def why(engine: Engine, asked: WhyRequest, case: Resolved) -> dict[str, Any]:
    """All that is known of why. Raises `InputError` for what is no number, `UnknownRegion`, `UnknownName`."""
    unit, name = parsed(asked.number)
    if unit == "chance":
        return _why_chance(engine, case, asked.number, name)
    if name != WORLD:
        case.case.index(name)
    chosen = next(u for u in UNITS if u == unit)
    effects = engine.effects(case, chosen, ranged=True)
    page = Page(case, effects, name)
    page.number(name)
    told = Reasons(engine, case, page, name)
    return {
        "number": asked.number, **page.numbers[asked.number], "against": case.compared_with, "text": told.text,
        "measures": told.measures, "channels": told.channels, "sectors": told.sectors, "range": told.range,
        "who_pays": told.who_pays, "published": published(engine, case, name), "citation": citation(page, name),
        "state": case.state.model_dump(mode="json", exclude_defaults=True),
    }  # fmt: skip


class Reasons:
    """Why an economy's figure, or the world's, is what it is."""

    def __init__(self, engine: Engine, case: Resolved, page: Page, code: str) -> None:
        self.engine, self.case, self.code = engine, case, code
        self.effects: Effects = page.effects
        self.shown: Printer = page.effects.printer([code])
        self.value = page.effects.at(code).value
        self.unit = page.effects.unit
        self.measures = self._measures()
        self.channels = self._channels()
        self.sectors = self._sectors()
        self.range = self._range()
        self.who_pays = self._who_pays()

    @property
    def text(self) -> list[str]:
        """The reasons as sentences, the largest first."""
        parts = sorted((p for p in self.measures if p["kind"] == "measure"), key=lambda p: -abs(p["value"]))
        most = sorted(self.channels, key=lambda p: -abs(p["value"]))
        ends = self.range
        return say(
            TEXTS, "text", code=self.code, unit=self.unit, value=self.value, shown=self.shown, parts=parts, channels=most,
            moving=[p for p in parts if self.shown.number(p["value"])], range=ends,
            base=next((p for p in self.measures if p["kind"] == "baseline"), None),
        ).split("\n\n")  # fmt: skip

    def _part(self, kind: str, name: str, label: str, value: float, **more: Any) -> dict[str, Any]:
        return {"kind": kind, "id": name, "label": label, "value": as_solved(value),
                "text": self.shown(value, signed=True), **more}  # fmt: skip

    def _measures(self) -> list[dict[str, Any]]:
        """What each measure contributes, the largest first; the interplay; what the yardstick does, turned round."""
        found, key = self.engine.parts(self.case), f"{self.unit}.{self.code}"
        if key not in found.whole:
            return []
        labels = titles(self.case)
        rows = [self._part("measure", k, labels(k)[0], part[key], by=labels(k)[1]) for k, part in found.parts.items()]
        rows.sort(key=lambda r: -abs(r["value"]))
        rest, base = found.left[key], self.value - found.whole[key]
        if len(rows) > 1 and self.shown.number(rest):
            rows.append(self._part("interplay", "together", say(TEXTS, "together"), rest))
        if self.shown.number(base):
            label = say(TEXTS, "yardstick", against=self.case.compared_with, basis=self.case.against)
            rows.append(self._part("baseline", self.case.against, label, base))
        return rows

    def _channels(self) -> list[dict[str, Any]]:
        """The parts of the change of real income by channel; none of jobs, nor where a state on the way has no answer."""
        if self.unit == "jobs":
            return []
        try:
            parts, left = self.engine.channels(self.case)
        except NotConverged:
            return []
        values = {k: self._money(v) for k, v in {**parts, "left over": left}.items()}
        rows = [
            self._part("channel", k, say("briefing/sections/scale", "channel", by=k), v)
            for k, v in values.items()
            if self.shown.number(v)
        ]
        return sorted(rows, key=lambda r: -abs(r["value"]))

    def _money(self, percent: Array) -> float:
        """A part given in percent of income by region, in the unit of the number, of its economy or the world."""
        case, before = self.case.case, self.engine.outcome(self.case).before.income
        world = self.code == WORLD
        k = None if world else case.index(self.code)
        if self.unit == "percent":
            return float((percent * before).sum() / before.sum()) if k is None else float(percent[k])
        money = percent / 100 * before * factors(case)
        if self.unit == "usd":
            return float(money.sum()) if k is None else float(money[k])
        heads = heads_of(case)
        assert heads is not None
        return float(1e6 * (money.sum() / heads.sum() if k is None else money[k] / heads[k]))

    def _sectors(self) -> list[dict[str, Any]]:
        """Output and employment by sector, percent, and where they are counted jobs, thousand; the largest fall first."""
        if self.code == WORLD:
            return []
        from detente.web.quick import sectors

        outcome = self.engine.outcome(self.case)
        rows = sectors(outcome, self.code)
        if self.case.world.employed is not None:
            jobs = outcome.jobs.loc[self.code].to_dict()
            rows = [{**r, "jobs_thousand": round(float(jobs[r["sector"]]), 3) + 0.0} for r in rows]
        return sorted(rows, key=lambda r: r["output_pct"])

    def _range(self) -> dict[str, Any]:
        """The ends, the parameter that moves the figure most and the figure at its two ends, in words too."""
        driver = self.effects.driver(self.case.case, self.code)

        def show(value: float) -> str:
            return self.shown(value, signed=self.unit != "jobs")

        low, _, high = self.effects.at(self.code)
        swings = [
            {"parameter": in_words(s.parameter), "at_low": s.at_low, "at_high": s.at_high,
             "at_low_text": show(s.at_low), "at_high_text": show(s.at_high)}
            for s in driver.swings
        ]  # fmt: skip
        return {
            "low": low, "high": high, "text": say(TEXTS, "spread", low=show(low), high=show(high), alike=show(low) == show(high)),
            "driver": in_words(driver.main.parameter) if driver.main and driver.moves(show) else "", "told": driver.told(show),
            "swings": swings,
        }  # fmt: skip

    def _who_pays(self) -> dict[str, Any] | None:
        """Who pays for the change of duties; None for the world, for jobs and where a state on the way has no answer."""
        if self.code == WORLD:
            return None
        try:
            paid = self.engine.outcome(self.case).who_pays
        except (NotConverged, InputError):
            return None
        case = self.case.case
        factor = float(factors(case)[case.index(self.code)])
        from detente.strategy.year import rolled

        share = float(paid.share_borne_abroad[self.code])
        return {
            "text": paid.explain(self.code, factor, rolled(case)[0]),
            "percent_of_income": {str(c): round(float(v), 5) + 0.0 for c, v in paid.row(self.code).items()},
            "share_borne_abroad_pct": None if np.isnan(share) else round(share, 1),
        }  # fmt: skip


def titles(case: Resolved) -> Callable[[str], tuple[str, str]]:
    """Label and party of what may be moved, by its id; of an entry of a map of rates, at least those of its measure."""
    moved = case.case.measures(case.scenario, case.changes)
    known = {m.id: (m.title, m.by) for m in moved} | {lever.id: (lever.label, lever.party) for lever in levers(case.dossier)}
    return lambda name: known.get(name) or known[name.rpartition(".")[0]]


# -- others' figures, odds, how to cite ----------------------------------------------------------------------------------------
def published(engine: Engine, case: Resolved, code: str) -> list[dict[str, Any]]:
    """What others publish of an economy (the world), beside ours, with the source."""
    wanted = None if code == WORLD else code
    sources = {s.id: {"title": s.title, "publisher": s.publisher, "url": s.url} for s in case.dossier.sources}
    rows = [r for r in engine.published(case) if r.figure.region == wanted or (wanted and r.figure.partner == wanted)]
    return [{**r.record(), "sources": [sources[s] for s in r.figure.sources if s in sources]} for r in rows]


def _why_chance(engine: Engine, case: Resolved, number: str, scenario: str) -> dict[str, Any]:
    look = engine.look(case)
    if look is None or scenario not in look.odds_from_today:
        raise UnknownName(scenario, [] if look is None else list(look.odds_from_today), "end with odds")
    return {"number": number, "unit": "chance", "scenario": scenario, **odds_of(look, scenario)}


def odds(engine: Engine, case: Resolved) -> dict[str, Any]:
    """The one set of odds: every end from today and by date, every fork if it is reached, and what the odds are made of."""
    look = engine.look(case)
    if look is None:
        return {"ends": {}, "forks": {}, "inputs": {}, "own": "", "text": [say(TEXTS, "no_odds")], "until": None}
    record = look.record()
    return {
        "ends": {s: odds_of(look, s) for s in look.odds_from_today}, "forks": record["odds_if_reached"],
        "inputs": record["origin"], "own": look.told_own(), "until": look.tree.until,
        "text": reconciled(look, case).split("\n\n"),
    }  # fmt: skip


def reconciled(look: Outlook, case: Resolved) -> str:
    """How likely each end is and by when, and how the stand-off models, which have another clock, enter."""
    ahead = case.dossier.prospects
    assert ahead is not None
    ends = [(look.titles.get(s, s), e) for s, e in look.odds_from_today.items()]
    used = any("stand_off" in o.weights or "model" in o.weights for o in look.origin.values())
    weight = float(ahead.weights.stand_off) if used else None
    return say(TEXTS, "reconciled", ends=ends, until=look.tree.until, on=look.tree.start, weight=weight, own=look.told_own())


def odds_of(look: Outlook, scenario: str) -> dict[str, Any]:
    """The chance of an end, by date where it may come, what it hangs on, and where its odds come from."""
    found = look.odds_from_today[scenario]
    titles = {b: branch.title for b, (_, branch) in look.tree.branches.items()}
    event = next((e for e in look.hazard if e.kind == "scenario" and e.id == scenario), None)
    by = [] if event is None else [{"date": d, "percent": look.percent_by(event, d)} for d in event.days]
    hangs = [
        {"branch": d.branch, "title": titles[d.branch], "at_low": d.low, "at_high": d.high}
        for d in look.scenario_drivers(scenario)[:5]
        if d.swing
    ]
    title = look.titles.get(scenario, scenario)
    told = say(TEXTS, "end_chance", title=title, it=found, until=look.tree.until, on=look.tree.start, by=by, hangs=hangs)
    return {
        "value": found.value, "low": found.low, "high": found.high, "percent": found.percent, "title": title, "by_date": by,
        "until": look.tree.until, "hangs_on": hangs, "own": look.told_own(), "text": told.split("\n\n"),
    }  # fmt: skip


def citation(page: Page, code: str) -> dict[str, Any]:
    """How to cite a number; the door adds where it stands."""
    case, number = page.case, page.numbers[f"{page.effects.unit}.{code}"]

    def shown(value: float | None) -> str:
        return "" if value is None else page.shown(value, signed=page.effects.unit != "jobs")

    told = {"title": case.dossier.title, "state": page.title, "number": number, "version": __version__}
    return {
        "text": say(TEXTS, "citation", **told, as_of=case.dossier.as_of, against=case.compared_with, year=case.world.year,
                    world=case.world.name, key=case.key[:12], low=shown(number["low"]), high=shown(number["high"])),
        "version": __version__, "key": case.key, "permalink": permalink(case.state),
    }  # fmt: skip


def permalink(state: PageState) -> str | None:
    """The address of a state behind the page's own, which needs no memory of the server; None for one with a dossier of its own,
    which takes a short link.

    >>> permalink(PageState(dossier="kuala-lumpur-2025"))[:3]
    '#j='
    """
    if state.content is not None:
        return None
    place = state.model_dump(mode="json", exclude_none=True)
    text = json.dumps(place, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return "#j=" + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
