"""What the process beside a briefing does (see `ahead`): it searches for the package and its ranges, as the briefing will."""

from __future__ import annotations

import pickle
import sys
from importlib import import_module

from detente.briefing.ahead import GO
from detente.briefing.sections import proposal
from detente.briefing.view import CaseView
from detente.cases.case import Case
from detente.equilibrium.memory import solved_once
from detente.interpreter import collect_rarely
from detente.words.currency import counted_in


def main() -> None:
    """Read dossier, world and horizon from the process that started this one, and wait for its word; what is solved is kept on
    disk."""
    collect_rarely()
    dossier, world, horizon = pickle.load(sys.stdin.buffer)
    import_module("detente.equilibrium.system")  # what solving needs is read while nothing else can be done
    if sys.stdin.buffer.readline() != GO:
        return
    with counted_in(world.unit), solved_once(between_runs=True):
        case = Case.of(dossier, world, horizon)
        view = CaseView(dossier, world, case.parameters, case.ids)
        deal = proposal.propose(view)
        if deal is not None and deal.status != "no deal":
            proposal.ranges(view, deal)


if __name__ == "__main__":
    main()
