"""Blocks (headings, bullets, paragraphs), the sections they stand in, and sentences; all with places in the text.

Sentences end at . ! ? … before a capital, a digit or a quotation mark, unless the full stop belongs to an abbreviation
or an initial. Written here rather than taken from a library because every character must keep its place.

>>> blocks = blocks_of("Best case\\n\\n• The U.S. waits. Talks go on.\\n")
>>> [(b.kind, b.scenario) for b in blocks], [s.text for s in blocks[1].sentences]
([('heading', 'optimistic'), ('bullet', 'optimistic')], ['The U.S. waits.', 'Talks go on.'])
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

_ABBREVIATED = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Gov|Sen|Rep|St|Jr|Sr|vs|etc|approx|est|Inc|Ltd|Co|Corp|Art|Sec|No|Nos|Fig|pp?|cf|ca|al"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Mon|Tues?|Wed|Thurs?|Fri)|\b[A-Z]|\b[A-Z]\.[A-Z]"
    r"|\b(?:e\.g|i\.e|a\.m|p\.m))\.$"
)
_STOP = re.compile(r"""(?:[.!?…]+)["')\]]*(?=\s+["'(\[]?[A-Z0-9•])""")
_MONTH_OR_NUMBER = re.compile(r"\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|No|Nos|Art|Sec|Fig|pp?)\.$")
_BULLET = re.compile(r"[ \t]*(?:[•◦▪‣·*●○■–—-]|o(?= {1,3}\S))\s+(?=\S)")
_NUMBERED = re.compile(r"[ \t]*(?:\(?\d{1,2}[.)]|\(?[a-hA-H]\)|[a-h]\.|\([ivx]{1,4}\)|[IVX]{1,4} ?[-–—)])\s+(?=\S)")
_MARKDOWN = re.compile(r"[ \t]*#{1,6}\s+(?=\S)")

SCENARIO_WORDS = {
    "optimistic": r"optimistic|best[- ]case|upside|hopeful|benign|good outcome|breakthrough|de-escalation",
    "pessimistic": r"pessimistic|worst[- ]case|downside|adverse|bleak|breakdown|collapse|escalation",
    "middle": (
        r"middle|muddle|base(?:line)?[- ]case|baseline|central|most[- ]likely|status[- ]quo|intermediate"
        r"|moderate|in[- ]between"
    ),
}
_SCENARIO_NAME = re.compile(
    r"\b(?:(?P<optimistic>optimistic|best[- ]case|upside|benign|hopeful)|(?P<pessimistic>pessimistic"
    r"|worst[- ]case|downside|adverse|bleak)"
    r"|(?P<middle>middle|muddl\w*[- ]through|base(?:line)?|central|most[- ]likely|status[- ]quo|intermediate|moderate))"
    r"(?:[- ](?:case|road|ground|way|path|of the road))?(?:\s+(?:scenario|case|outcome|path|view|road))?\b",
    re.IGNORECASE,
)
_SCENARIO_NOUN = re.compile(r"\b(?:scenarios?|case|outcomes?|path|road|through|road)\b", re.IGNORECASE)
_LABELLED = re.compile(r"^\s*(?:scenario\s+(?:\d|[A-D]|one|two|three|four)\b\s*[:.–—-]?\s*)(?P<rest>.*)$", re.IGNORECASE)
_TOPICS = {
    "scenarios": re.compile((
r"\b(?:scenarios?|outcomes|possible futures|paths? ahead|ways? (?:this|it) could go|how"
r" (?:this|it) (?:ends|could end))\b"
), re.I),
    "questions": re.compile(r"\b(?:questions?|what to watch|watch ?list|unknowns|unclear|to watch)\b", re.I),
    "motives": re.compile((
r"\b(?:motives?|interests?|what (?:each|both|the two|\w+) (?:sides?|part(?:y|ies)|wants?"
r"|needs?|seeks?)|perspectives?|aims|objectives|goals|positions? of)\b"
), re.I),
}  # fmt: skip


LONGEST = 900
"""Characters after which a sentence without an end is cut."""


@dataclass(frozen=True)
class Sentence:
    """One sentence: its place in the readable text, its words, the block it stands in."""

    start: int
    end: int
    text: str
    block: int


@dataclass(frozen=True)
class Block:
    """A heading, bullet, numbered point or paragraph, and what section it belongs to."""

    index: int
    kind: str
    start: int
    end: int
    text: str
    heading: str = ""
    topic: str = ""
    scenario: str = ""
    heading_block: int | None = None

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences of the block, in order."""
        cuts = [0]
        for stop in _STOP.finditer(self.text):
            before = self.text[max(cuts[-1], stop.end() - 14) : stop.end()]
            after = self.text[stop.end() : stop.end() + 12].strip()
            if self.text[stop.start()] == "." and _ABBREVIATED.search(before) and not _new_start(before, after):
                continue
            cuts.append(stop.end())
        found = []
        for a, b in _short(self.text, [*cuts, len(self.text)]):
            text = self.text[a:b]
            lead = len(text) - len(text.lstrip())
            if text.strip():
                found.append(Sentence(self.start + a + lead, self.start + a + len(text.rstrip()), text.strip(), self.index))
        return tuple(found)


def _short(text: str, cuts: list[int]) -> list[tuple[int, int]]:
    """Bounds of the sentences; what runs on beyond `LONGEST` characters is cut at a blank, so that work stays bounded."""
    out = []
    for start, end in pairwise(cuts):
        at = start
        while end - at > LONGEST:
            blank = text.rfind(" ", at + LONGEST // 2, at + LONGEST)
            cut = blank if blank > 0 else at + LONGEST
            out.append((at, cut))
            at = cut
        out.append((at, end))
    return out


def _new_start(before: str, after: str) -> bool:
    """Whether a capital after "U.S." or "etc." starts a sentence; after a month or a title it never does."""
    if _MONTH_OR_NUMBER.search(before) or re.search(r"\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Gov|Sen|Rep|St)\.$", before):
        return False
    starters = r"(?:The|In|But|And|It|They|He|She|On|At|If|That|This|Both|Talks|Analysts|Meanwhile|However|China|Beijing|A|An)\b"
    return bool(re.search(r"(?:[A-Z]\.[A-Z]\.|etc\.|a\.m\.|p\.m\.)$", before) and re.match(starters, after))


def blocks_of(text: str, headings: frozenset[int] = frozenset()) -> tuple[Block, ...]:
    """Blocks of a text in order. `headings`: places known to start a heading (from a web page)."""
    raw = _lines_to_blocks(text, headings)
    found: list[Block] = []
    heading, topic, scenario, heading_block = "", "", "", None
    for k, (kind, start, end) in enumerate(raw):
        inner = text[start:end].replace("\n", " ")
        if kind == "heading":
            heading, heading_block = inner.strip(" #:"), k
            label = scenario_of(heading, topic == "scenarios")
            topic, scenario = _topic(heading, topic, label), label
        found.append(Block(k, kind, start, end, inner, heading, topic, scenario, heading_block))
    return _bullet_scenarios(found)


def scenario_of(text: str, in_section: bool) -> str:
    """The scenario a heading or a bullet's lead names: optimistic, middle, pessimistic, other, or none."""
    short = text.strip(" .:#*")
    if len(short) > 80:
        return ""
    labelled = _LABELLED.match(short)
    found = _SCENARIO_NAME.search(short)
    if found and (in_section or labelled or _SCENARIO_NOUN.search(short)):
        return str(found.lastgroup)
    if labelled and in_section | bool(labelled["rest"]):
        words = [n for n, pattern in SCENARIO_WORDS.items() if re.search(pattern, labelled["rest"], re.I)]
        return words[0] if len(words) == 1 else "other"
    return ""


def _topic(heading: str, before: str, scenario: str) -> str:
    if scenario:
        return "scenarios"
    for name, pattern in _TOPICS.items():
        if pattern.search(heading):
            return name
    sticky = before == "motives" and len(heading) <= 60 and not re.search(r"^(?:for|why|what|how|when)\b|[?]$", heading, re.I)
    named = re.match(r"(?:the )?[A-Z]", heading)
    follows = re.search(r"'s?$|players?$|^(?:The )?(?:[A-Z][\w.]+)(?:[ /,&]+(?:and |the )?[A-Z][\w.]+){0,3}$", heading)
    return "motives" if sticky and named and follows else ""


def _bullet_scenarios(blocks: list[Block]) -> tuple[Block, ...]:
    """Bullets and paragraphs that open with "Best case:" or "In the optimistic scenario," carry that scenario."""
    out = []
    for b in blocks:
        if b.kind != "heading":
            lead = re.match(r"\s*(?:\*\*)?([^:.–—]{3,60}?)(?:\*\*)?\s*(?::|\s[–—-]\s|\.\s)", b.text)
            label = scenario_of(lead.group(1), b.topic == "scenarios") if lead else ""
            if not label:
                opens = re.match(r"\s*(?:In|Under|On) (?:the|a|an|its|their|our) ([\w -]{3,40}?)(?:,| is | would )", b.text)
                label = scenario_of(opens.group(1), False) if opens else ""
            if label and not b.scenario:
                b = replace(b, scenario=label, topic="scenarios")
        out.append(b)
    return tuple(out)


def _lines_to_blocks(text: str, headings: frozenset[int]) -> list[tuple[str, int, int]]:
    lines: list[tuple[int, int]] = []
    at = 0
    for line in text.split("\n"):
        lines.append((at, at + len(line)))
        at += len(line) + 1
    blank = [not text[a:b].strip() for a, b in lines]
    found: list[tuple[str, int, int]] = []
    open_block = False
    for k, (a, b) in enumerate(lines):
        line = text[a:b]
        if blank[k]:
            open_block = False
            continue
        lead = len(line) - len(line.lstrip())
        bullet, numbered, markdown = _BULLET.match(line), _NUMBERED.match(line), _MARKDOWN.match(line)
        known = any(a <= h < b for h in headings) if headings else False
        before_blank, after_blank = k == 0 or blank[k - 1], k + 1 == len(lines) or blank[k + 1]
        next_line = text[lines[k + 1][0] : lines[k + 1][1]] if k + 1 < len(lines) else ""
        before_list = bool(_BULLET.match(next_line) or _NUMBERED.match(next_line))
        if k < 3 and not bullet and not numbered and _opens_report(line, next_line) and not any(f[0] != "heading" for f in found):
            found.append(("heading", a + lead, b))
            open_block = False
            continue
        if markdown or known:
            start = a + markdown.end() if markdown else a + lead
            found.append(("heading", start, b))
            open_block = False
        elif bullet or numbered:
            start = a + (bullet or numbered).end()  # type: ignore[union-attr]  # one of them matched
            found.append(("bullet" if bullet else "numbered", start, b))
            open_block = True
        elif (
            _FORM.match(line)
            or (_FORM.match(next_line) and open_block is False and len(line) < 120)
            or " | " in line
            or re.search(r"\S {3,}\S", line)
        ):
            found.append(("paragraph", a + lead, b))  # a line of a form or a row of a table stands alone
            open_block = False
        elif ((before_blank or not open_block) and (after_blank or before_list) and _is_heading(line)) or (
            before_blank and _stands_over(line, next_line)
        ):
            found.append(("heading", a + lead, b))
            open_block = False
        elif open_block and found and found[-1][0] != "heading":
            found[-1] = (found[-1][0], found[-1][1], b)
        else:
            found.append(("paragraph", a + lead, b))
            open_block = True
    return found


_FORM = re.compile(r"\s*[A-Z][\w /&()'-]{1,45}:\s+\S")
_REPORT = re.compile(
    r"\s*[A-ZÀ-Þ][\w .'’-]{2,40}(?:, | \(| — | – | - ).{0,60}?(?: - | – | — |\) ?-)|"
    r"\s*\w+ \d{1,2},? \d{4}\s*$|\s*\w[\w .]*,? \d{1,2} \w+ \d{4}\s*(?:$| - )"
)


def _opens_report(line: str, next_line: str) -> bool:
    """Whether a line is the title over a dateline or a day that follows without a blank line."""
    title = 15 < len(line.strip()) <= 130 and line.rstrip()[-1:] not in '.;,:!"' and not re.search(r"[.!?]\s+[A-Z]", line)
    return bool(title and _REPORT.match(next_line)) and not _REPORT.match(line)


def _stands_over(line: str, next_line: str) -> bool:
    """Whether a line of few words is the heading of the sentence on the line below it ("Ended" over "The duty on … ended.")."""
    return (
        len(line.split()) <= 4
        and line.rstrip()[-1:] not in ".;,:!?…\"')-"
        and len(next_line.split()) >= 7
        and bool(re.match(r"\s*(?:\d+ )?[A-ZÀ-Þ]", next_line))
        and not re.search(r"\d", line)
    )


def _is_heading(line: str) -> bool:
    words = line.split()
    end = line.rstrip()[-1:]
    if end == "?" and ("," in line or re.match(r"\s*(?:Will|Can|Could|Would|Does|Do|Is|Are|If|Should|And)\b", line)):
        return False
    return len(line.strip()) <= 90 and len(words) <= 12 and end not in ".;,!…\"')" and not re.search(r"[.!?]\s+[A-Z]", line)
