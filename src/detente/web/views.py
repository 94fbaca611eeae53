"""What leaves for a reader: a dossier as the page shows it, the lists it chooses from, a state as a file, its still charts.

Files are results as CSV, the scenario as YAML, the same in Python, a run file that `detente rerun` repeats; charts are SVG, PNG
or HTML, drawn as the report draws them.

>>> view = dossier_view(load_dossier("kuala-lumpur-2025"))
>>> view["id"], [p["region"] for p in view["parties"]], view["deadlines"][0]["days_left"]
('kuala-lumpur-2025', ['USA', 'CHN'], 6)
>>> name, media, text = export(Engine(), "python", PageState(dossier="kuala-lumpur-2025", levers={"us-threat-100": 40}))
>>> name, "dt.load_dossier('kuala-lumpur-2025')" in text
('kuala-lumpur-2025.py', True)
>>> asked = FigureRequest(states=[PageState(dossier="kuala-lumpur-2025", scenario="middle")])
>>> drawn(Engine(), "economies", "svg", asked)[:4]
b'<svg'
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

import yaml
from cachetools import LRUCache, cached

from detente import __version__
from detente.briefing.charts.theme import coloured, region_colour, roles
from detente.cases.baselines import BASELINES
from detente.cases.case import STATUS_QUO
from detente.cases.runs import Run, dossier_content
from detente.errors import BadDossier, InputError, UnknownName
from detente.files import table_csv
from detente.policy import timing
from detente.policy.dossier import Dossier, list_dossiers, load_dossier, parse_dossier
from detente.policy.levers import levers
from detente.policy.measures import Measure
from detente.policy.timing import next_deadlines, status_on, turning_days
from detente.web.figure_tables import about, csv_of, csv_of_marks
from detente.web.headline import Page
from detente.web.quick import COLUMNS, Engine
from detente.web.replies import Reply, templates
from detente.web.settings import Settings
from detente.web.state import OWN, PageState, Resolved, digest, resolve
from detente.web.subject import FigureRequest, Subject, whole
from detente.words import capital, run_words, say, tell
from detente.words.names import group_table, name, region_name, region_table, sector_name
from detente.world.library import list_worlds, load_world
from detente.world.world import World

HORIZONS = ("month 6", "month 36", "month 120")
INSIDE = ("ASEAN",)
"""Groups of economies that the page may gather."""


@cache
def _regions() -> list[dict[str, Any]]:
    table, groups = region_table(), group_table()
    inside = {m: g for g in INSIDE for m in groups.get(g, {}).get("members", ())}
    return [
        {
            "code": code, "name": region_name(code), "group": inside.get(code), "tile": table.get(code, {}).get("tile"),
        }
        for code in load_world().regions
    ]  # fmt: skip


def catalogue(settings: Settings) -> dict[str, Any]:
    """Everything the page can choose from, and the limits of this server."""
    world = load_world()
    dossiers = sorted(map(load_dossier, list_dossiers()), key=lambda d: (-d.as_of.toordinal(), d.id))  # the page opens the first
    return {
        "version": __version__,
        "dossiers": [{"id": d.id, "title": d.title, "summary": d.summary, "as_of": d.as_of} for d in dossiers],
        "worlds": list(list_worlds()),
        "data_year": world.year,
        "horizons": [{"id": h, "label": run_words(h), "summary": say("web/state", "horizon", name=h)} for h in HORIZONS],
        "baselines": [{"id": b, "label": say("web/state", "baseline", name=b)} for b in BASELINES],
        "regions": _regions(),
        "sectors": [{"code": s, "name": sector_name(s)} for s in world.sectors],
        "limits": {
            "body_bytes": settings.body_bytes, "job_seconds": settings.job_seconds, "jobs_a_client": settings.jobs_a_client,
            "states_compared": 12,
        },
    }  # fmt: skip


LONG = ("timeline", "measures", "sources", "published")
"""Parts of a dossier's view that are four fifths of it, and that the page's first screen does not show."""


def dossier_view(dossier: Dossier, world: World | None = None) -> dict[str, Any]:
    """All of a dossier that the page shows; `world` gives the trade each lever reaches."""
    titles = {s.id: s for s in dossier.sources}

    def cited(ids: tuple[str, ...]) -> list[dict[str, Any]]:
        return [{"id": i, "title": titles[i].title, "url": titles[i].url} for i in ids]

    return {
        "id": dossier.id,
        "title": dossier.title,
        "summary": dossier.summary,
        "as_of": dossier.as_of,
        "reference": {"date": dossier.reference.date, "label": dossier.reference.label},
        "horizon": dossier.horizon.default,
        "venue": {
            "region": dossier.venue.region, "name": region_name(dossier.venue.region), "place": dossier.venue.place,
            "why": dossier.venue.why,
        },
        "parties": [
            {
                "region": p.region, "name": region_name(p.region), "negotiators": list(p.negotiators),
                "interests": list(p.interests),
                "motives": [{"text": m.text, "weighs_on": m.weighs_on} for m in p.motives],
                "stances": [{"stance": s.stance, "title": s.title} for s in p.stances],
            }
            for p in dossier.parties
        ],
        "bystanders": [
            {
                "region": b.region, "name": region_name(b.region), "position": b.position,
                "menu": [{"id": i.id, "title": i.title, "modelled": i.modelled, "why_not": i.why_not} for i in b.menu],
            }
            for b in dossier.bystanders
        ],
        "scenarios": [
            {
                "id": s.id, "title": s.title, "role": s.role, "summary": s.summary, "narrative": s.narrative,
                "policy_date": s.policy_date,
                "provisions": [
                    {"text": p.text, "modelled": p.modelled, "measures": list(p.measures), "why_not": p.why_not}
                    for p in s.provisions
                ],
            }
            for s in dossier.scenarios
        ],
        "opens_with": _opening(dossier),
        "colours": _colours(dossier, world),
        "timeline": timeline(dossier),
        "days_counted": say("web/views", "counted_from", on=dossier.as_of),
        "deadlines": [
            {"date": d.date, "kind": d.kind, "text": d.text, "days_left": d.days_left, "measure": d.measure}
            for d in next_deadlines(dossier, dossier.as_of)
        ],
        "measures": [
            {
                "id": m.id, "title": m.title, "status": status_on(m, dossier.as_of), "by": m.by, "on": on_words(m),
                "instrument": m.instrument, "rate": tell(m, "size") or None, "authority": m.authority, "conditions": m.conditions,
                "modelled": m.modelled, "why_not": m.why_not, "in_baseline": m.in_baseline, "sources": cited(m.sources),
                "lasts": lasts(m, dossier.as_of),
            }
            for m in dossier.measures
        ],
        "levers": [lever.record() for lever in levers(dossier, world)],
        "key_questions": [
            {
                "id": q.id, "question": q.question, "why": q.why, "indicator": q.indicator, "by_when": q.by_when,
                "answers": [{"id": a.id, "title": a.title} for a in q.answers], "measures": list(q.measures),
            }
            for q in dossier.key_questions
        ],
        "published": [p.model_dump(mode="json") for p in dossier.published],
        "sources": [
            {"id": s.id, "title": s.title, "publisher": s.publisher, "url": s.url, "date": s.date} for s in dossier.sources
        ],
    }  # fmt: skip


def newest() -> Dossier:
    """The dossier the page opens with."""
    return min(map(load_dossier, list_dossiers()), key=lambda d: (-d.as_of.toordinal(), d.id))


def by_interest(dossier: Dossier) -> list[str]:
    """Its ways on, the one the page opens with in front."""
    first = _opening(dossier)
    return [*([first] if first else []), *(s.id for s in dossier.scenarios if s.id not in (first, STATUS_QUO))]


def _opening(dossier: Dossier) -> str | None:
    """The scenario the page opens with: the one in which talks fail, else the first that is not the status quo."""
    others = [s for s in dossier.scenarios if s.id != STATUS_QUO]
    worst = next((s.id for s in others if s.role == "worst"), None)
    return worst or next((s.id for s in others or dossier.scenarios), None)


def _colours(dossier: Dossier, world: World | None) -> dict[str, str]:
    """Colour name by region and group, those of no colour of their own left out: by role at the table, in the parties' order."""
    parties = [p.region for p in dossier.parties]
    codes = dict.fromkeys([*parties, dossier.venue.region, *(world.regions if world else ()), *group_table()])
    with coloured(roles(parties, dossier.venue.region)):
        found = {code: region_colour(code) for code in codes}
    return {code: colour for code, colour in found.items() if colour != "other"}


def timeline(dossier: Dossier) -> dict[str, Any]:
    """Rows of measures with their spans of status, and events, from the reference date to the end of what is foreseen."""
    start = dossier.reference.date
    last = [d.date for d in next_deadlines(dossier, dossier.as_of)] + [dossier.as_of + timedelta(days=60)]
    end = min(max(last), dossier.as_of + timedelta(days=200)) + timedelta(days=14)
    spans: dict[str, list[dict[str, Any]]] = {}
    for s in dossier.timeline(start, end):
        spans.setdefault(s.measure, []).append({"status": s.status, "start": s.start, "end": s.end or end})
    rows = [
        {
            "id": m.id, "title": m.title, "by": m.by, "on": on_words(m), "instrument": m.instrument,
            "rate": tell(m, "size") or None, "modelled": m.modelled, "spans": spans[m.id], "sources": list(m.sources),
            "lasts": lasts(m, dossier.as_of),
        }
        for m in dossier.measures
        if m.id in spans
    ]  # fmt: skip
    shown = [e for e in dossier.history if e.date >= start or (e.until or e.date) >= start]
    events = [
        {
            "date": e.date, "until": e.until, "kind": e.kind, "place": e.place, "parties": list(e.parties), "text": e.text,
            "outcome": e.outcome, "confirmed": e.confirmed,
        }
        for e in shown
    ]  # fmt: skip
    return {"start": start, "end": end, "as_of": dossier.as_of, "rows": rows, "events": events}


def lasts(m: Measure, on: date) -> list[dict[str, Any]]:
    """When a measure was what, from its first day on, whatever a drawing shows of it: true days, None where no end is known, and
    words as they are read on a day."""
    days = turning_days(m)
    if not days:
        return []
    spans = timing.timeline([m], days[0], days[-1] + timedelta(days=1))
    return [
        {
            "status": s.status, "start": s.start, "end": s.end,
            "words": say("web/views", "lasts", status=s.status.value, start=s.start, end=s.end, on=on),
        }
        for s in spans
    ]  # fmt: skip


def on_words(m: Measure) -> list[str]:
    """Codes a measure is aimed at; WORLD for everyone."""
    return ["WORLD"] if m.on == "all" else list(m.on)


# -- a state as a file ----------------------------------------------------------------------------------------------------
if TYPE_CHECKING:
    from detente.briefing.document import Figure

_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
Kind = Literal["csv", "yaml", "python", "run", "cli"]
MEDIA = {
    "csv": "text/csv; charset=utf-8", "yaml": "application/yaml; charset=utf-8", "python": "text/x-python; charset=utf-8",
    "run": "application/json; charset=utf-8", "cli": "text/x-shellscript; charset=utf-8",
}  # fmt: skip


def export(engine: Engine, kind: Kind, state: PageState) -> tuple[str, str, str]:
    """File name, media type and text of a state in one of the forms."""
    case = resolve(state)
    stem = f"{case.dossier.id}{'-' + case.scenario if case.scenario else ''}"
    if kind == "csv":
        return f"{stem}.csv", MEDIA[kind], csv_text(engine, case)
    if kind == "yaml":
        return f"{stem}.yaml", MEDIA[kind], yaml_text(case)
    if kind == "python":
        return f"{stem}.py", MEDIA[kind], python_text(case)
    if kind == "cli":
        return f"{stem}.sh", MEDIA[kind], command_text(case)
    return f"{stem}.run.json", MEDIA[kind], run_text(case)


def csv_text(engine: Engine, case: Resolved) -> str:
    """Results by region, as `Outcome.to_frame` names them, with the range of real income, and in every row what it is of."""
    frame, ends = engine.outcome(case).to_frame(), engine.ranges(case)["regions"]
    for end in ("low", "high"):
        frame[f"real income, {end}, %"] = [row[end] for row in ends]
    return table_csv(frame.assign(**about(case)), index_label="region").decode()


def yaml_text(case: Resolved) -> str:
    """The dossier as YAML; moved levers are a scenario of their own at the end."""
    dossier, _ = case.as_dossier()
    content = dossier_content(dossier)
    text = _dumped(_dated(content))
    try:
        parse_dossier(text)
    except BadDossier:  # a text that looks like a day, where a text is wanted: quote all days then
        text = _dumped(content)
    return text


def _dumped(content: Any) -> str:
    return str(yaml.dump(content, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=120))


def _dated(value: Any) -> Any:
    """`value` with texts that are days as days, so that they are written without quotes."""
    if isinstance(value, dict):
        return {k: _dated(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_dated(v) for v in value]
    if isinstance(value, str) and len(value) == 10 and value[4:5] == value[7:8] == "-":
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


def python_text(case: Resolved) -> str:
    """A script that gives the same numbers."""
    own = case.state.content is not None
    name = f"{case.dossier.id}.yaml" if own else case.dossier.id
    return (
        templates()
        .get_template("script.py.j2")
        .render(
            title=_comment(case.dossier.title),
            of=_comment(case.scenario or "status quo"),
            horizon=case.horizon,
            run=run_words(case.horizon),
            against=case.against,
            own=own,
            name=name,
            world=case.world.name,
            moved={} if own else dict(sorted(case.moved.items())),
            scenario=OWN if own and case.shift else case.scenario,
        )
    )


def command_text(case: Resolved) -> str:
    """The command that gives the same numbers; of moved levers or a dossier of one's own, on the file that YAML gives."""
    given = case.state.content is not None or case.shift
    told = {
        "file": case.dossier.id + ".yaml" if given else "", "dossier": case.dossier.id, "world": case.world.name,
        "scenario": OWN if case.shift else case.scenario, "horizon": case.horizon, "against": case.against,
    }  # fmt: skip
    return templates().get_template("command.sh.j2").render(**told)


def _comment(text: str) -> str:
    """Words of a dossier that cannot end the string they stand in."""
    return " ".join(text.replace("\\", " ").replace('"', "'").split())


def run_text(case: Resolved) -> str:
    """A run file."""
    dossier, scenario = case.as_dossier()
    record = Run.of_scenario(dossier, scenario, case.world, case.horizon, against=case.against).record()
    return json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


# -- still charts ----------------------------------------------------------------------------------------------------------
Ending = Literal["svg", "png", "html", "json", "csv"]
DRAWINGS = {
    "svg": "image/svg+xml", "png": "image/png", "html": "text/html; charset=utf-8", "json": "application/json",
    "csv": "text/csv; charset=utf-8",
}  # fmt: skip
"""Media type of a chart by the ending of its name."""


def _income(of: Subject) -> Figure:
    case, scenario = whole(of.cases[0])
    return _figure("income", case, scenarios=() if scenario is None else [scenario], note=of.note)


def _economies(of: Subject) -> Figure:
    case, chosen = of.first.case, COLUMNS[of.asked.indicator]
    also = [c for c in (*case.trio, of.region) if c]
    ranges = of.ends(of.first) if chosen.name == "real_income" else None
    return _figure("economies", of.outcome, indicator=chosen.name, also=also, ranges=ranges, note=of.note)


def _duties(of: Subject) -> Figure:
    from detente.briefing.charts.results import Pair

    answer = of.engine.answer(of.first)
    pairs = [Pair(d["by"], d["on"], d["mean_pct_before"], d["mean_pct_after"]) for d in answer["duties"]]
    tight = [c for c in answer["controls"] if c["binding"] and (c["withheld_pct"] or 0) > 0.5]
    control = max(tight, key=lambda c: c["licence_worth_pct"], default=None)
    whose = {k: [name(c) for c in control[k]] if control else [] for k in ("by", "on")}
    goods = [sector_name(c) for c in control["sector"]] if control else []
    trade = say("web/figures", "trade", mutual=answer["mutual_trade_pct"], control=control, goods=goods, **whose)
    return _figure("duties", pairs, note=f"{trade} {of.note}")


def _drivers(of: Subject) -> Figure:
    from detente.briefing.charts.results import Part

    found, case = of.engine.drivers(of.first), of.first.case
    region = of.region if of.region in found["total"] else case.a
    known = {lever.id: (lever.label, lever.party) for lever in levers(of.first.dossier)}
    moved = case.measures(of.first.scenario, of.first.changes)
    known |= {m.id: (m.title, m.by) for m in moved if m.id not in known}
    ids = [(d["lever"], d["part_pct"][region]) for d in found["drivers"]]
    parts = [Part(label, part, by) for k, part in ids for label, by in [known.get(k) or known[k.rpartition(".")[0]]]]
    if not parts:
        raise InputError(say("web/refusals", "nothing_drives"))
    more = {"together": found["together"][region], "run": of.run}
    return _figure("drivers", parts, region, found["total"][region], **more)


def _states(of: Subject) -> Figure:
    from detente.briefing.charts.results import Ranged

    case, rows = of.cases[0].case, []
    for state in of.cases:
        outcome, ends = of.engine.outcome(state), of.ends(state)
        own, title = say("web/figures", "own"), capital((state.scenario or "status-quo").replace("-", " "))
        for code in (*case.trio, "WORLD"):
            value = outcome.world_real_income if code == "WORLD" else float(outcome.real_income[code])
            low, high = ends.get(code, (value, value))
            rows.append(Ranged(code, own if state.shift else title, min(low, value), value, max(high, value)))
    rows.sort(key=lambda r: (*case.trio, "WORLD").index(r.code))
    return _figure("states", rows, note=of.note)


def _output(of: Subject) -> Figure:
    case = of.first.case
    region = case.world.regions[case.index(of.region or case.a)]
    return _figure("output", of.outcome, region, note=of.note)


def _routes(of: Subject) -> Figure:
    return _figure("routes", *whole(of.first), "")


def _route(of: Subject) -> Figure:
    case, scenario = whole(of.first)
    region = of.region or case.host or case.third[0]
    case.outsider(region)
    return _figure("route", case, region, scenario, "")


def _comparison(of: Subject) -> Figure:
    from detente.cases.compare import compare

    runs: dict[str, Run] = {}
    for k, case in enumerate(of.cases, 1):
        dossier, scenario = case.as_dossier()
        title = f"{case.scenario or 'status quo'}{', moved' if case.shift else ''}"  # short, as it stands beside a dot
        runs[title if title not in runs else f"{title} ({k})"] = Run.of_scenario(
            dossier, scenario, case.world, case.horizon, against=case.against
        )
    found = compare(runs)
    indicator = COLUMNS[of.asked.indicator].label.lower()
    spread = [str(r) for r in found.spread(indicator).index]
    known = [r for r in of.cases[0].case.trio if r in spread]
    return _figure("comparison", found, indicator, [*known, *(["WORLD"] if "WORLD" in spread else [])])


def _answer(of: Subject) -> Figure:
    """The answer's ranked bars, as the page has them."""
    from detente.briefing.charts.results import Ranked, ranked_figure

    case = of.cases[0]
    effects = of.engine.effects(case, of.asked.unit, ranged=of.asked.ranges)
    page = Page(case, effects, of.region)
    scale = page.bars["axis_scale"]

    def bar(b: Mapping[str, Any]) -> Ranked:
        ends = (b["low"], b["high"]) if b["drawn"] and effects.ranged else None
        length = page.shown.number(b["value"]) / scale
        return Ranked(b["region"], length, b["text"], *(() if ends is None else (e / scale for e in ends)))

    rows = [bar(b) for b in page.bars["rows"] if b["shown"]]
    subtitle = say("web/figures", "answer_subtitle", what=page.bars["measure"], basis=of.run, ranged=effects.ranged)
    return ranked_figure(rows, page.bars["title"], subtitle, note=of.note)


FIGURES: Mapping[str, Callable[[Subject], Figure]] = {
    "answer": _answer,
    "income": _income,
    "economies": _economies,
    "output": _output,
    "duties": _duties,
    "drivers": _drivers,
    "states": _states,
    "comparison": _comparison,
    "routes": _routes,
    "route": _route,
}
"""The charts there are of a state; those of long work are `prepared` with it."""
COUNTS = {"comparison": (2, 6), "states": (1, 12)}
"""Of how many states a chart is, least and most, where it is not one."""


def _figure(name: str, *results: Any, **more: Any) -> Figure:
    from detente.briefing.charts import figure

    made = figure(name, *results, **more)
    assert made is not None  # only a figure of the talks may have nothing to show
    return made


def drawn(engine: Engine, name: str, ending: Ending, asked: FigureRequest) -> bytes:
    """A chart as a file. Raises `UnknownName`, `InputError`, and what solving raises."""
    if name not in FIGURES:
        raise UnknownName(name, list(FIGURES), "figure")
    if (name != "states" and (len(asked.states) > 1) != (name == "comparison")) or (
        name == "comparison" and len(asked.states) > 6
    ):
        raise InputError(say("web/refusals", "states_of_a_figure"))
    return _drawn(Subject(engine, [resolve(s) for s in asked.states], asked), name, ending)


@cached(
    LRUCache(16_000_000, getsizeof=len), lock=Lock(),
    key=lambda of, name, ending: digest([name, ending, [c.key for c in of.cases], of.asked.model_dump(exclude={"states"})]),
)  # fmt: skip
def _drawn(of: Subject, name: str, ending: Ending) -> bytes:
    from detente.briefing.charts import rendered
    from detente.briefing.charts.figures import drawn_at, undrawn

    case = of.cases[0].case
    with coloured(roles(case.parties, case.host)), undrawn():
        if ending == "csv":
            return csv_of(name, of)
        figure = FIGURES[name](of)
        if ending != "json":
            return rendered(figure, ending)
        return encoded(inline(figure, drawn_at(figure, of.asked.width)))


# -- charts for the page: drawn in its colours, inline, with their words beside them -----------------------------------------
WIDTHS = (348, 480, 640, 860)
"""Room in px that a chart of long work is prepared for."""


def inline(figure: Figure, svg: str) -> dict[str, str]:
    """A chart and its words as the page puts them together."""
    return {"title": figure.title, "subtitle": figure.subtitle, "note": figure.note, "alt": figure.alt, "svg": svg}


def prepared(figures: Mapping[str, Figure]) -> bytes:
    """Charts of long work by name, to be kept beside its result and drawn when they are looked at."""
    told = {name: {"id": f.id, "specs": {str(w): f.spec(w) for w in WIDTHS}, **inline(f, "")} for name, f in figures.items()}
    return zlib.compress(encoded(told))


def drawn_of(kept: bytes, name: str, width: int, ending: Ending = "json", state: PageState | None = None) -> bytes:
    """One of the `prepared` charts: for a page with room for `width` px, or as a file; of `state`, which its table then tells.

    Raises `UnknownName`, and `InputError` for a table of a chart whose marks are no values.
    """
    from detente.briefing.charts.standalone import as_bytes
    from detente.briefing.charts.theme import render
    from detente.briefing.document import Figure

    told = json.loads(zlib.decompress(kept))
    if name not in told:
        raise UnknownName(name, list(told), "figure")
    found = told[name]
    fits = max((w for w in WIDTHS if w <= width), default=WIDTHS[0])
    words = {k: found[k] for k in ("title", "subtitle", "note", "alt")}
    if ending == "csv":
        return csv_of_marks(found["specs"][str(WIDTHS[-1])], {} if state is None else about(resolve(state)))

    def svg(room: int, part: str) -> str:
        return str(render(found["specs"][str(room)], found["alt"], f"{found['id']}-{part}"))

    if ending == "json":
        return encoded({**words, "svg": svg(fits, name)})
    figure = Figure(
        id=found["id"], **words, csv="", spec=lambda room: found["specs"][str(room)],
        drawn=lambda: (svg(640, name), svg(WIDTHS[0], f"{name}-n")),
    )  # fmt: skip
    return as_bytes(figure, ending)


def encoded(content: Any) -> bytes:
    """JSON as a reply carries it."""
    return bytes(Reply(content).body)
