"""The annex: at most fourteen pages behind the front, one module and one template a section, in reading order."""

ORDER = (
    "road", "issues", "scenarios", "odds", "controls", "economies",
    "takers", "deal", "who_gives", "blocs", "theirs", "method", "judgement",
)  # fmt: skip
