"""What it means for each economy: the parties, the host with its group, the world, and the others that the dossier names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from detente import words as text
from detente.briefing.annex import ways
from detente.briefing.charts.heads import heads_figure
from detente.briefing.charts.who_pays import PARTS, parts, who_pays_figure
from detente.briefing.document import Block, Cell, Figure, Items, Para, Section, Table
from detente.briefing.sections.economies import growth
from detente.briefing.tables import Col, table, texts_of
from detente.briefing.view import CaseView, Triple, number_at
from detente.cases.case import PINNED
from detente.equilibrium.jobs import heads, rescaling
from detente.equilibrium.outcome import Outcome
from detente.errors import CornerResult, NotConverged
from detente.strategy.politics import dollars as bill, latest_year
from detente.types import Array
from detente.words.names import sector_name
from detente.world.places import places

NAMED = 8
"""Other economies in the table at most."""
EITHER_END = 3
"""Economies at either end of the world's table."""
VISIBLE = 0.05
"""Bars of places shorter than this part of the longest bar of a sector are left to the text and the data."""
LEAST = 0.005
"""Thousand persons that print as nothing."""
NOTICED = 0.002
"""Share of what households buy that makes a product one with a price worth naming."""


_say, _texts = partial(text.say, "briefing/annex/economies"), partial(texts_of, "briefing/annex/economies")


def sections(case: CaseView) -> list[Section]:
    """One for each party, the host, the world and the other economies named; nothing where no way on moves anything."""
    if not ways.moving(case):
        return []
    told = [economy(case, code) for code in case.trio]
    return [*told, world(case), *named(case)]


# -- one economy -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Moved:
    """How many heads move where, thousand persons with ranges: sectors beyond what keeping the total scales them by, places; and
    how many change sector in all."""

    sectors: dict[str, Triple]
    places: dict[str, Triple]
    one: str
    total: float


def moved_heads(case: CaseView, code: str) -> Moved | None:
    """Read off the worst way on; None where the world does not count jobs."""
    if case.world.employed is None:
        return None
    worst, n = ways.main(case), case.i(code)
    outcome = case.outcome(worst)
    scaled = abs(rescaling(outcome.after)[n] / rescaling(outcome.before)[n] - 1) * heads(outcome.before)[n]
    # every parameter set that has an answer, the central one first [set, sector]
    changes = np.array([case.outcome(worst, variant=v).jobs.loc[code].to_numpy() for v in case.answered(worst)])
    sectors = {s: t for j, s in enumerate(case.world.sectors) for t in [_spanned(changes[:, j])] if abs(t.value) > scaled[j]}
    known = places(code)
    shares = None if known is None else known.job_shares(case.world.sectors)
    if known is None or shares is None:
        return Moved(sectors, {}, "", float(outcome.jobs_lost[code]))
    by_place = {
        str(p): _spanned(changes @ row) for p, row in zip(shares.index, shares.to_numpy(), strict=True) if np.isfinite(row).all()
    }
    return Moved(sectors, by_place, known.one, float(outcome.jobs_lost[code]))


def _spanned(values: Array) -> Triple:
    return Triple(float(values.min()), float(values[0]), float(values.max()))


def economy(case: CaseView, code: str) -> Section:
    """Lede, up to five lines, a table, a figure of jobs in heads."""
    shown = ways.pair(case)
    moved = case.once(("annex heads", code), lambda: moved_heads(case, code))
    worth = [(ways.title(case, s), case.income(code, s)) for s in reversed(shown)]
    group = case.group if code == case.host else None
    drawn = jobs_figure(case, code, moved) if moved else None
    lines = [jobs(case, code, moved), prices(case, code), trade(case, code)]
    if group:
        lines.append(members(case, group))
    blocks: list[Block] = [
        Para(_say("lede", case=case, worth=worth, below=len(shown) > 1), kind="lede"),
        Items(tuple(Para(line, lead) for lead, line in lines)),
        *indicators(case, code, shown),
    ]
    subject = text.join([text.short_name(c) for c in (code, group) if c])
    return Section(f"means-{code.lower()}", title(case, code, subject, shown), (*blocks, *([drawn] if drawn else [])))


def title(case: CaseView, code: str, subject: str, shown: Sequence[str]) -> str:
    """What is at stake in money, the worst way on first."""
    worth = [(ways.title(case, s), 1e3 * ways.dollars(case, code, s).value) for s in reversed(shown)]
    return _say("title", subject=subject, worth=worth)


Line = tuple[str, str]
"""Lead and text of an item."""


def _line(part: str, **values: Any) -> Line:
    lead, _, said = _say(part, **values).partition("\n\n")
    return lead, said


def imposer(case: CaseView) -> tuple[str, tuple[str | None, ...]] | None:
    """The party whose new duties raise most, and in which comparisons it has any: what is in force against the reference (None),
    and the worst way on against the law. None where nobody raised a duty: controls have no payer."""
    for first in (None, ways.main(case)):
        outcome = case.outcome(first)
        raised = {p: float(outcome.tariff_revenue["change"][p]) for p in case.parties if bool(outcome.who_pays.raised[p])}
        if raised:
            code = max(raised, key=lambda p: raised[p])
            both = dict.fromkeys((first, ways.main(case)))
            return code, tuple(s for s in both if bool(case.outcome(s).who_pays.raised[code]))
    return None


def jobs(case: CaseView, code: str, moved: Moved | None) -> Line:
    """How many change sector, where from and to, which places lose and gain most, growth and who is out of work."""
    outcome = case.outcome(ways.main(case))
    gdp = float(outcome.real_gdp[code])
    if moved is None:
        return _line("growth", gdp=gdp)
    order = sorted(moved.sectors, key=lambda s: moved.sectors[s].value)
    spots = sorted(moved.places, key=lambda p: moved.places[p].value)
    idle = float(outcome.unemployed[code]) if outcome.after.labour_market is not None else None

    def first(names: Sequence[str], of: dict[str, Triple], sign: int) -> list[tuple[str, float]]:
        ranked = names if sign < 0 else list(reversed(names))
        return [(k, of[k].value) for k in ranked[: _named(case)] if sign * of[k].value >= LEAST]

    return _line(
        "jobs",
        code=code,
        total=moved.total,
        out=[(sector_name(s), v) for s, v in first(order, moved.sectors, -1)],
        into=[(sector_name(s), v) for s, v in first(order, moved.sectors, 1)],
        lose=first(spots, moved.places, -1),
        gain=first(spots, moved.places, 1),
        one=moved.one,
        gdp=gdp,
        idle=idle,
    )


def _named(case: CaseView) -> int:
    """Names in a list: two, and one where more than two parties have to fit."""
    return 2 if len(case.parties) == 2 else 1


def prices(case: CaseView, code: str) -> Line:
    """Products whose price moves most against wages, and what the first round costs a person."""
    n, outcome = case.i(code), case.outcome(ways.main(case))
    spent = case.world.final_use[n] / case.world.final_use[n].sum()
    bought = [s for s in case.goods if spent[case.world.sectors.index(s)] > NOTICED] or list(case.goods)
    price = {s: number_at(case.by_wages(outcome), code, s) for s in bought}
    top = sorted(bought, key=lambda s: -abs(price[s]))[: 1 + _named(case)]
    year = latest_year(code, case.dossier.as_of.year)
    cost = bill(outcome, code, year)
    return _line(
        "prices",
        top=[(sector_name(s), price[s]) for s in top if not text.is_tiny(price[s])],
        first=float(outcome.consumer_prices_local[code]),
        dollars="" if cost is None or abs(cost) < 0.5 else ways.two(abs(cost), signed=False),
        year=year,
    )


def trade(case: CaseView, code: str) -> Line:
    """Goods sold to and bought from the other parties, and why the balance stays."""
    outcome = case.outcome(ways.main(case))
    flows = []
    for p in case.parties:
        if p != code:
            (sold, sells), (bought, buys) = case.exports(outcome, code, p), case.exports(outcome, p, code)
            flows.append((p, growth(sold, sells), growth(bought, buys)))
    balance = float(outcome.trade_balance["change"][code])
    return _line("trade", case=case, code=code, flows=flows, balance=balance, pays=(imposer(case) or ("",))[0] == code)


def members(case: CaseView, group: str) -> Line:
    """The group of the host: who gains and loses most in the worst way on."""
    values = {m: case.income(m, ways.main(case)).value for m in case.members(group)}
    up, down, _ = text.signs(values)
    return _line("members", group=group, t=case.income(group, ways.main(case)), up=up, down=down, values=values)


Row = tuple[str, str, Callable[[Outcome], float]]
"""Measure, unit, figure."""


def _rows(case: CaseView, code: str) -> list[Row]:
    money = f"billion USD of {case.dollars} a year"
    factor = case.in_dollars(code) / 1e3
    found: list[Row] = [
        ("income", money, lambda o: float(o.equivalent_variation[code]) * factor),
        ("duties", money, lambda o: float(o.tariff_revenue["change"][code]) * factor),
        ("exports", "%", lambda o: growth(*map(float, o.exports.loc[code, ["baseline", "counterfactual"]]))),
    ]
    if case.world.employed is not None:
        found.append(("moved", "thousand", lambda o: float(o.jobs_lost[code])))
        if case.status_quo.after.labour_market is not None:
            found.append(("idle", "thousand", lambda o: float(o.unemployed[code])))
    return found


def indicators(case: CaseView, code: str, shown: Sequence[str]) -> list[Table]:
    """Main changes, best and worst way on beside each other; a row that prints as nothing in both is left out and said; no table
    where all do."""
    lines = [line.split(" | ") for line in _say("rows").split("\n\n")]
    heads_of = dict(zip(("income", "duties", "exports", "moved", "idle"), lines, strict=True))
    names = {key: name for key, (name, _) in heads_of.items()}
    rows = [(key, unit, {s: case.triple(read, s) for s in shown}) for key, unit, read in _rows(case, code)]
    kept = [row for row in rows if any(_counts(case, code, row[0], t) for t in row[2].values())]
    still = [names[key] for key, *_ in rows if key not in {k for k, *_ in kept} and key != "idle"]  # told beside the jobs
    if not kept:
        return []
    columns = [
        Col(_say("change_in"), [Cell(text.capital(names[key]), heads_of[key][1]) for key, *_ in kept], ""),
        *(
            Col(
                ways.title(case, s),
                [ways.ranged(known[s]) for *_, known in kept],
                data=[[case.row(code, s, names[key], unit, known[s])] for key, unit, known in kept],
                number=True,
            )
            for s in shown
        ),
    ]
    told = _texts("indicators", case=case, code=code, year=case.dollars, still=still)
    return [plain(table(case, f"annex-{code.lower()}", told, columns), told.note)]


def _counts(case: CaseView, code: str, key: str, t: Triple) -> bool:
    """Whether a figure is one: those out of work are set against all who work, of whom a hundred among millions are none."""
    least = text.TINY / 100 * float(heads(case.status_quo.before)[case.i(code)].sum()) if key == "idle" else 0.0
    return ways.two(t.value) != "0" and abs(t.value) >= least


def plain(made: Table, extra: str = "") -> Table:
    """The same with a footnote that leaves the source to the figure beside it."""
    return replace(made, note=_say("data", csv=made.csv, extra=extra))


def jobs_figure(case: CaseView, code: str, moved: Moved) -> Figure | None:
    """Heads by sector and, where they are counted, by place."""
    by_sector = {sector_name(s): t for s, t in moved.sectors.items()}
    panels: list[tuple[str, Mapping[str, Triple]]] = [(_say("by_sector"), by_sector)]
    sizes = [max((abs(t.value) for t in known.values()), default=0.0) for known in (by_sector, moved.places)]
    if sizes[1] > VISIBLE * sizes[0]:
        panels.append((_say("by_place", one=moved.one), moved.places))
    order = sorted(by_sector, key=lambda s: by_sector[s].value)
    values = {s: t.value for s, t in by_sector.items()}
    told = _texts("heads", case=case, code=code, order=order, values=values, least=LEAST)
    csv = case.file(
        f"annex-jobs-{code.lower()}",
        told.file,
        [
            case.row(code, ways.main(case), "jobs", "thousand persons", t, **{key: name})
            for key, known in (("sector", moved.sectors), ("place", moved.places))
            for name, t in known.items()
        ],
    )
    return heads_figure(
        code, panels, (told.title, told.subtitle), id=f"fig-annex-jobs-{code.lower()}", note=case.note(csv), csv=csv,
    )  # fmt: skip


# -- the world ---------------------------------------------------------------------------------------------------------
def world(case: CaseView) -> Section:
    """Trade, real income, prices, who loses; who pays for the largest duties."""
    shown, worst = ways.pair(case), ways.main(case)
    outcome = case.outcome(worst)
    worth = [(ways.title(case, s), case.income("WORLD", s)) for s in reversed(shown)]
    priced = [(p, float(outcome.consumer_prices_local[p])) for p in case.parties]
    lines = [
        _line("volume", case=case, all=world_trade(outcome), pairs=[(p, case.mutual_trade(outcome, p)) for p in case.pairs]),
        losers(case),
        _line("inflation", moves=[(p, v) for p, v in priced if not text.is_tiny(v)], third=third_prices(case)),
    ]
    blocks: list[Block] = [
        Para(_say("lede", case=case, worth=worth, below=len(shown) > 1), kind="lede"),
        Items(tuple(Para(line, lead) for lead, line in lines)),
        ends_table(case, shown),
        *who_pays(case),
    ]
    return Section("means-world", title(case, "WORLD", text.short_name("WORLD"), shown), tuple(blocks))


def world_trade(outcome: Outcome) -> float:
    """Change of world trade before duties, percent."""
    return growth(float(outcome.exports["baseline"].sum()), float(outcome.exports["counterfactual"].sum()))


def third_prices(case: CaseView) -> float:
    """The largest move of consumer prices by duties outside the parties, percent."""
    moves = case.outcome(ways.main(case)).consumer_prices_local
    return max((float(moves[r]) for r in case.third), key=abs, default=0.0)


def losers(case: CaseView) -> Line:
    """How many lose and gain in the worst way on, and how much together, million USD of the year of the world's money."""
    moved = case.outcome(ways.main(case)).equivalent_variation
    change = {r: float(moved[r]) * case.in_dollars(r) for r in case.world.regions}
    values = {str(r): float(v) for r, v in case.outcome(ways.main(case)).real_income.items()}
    up, down, still = text.signs(values)
    lost, won = sum(v for v in change.values() if v < 0), sum(v for v in change.values() if v > 0)
    return _line("losers", up=len(up), down=len(down), still=len(still), lost=-lost, won=won, many=len(values))


def ends_table(case: CaseView, shown: Sequence[str]) -> Table:
    """Who loses and who gains most in the worst way on, in dollars."""
    year, factors = case.dollars, {r: case.in_dollars(r) for r in case.world.regions}
    change = case.outcome(ways.main(case)).equivalent_variation
    order = sorted(case.world.regions, key=lambda r: float(change[r]) * factors[r])
    chosen = dict.fromkeys([*order[:EITHER_END], *order[-EITHER_END:]])
    known = {s: {r: _valued(case, s, r, factors[r]) for r in chosen} for s in shown}
    rows = [r for r in chosen if any(ways.two(known[s][r].value) != "0" for s in shown)]
    columns = [
        Col("", [text.label(r) for r in rows]),
        *(
            Col(
                ways.title(case, s),
                [ways.ranged(known[s][r]) for r in rows],
                data=[[case.row(r, s, "real income", f"billion USD of {year} a year", known[s][r])] for r in rows],
                number=True,
            )
            for s in shown
        ),
    ]
    return plain(table(case, "annex-world", _texts("ends", case=case, year=year), columns))


def _valued(case: CaseView, scenario: str, region: str, factor: float) -> Triple:
    return case.triple(lambda o: float(o.equivalent_variation[region]) * factor / 1e3, scenario)


def who_pays(case: CaseView) -> list[Figure]:
    """Buyers, treasury, what is left and sellers abroad for the party whose duties raise most."""
    found_of = imposer(case)
    if found_of is None:
        return []
    code, shown = found_of
    year, factor = case.dollars, case.in_dollars(code)
    found = {s: parts(case.outcome(s).who_pays, code, factor) for s in shown}
    pinned = held_abroad(case, code, shown[0], factor)
    names = dict(zip(PARTS, _say("parts", code=code).split("\n\n"), strict=True))
    told = _texts(
        "who_pays", case=case, code=code, found=found[shown[0]], year=year, now=shown[0] is None,
        pinned=None if pinned is None else ways.two(pinned),
    )  # fmt: skip
    rows = [case.row(code, s, names[p], f"billion USD of {year} a year", v) for s in shown for p, v in found[s].items()]
    csv = case.file("annex-who-pays", told.file, rows)
    panels = [
        (_say("in_force", case=case) if s is None else _say("in_worst", case=case, what=ways.title(case, s)), found[s])
        for s in shown
    ]
    note = case.note(csv, told.note)
    return [who_pays_figure(code, panels, names, (told.title, told.subtitle), id="fig-annex-who-pays", note=note, csv=csv)]


def held_abroad(case: CaseView, code: str, scenario: str | None, factor: float) -> float | None:
    """What sellers abroad lose where currencies stay, billion; None without an answer."""
    if PINNED not in case.parameter_sets:
        return None
    try:
        return parts(case.outcome(scenario, variant=PINNED).who_pays, code, factor)["abroad"]
    except (NotConverged, CornerResult):
        return None


# -- the others the dossier names --------------------------------------------------------------------------------------
def named(case: CaseView) -> list[Section]:
    """One section, none where the dossier names nobody besides the parties and the host."""
    shown = ways.pair(case)
    codes = [b.region for b in case.dossier.bystanders if b.region in case.world.regions and b.region not in case.trio][:NAMED]
    codes = list(dict.fromkeys(codes))
    if not codes:
        return []
    values = {c: case.income(c, ways.main(case)).value for c in codes}
    codes.sort(key=lambda c: -values[c])
    blocks: list[Block] = [
        Para(_say("named_lede", case=case, values=values, worst=ways.title(case, ways.main(case))), kind="lede"),
        Items(tuple(Para(said, lead) for lead, said in (neighbour(case, c) for c in codes))),
        named_table(case, codes, shown, values),
    ]
    return [Section("means-others", _say("named_title", ranked=codes, values=values), tuple(blocks))]


def neighbour(case: CaseView, code: str) -> Line:
    """What it sells more or less to the parties, and which sectors lose and gain most hands."""
    outcome = case.outcome(ways.main(case))
    flows = {p: case.exports(outcome, code, p) for p in case.parties}
    sold = [(p, (after - before) * case.in_dollars(p)) for p, (before, after) in flows.items()]
    hands = None
    if case.world.employed is not None:
        jobs_of = {s: number_at(outcome.jobs, code, s) for s in case.world.sectors}
        hands = [(sector_name(s), jobs_of[s]) for pick in (min, max) for s in [pick(jobs_of, key=lambda s: jobs_of[s])]]
    return _line("neighbour", code=code, sold=[(p, v) for p, v in sold if abs(v) >= 0.05], hands=hands)


def named_table(case: CaseView, codes: Sequence[str], shown: Sequence[str], values: Mapping[str, float]) -> Table:
    """Real income in dollars, best and worst, and the worst in percent."""
    known = {s: {c: ways.dollars(case, c, s) for c in codes} for s in shown}
    columns = [
        Col("", [text.label(c) for c in codes]),
        *(
            Col(
                ways.title(case, s),
                [ways.two(known[s][c].value) for c in codes],
                _say("billion"),
                [[case.row(c, s, "real income", f"billion USD of {case.dollars} a year", known[s][c])] for c in codes],
                number=True,
            )
            for s in shown
        ),
        Col(
            ways.title(case, ways.main(case)),
            [text.fixed(values[c], 2, signed=True) for c in codes],
            "%",
            [[case.row(c, ways.main(case), "real income", "%", case.income(c, ways.main(case)))] for c in codes],
            number=True,
        ),
    ]
    kept = [k for k, c in enumerate(columns) if k == 0 or any(_moves(x) for x in c.cells or ())]
    return table(case, "annex-others", _texts("named_table", case=case), [columns[k] for k in kept])


def _moves(cell: str | Cell) -> bool:
    return any(c in "123456789" for c in (cell if isinstance(cell, str) else cell.text))
