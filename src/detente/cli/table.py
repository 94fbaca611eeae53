"""`detente table`: sit down at a negotiation, against the engine or another person, in plain lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.common import DossierName, Force, HorizonName, Json, economies, emit, out, progress_bar, signed, text_table
from detente.errors import DetenteError, InputError
from detente.words.names import code_of

if TYPE_CHECKING:
    from detente.table import Game, Setup
    from detente.table.debrief import Debrief

WORDS = "table/table"
Dict = dict[str, Any]
SHORT = {
    "o": "offer",
    "c": "counter",
    "s": "send",
    "u": "undo",
    "a": "accept",
    "w": "wait",
    "l": "look",
    "?": "help",
    "h": "help",
    "q": "quit",
}


def table(
    dossier: DossierName,
    seat: Annotated[str | None, typer.Option("--seat", help="Where you sit: a party, the host or a named third economy.")] = None,
    against: Annotated[
        str, typer.Option("--against", help="Who sits in the other seats: engine, or person (you pass the keyboard).")
    ] = "engine",
    third: Annotated[
        list[str] | None, typer.Option("--third", help="An economy that is no party and also sits at the table; up to two.")
    ] = None,
    strength: Annotated[str, typer.Option("--strength", help="How hard the engine bargains: easy, even or hard.")] = "even",
    seed: Annotated[int, typer.Option("--seed", help="What chance decides is drawn from it.", min=0)] = 1,
    moves: Annotated[
        Path | None, typer.Option("--moves", help="Read the lines from a file; what is refused ends the play.")
    ] = None,
    folder: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the record and the report.")] = None,
    keep: Annotated[Path | None, typer.Option("--keep", help="File an unfinished game is kept in; DOSSIER-game.json.")] = None,
    sheet: Annotated[
        bool, typer.Option("--sheet", help="Print the role sheet of the seat as Markdown and play nothing.")
    ] = False,
    predict: Annotated[
        bool, typer.Option("--predict/--no-predict", help="Search for the engine's own package and odds for the debrief.")
    ] = True,
    world: Annotated[str, typer.Option("--world", "-w", help="A shipped world: world-2022 or toy.")] = "world-2022",
    horizon: HorizonName = None,
    force: Force = False,
    as_json: Json = False,
    full: Annotated[
        bool, typer.Option("--full", help="Print the whole record at the end, the engine's reasons included.")
    ] = False,
) -> None:
    """Negotiate: take a seat, offer packages, accept, wait or walk away, and read afterwards what was left on the table.

    DOSSIER may be the file of a game that was kept.
    """
    from detente.files import target_folder
    from detente.table import Game

    if folder is not None:
        target_folder(folder)
    with progress_bar("table", as_json) as progress:
        if dossier.endswith(".json"):
            game = Game.from_json(_read(Path(dossier)), progress)
        else:
            game = Game.replay(_setup(dossier, seat, against, third or [], strength, seed, world, horizon), [], progress)
    if sheet:
        from detente.table.papers import sheet as role_sheet

        own = code_of(seat or game.parties[0], game.setup.seats, "seat")
        text = role_sheet(game, own)
        emit({"seat": own, "sheet": text}, part="sheet") if as_json else sys.stdout.write(text)
        return
    lines = _lines(moves)
    screen = Screen(quiet=as_json, strict=moves is not None)
    path = keep or Path(dossier if dossier.endswith(".json") else f"{game.board.dossier.id}-game.json")
    try:
        game = screen.play(game, lines)
    except (KeyboardInterrupt, EOFError):
        _keep(screen.game or game, path, as_json)
        return
    with progress_bar("debrief", as_json) as progress:
        from detente.table.debrief import debrief_of

        found = debrief_of(game, _came(game), predict=predict, progress=progress)
    if folder is not None:
        _write(found, folder, force)
    if as_json:
        emit(found.record())
        return
    from detente.table.papers import brief, transcript

    for text in [transcript(found)] if full else brief(found):
        out.print()
        out.say(text)
    if folder is not None:
        out.print()
        out.print(
            f"Record and report: {folder}/report.html, transcript.md, debrief.json, game.json.", highlight=False, soft_wrap=True
        )


# -- what it starts from ------------------------------------------------------------------------------------------------
def _setup(
    dossier: str, seat: str | None, against: str, third: list[str], strength: str, seed: int, world: str, horizon: str | None
) -> Setup:
    from detente.errors import UnknownName
    from detente.policy.dossier import list_dossiers, parse_dossier, source_of
    from detente.table import Setup
    from detente.table.board import dossier_of
    from detente.table.setup import read
    from detente.world.library import load_world

    if against not in ("engine", "person"):
        raise UnknownName(against, ["engine", "person"], "opponent")
    if dossier in list_dossiers():
        given, parties = dossier, [p.region for p in dossier_of(dossier).parties]
    else:
        given = source_of(dossier).decode()
        parties = [p.region for p in parse_dossier(given, dossier).parties]
    regions = load_world(world).regions
    own = code_of(seat or parties[0], regions)
    others = [s for s in dict.fromkeys([*parties, own, *economies(third, regions)]) if s != own]
    seats = {own: "person"} | dict.fromkeys(others, "person" if against == "person" else "engine")
    mode = "hot seat" if against == "person" else "solo"
    return read(
        Setup,
        {"dossier": given, "seats": seats, "strength": strength, "seed": seed, "mode": mode, "world": world, "horizon": horizon},
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no text") from error


def _lines(moves: Path | None) -> Callable[[str], str]:
    """What gives the next line: a file, or the keyboard. Raises `EOFError` at the end."""
    if moves is None:
        return lambda prompt: input(prompt if sys.stdin.isatty() else "")
    rows: Iterator[str] = iter([r for r in _read(moves).splitlines() if r.strip() and not r.lstrip().startswith("#")])

    def following(prompt: str) -> str:
        found = next(rows, None)
        if found is None:
            raise EOFError
        return found

    return following


def _came(game: Game) -> list[Any]:
    """Outcomes of the real talks that the back-test of the odds has on file."""
    from detente.table.history import Came
    from detente.validation.track_record import load_outcomes

    found = [o for o in load_outcomes().outcomes if o.dossier == game.board.dossier.id and o.known is not None]
    return [Came(o.known, o.why) for o in found if o.known is not None]


def _keep(game: Game, path: Path, quiet: bool) -> None:
    from detente.files import write
    from detente.words import say

    write(path, game.to_json().encode())
    if not quiet:
        out.print()
        out.say(say(WORDS, "kept", file=str(path), command=f"detente table {path}"))


def _write(found: Debrief, folder: Path, force: bool) -> None:
    from detente.files import write_folder
    from detente.table.papers import report, transcript

    record = json.dumps(found.record(), indent=1, ensure_ascii=False)
    contents = {
        "report.html": report(found).encode(), "transcript.md": transcript(found).encode(), "debrief.json": record.encode(),
        "game.json": found.game.to_json().encode(),
    }  # fmt: skip
    write_folder(folder, contents, force=force)


# -- the screen ---------------------------------------------------------------------------------------------------------
@dataclass
class Screen:
    """What a person sees and types. `strict`: a line that is refused ends the play instead of being told."""

    quiet: bool = False
    strict: bool = False
    game: Game | None = None
    seen: int = 0
    draft: list[dict[str, int]] = field(default_factory=list)
    shown: str = ""

    def play(self, game: Game, line: Callable[[str], str]) -> Game:
        """The game played to its end. Raises `EOFError` where the lines end before, or somebody quits."""
        self.game = game = game.played()
        first = True
        while not game.over:
            seat = game.turn
            view = game.view(seat)
            if seat != self.shown:
                self._turn(game, view, first)
                first, self.shown, self.draft = False, seat, []
            self._news(game, seat)
            self._clock(view)
            while game.turn == seat and not game.over and game is self.game:
                try:
                    text = line(f"{seat}> ")
                    moved = self._do(game, seat, text)
                except DetenteError as error:
                    if self.strict:
                        raise
                    self.say(str(error.args[0]))
                    continue
                if moved is not None:
                    self.draft = []
                    step = game.step
                    self.game = moved = moved.played()
                    if moved.step == step and moved.turn == seat and not moved.over:
                        game = moved
                        self._news(game, seat)
            game = self.game
        self._news(game, next(iter(game.setup.seats)))
        return game

    # -- doing -----------------------------------------------------------------------------------------------------------
    def _do(self, game: Game, seat: str, text: str) -> Game | None:
        """One line; the game after it, or None where nothing has moved."""
        from detente.table import Move

        word, _, rest = text.strip().partition(" ")
        word = SHORT.get(word.lower(), word.lower())
        numbered = game.count + 1
        match word:
            case "":
                return None
            case "offer" | "counter" | "amend":
                start = self.draft[-1] if self.draft else self._start(game, seat, word)
                self.draft.append({**start, **self._package(game, rest)})
                self._draft(game, seat)
                return None
            case "undo":
                if not self.draft:
                    raise InputError("there is nothing to take back: no package waits to be sent")
                self.draft.pop()
                self._draft(game, seat)
                return None
            case "send":
                if not self.draft:
                    raise InputError("there is no package to send; put one together with: offer 1=2")
                return game.apply(seat, Move(kind="offer", package=self.draft[-1], number=numbered, step=game.step, text=rest))
            case "accept":
                other = game.parties[1 - game.parties.index(seat)] if seat in game.parties else ""
                number = offer.number if other and (offer := game.standing(other)) is not None else None
                return game.apply(seat, Move(kind="accept", number=number, step=game.step, text=rest))
            case "wait" | "walk":
                return game.apply(seat, Move(kind=word, step=game.step, text=rest))
            case "choose":
                return game.apply(seat, Move(kind="choose", option=rest.strip() or None, step=game.step))
            case "grant":
                return game.apply(seat, Move(kind="grant", to=code_of(rest.strip(), game.setup.seats, "seat"), step=game.step))
            case "look":
                self._table(game, seat)
                return None
            case "issues":
                self._issues(game.view(seat))
                return None
            case "help":
                self.tell("help")
                return None
            case "quit":
                raise EOFError
        raise InputError(f"{word!r} is no move; help lists them")

    @staticmethod
    def _start(game: Game, seat: str, word: str) -> dict[str, int]:
        """What a new package starts from: nothing, the other side's offer or one's own. Raises `InputError`."""
        if word == "offer" or seat not in game.parties:
            return {}
        by = seat if word == "amend" else game.parties[1 - game.parties.index(seat)]
        standing = game.standing(by)
        if standing is None:
            raise InputError(f"there is no offer to {word}; put a package together with: offer 1=2")
        return game.board.prices.named(standing.levels)

    @staticmethod
    def _package(game: Game, text: str) -> dict[str, int]:
        """`1=2 purchases=3` as a package. Raises `InputError`."""
        issues = game.board.prices.agenda.issues
        found: dict[str, int] = {}
        for item in text.replace(",", " ").split():
            name, sign, level = item.partition("=")
            if not sign or not level.lstrip("-").isdigit():
                raise InputError(f"{item!r} is no part of a package; write ISSUE=LEVEL, as 1=2")
            if name.isdigit():
                if not 1 <= int(name) <= len(issues):
                    raise InputError(f"there is no issue {name}; there are 1 to {len(issues)}")
                name = issues[int(name) - 1].id
            found[name] = int(level)
        game.board.prices.package(found)
        return found

    # -- showing ---------------------------------------------------------------------------------------------------------
    def tell(self, part: str, **values: Any) -> None:
        """A text of the template."""
        from detente.words import say

        for paragraph in say(WORDS, part, **values).split("\n\n"):
            self.say(paragraph)

    def say(self, text: str) -> None:
        """A paragraph, unless nothing is to be said."""
        if not self.quiet:
            out.say(text)

    def _turn(self, game: Game, view: Dict, first: bool) -> None:
        from datetime import date

        if first:
            others = [s for s in view["seats"] if s["code"] != view["seat"]["code"]]
            steps = game.board.steps
            self.say(view["title"])
            self.tell(
                "welcome", seat=view["seat"]["code"], others=others, start=steps[0].day, last=steps[-1].day, stops=len(steps) - 2
            )
            self.tell("unit", dollars=view["dollars"])
            if view["approximation"]:
                self.tell("approximate", places=self._places(game, view), **view["approximation"])
        elif game.setup.mode == "hot seat":
            if sys.stdin.isatty() and not self.strict:  # what the last seat saw is not for this one
                out.clear()
            self.say("")
            self.tell("pass_on", seat=view["seat"]["code"], today=date.fromisoformat(view["clock"]["day"]))
        for motive in view["motives"]:
            self.say(f"· {motive['text']}")
        self._issues(view)

    def _places(self, game: Game, view: Dict) -> int:
        from detente.table.engine import frame
        from detente.words import decimals_for

        seat = view["seat"]["code"]
        best = frame(game.board).ideal[game.parties.index(seat)] if seat in game.parties else 0.0
        return max(2, decimals_for(max(best, abs(view["breakdown"]["points"])), most=4))

    def _issues(self, view: Dict) -> None:
        if self.quiet:
            return
        from detente.words import name

        shown = text_table(("", "issue", "who gives", "levels (* as it stands)"))
        for column in shown.columns:
            column.no_wrap, column.justify = False, "left"
        for k, issue in enumerate(view["issues"], 1):
            levels = " · ".join(f"{n} {x['label']}{'*' if n == issue['standing'] else ''}" for n, x in enumerate(issue["levels"]))
            shown.add_row(str(k), issue["title"], name(issue["giver"], start=True), levels)
        if view["issues"]:
            out.print(shown)
        for item in view.get("menu", ()):
            needs = f" ({item['consent']})" if item["consent"] else ""
            chosen, points = " *" if item["chosen"] else "", signed(item["signed"]["percent"], 3)
            self.say(f"{item['id']}  {item['title']}{needs}{chosen}: {points} %")

    def _news(self, game: Game, seat: str) -> None:
        """What happened since this screen last told anything."""
        from detente.table.papers import lines

        told = list(lines(game))
        for day, text in told[self.seen :]:
            self.say(f"{day}: {text}")
        self.seen = len(told)

    def _clock(self, view: Dict) -> None:
        from datetime import date

        clock = view["clock"]
        following = None if clock["next_day"] is None else date.fromisoformat(clock["next_day"])
        self.say("")
        self.tell(
            "clock", now=date.fromisoformat(clock["day"]), step=clock["step"], steps=clock["steps"], next=following,
            risk=clock["chance_of_collapse"],
        )  # fmt: skip
        nearest, binding = clock["deadlines"][:1], [d for d in clock["deadlines"][1:] if d["binds"]]
        for due in [*nearest, *binding]:
            self.tell(
                "due",
                binds=due["binds"],
                when=date.fromisoformat(due["day"]),
                days=due["days_left"],
                what=due["due"][0] if due["due"] else "",
            )
        self._offers(view)

    def _offers(self, view: Dict) -> None:
        assert self.game is not None
        places = self._places(self.game, view)
        for offer in view["offers"]:
            own = offer["by"] == view["seat"]["code"]
            self.tell("standing", number=offer["number"], by=offer["by"], own=own, places=places, **_numbers(offer["worth"]))
        for asked in view.get("asked", ()):
            if not asked["granted"]:
                self.tell("asked", by=asked["by"], title=asked["title"], places=places, **_numbers(asked["worth"]))
        self.tell("ends", places=places, **_numbers(view["breakdown"]))

    def _table(self, game: Game, seat: str) -> None:
        view = game.view(seat)
        self._issues(view)
        for offer in view["offers"]:
            for party, clauses in offer["clauses"].items():
                for clause in clauses:
                    self.say(f"{offer['number']}  {party}: {clause}")
        self._clock(view)

    def _draft(self, game: Game, seat: str) -> None:
        """The package that waits to be sent, and what it would be worth."""
        if not self.draft:
            self.tell("no_draft")
            return
        view = game.view(seat)
        worth = game.worth(seat, self.draft[-1])
        for party, clauses in worth["clauses"].items():
            for clause in clauses:
                self.say(f"   {party}: {clause}")
        self.tell("draft", places=self._places(game, view), parts=worth["parts"], **_numbers(worth))


def _numbers(worth: Dict) -> dict[str, float]:
    return {"points": worth["points"], "million": worth["million_usd"]}
