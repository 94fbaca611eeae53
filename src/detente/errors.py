"""Named failures. Each says what is wrong, where, and what to try; the command line prints them without a traceback.

Exit codes: 2 for bad input, 3 for a computation that did not reach an answer.

>>> str(UnknownRegion("Malasia", {"MYS": "Malaysia", "CHN": "China"}))
"UnknownRegion: 'Malasia' — did you mean MYS (Malaysia)?"
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar


class DetenteError(Exception):
    """Base of every failure the library raises on purpose."""

    exit_code = 2

    def __str__(self) -> str:
        return f"{type(self).__name__}: {super().__str__()}"


class InputError(DetenteError, ValueError):
    """The input cannot be used as given."""


class LooksLikePercent(UserWarning):
    """A rate that is a fraction looks as if percent had been meant: 25 for 25 %, which is 0.25."""


class UnknownName(InputError, LookupError):
    """A name that is in no list; the message suggests the nearest ones."""

    def __init__(self, name: object, known: Mapping[str, str] | list[str] | tuple[str, ...], what: str = "name"):
        names = dict(known) if isinstance(known, Mapping) else dict.fromkeys(known, "")
        self.name, self.suggestions = str(name), nearest(str(name), names)
        if self.suggestions:
            text = " or ".join(f"{s} ({names[s]})" if names[s] else s for s in self.suggestions)
            hint = f"did you mean {text}?"
        else:
            listed = ", ".join(list(names)[:40]) + (" …" if len(names) > 40 else "")
            hint = f"no such {what}; " + (f"known: {listed}" if names else "there is none")
        super().__init__(f"{self.name!r} — {hint}")


class UnknownRegion(UnknownName):
    """No such economy in this world. A member of a group is told its group, another name of an economy its code."""

    canonical: ClassVar[Callable[[str], str]] = staticmethod(str)
    """Any way to write or name an economy → its code (`words.names` sets both)."""
    home: ClassVar[Callable[[str], str | None]] = staticmethod(lambda code: None)
    """Code of an economy → the code of those it is counted with where it has no line of its own."""

    def __init__(self, name: object, known: Mapping[str, str] | list[str] | tuple[str, ...], what: str = "economy"):
        super().__init__(name, known, what)
        if told := where_counted(self.name, known):
            self.args, self.suggestions = (f"{self.name!r} — {told}",), []


class NoSingleEconomy(InputError):
    """A group is named where one economy is asked for; the message lists its members."""

    def __init__(self, group: str, members: Iterable[str]):
        super().__init__(f"{group} is a group of economies; name one of {', '.join(members)}")


def where_counted(name: str, known: Mapping[str, str] | list[str] | tuple[str, ...]) -> str | None:
    """Where an economy that `known` does not list stands: with others, or under another code; None where it does not."""
    written = UnknownRegion.canonical(name)
    code = written if written in known else UnknownRegion.home(written)
    if code is None or code == name or code not in known:
        return None
    long = f" ({known[code]})" if isinstance(known, Mapping) and known[code] else ""
    return f"it is written {code}{long}" if code == written else f"it is part of {code}{long}; name that"


class UnknownSector(UnknownName):
    """No such sector in this world."""

    def __init__(self, name: object, known: Mapping[str, str] | list[str] | tuple[str, ...]):
        super().__init__(name, known, "sector")


class UnbalancedTable(InputError):
    """An accounting identity of a table does not hold; the message names the cell."""


class MissingPackage(InputError, ModuleNotFoundError):
    """A package that only an extra brings is absent; the message has the command that installs it."""

    def __init__(self, package: str, extra: str):
        self.package, self.extra = package, extra
        command = f"python -m pip install 'detente[{extra}]'"
        super().__init__(f"this needs {package}: {command} (in a clone: '.[{extra}]')")


class BadDossier(InputError):
    """A dossier that cannot be read; the message gives line and field."""


class OverlappingMeasures(InputError):
    """Two dated measures claim the same flow on the same day where only one may."""


class ShockError(InputError):
    """A policy that leaves some buyer with no source or asks for an impossible rate."""


class MissingEmployment(InputError):
    """Jobs are asked of a world that does not say how many there are."""


class SourceError(InputError):
    """A source file is missing or not what its name says."""


class NoConcordance(InputError):
    """Two classifications that nothing at hand leads between; the message says why, and what would."""


class BadPanel(InputError):
    """A customs panel that cannot be used as it is; the message gives the row."""


class MoveRefused(InputError):
    """A move that the rules of the exercise do not allow; the game stands as it did."""


class NotYourTurn(MoveRefused):
    """Another seat moves now."""


class StaleOffer(MoveRefused):
    """The offer meant is no longer, or not, the one on the table; or an offer of that number was made before."""


class TooLate(MoveRefused):
    """The clock has passed the moment the move was meant for."""


class OutsideTheIssues(MoveRefused):
    """A package with an issue, or a level of one, that is not on the table."""


class GameOver(MoveRefused):
    """Nothing can be moved any more."""


class NotWritten(DetenteError, OSError):
    """The system would not write a file; what stood there stands as it did."""


class NotConverged(DetenteError, ArithmeticError):
    """The solver did not reach its tolerance; no numbers are returned."""

    exit_code = 3


class CornerResult(DetenteError, ArithmeticError):
    """A seller of a scarce good would earn more from it than its capped price allows; no numbers are returned."""

    exit_code = 3


def nearest(name: str, known: Mapping[str, str], limit: int = 2) -> list[str]:
    """Up to `limit` codes whose code or long name is closest to `name`."""
    lowered = name.strip().lower()
    scores = []
    for code, long_name in known.items():
        parts = [code.lower(), long_name.lower()]
        score = max(difflib.SequenceMatcher(None, lowered, part).ratio() for part in parts if part)
        if len(lowered) > 3 and any(part.startswith(lowered) for part in parts):
            score = max(score, 0.95)
        scores.append((score, code))
    scores.sort(key=lambda pair: (-pair[0], pair[1]))
    good = [(s, c) for s, c in scores if s >= 0.6]
    return [c for s, c in good if s >= good[0][0] - 0.05][:limit]
