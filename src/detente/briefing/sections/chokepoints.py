"""Section 7, last part: a critical input is cut, month by month.

Takes the export controls on a critical input that the worst scenario adds to the status quo, puts them into force alone, and
solves the short run with the flexibility of each month (`detente.equilibrium.chokepoints.flexibility`). Beside it stands what
the exact formula and its second-order form give when nothing else adjusts, and what others have published.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from detente import words as text
from detente.briefing.charts.figures import bar_figure
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Block, Cell, Column, Heading, Para, Table
from detente.briefing.view import CaseView, Triple, number_at
from detente.equilibrium.chokepoints import Chokepoint, direct_losses, flexibility, shortage_begins
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import horizon as named_horizon, horizon_table
from detente.equilibrium.solve import solve
from detente.policy.instruments import Policy
from detente.policy.measures import InstrumentKind, Measure
from detente.policy.timing import in_force
from detente.words.names import sector_name

MONTHS = (1.0, 3.0, 6.0, 12.0, 24.0, 60.0)
RENT_MONTH = 6.0
STOCK_DAYS = 60.0
OTHERS = ("KOR", "JPN", "EU27")
BANK = (
    "For comparison, the European Central Bank (2026) puts the loss of the United States at 0.3 to 0.6 % of output for a partial "
    "cut over 18 months and at about 2 % for a near-total ban. How fast inputs are replaced here was chosen so that the loss "
    "falls in that range (A38), so the likeness is no independent check."
)


@dataclass(frozen=True, eq=False)
class Cut:
    """A critical input, who withholds it, and the outcome of every month against the same month without the new controls."""

    case: CaseView
    by: str
    sector: str
    measures: tuple[Measure, ...]

    @cached_property
    def path(self) -> Chokepoint:
        """All months, rents as the dossier says."""
        outcomes = tuple(self._month(m) for m in MONTHS)
        return Chokepoint(self.by, self.sector, float(1 - self.ratio.min()), 0.0, MONTHS, outcomes)

    @cached_property
    def rent_lost(self) -> Outcome:
        """The month of the rent comparison with no rent left to anybody."""
        return self._month(RENT_MONTH, rent="lost")

    def at(self, month: float) -> Outcome:
        """One month."""
        found = self.path.outcomes[MONTHS.index(month)]
        assert found is not None  # no stocks are counted
        return found

    def _month(self, month: float, rent: str | None = None) -> Outcome:
        substitution, trade = flexibility(month)
        chosen = named_horizon(
            "short", critical_inputs=(self.sector,), critical_substitution=substitution, critical_trade_factor=trade
        )
        economy = self.case.world.economy()
        with_cut, without = self._policies(rent) if rent else self.policies
        return solve(economy, with_cut, chosen).relative_to(solve(economy, without, chosen))

    @cached_property
    def policies(self) -> tuple[Policy, Policy]:
        """With the new controls and without, rents as the dossier says."""
        return self._policies()

    def _policies(self, rent: str | None = None) -> tuple[Policy, Policy]:
        today = self.case.dossier.as_of
        changes = {"rent": rent} if rent else {}
        ids = {m.id for m in self.measures}
        new = [m.model_copy(update={"effective": today, "suspended": (), **changes}) for m in self.measures]
        old = [m.model_copy(update=changes) for m in self.case.standing]
        return self.case.policy_of([*(m for m in old if m.id not in ids), *new]), self.case.policy_of(old)

    @cached_property
    def ratio(self) -> np.ndarray:
        """Quantity the controls let through to each buyer, over what the status quo lets through."""
        j = self.case.world.sectors.index(self.sector)
        i = self.case.i(self.by)
        economy = self.case.world.economy()

        def bound(policy: Policy) -> np.ndarray:
            left = np.ones(len(self.case.world.regions))
            for control in policy.shock(economy).controls:
                if control.kind == "at most" and not control.by_value:
                    left = np.where(control.flows[i, :, j], np.minimum(left, control.bound), left)
            return left

        with_cut, without = (bound(p) for p in self.policies)
        return with_cut / without

    @cached_property
    def bought_from(self) -> np.ndarray:
        """Share of each region's purchases of the input that comes from the seller that withholds it."""
        j = self.case.world.sectors.index(self.sector)
        flows = self.case.world.shipments[:, :, j]
        return flows[self.case.i(self.by)] / np.maximum(flows.sum(0), 1e-300)

    @cached_property
    def left(self) -> np.ndarray:
        """What each region has left of its past use if nobody else delivers more."""
        return 1 - self.bought_from * (1 - self.ratio)


def find(case: CaseView) -> Cut | None:
    """The controls on a critical input that the worst scenario adds; None when it adds none."""
    critical = [s for s in horizon_table()["short"]["values"].get("critical_inputs", []) if s in case.world.sectors]
    standing = {m.id: m for m in case.standing}
    then = in_force(case.dossier.measures_in(case.worst), case.dossier.scenario(case.worst).policy_date)
    for sector in critical:
        found = [
            m
            for m in then
            if m.modelled
            and m.instrument is InstrumentKind.EXPORT_CONTROL
            and sector in m.named_sectors()
            and standing.get(m.id) != m
            and m.by in case.world.regions
        ]
        if found:
            by = found[0].by
            return Cut(case, by, sector, tuple(m for m in found if m.by == by))
    return None


def blocks(case: CaseView) -> list[Block]:
    """The part of the section on households and firms; empty without such controls."""
    cut = find(case)
    if cut is None:
        return []
    code = case.a if case.a != cut.by else case.b
    codes = [
        r for r in dict.fromkeys((*case.parties[:2], *((case.host,) if case.host else ()), *OTHERS)) if r in case.world.regions
    ]
    used = users(cut, code)
    return [
        Heading(text.capital(sector_name(cut.sector)), "rare-earths"),
        Para(answer(cut, code)),
        figure(cut, code, codes),
        Para(why(cut, code, used[0]), "Why so small an input hurts."),
        Para(fades(cut, code), "Why it fades."),
        income_table(cut, codes),
        output_table(cut, code, used),
        mechanism_table(cut, code, used[0]),
        Para(caution(cut), "How to read it."),
        Para(compared(cut, code), "Beside others."),
    ]


def users(cut: Cut, code: str, most: int = 6) -> list[str]:
    """Sectors of a region that lose most output after the first month, among those of some size; the worst first."""
    made = cut.case.world.value_added[cut.case.i(code)]
    output = cut.at(MONTHS[0]).output
    kept = [s for s in cut.case.goods if s != cut.sector and made[cut.case.world.sectors.index(s)] > 0.0005 * made.sum()]
    kept = kept or [s for s in cut.case.goods if s != cut.sector]
    return sorted(kept, key=lambda s: (number_at(output, code, s), s))[:most]


def share_of_cost(cut: Cut, code: str, sector: str) -> float:
    """The input in the cost of a sector, percent."""
    world, n = cut.case.world, cut.case.i(code)
    j, k = world.sectors.index(cut.sector), world.sectors.index(sector)
    return float(100 * world.intermediate_use[n, j, k] / world.output[n, k])


def month_name(month: float) -> str:
    """ "1 month", "24 months"."""
    return text.count(round(month), "month")


def answer(cut: Cut, code: str) -> str:
    """What the cut costs, first."""
    told = [(m, float(cut.at(m).real_income[code])) for m in (1.0, 6.0, 12.0, 60.0)]
    parts = [f"{text.percent(v, signed=True)} after {month_name(m)}" for m, v in told]
    names = text.join(f"“{m.title}”" for m in cut.measures)
    return (
        f"{names} in full force and nothing else changed would move real income in {text.name(code)} by {text.join(parts)}, "
        f"against {cut.case.quo}. No stocks are counted: {STOCK_DAYS:.0f} days of use in store would put the shortage off "
        f"by {text.number(shortage_begins(STOCK_DAYS, float(1 - cut.left[cut.case.i(code)])))} months in {text.name(code)}."
    )


def why(cut: Cut, code: str, sector: str) -> str:
    """Cost share, substitution and what others supply."""
    case, n = cut.case, cut.case.i(code)
    first, last = MONTHS[0], MONTHS[-1]
    exact, second = directly(cut, code, sector, first)
    theta = float(case.world.trade_elasticity[case.world.sectors.index(cut.sector)])
    short = named_horizon("short")
    supply = {m: theta * short.trade_elasticity_factor * flexibility(m)[1] for m in (first, last)}
    inputs = text.capital(sector_name(cut.sector))
    return (
        f"{inputs} are {text.fixed(share_of_cost(cut, code, sector), 3)}{text.THIN}% of the cost of {sector_name(sector)} in "
        f"{text.name(code)}, but hardly anything can stand in for them: the elasticity of substitution with the rest of cost is "
        f"{text.fixed(flexibility(first)[0], 3)} in month 1. {text.capital(text.name(cut.by))} delivers "
        f"{text.percent(float(100 * cut.bought_from[n]))} of what {text.name(code)} buys and would withhold "
        f"{text.percent(float(100 * (1 - cut.ratio[n])))} of it; other suppliers "
        f"hardly add to their sales at first (elasticity {text.fixed(supply[first], 2)}). If nobody else delivered more and "
        "nothing "
        f"else adjusted, output of {sector_name(sector)} would change by "
        f"{text.percent(exact, signed=True)}. The "
        "second-order formula that is "
        f"often used gives {text.percent(second, signed=True)}; with so little "
        "substitution it fails. In the full equilibrium, where others sell more of the input and makers that still have it "
        "take over sales, "
        f"it is {text.percent(number_at(cut.at(first).output, code, sector), signed=True)}."
    )


def directly(cut: Cut, code: str, sector: str, month: float) -> tuple[float, float]:
    """Output of a sector if nobody else delivers more and nothing else adjusts, percent: exact and to second order."""
    frame = direct_losses(cut.case.world, cut.sector, cut.left.tolist(), flexibility(month)[0])
    row = list(frame.index).index((code, sector))
    return float(frame["exact, %"].iloc[row]), float(frame["second order, %"].iloc[row])


def fades(cut: Cut, code: str) -> str:
    """Why the long run is small."""
    months = (MONTHS[0], 12.0, MONTHS[-1])
    told = [f"{text.fixed(flexibility(m)[0], 2)} after {month_name(m)}" for m in months]
    first, last = (abs(float(cut.at(m).real_income[code])) for m in (MONTHS[0], MONTHS[-1]))
    return (
        f"Makers redesign motors, recycle and buy elsewhere: substitution rises to {text.join(told[1:])} (from "
        f"{told[0]}), and others’ supply answers {text.fixed(flexibility(MONTHS[-1])[1] / flexibility(MONTHS[0])[1], 1)} times "
        "as strongly at the end as at the start. Once an input can be replaced, its loss weighs no more than its cost. So "
        "the loss falls "
        f"from {text.percent(first)} to {text.percent(last)} in five years. The speed of this is an assumption "
        "(the log-linear path of the table below), not an estimate for these products."
    )


def caution(cut: Cut) -> str:
    """What pushes the figures up, and whose."""
    case = cut.case
    first = cut.at(MONTHS[0])
    kept, lost = cut.at(RENT_MONTH), cut.rent_lost
    winner = max((r for r in case.world.regions if r != cut.by), key=lambda r: float(first.real_income[r]))
    own = [text.percent(float(o.real_income[cut.by]), signed=True) for o in (kept, lost)]
    return (
        "The first months are a ceiling. The price in the table is a shadow price: what it would take to share out the shortage "
        "by price alone. Licences would ration instead, and makers would stop lines before they paid it. The model lets the "
        "exporter keep "
        f"this rent, which lifts {text.possessive(cut.by)} own figure: after {month_name(RENT_MONTH)} it is {own[0]} with "
        "the rent kept "
        f"and {own[1]} if the rent is lost to everybody; makers at home, who still buy at the old price, gain in both. "
        f"{text.capital(text.name(winner))} gains most elsewhere "
        f"({text.percent(float(first.real_income[winner]), signed=True)} after "
        "1 month) because it sells the same input at the shadow price; that is an upper bound, as its mines and plants cannot "
        "grow that fast and its buyers hold contracts."
    )


def compared(cut: Cut, code: str) -> str:
    """Published figures beside ours."""
    listed = [p for p in cut.case.dossier.published if "rare" in p.scenario.lower() or "rare" in p.quantity.lower()]
    ours = (
        f"Ours for {text.name(code)}, averaged over the first 18 months with straight lines between the months solved, is "
        f"{text.percent(mean_loss(cut, code, 18.0), signed=True)} of real income, without stocks."
    )
    if listed:
        theirs = "; ".join(f"{p.who}, {p.scenario}: {text.fixed(p.value, 1)}{text.THIN}{p.unit}" for p in listed)
        return f"Others have published: {theirs}. {ours}"
    return f"{BANK} {ours}" if {code, cut.by} == {"USA", "CHN"} else ours


def mean_loss(cut: Cut, code: str, until: float) -> float:
    """Real income averaged over the months up to `until`, percent; the first month's value before it."""
    grid = np.linspace(0, until, 18 * 24 + 1)
    values = np.interp(grid, MONTHS, [float(cut.at(m).real_income[code]) for m in MONTHS])
    return float(((values[1:] + values[:-1]) / 2).mean())


def figure(cut: Cut, code: str, codes: Iterable[str]) -> Block:
    """Real income by month, the seller and the host left out: their gains have another scale and another meaning."""
    case = cut.case
    shown = [r for r in codes if r not in (cut.by, case.host)][:4]
    values = {r: {m: float(cut.at(m).real_income[r]) for m in MONTHS} for r in shown}
    csv = case.file(
        "chokepoint-real-income",
        f"Real income by month after {text.name(cut.by)} withholds {sector_name(cut.sector)}",
        [
            case.row(r, case.worst, "real income, new controls alone", "%", float(cut.at(m).real_income[r]), "short", months=m)
            for m in MONTHS
            for r in case.world.regions
        ],
    )
    first, year = values[code][1.0], values[code][12.0]
    title = (
        f"{text.capital(text.possessive(cut.by))} wider controls alone: real income in {text.name(code)} moves by "
        f"{text.percent(first, signed=True)} after a month, {text.percent(year, signed=True)} after a year"
    )
    rows = [
        (text.label(r), month_name(m), Triple(values[r][m], values[r][m], values[r][m]), region_colour(r))
        for r in shown
        for m in MONTHS
    ]
    subtitle = f"Real income, change in percent, against {case.quo}; short run with the flexibility of each month"
    return bar_figure(case, "fig-rare-price", title, subtitle, rows, csv, width=940, label_width=84)


def income_table(cut: Cut, codes: list[str]) -> Table:
    """Months × regions."""
    case = cut.case
    rows = tuple(
        (
            Cell(month_name(m).replace(" ", text.FIRM), strong=True),
            *(Cell(text.fixed(float(cut.at(m).real_income[r]), 2, signed=True)) for r in codes),
        )
        for m in MONTHS
    )
    return Table(
        "tab-choke-income",
        f"Real income after {text.name(cut.by)} withholds {sector_name(cut.sector)}",
        f"Change in percent, against {case.quo}; only the new controls change",
        (Column("After"), *(Column(text.label(r), "%", number=True) for r in codes)),
        rows,
        case.note("chokepoint-real-income.csv", "Gains of sellers are shortage rents: see below."),
        "chokepoint-real-income.csv",
    )


def output_table(cut: Cut, code: str, used: list[str]) -> Table:
    """Sectors × months."""
    case, shown = cut.case, MONTHS[:-1]
    rows = tuple(
        (
            Cell(text.capital(sector_name(s))),
            Cell(text.fixed(share_of_cost(cut, code, s), 3)),
            *(Cell(text.fixed(number_at(cut.at(m).output, code, s), 1, signed=True)) for m in shown),
        )
        for s in used
    )
    csv = case.file(
        "chokepoint-output",
        f"Output by sector and month after {text.name(cut.by)} withholds {sector_name(cut.sector)}",
        [
            case.row(
                r, case.worst, "real output, new controls alone", "%", number_at(cut.at(m).output, r, s), "short", months=m,
                sector=s,                 sector_name=sector_name(s), cost_share_pct=share_of_cost(cut, r, s),
            )
            for r in (code, *((case.host,) if case.host else ()), *(x for x in OTHERS if x in case.world.regions))
            for m in MONTHS
            for s in case.goods
            if case.world.output[case.i(r), case.world.sectors.index(s)] > 0
        ],
    )  # fmt: skip
    return Table(
        "tab-choke-output",
        f"Output of the sectors that lose most in {text.name(code)}",
        f"Change in percent after so many months, against {case.quo}; share: {sector_name(cut.sector)} in the cost of the sector",
        (Column("Sector"), Column("Share", "%", number=True), *(Column(month_name(m), "%", number=True) for m in shown)),
        rows,
        case.note(csv, "Sectors below 0.05 % of value added are in the data file only."),
        csv,
    )


def mechanism_table(cut: Cut, code: str, sector: str) -> Table:
    """What sets the size, month by month: substitution, others' supply, shadow price, exact and second-order loss."""
    case = cut.case
    theta = (
        float(case.world.trade_elasticity[case.world.sectors.index(cut.sector)]) * named_horizon("short").trade_elasticity_factor
    )
    rows, data = [], []
    for m in MONTHS:
        substitution, trade = flexibility(m)
        exact, second = directly(cut, code, sector, m)
        price = 1 + float(number_at(case.by_wages(cut.at(m)), code, cut.sector)) / 100
        rows.append(
            (
                Cell(month_name(m).replace(" ", text.FIRM), strong=True),
                Cell(text.fixed(substitution, 2)),
                Cell(text.fixed(theta * trade, 2)),
                Cell(text.number(price)),
                Cell(text.fixed(exact, 2, signed=True)),
                Cell(text.fixed(second, 2, signed=True)),
                Cell(text.fixed(number_at(cut.at(m).output, code, sector), 2, signed=True)),
            )
        )
        for what, unit, value in (
            ("elasticity of substitution of the input", "number", substitution),
            ("trade elasticity of the input", "number", theta * trade),
            ("price of the input over its past, against wages", "times", price),
            (f"output of {sector_name(sector)}, nothing else adjusts, exact", "%", exact),
            (f"output of {sector_name(sector)}, nothing else adjusts, second order", "%", second),
        ):
            data.append(case.row(code, case.worst, what, unit, value, "short", months=m))
    csv = case.file("chokepoint-mechanism", "What sets the loss after a cut, month by month", data)
    return Table(
        "tab-choke-why",
        "What sets the size of the loss",
        f"{text.capital(sector_name(cut.sector))} for buyers in {text.name(code)}; loss of {sector_name(sector)}, percent of "
        "output: "
        "exact and second order if nothing else adjusts, and in equilibrium",
        (
            Column("After"),
            Column("Substitution", "elasticity", number=True),
            Column("Others’ supply", "elasticity", number=True),
            Column("Shadow price", "times", number=True),
            Column("Exact", "%", number=True),
            Column("Second order", "%", number=True),
            Column("Equilibrium", "%", number=True),
        ),
        tuple(rows),
        case.note(csv, "Elasticities by month: the model’s assumption."),
        csv,
    )
