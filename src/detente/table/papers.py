"""A game on paper: the record as Markdown, the debrief in words, and a report of two pages that prints.

Sentences are those of `table.md.j2` and `debrief.md.j2`; here they are put in order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from detente import __version__
from detente.briefing import page
from detente.briefing.charts.theme import coloured, roles
from detente.briefing.document import Block, Column, Figure, Heading, Items, Para, Table, cells
from detente.strategy.packages import Levels
from detente.table.debrief import Debrief, Mark
from detente.table.engine import STRENGTHS, frame
from detente.table.figure import SHOWN, loser, zone_figure, zone_title
from detente.words import decimals_for, fixed, in_two, money, name, say, sentence, short_day, two_digits

if TYPE_CHECKING:
    from detente.table.game import Game

T = TypeVar("T")
SAID, TOLD = "table/debrief", "table/table"
ROWS, LINES = {True: 8, False: 11}, {True: 11, False: 18}
"""Moves of the engine, and lines of the record, that two printed pages hold with and without a signed package; the middle of
longer ones is left out."""


# -- the record --------------------------------------------------------------------------------------------------------
def lines(game: Game) -> Iterator[tuple[str, str]]:
    """The record that all may read: day and sentence of each move; of a later offer of a seat, what it changes."""
    last: dict[str, tuple[int, Levels]] = {}
    for e in game.entries:
        owner = e.seat
        if e.option is not None and e.what == "grant":
            owner = next(s for s, o in game.granted if o == e.option)
        title = "" if e.option is None else game.board.menu(owner).of(e.option).title
        before = last.get(e.seat) if e.what in ("offer", "counter") else None
        clauses = {} if e.levels is None else game.clauses(e.levels, None if before is None else before[1])
        if e.levels is not None and e.number is not None and e.what != "accept":
            last[e.seat] = e.number, e.levels
        yield (
            short_day(game.board.steps[e.step].day, year=True, long=True),
            say(
                TOLD, "moved", what=e.what, seat=e.seat, number=e.number, clauses=clauses, title=title, said=e.text,
                before=None if before is None else before[0],
            ),
        )  # fmt: skip


def transcript(found: Debrief) -> str:
    """The whole game as Markdown: the debrief, then move by move."""
    parts = [f"# {_title(found)}"]
    for block in story(found):
        match block:
            case Heading():
                parts.append(f"## {block.text}")
            case Para():
                parts.append(_marked(block))
            case Items():
                parts.append("\n".join(f"- {_marked(p)}" for p in block.items))
            case Table():
                parts.append(_grid(block))
    parts.append(f"## {say(SAID, 'h_moves')}")
    parts.append("\n".join(f"- {day}: {page.markdown_text(text)}" for day, text in lines(found.game)))
    if (thought := reasons(found)) is not None:
        parts += [f"## {thought.title}", thought.subtitle, _grid(thought)]
    parts.append(_made(found))
    return "\n\n".join(parts) + "\n"


def _marked(para: Para) -> str:
    """A paragraph as Markdown; what a seat or a dossier says is text."""
    text = page.markdown_text(para.text)
    return f"**{page.markdown_text(para.lead)}** {text}" if para.lead else text


def _grid(table: Table) -> str:
    def row(texts: Sequence[str]) -> str:
        return "| " + " | ".join(map(page.markdown_text, texts)) + " |"

    heads = [f"{c.title}, {c.unit}" if c.unit else c.title for c in table.columns]
    rule = "|" + "|".join("---:" if c.number else "---" for c in table.columns) + "|"
    return "\n".join([row(heads), rule, *(row([c.text for c in r]) for r in table.rows)])


def sheet(game: Game, seat: str) -> str:
    """A role sheet as Markdown: what a seat may know before the first move, and nothing of the others' payoffs."""
    view, board = game.view(seat), game.board
    party = seat in game.parties
    shown = max(2, decimals_for(max(frame(board).ideal[game.parties.index(seat)] if party else 0.0, 0.01), most=4))
    steps = board.steps
    parts = [f"# {say(TOLD, 'sheet_title', seat=seat)}", view["title"]]
    due, bite = [s for s in steps if s.due], board.stakes.patience.bite
    parts.append(say(TOLD, "sheet_clock", start=steps[0].day, last=steps[-1].day, due=bool(due)))
    if due:
        parts.append("\n".join(f"- {say(TOLD, 'sheet_due', when=s.day, binds=s.binds, bite=bite, what=s.due[0])}" for s in due))
    if view["motives"]:
        parts += [f"## {say(TOLD, 'h_motives')}", "\n".join(f"- {page.markdown_text(m['text'])}" for m in view["motives"])]
    if view["issues"]:
        parts += [f"## {say(TOLD, 'h_issues')}", say(TOLD, "issues_note", party=party), _grid(_issues(game, seat, shown))]
    if "menu" in view:
        rows = "\n".join(f"- {say(TOLD, 'menu_item', it=item)}" for item in view["menu"])
        parts += [f"## {say(TOLD, 'h_menu')}", rows, view["menu_note"]]
    breakdown = board.stakes.collapse(seat, 0.0)
    parts.append(say(TOLD, "ends", points=breakdown.points, million=breakdown.money, places=shown))
    parts.append(say(TOLD, "unit", dollars=board.prices.dollars))
    if view["approximation"]:
        parts.append(say(TOLD, "approximate", places=shown, **view["approximation"]))
    return "\n\n".join(parts) + "\n"


def _issues(game: Game, seat: str, shown: int) -> Table:
    """One row an issue: who gives, its levels, and what all of it alone is worth to the seat."""
    rows = []
    for k, issue in enumerate(game.board.prices.agenda.issues, 1):
        top = len(issue.levels) - 1
        worth = game.worth(seat, {issue.id: 0 if issue.standing == top else top})
        levels = " · ".join(f"{n} {x.label}{'*' if n == issue.standing else ''}" for n, x in enumerate(issue.levels))
        figures = two_digits(worth["points"], most=shown + 1), money(worth["million_usd"], signed=True)
        rows.append(cells(str(k), issue.title, name(issue.giver, start=True), levels, *figures))
    heads = (
        Column("No."), Column("Issue"), Column("Who gives"), Column("Levels (* as it stands)"),
        Column("All of it, to you", "points", True),
        Column("All of it, to you", "a year", True),
    )  # fmt: skip
    return Table("tab-issues", say(TOLD, "h_issues"), "", heads, tuple(rows))


# -- the story ---------------------------------------------------------------------------------------------------------
def places(found: Debrief) -> int:
    """Decimals of points that show two digits of the largest."""
    values = [x for s in found.seats for x in (s.value.points, s.breakdown.points, s.best.points if s.best else 0.0)]
    return max(2, decimals_for(max(map(abs, values), default=0.0), most=4))


def story(found: Debrief) -> list[Block]:
    """The debrief in order: what each got, the zone, what was left, what was signed, what stands beside it."""
    game = found.game
    shown, error = places(found), max((*game.board.prices.missed.mean.values(), 0.0))
    blocks: list[Block] = [seats(found)]
    blocks.append(Para(say(SAID, "unit_of_points", dollars=game.board.prices.dollars)))
    signed = found.marks.get("signed")
    inside = signed is not None and min(signed.points) > 0
    zone = say(
        SAID, "the_zone", better=found.better, avoids=found.avoids, packages=found.packages, how=found.how,
        inside=inside, loser=loser(found),
        on_edge=found.more <= error, more=found.more, error=error, places=shown,
    )  # fmt: skip
    blocks.append(Para(zone))
    days = (found.day - game.board.steps[0].day).days
    left = [
        Para(say(SAID, "left_over", how=found.how, code=s.code, left=s.left, late=s.late, days=days, error=error, places=shown))
        for s in found.seats
        if s.party and s.left is not None
    ]
    if refused := say(SAID, "turned_down", how=found.how, numbers=[str(n) for n in found.turned_down]):
        left.append(Para(refused))
    if left:
        blocks += [Heading(say(SAID, "h_left"), "left"), Items(tuple(left))]
    if signed is not None:
        own = [
            Para(f"{sentence('; '.join(c))}", lead=f"{name(p, start=True)}:") for p, c in game.clauses(signed.levels).items() if c
        ]
        blocks += [Heading(say(SAID, "h_signed"), "signed"), Items(tuple(own))]
    blocks += [Heading(say(SAID, "h_beside"), "beside"), *(Para(t) for t in beside(found))]
    engines = [p for p in found.parties if game.setup.seats[p] == "engine"]
    if engines and found.better:
        style, fair = STRENGTHS[game.setup.strength], frame(game.board).fair
        told = say(
            SAID, "how_it_thought", names=[name(p) for p in engines], strength=game.setup.strength,
            opened=fair + style.opens * (1 - fair), floor=min(style.floor * fair, fair + style.opens * (1 - fair)), fair=fair,
            immovable=[name(p) for p in found.immovable], gave_way=found.gave_way,
        )  # fmt: skip
        blocks += [Heading(say(SAID, "h_engine"), "engine"), Para(told)]
    return blocks


def beside(found: Debrief) -> list[str]:
    """What the engine would have signed, what the outlook said and what history did."""
    game, (a, b) = found.game, found.parties
    made: list[str] = []

    def clauses(mark: Mark) -> dict[str, list[str]]:
        return game.clauses(mark.levels)

    if found.predicted:
        mark, signed = found.marks.get("predicted"), found.marks.get("signed")
        if mark is not None and signed is not None and mark.levels == signed.levels:
            made.append(say(SAID, "same_package"))
        else:
            made.append(
                say(
                    SAID,
                    "its_package",
                    mark=mark,
                    clauses={} if mark is None else clauses(mark),
                    a=a,
                    b=b,
                    signed=signed is not None,
                )
            )
    if found.odds:
        made.append(say(SAID, "chances", on=game.board.dossier.as_of, ends=found.odds))
    made.append(say(SAID, "what_came", state=found.history.state, events=found.history.events))
    if (past := found.marks.get("history")) is not None:
        made.append(say(SAID, "history_package", on=game.board.steps[-1].day, clauses=clauses(past), mark=past, a=a, b=b))
    return [text for text in made if text]


def seats(found: Debrief) -> Table:
    """One row a seat: what it got, what a breakdown and the best package would have been worth."""
    shown = places(found)

    def points(x: float) -> str:
        return fixed(x, shown, signed=True) if round(x, shown) else "0"

    def million(x: float) -> str:
        size = in_two(x, 1)
        return fixed(size, 0 if abs(size) >= 10 else 1, signed=True) if size else "0"

    rows = []
    for s in found.seats:
        share = found.share(s.code) if s.party else None
        rows.append(
            cells(
                s.name, points(s.value.points), million(s.value.money), points(s.breakdown.points),
                "–" if s.best is None else points(s.best.points), "–" if share is None or share < 0 else fixed(100 * share, 0),
            )
        )  # fmt: skip
    heads = (
        Column("Seat"), Column("Got", "points", True), Column("Got", "million USD", True), Column("Breakdown", "points", True),
        Column("Best for it", "points", True), Column("Got of that", "%", True),
    )  # fmt: skip
    title, sub = say(SAID, "t_seats", how=found.how), say(SAID, "t_seats_sub", dollars=found.game.board.prices.dollars)
    return Table("tab-seats", title, sub, heads, tuple(rows))


def reasons(found: Debrief) -> Table | None:
    """One row a move of the engine: the day, the seat, its demand, and why."""
    if not found.reasons:
        return None
    shown = places(found)
    rows = [
        cells(
            short_day(r.day), name(r.seat, start=True), fixed(100 * r.why["demand"], 0),
            two_digits(r.why["need"], signed=False, most=shown), say(SAID, "why_it_moved", kind=r.kind, why=r.why, places=shown),
        )
        for r in found.reasons
    ]  # fmt: skip
    heads = (
        Column("Day"),
        Column("Seat"),
        Column("Asks", "% of its best", True),
        Column("Needs", "points", True),
        Column("Does"),
    )
    return Table("tab-reasons", say(SAID, "t_reasons"), say(SAID, "t_reasons_sub"), heads, tuple(rows))


# -- the report --------------------------------------------------------------------------------------------------------
def report(found: Debrief) -> str:
    """Two pages of HTML that print: what came out, then how it came about."""
    game = found.game
    case, deal = game.board.case, "signed" in found.marks
    with coloured(roles(case.parties, case.host)):
        picture = zone_figure(found, places(found))
        first = [*story(found)]
        table, rest = first[0], first[1:]
        thought = reasons(found)
        blocks: list[Block] = [table, *rest[:2], picture, *rest[2:]]
        second: list[Any] = [
            Heading(say(SAID, "h_moves"), "moves"),
            Items(tuple(Para(t, lead=f"{d}:") for d, t in _middle_out(_short(game), LINES[deal]))),
        ]
        if thought is not None:
            kept = Table(
                thought.id,
                thought.title,
                thought.subtitle,
                thought.columns,
                tuple(_middle_out(thought.rows, ROWS[deal])),
                thought.note,
            )
            second.append(kept)
        cut = next(
            (k for k, x in enumerate(blocks) if isinstance(x, Heading) and x.anchor == ("beside" if deal else "engine")),
            len(blocks),
        )
        sheets = [blocks[:cut], [*blocks[cut:], *second]]
        return page.dispatch_page(
            "table.html.j2",
            head={"title": _title(found), "kicker": game.board.dossier.title, "lede": _lede(found), "made": _made(found)},
            sheets=sheets,
        )


def picture(found: Debrief) -> Figure:
    """The zone alone."""
    case = found.game.board.case
    with coloured(roles(case.parties, case.host)):
        return zone_figure(found, places(found))


def _short(game: Game) -> list[tuple[str, str]]:
    """The record for print: rounds in which nobody said anything are told once."""
    found: list[tuple[str, str]] = []
    quiet = [e.what == "wait" and not e.text for e in game.entries]
    for still, (day, text) in zip(quiet, lines(game), strict=True):
        if not still:
            found.append((day, text))
    return found


def _middle_out(rows: Sequence[T], most: int) -> list[T]:
    """The first third and the last ones of more than `most` rows."""
    first = most // 3
    return list(rows) if len(rows) <= most else [*rows[:first], *rows[len(rows) - (most - first) :]]


def _title(found: Debrief) -> str:
    a, b = found.parties
    by = found.game.end.by if found.game.end else ""
    return say(SAID, "finding", how=found.how, a=a, b=b, by=by or a, on=found.day)


def _lede(found: Debrief) -> str:
    shown = places(found)
    return " ".join(
        say(SAID, "what_it_got", seat=s, share=found.share(s.code) if s.party else None, places=shown, how=found.how)
        for s in found.seats
    )


def _made(found: Debrief) -> str:
    return say(SAID, "made_with", version=__version__, seed=str(found.game.setup.seed))


def words(found: Debrief) -> dict[str, Any]:
    """The debrief in sentences for a page, the same as on paper. JSON-able: `title` and `lede`; `sections` of paragraphs under a
    heading (the first has none); `zone`, what the figure says; `packages` by name; `seats` and `reasons` (or None) as tables of
    texts."""
    sections: list[dict[str, Any]] = [{"anchor": "", "heading": "", "paragraphs": []}]
    for block in story(found)[1:]:
        match block:
            case Heading():
                sections.append({"anchor": block.anchor, "heading": block.text, "paragraphs": []})
            case Para() | Items():
                paras = block.items if isinstance(block, Items) else (block,)
                sections[-1]["paragraphs"] += [{"lead": p.lead, "text": p.text} for p in paras]
    thought = reasons(found)
    errors, clauses = found.game.board.prices.missed.mean, found.game.clauses
    return {
        "title": _title(found), "lede": _lede(found), "sections": sections,
        "zone": {
            "title": zone_title(found), "subtitle": say(SAID, "page_sub"), "note": say(SAID, "page_note", errors=errors),
            "axes": [say(SAID, "fig_axis", party=p) for p in found.parties],
            "marks": {what: say(SAID, "mark_name", what=what) for what in (*SHOWN, "none", "breakdown")},
        },
        "packages": [
            {"what": what, "title": say(SAID, "package_title", what=what), "clauses": clauses(found.marks[what].levels)}
            for what in SHOWN[1:] if what in found.marks
        ],
        "seats": _texts(seats(found)), "reasons": None if thought is None else _texts(thought),
    }  # fmt: skip


def _texts(table: Table) -> dict[str, Any]:
    return {
        "title": table.title, "subtitle": table.subtitle,
        "columns": [{"title": c.title, "unit": c.unit, "number": c.number} for c in table.columns],
        "rows": [[c.text for c in row] for row in table.rows],
    }  # fmt: skip


def brief(found: Debrief) -> list[str]:
    """The debrief in a few paragraphs, for a terminal."""
    texts = [_title(found) + ".", _lede(found)]
    for block in story(found)[1:]:
        if isinstance(block, Para):
            texts.append(block.text)
        elif isinstance(block, Items):
            texts += [f"{p.lead} {p.text}".strip() for p in block.items]
    return texts
