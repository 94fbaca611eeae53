"""One article laid out for the rules: its blocks, sentences and every actor, product, amount and date with its place.

>>> from detente.reader.source import page_of
>>> sheet = Sheet.of(page_of("Japan met India in Tokyo on 3 May 2025."), None)
>>> [m.code for m in sheet.actors], sheet.dates[0].start.isoformat()
(['JPN', 'IND', 'JPN'], '2025-05-03')

What the reader hands back: findings, each with its span, its quotation, a confidence and the reason for it.

A span is half-open, [start, end), and counts the characters of the text as given (after decoding, line ends untouched), so
that `text[start:end] == quote`. Confidence is a plain product of named discounts, not a probability from data.

>>> sure = Confidence()
>>> sure.discount(0.8, "the year is inferred")
>>> sure.value, sure.reason
(0.76, 'the year is inferred')

Blocks (headings, bullets, paragraphs), the sections they stand in, and sentences; all with places in the text.

Sentences end at . ! ? … before a capital, a digit or a quotation mark, unless the full stop belongs to an abbreviation
or an initial. Written here rather than taken from a library because every character must keep its place.

>>> blocks = blocks_of("Best case\\n\\n• The U.S. waits. Talks go on.\\n")
>>> [(b.kind, b.scenario) for b in blocks], [s.text for s in blocks[1].sentences]
([('heading', 'optimistic'), ('bullet', 'optimistic')], ['The U.S. waits.', 'Talks go on.'])

The reader's vocabulary: actors, organisations and products as places in a text, from `lexicon.yaml` and Babel's names.

>>> [(m.code, m.form) for m in actor_mentions("Swiss exporters and the U.S. asked us; so did Beijing.")]
[('CHE', 'adjective'), ('USA', 'name'), ('CHN', 'seat')]
>>> [p.code for p in product_mentions("Duties on rare-earth magnets, HS chapter 72 and soybeans.")]
['RER', 'IRS', 'AGR']

Percentages and sums of money in a text, as numbers; ranges keep both ends and ambiguous signs are said to be so.

>>> [(a.value, a.low, a.unit) for a in amounts_in("from 10% to 25%, 7.5 per cent, 10-15 %, a 10-point rise, $34 bn")]
[(25.0, 10.0, '%'), (7.5, None, '%'), (None, 10.0, '%'), (10.0, None, 'pp'), (34000.0, None, 'million USD')]
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from itertools import pairwise
from typing import Any, Protocol, TypeVar

import yaml
from babel import Locale

from detente.build.classification import sector_of
from detente.reader.dates import DateMention, dates_in
from detente.reader.source import Page
from detente.words.names import group_table, region_name, region_table


class _Placed(Protocol):
    @property
    def start(self) -> int: ...


MOST = 40
"""Mentions of one kind that are looked at within one stretch of text."""
P = TypeVar("P", bound=_Placed)


@dataclass(frozen=True)
class Sheet:
    """An article with all its mentions in order of place. `flat` is the text with single line ends as blanks."""

    page: Page
    flat: str
    today: date | None
    blocks: tuple[Block, ...]
    sentences: tuple[Sentence, ...]
    actors: tuple[Mention, ...]
    organisations: tuple[Mention, ...]
    products: tuple[Mention, ...]
    amounts: tuple[Amount, ...]
    dates: tuple[DateMention, ...]

    @classmethod
    def of(cls, page: Page, today: date | None) -> Sheet:
        """Lay out a page; `today` is the article's date, or None."""
        flat = page.text.replace("\n", " ")
        blocks = blocks_of(page.text, page.headings)
        return cls(
            page,
            flat,
            today,
            blocks,
            tuple(s for b in blocks for s in b.sentences if b.kind != "heading"),
            actor_mentions(flat),
            organisation_mentions(flat),
            product_mentions(flat),
            amounts_in(flat),
            dates_in(flat, today),
        )

    def block_of(self, sentence: Sentence) -> Block:
        """The block a sentence stands in."""
        return self.blocks[sentence.block]

    def actors_in(self, start: int, end: int) -> Sequence[Mention]:
        """Actors named within [start, end)."""
        return within(self.actors, start, end)[:MOST]

    def products_in(self, start: int, end: int) -> Sequence[Mention]:
        """Products named within [start, end)."""
        return within(self.products, start, end)[:MOST]

    def amounts_in(self, start: int, end: int) -> Sequence[Amount]:
        """Amounts within [start, end)."""
        return within(self.amounts, start, end)[:MOST]

    def dates_in(self, start: int, end: int) -> Sequence[DateMention]:
        """Dates within [start, end)."""
        low = bisect_left(self.dates, start, key=lambda d: d.at)
        return self.dates[low : bisect_left(self.dates, end, key=lambda d: d.at)][:MOST]

    def finding(
        self,
        kind: str,
        start: int,
        end: int,
        sure: Confidence,
        fields: Mapping[str, Any],
        alternatives: Sequence[Mapping[str, Any]] = (),
        evidence: Sequence[tuple[int, int]] = (),
    ) -> Finding:
        """A finding quoted from [start, end) of the readable text, with its place in the original."""
        return Finding(
            kind,
            self.page.span(start, end),
            self.page.quote(start, end),
            sure.value,
            sure.reason,
            dict(fields),
            tuple(dict(a) for a in alternatives),
            tuple(self.page.span(a, b) for a, b in evidence),
        )


def within(items: Sequence[P], start: int, end: int) -> Sequence[P]:
    """Items that start within [start, end)."""
    low = bisect_left(items, start, key=lambda m: m.start)
    return items[low : bisect_left(items, end, key=lambda m: m.start)]


# -- what is handed back -----------------------------------------------------------------------------------------------
START = 0.95
"""Confidence of a finding nothing speaks against: rules over words are never certain."""


class Confidence:
    """A running product of discounts with their reasons."""

    def __init__(self, value: float = START) -> None:
        self._value = value
        self._reasons: list[str] = []

    def discount(self, factor: float, reason: str) -> None:
        """Multiply by `factor` (0 to 1) because of `reason`; the same reason counts once."""
        if reason not in self._reasons:
            self._value *= factor
            self._reasons.append(reason)

    @property
    def value(self) -> float:
        """The product so far, two decimals, within [0.05, 0.95]."""
        return round(min(max(self._value, 0.05), START), 2)

    @property
    def reason(self) -> str:
        """The discounts in words; "stated in so many words" where there is none."""
        return "; ".join(self._reasons) or "stated in so many words"


@dataclass(frozen=True)
class Finding:
    """One thing read: `kind`, where it stands, the words as given, what it says, and how sure we are."""

    kind: str
    span: tuple[int, int]
    quote: str
    confidence: float
    reason: str
    fields: dict[str, Any] = field(default_factory=dict)
    alternatives: tuple[dict[str, Any], ...] = ()
    evidence: tuple[tuple[int, int], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            **self.fields,
            "span": list(self.span),
            "quote": self.quote,
            "confidence": self.confidence,
            "reason": self.reason,
            "alternatives": [dict(a) for a in self.alternatives],
            "evidence": [list(s) for s in self.evidence],
        }


@dataclass(frozen=True)
class Missing:
    """Something the draft needs and the text does not give: line of the draft, field, kind of value, what to put."""

    line: int
    field: str
    kind: str
    what: str


@dataclass(frozen=True)
class Reading:
    """Everything read from one article. `text` is the text as given; spans index it."""

    text: str
    article: dict[str, Any]
    actors: tuple[Finding, ...] = ()
    measures: tuple[Finding, ...] = ()
    meetings: tuple[Finding, ...] = ()
    venue: Finding | None = None
    deadlines: tuple[Finding, ...] = ()
    scenarios: tuple[Finding, ...] = ()
    questions: tuple[Finding, ...] = ()
    motives: tuple[Finding, ...] = ()
    figures: tuple[Finding, ...] = ()
    set_aside: tuple[Finding, ...] = ()
    draft: str = ""
    missing: tuple[Missing, ...] = ()
    notes: tuple[str, ...] = ()

    def findings(self) -> tuple[Finding, ...]:
        """All findings in one list."""
        own = (self.venue,) if self.venue else ()
        return (
            *self.actors, *self.measures, *self.meetings, *own, *self.deadlines, *self.scenarios, *self.questions,
            *self.motives, *self.figures, *self.set_aside,
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        lists = ("measures", "meetings", "deadlines", "scenarios", "questions", "motives", "figures", "actors", "set_aside")
        missing = [{"line": m.line, "field": m.field, "type": m.kind, "what": m.what} for m in self.missing]
        return {
            "article": self.article,
            **{name: [f.to_dict() for f in getattr(self, name)] for name in lists},
            "venue": self.venue.to_dict() if self.venue else None,
            "notes": list(self.notes),
            "draft": {"yaml": self.draft, "missing": missing},
        }


# -- blocks and sentences ----------------------------------------------------------------------------------------------
_ABBREVIATED = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Gov|Sen|Rep|St|Jr|Sr|vs|etc|approx|est|Inc|Ltd|Co|Corp|Art|Sec|No|Nos|Fig|pp?|cf|ca|al"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Mon|Tues?|Wed|Thurs?|Fri)|\b[A-Z]|\b[A-Z]\.[A-Z]"
    r"|\b(?:e\.g|i\.e|a\.m|p\.m))\.$"
)
_STOP = re.compile(r"""(?:[.!?…]+)["')\]]*(?=\s+["'(\[]?[A-Z0-9•])""")
_MONTH_OR_NUMBER = re.compile(r"\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|No|Nos|Art|Sec|Fig|pp?)\.$")
_BULLET = re.compile(r"[ \t]*(?:[•◦▪‣·*●○■–—-]|o(?= {2}))\s+(?=\S)")
_NUMBERED = re.compile(r"[ \t]*(?:\(?\d{1,2}[.)]|\(?[a-hA-H]\))\s+(?=\S)")
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
        if markdown or known:
            start = a + markdown.end() if markdown else a + lead
            found.append(("heading", start, b))
            open_block = False
        elif bullet or numbered:
            start = a + (bullet or numbered).end()  # type: ignore[union-attr]
            found.append(("bullet" if bullet else "numbered", start, b))
            open_block = True
        elif (before_blank or not open_block) and (after_blank or before_list) and _is_heading(line):
            found.append(("heading", a + lead, b))
            open_block = False
        elif open_block and found and found[-1][0] != "heading":
            found[-1] = (found[-1][0], found[-1][1], b)
        else:
            found.append(("paragraph", a + lead, b))
            open_block = True
    return found


def _is_heading(line: str) -> bool:
    words = line.split()
    end = line.rstrip()[-1:]
    if end == "?" and ("," in line or re.match(r"\s*(?:Will|Can|Could|Would|Does|Do|Is|Are|If|Should|And)\b", line)):
        return False
    return len(line.strip()) <= 90 and len(words) <= 12 and end not in ".;,!…\"')" and not re.search(r"[.!?]\s+[A-Z]", line)


# -- actors, organisations and products --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Mention:
    """A word of the lexicon in the text: what it stands for and in which form (name, adjective, seat, city, group …)."""

    start: int
    end: int
    code: str
    form: str


@cache
def lexicon() -> dict[str, Any]:
    """The word lists of `lexicon.yaml`."""
    return dict(yaml.safe_load(files(__package__).joinpath("lexicon.yaml").read_text(encoding="utf-8")))


@cache
def _known_names() -> dict[str, tuple[str, str]]:
    """Words → (code, form); longest first when matched."""
    table: dict[str, tuple[str, str]] = {}
    for code, entry in lexicon()["actors"].items():
        for form, key in (("name", "names"), ("adjective", "adjectives"), ("seat", "seats"), ("city", "cities")):
            for word in entry[key]:
                table.setdefault(str(word), (code, form))
    for code, word in lexicon()["adjectives"].items():
        table[str(word)] = (code, "adjective")
    for code, words in lexicon()["groups"].items():
        for word in words:
            table.setdefault(word, (code, "group"))
    doubtful = set(lexicon()["doubtful_names"])
    have = {w.casefold() for w in table}
    for two, name in Locale("en").territories.items():
        if len(two) != 2 or two in ("EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"):
            continue
        plain = re.sub(r"\s*\(.*\)| SAR China$", "", name)
        for word in {plain, plain.replace("’", "'"), plain.replace(" & ", " and ")}:
            if word.casefold() not in have and word not in doubtful and two in lexicon()["alpha3"]:
                table[word] = (lexicon()["alpha3"][two], "name")
    for word in lexicon()["not_actors"]:
        table[word] = ("", "not")
    return table


@cache
def _actor_pattern() -> re.Pattern[str]:
    words = sorted(_known_names(), key=lambda w: (-len(w), w))
    return re.compile(r"(?<![\w$€£])(?:" + "|".join(re.escape(w).replace(r"\ ", r"[ \n]") for w in words) + r")(?![\w])(?!\$)")


def actor_mentions(text: str) -> tuple[Mention, ...]:
    """Economies, governments and groups named in a text, in order."""
    found = []
    for match in _actor_pattern().finditer(text):
        code, form = _known_names()[" ".join(match.group().split())]
        if form == "not" or (match.group() in ("US", "EU") and text[match.end() : match.end() + 1] == "$"):
            continue
        start = match.start()
        if re.search(r"(?:North|South|Latin|West|East|Central|Sub-Saharan|New) $", text[max(0, start - 12) : start]):
            continue
        found.append(Mention(start, match.end(), code, form))
    return tuple(found)


@cache
def region_of(code: str) -> str:
    """The region of the default world an economy belongs to; "ROW" where it has none of its own."""
    if code in region_table() or code in group_table():
        return code
    for region, entry in region_table().items():
        if code in entry.get("members", ()):
            return region
    return "ROW"


def actor_name(code: str) -> str:
    """Readable name of a code of `actor_mentions`."""
    if code in lexicon()["groups"] and code not in region_table():
        return code
    if code in lexicon()["actors"] and code not in region_table():
        return str(lexicon()["actors"][code]["names"][0])
    if code in region_table() or code in group_table():
        return region_name(code)
    return next((str(Locale("en").territories[two]) for two, three in lexicon()["alpha3"].items() if three == code), code)


@cache
def _organisation_table() -> tuple[re.Pattern[str], dict[str, str]]:
    table = {word: short for short, words in lexicon()["organisations"].items() for word in words}
    words = sorted(table, key=lambda w: (-len(w), w))
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, words)) + r")(?!\w)"), table


def organisation_mentions(text: str) -> tuple[Mention, ...]:
    """Organisations of the lexicon named in a text, in order."""
    pattern, table = _organisation_table()
    return tuple(Mention(m.start(), m.end(), table[m.group()], "organisation") for m in pattern.finditer(text))


@cache
def _product_table() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (sector, re.compile(r"(?<![\w-])(?:" + "|".join(words) + r")(?![\w])", re.IGNORECASE))
        for sector, words in lexicon()["products"].items()
    )


_HS = re.compile(
    r"\b(?:HS|HTS|HTSUS|tariff (?:code|heading|line))(?:[ -](?:chapters?|headings?|codes?))?\s+(\d{2,10}(?:\.\d{2,4}){0,3})\b",
    re.I,
)
_CHAPTER = re.compile(r"\b(?:chapters?)\s+(\d{2})\b(?=[^.]{0,40}(?:HS|tariff|Harmoni[sz]ed))", re.I)


def product_mentions(text: str) -> tuple[Mention, ...]:
    """Goods named in a text by word or HS code, as sectors of the model, in order; longer words win over shorter."""
    found: list[Mention] = []
    for sector, pattern in _product_table():
        found.extend(Mention(m.start(), m.end(), sector, "word") for m in pattern.finditer(text))
    for pattern in (_HS, _CHAPTER):
        for m in pattern.finditer(text):
            code = m.group(1).replace(".", "")
            sector_code = sector_of(code)
            if sector_code:
                found.append(Mention(m.start(), m.end(), sector_code, f"HS {code}"))
    found.sort(key=lambda m: (m.start, -(m.end - m.start)))
    kept: list[Mention] = []
    for mention in found:
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return tuple(kept)


# -- percentages and money ---------------------------------------------------------------------------------------------
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,7}(?:[.,]\d{1,3})?"
_SIGN = r"(?:\s*%|[- ]per[- ]?cent\b|\s+pct\b|\s*percent\b)"
_POINT = r"(?:[- ]+(?:percentage[- ])?points?\b(?!\s+plan)|\s*pp\b)"
_WORDS = {
    "one hundred": 100, "a hundred": 100, "two hundred": 200, "ninety": 90, "eighty": 80, "seventy": 70, "sixty": 60, "fifty": 50,
    "forty": 40, "thirty": 30, "twenty-five": 25, "twenty": 20, "fifteen": 15, "twelve": 12, "eleven": 11, "ten": 10, "nine": 9,
    "eight": 8, "seven": 7, "six": 6, "five": 5, "four": 4, "three": 3, "two": 2, "one": 1, "half a": 0.5, "zero": 0,
}  # fmt: skip
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_RANGE = re.compile(
    rf"(?P<lead>\b(?:from|between)\s+)?(?<![\d.,$€£])(?P<a>{_NUMBER})(?P<sa>{_SIGN})?(?P<join>\s*(?:-|–)\s*|\s+(?:to|and|or)\s+)"
    rf"(?:as (?:much|high) as |up to )?(?P<b>{_NUMBER})(?P<unit>{_SIGN}|{_POINT})",
    re.IGNORECASE,
)
_FROM_AFTER = re.compile(rf"\bto\s+(?P<b>{_NUMBER}){_SIGN}\s+from\s+(?P<a>{_NUMBER})(?P<unit>{_SIGN})", re.IGNORECASE)
_SINGLE = re.compile(rf"(?<![\d.,$€£])(?P<n>{_NUMBER})(?P<unit>{_SIGN}|{_POINT})", re.IGNORECASE)
_SPELT = re.compile(rf"\b(?P<n>{_WORD})(?P<unit>{_SIGN})", re.IGNORECASE)
_MONEY = re.compile(
    rf"(?P<cur>US\$|U\.S\. ?\$|C\$|A\$|HK\$|S\$|NT\$|\$|€|£|¥|₹|RMB ?|Rs\.? ?|USD ?|EUR ?)(?P<n>{_NUMBER})(?P<scale>\s*(?:"
    rf"trillion|billion|million|bn|tn|mn|m|b|crore)\b)?"
    rf"|(?<![\w.,])(?P<n2>{_NUMBER})\s*(?P<scale2>trillion|billion|million|bn|tn|mn)\s+(?P<cur2>US dollars"
    rf"|dollars|USD|euros?|EUR|pounds|yuan|yen|rupees|RMB)\b",
    re.IGNORECASE,
)
_SCALE = {"trillion": 1e6, "tn": 1e6, "billion": 1e3, "bn": 1e3, "b": 1e3, "million": 1.0, "mn": 1.0, "m": 1.0, "crore": 10.0}
_CURRENCY = {
    "US$": "USD", "U.S.$": "USD", "USD": "USD", "US DOLLARS": "USD", "DOLLARS": "USD", "$": "USD", "€": "EUR", "EUR": "EUR",
    "EURO": "EUR", "EUROS": "EUR", "£": "GBP", "POUNDS": "GBP", "¥": "CNY", "YUAN": "CNY", "RMB": "CNY", "YEN": "JPY", "₹": "INR",
    "RS": "INR", "RS.": "INR", "RUPEES": "INR", "C$": "CAD", "A$": "AUD", "HK$": "HKD", "S$": "SGD", "NT$": "TWD",
}  # fmt: skip
_OTHER_DOLLARS = {"CAN": "CAD", "AUS": "AUD", "NZL": "NZD", "HKG": "HKD", "SGP": "SGD", "TWN": "TWD"}
DOLLAR_ECONOMIES = frozenset(_OTHER_DOLLARS)


@dataclass(frozen=True)
class Amount:
    """A number with its unit. `value` None: a range with no end that counts more; `low`, `high` its ends."""

    start: int
    end: int
    value: float | None
    unit: str
    low: float | None = None
    high: float | None = None
    kind: str = "single"
    doubt: str = ""
    others: tuple[str, ...] = ()


def amounts_in(text: str) -> tuple[Amount, ...]:
    """Percentages, points and sums of money in order; what belongs to a range is not given again alone."""
    found: list[Amount] = []

    def free(start: int, end: int) -> bool:
        return all(end <= a.start or start >= a.end for a in found)

    for match in _FROM_AFTER.finditer(text):
        a, b = number(match["a"]), number(match["b"])
        found.append(Amount(match.start(), match.end(), b, "%", a, b, "change"))
    for match in _RANGE.finditer(text):
        if free(match.start("a"), match.end()):
            a, b = number(match["a"]), number(match["b"])
            lead = (match["lead"] or "").strip().lower()
            join = match["join"].strip().lower()
            if (join == "and" and lead != "between") or join == "or":
                continue
            unit = _unit(match["unit"])
            if lead == "from" and join == "to":
                found.append(Amount(match.start(), match.end(), b, unit, a, b, "change"))
            else:
                doubt = "a range; which end applies is not said"
                found.append(Amount(match.start("a"), match.end(), None, unit, min(a, b), max(a, b), "range", doubt))
    for match in _SINGLE.finditer(text):
        if free(match.start(), match.end()):
            comma = re.fullmatch(r"\d+,\d{1,2}", match["n"])
            doubt = "a comma that may be a decimal point" if comma else ""
            found.append(Amount(match.start(), match.end(), number(match["n"]), _unit(match["unit"]), doubt=doubt))
    for match in _SPELT.finditer(text):
        if free(match.start(), match.end()):
            found.append(Amount(match.start(), match.end(), float(_WORDS[match["n"].lower()]), "%"))
    for match in _MONEY.finditer(text):
        if free(match.start(), match.end()):
            found.append(_money(match))
    return tuple(sorted(found, key=lambda a: a.start))


def _money(match: re.Match[str]) -> Amount:
    raw = (match["cur"] or match["cur2"]).upper().replace("U.S. $", "U.S.$").strip()
    scale = (match["scale"] or match["scale2"] or "").strip().lower()
    value = number(match["n"] or match["n2"]) * (_SCALE[scale] if scale else 1e-6)
    doubt = "which dollar is not said" if raw in ("$", "DOLLARS") else "yen or yuan" if raw == "¥" else ""
    others = ("CAD", "AUD", "HKD", "SGD") if raw in ("$", "DOLLARS") else ("JPY",) if raw == "¥" else ()
    return Amount(match.start(), match.end(), value, f"million {_CURRENCY.get(raw, raw)}", doubt=doubt, others=others)


def number(written: str) -> float:
    """The number written, with "," as thousands mark where three digits follow and as decimal mark otherwise."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", written):
        return float(written.replace(",", ""))
    return float(written.replace(",", "."))


def _unit(sign: str) -> str:
    return "pp" if "point" in sign.lower() or "pp" in sign.lower() else "%"
