"""Method on one page: what was chosen in sight of results first, then how it works, on what data, how sure, how to repeat it."""

from __future__ import annotations

from functools import partial

from detente.briefing.document import Block, Items, Para, Section
from detente.briefing.sections import closing
from detente.briefing.view import CaseView
from detente.words import _, say

told = partial(say, "briefing/annex/method")


def sections(case: CaseView) -> list[Section]:
    """One section."""
    chosen = [_(str(closing.ledger()[a]["in_sight"])) for a in closing.used_assumptions(case) if in_sight(a)]
    seen: list[Block] = []
    if chosen:
        seen = [Para(told("chosen", many=len(chosen)), told("chosen_lead")), Items(tuple(Para(x) for x in chosen))]
    led = (paragraph.split("| ", 1) for paragraph in told("method", case=case).split("\n\n"))
    return [Section("how", told("title"), (*seen, *(Para(body, lead) for lead, body in led)))]


def in_sight(number: str) -> bool:
    """Whether the ledger marks an assumption as chosen in sight of a result."""
    return bool(closing.ledger().get(number, {}).get("in_sight"))
