"""What the scenarios mean for each party, the host and its group, third countries and the world."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from detente import words as text
from detente.briefing.charts.figures import bar_figure
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Block, Cell, Figure, Heading, Para, Section, Table
from detente.briefing.sections.situation import exposure, exposure_sentence
from detente.briefing.tables import Col, Texts, by_scenario, table, texts
from detente.briefing.view import CaseView, Triple, number_at, row_of
from detente.equilibrium.outcome import Outcome
from detente.words import N_, _
from detente.words.names import sector_name

SMALL = 0.002
"""Sectors below this share of value added are left out of the bars."""
COLUMN_WIDE = 780
Figureof = Callable[[Outcome], float]


def _say(part: str, **values: Any) -> str:
    return text.say("briefing/sections/economies", part, **values)


def sections(case: CaseView) -> list[Section]:
    """What it means for each economy."""
    blocks: list[Block] = []
    for code in case.parties:
        blocks += region_block(case, code)
    if case.host:
        blocks += host_block(case)
    blocks += third_block(case)
    blocks += world_block(case)
    return [Section("implications", _say("title", case=case), tuple(blocks))]


def region_block(case: CaseView, code: str) -> list[Block]:
    """Heading, sentences, indicators, sector bars and bilateral trade of one economy."""
    return [
        Heading(_say("heading", case=case, where=text.name(code)), f"for-{code.lower()}"),
        Para(region_sentences(case, code)),
        indicators(case, code),
        sector_figure(case, code),
        partners(case, code),
    ]


def region_sentences(case: CaseView, code: str) -> str:
    """Real income by scenario, then what moves it in the worst one."""
    told: dict[str, list[str]] = {}
    for s in case.moving:
        t = case.income(code, s)
        told.setdefault(text.change_phrase(t.value, t.low, t.high), []).append(f"“{case.label(s)}”")
    o = case.outcome(case.worst)
    jobs, kept = row_of(work(o), code), large(case, code)
    return _say(
        "region",
        case=case,
        code=code,
        moves=[(phrase, text.join(where)) for phrase, where in told.items()],
        size=float(o.equivalent_variation[code]) * case.in_dollars(code),
        terms=float(o.terms_of_trade[code]),
        revenue=float(o.tariff_revenue["change"][code]) * case.in_dollars(code),
        jobs=jobs,
        heads=case.world.employed is not None,
        least=text.TINY,
        down=min(kept, key=lambda s: jobs[s]),
        up=max(kept, key=lambda s: jobs[s]),
    )


Indicator = tuple[str, str, int, Figureof]
"""Name, unit, decimals, figure."""


def _rows(case: CaseView, code: str) -> list[Indicator]:
    n = code
    others = [p for p in case.parties if p != code] if code in case.parties else [case.a]
    factor, unit = case.in_dollars(code) / 1e3, billions(case)

    def balance(other: str, o: Outcome) -> float:  # a flow is in its buyer's money
        (sold, sells), (bought, buys) = case.exports(o, code, other), case.exports(o, other, code)
        return ((sells - sold) * case.in_dollars(other) - (buys - bought) * case.in_dollars(code)) / 1e3

    return [
        (N_("Real income"), "%", 2, lambda o: float(o.real_income[n])),
        (N_("Worth"), unit, 1, lambda o: float(o.equivalent_variation[n]) * factor),
        (N_("Terms of trade"), N_("% of income"), 2, lambda o: float(o.terms_of_trade[n])),
        (N_("Cost of consumption in hours of work"), "%", 2, lambda o: float(case.basket(o)[n])),
        (N_("Duties collected"), unit, 1, lambda o: float(o.tariff_revenue["change"][n]) * factor),
        *((_("Goods balance with {0}").format(text.name(p)), unit, 1, partial(balance, p)) for p in others),
        (N_("Exports"), "%", 1, lambda o: growth(*_ends(o.exports, n))),
        (N_("Imports"), "%", 1, lambda o: growth(*_ends(o.imports, n))),
    ]


def billions(case: CaseView) -> str:
    """The unit of large sums."""
    return _say("billions", year=case.dollars)


def _ends(table: pd.DataFrame, code: str) -> tuple[float, float]:
    row = row_of(table, code)
    return row["baseline"], row["counterfactual"]


def growth(before: float, after: float) -> float:
    """Percent; zero where there was nothing."""
    return 100 * (float(after) / float(before) - 1) if before else 0.0


def indicators(case: CaseView, code: str) -> Table:
    """The main changes of one economy by scenario."""
    told = texts("economies", "indicators", case=case, code=code)
    return changes_table(case, f"indicators-{code.lower()}", told, code, [(x[0].lower(), x) for x in _rows(case, code)])


def changes_table(case: CaseView, stem: str, told: Texts, code: str, rows: Sequence[tuple[str, Indicator]]) -> Table:
    """Indicators (each with its name in the data) of a region or the world, by scenario with ranges."""
    known = {s: [case.triple(figure_of, s) for _, (*_, figure_of) in rows] for s in (None, *case.moving)}
    columns = [
        Col("Change in …", [Cell(label, unit) for _, (label, unit, *_) in rows], "unit"),
        *by_scenario(
            case,
            lambda s: [t.cell(decimals) for t, (_, (_, _, decimals, _)) in zip(known[s], rows, strict=True)],
            lambda s: [[case.row(code, s, key, unit, t)] for t, (key, (_, unit, *_)) in zip(known[s], rows, strict=True)],
        ),
    ]
    return table(case, stem, told, columns, wide=True)


def work(outcome: Outcome) -> pd.DataFrame:
    """Change of jobs by sector: thousand persons where the world counts them, else percent."""
    return outcome.employment if outcome.before.economy.employed is None else outcome.jobs


def large(case: CaseView, code: str) -> list[str]:
    """Sectors to name: all where heads are counted, those of some size where changes are in percent."""
    made = case.world.value_added[case.i(code)]
    least = SMALL * made.sum() if case.world.employed is None else 0.0
    return [s for s, v in zip(case.world.sectors, made, strict=True) if v > least]


def sector_figure(case: CaseView, code: str) -> Figure:
    """Employment by sector, worst and best scenario beside each other, sorted by the worst: in heads where they are counted, for
    the largest percentages are those of small sectors."""
    n, heads = case.i(code), case.world.employed is not None
    alive = [s for s, v in zip(case.world.sectors, case.world.value_added[n], strict=True) if v > 0]
    worst = row_of(work(case.outcome(case.worst)), code)
    ranked = sorted(large(case, code), key=lambda s: -abs(worst[s]))[:14]
    ranked.sort(key=lambda s: worst[s])
    # mypy infers no type of a lambda with a default that binds the loop's name
    read = {(s, k): case.triple(lambda o, k=k: number_at(work(o), code, k), s) for s in case.shown for k in alive}  # type: ignore[misc]
    rows = [(case.panel(s), sector_name(k), read[s, k], region_colour(code)) for s in case.shown for k in ranked]
    told = texts(
        "economies",
        "employment",
        case=case,
        code=code,
        jobs=worst,
        heads=heads,
        least=text.TINY,
        low=ranked[0],
        high=ranked[-1],
        drawn=len(ranked),
        share=100 * SMALL,
    )
    stem = f"employment-{code.lower()}"
    known = [("employment", "%", {(s, k): triple_of(case, code, k, s) for s in case.shown for k in alive})]
    known += [("jobs", "thousand persons", read)] if heads else []
    csv = case.file(
        stem,
        told.file,
        [
            case.row(code, s, measure, unit, t, sector=k, sector_name=sector_name(k))
            for measure, unit, found in known
            for (s, k), t in found.items()
        ],
    )
    return bar_figure(case, f"fig-{stem}", told.title, told.subtitle, rows, csv, extra=told.note, width=COLUMN_WIDE)


def triple_of(case: CaseView, code: str, sector: str, scenario: str | None) -> Triple:
    """Change of employment in one sector of one economy, percent, with its range."""
    return case.triple(lambda o: number_at(o.employment, code, sector), scenario)


def partners(case: CaseView, code: str) -> Table:
    """Goods trade with the other party, the host, its group and the largest other partners, in the worst scenario."""
    o, n, goods = case.outcome(case.worst), case.i(code), case.goods_index
    factors = np.array([case.in_dollars(r) for r in case.world.regions])  # a flow is in its buyer's money
    before, after = (e.shipments[:, :, goods].sum(2) * factors for e in (o.before, o.after))
    size = before[n] + before[:, n]
    others = sorted((r for r in case.world.regions if r != code), key=lambda r: -size[case.i(r)])
    chosen = list(dict.fromkeys([*(r for r in (*case.parties, case.host) if r and r != code), *others[:6]]))
    flows = {
        r: {"exports": (before[n, i], after[n, i]), "imports": (before[i, n], after[i, n])} for r in chosen for i in [case.i(r)]
    }
    unit = _say("before_duties", year=case.dollars)
    records = [
        [
            {
                "region": code,
                "partner": r,
                "scenario": case.worst,
                "measure": f"goods {flow}",
                "before": x,
                "after": y,
                "unit": unit,
                "change": growth(x, y),
                "change_unit": "%",
                "relative_to": case.base,
                "horizon": case.runs.parameters.name,
            }
            for flow, (x, y) in flows[r].items()
        ]
        for r in chosen
    ]
    columns = [Col("Partner", [text.capital(text.short_name(r)) for r in chosen], data=records)]
    for flow in ("exports", "imports"):
        pairs = [flows[r][flow] for r in chosen]
        columns += [
            Col(text.capital(flow), [text.fixed(x / 1e3, 1) for x, _ in pairs], "before", number=True),
            Col(text.capital(flow), [text.fixed(y / 1e3, 1) for _, y in pairs], "after", number=True),
            Col(text.capital(flow), [text.fixed(growth(x, y), 0, signed=True) for x, y in pairs], "%", number=True),
        ]
    return table(case, f"partners-{code.lower()}", texts("economies", "partners", case=case, code=code), columns)


def host_block(case: CaseView) -> list[Block]:
    """The host, its exposure to both sides, and its group."""
    host, group = case.host, case.group
    assert host is not None
    where = text.join([text.name(host), text.name(group)]) if group else text.name(host)
    shares = exposure(case, host)
    csv = case.file(
        "exposure-host",
        _say("exposure_file", case=case, host=host),
        [
            {
                "region": host,
                "partner": p,
                "measure": f"share of goods {flow}",
                "value": float(shares.loc[p, flow]),
                "unit": "%",
                "table_year": case.world.year,
            }
            for p in shares.index
            for flow in ("exports", "imports")
        ],
    )
    blocks: list[Block] = [
        Heading(_say("heading", case=case, where=where), f"for-{host.lower()}"),
        Para(f"{exposure_sentence(case, host)} (data/{csv})"),
        Para(f"{region_sentences(case, host)} {host_caution(case, host)}".strip()),
    ]
    if group:
        blocks += group_blocks(case, group)
    return [*blocks, indicators(case, host), sector_figure(case, host), partners(case, host)]


def group_blocks(case: CaseView, group: str) -> list[Block]:
    """The host's group as a whole, and its members in the worst scenario."""
    known = {m: case.income(m, case.worst) for m in case.members(group)}
    values = {m: t.value for m, t in known.items()}
    up, down, _ = text.signs(values)
    told = texts("economies", "members", case=case, group=group, values=values, up=len(up), down=len(down))
    csv = case.file(
        f"members-{group.lower()}",
        told.file,
        [case.row(m, s, "real income", "%", case.income(m, s)) for m in known for s in case.moving],
    )
    rows = [("", text.label(m), known[m], "mys") for m in sorted(known, key=lambda m: known[m].value)]
    return [
        Para(_say("group_income", case=case, group=group, t=case.income(group, case.worst), values=values)),
        bar_figure(case, f"fig-{group.lower()}", told.title, told.subtitle, rows, csv, extra=told.note),
    ]


def host_caution(case: CaseView, host: str) -> str:
    """What a gain of the host leaves out."""
    return "" if case.income(host, case.worst).value < text.TINY else _say("caution", case=case, host=host)


def third_block(case: CaseView) -> list[Block]:
    """All other economies, sorted."""
    known = {r: case.income(r, case.worst) for r in case.third}
    ranked = sorted(known, key=lambda r: known[r].value)
    values = {r: t.value for r, t in known.items()}
    up, down, still = (len(part) for part in text.signs(values))
    told = texts("economies", "third", case=case, up=up, down=down)
    csv = case.file(
        "third-countries",
        told.file,
        [case.row(r, s, "real income", "%", case.income(r, s)) for r in ranked for s in case.moving],
    )
    rows = [("", text.label(r), known[r], region_colour(r)) for r in ranked if not text.is_tiny(values[r])]
    return [
        Heading(_say("heading", case=case, where=text._("other economies")), "for-others"),
        Para(_say("others", case=case, values=values, up=up, down=down, still=still)),
        *([bar_figure(case, "fig-third", told.title, told.subtitle, rows, csv, extra=told.note)] if rows else []),
    ]


def world_block(case: CaseView) -> list[Block]:
    """World income and trade by scenario."""

    def trade(o: Outcome) -> float:
        return growth(float(o.exports["baseline"].sum()), float(o.exports["counterfactual"].sum()))

    factors = np.array([case.in_dollars(r) for r in case.world.regions])

    def worth(o: Outcome) -> pd.Series:
        return o.equivalent_variation * factors / 1e3

    figures: list[tuple[int, Figureof]] = [
        (2, lambda o: o.world_real_income),
        (0, lambda o: float(worth(o).sum())),
        (0, lambda o: float(worth(o).clip(upper=0).sum())),
        (0, lambda o: float(worth(o).clip(lower=0).sum())),
        (1, trade),
        *((0, partial(case.mutual_trade, parties=pair)) for pair in case.pairs),
    ]
    named = [line.split(" | ") for line in _say("world_rows", case=case).split("\n\n")]
    rows = [(label, (label, unit, *figure)) for (label, unit), figure in zip(named, figures, strict=True)]
    change = 1e3 * worth(case.outcome(case.worst))
    lead = _say(
        "world",
        case=case,
        t=case.income("WORLD", case.worst),
        lost=float(change.clip(upper=0).sum()),
        won=float(change.clip(lower=0).sum()),
    )
    return [
        Heading(_say("heading", case=case, where="the world"), "for-world"),
        Para(lead),
        changes_table(case, "world", texts("economies", "world_table", case=case), "WORLD", rows),
    ]
