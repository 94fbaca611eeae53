"""Fills the gaps of a draft the way a person would, so that it can be loaded."""

from __future__ import annotations

import re

from detente.reader import Reading

VALUES = {
    "text": "Words a person wrote",
    "date": "2001-01-01",
    "percent": "50",
    "region": "NZL",
    "id": "filled-in",
    "instrument": "tariff",
}


def fill(reading: Reading) -> str:
    """The draft with every gap filled the way a person would: days after the announcement, countries that differ."""
    lines = reading.draft.split("\n")
    parties = iter(["NZL", "AUS"])
    for gap in reading.missing:
        value = VALUES[gap.kind]
        line = lines[gap.line - 1]
        if gap.kind == "date" and gap.field in ("effective", "would_take_effect"):
            near = [ln for ln in lines[max(0, gap.line - 10) : gap.line] if ln.strip().startswith(("announced:", "- id:"))]
            said = re.search(r"announced: (\d{4}-\d\d-\d\d)", near[-1]) if near else None
            value = said.group(1) if said else value
        elif (gap.field == "date" and "ended" in gap.what) or gap.field == "by_when":
            value = "2090-01-01"
        elif gap.field == "on":
            value = "AUS"
        elif gap.kind == "region" and line.startswith("  - region:"):
            value = next(parties)
        name, _, _ = line.partition("  # MISSING")
        lines[gap.line - 1] = f"{name} {value}"
    return "\n".join(lines)
