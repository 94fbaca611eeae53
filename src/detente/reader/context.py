"""All frames of a text, each filled from its own sentence first and from the text around it second.

Whose paper it is comes from `papers`, rows of tables from `rowframes`, sentences that carry on from `carrying`; here are forms,
lists, labels, pronouns and answers. Frames take from there what their own sentence leaves out, and say so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from detente.reader.carrying import STANDS, carry_on, last_days
from detente.reader.clauses import Block, Sentence
from detente.reader.constructions import built, instruments, table, word
from detente.reader.datelines import dateline_end
from detente.reader.frames import EXPORT_CONTROL, PURCHASE, TARIFF, Frame, frames_in, purchase_in
from detente.reader.meetings import persons_in
from detente.reader.papers import Paper, lines_of, paper_of, seat_of, titles_of
from detente.reader.roles import LEVIED, SUBJECT, roles
from detente.reader.rowframes import row_frames
from detente.reader.sheet import Sheet
from detente.reader.status import ANNOUNCED, IN_FORCE, Judgement
from detente.reader.tables import rows_in


def read_frames(sheet: Sheet) -> list[Frame]:
    """All frames of a text in order, each filled from its sentence first and from the text around it second."""
    rows = [r for r in rows_in(sheet.page.text) if r.rates]
    spans = [(r.start, r.end) for r in rows]
    frames: list[Frame] = []
    for s in sheet.sentences:
        if any(
            (a <= s.start and s.end <= b + 2) or (s.start < b and a < s.end and len(s.text) < 1.7 * (b - a)) for a, b in spans
        ) or _of_rows(s, spans):
            continue
        frames += frames_in(sheet, s, listed=_enumerates(sheet, s))
    paper = paper_of(sheet, frames)
    frames += row_frames(sheet, rows, frames, paper)
    frames += [p for s in sheet.sentences if (p := purchase_in(sheet, s)) is not None]
    frames.sort(key=lambda f: f.start)
    _ours(sheet, frames, paper)
    _form(sheet, frames)
    _undertaken(sheet, frames)
    _labels(sheet, frames)
    _fill_who(sheet, frames, paper)
    _respectively(frames)
    _led_in(sheet, frames)
    carry_on(sheet, frames, paper)
    last_days(sheet, frames)
    return frames


_RATES_FOLLOW = re.compile(
    r"\b(?:rates?|dut(?:y|ies)|deposits?|tariffs?|surtax(?:es)?)\b[^.;%]{0,80}(?::|\bare\b|\bas follows\b)", re.I
)


def _enumerates(sheet: Sheet, s: Sentence) -> bool:
    """Whether a sentence lists rates ("The rates are: A 27.7%; B 34.9%") after the duty itself was named."""
    block = sheet.block_of(s)
    if not _RATES_FOLLOW.search(s.text) or len(sheet.amounts_in(s.start, s.end)) < 2:
        return _under_rates(sheet, block)
    before = sheet.flat[max(0, block.start - 600) : s.end]
    return any(p.search(before) for kind, p in instruments() if kind == TARIFF)


def _under_rates(sheet: Sheet, block: Block) -> bool:
    """Whether a point of a list stands under words that lead in rates of a duty ("at the following rates:")."""
    if block.kind not in ("bullet", "numbered"):
        return False
    lead = _words_above(sheet, block)
    return (
        lead is not None
        and lead.text.rstrip(" -–—").endswith(":")
        and any(p.search(lead.text) for kind, p in instruments() if kind == TARIFF)
    )


def _words_above(sheet: Sheet, block: Block) -> Block | None:
    """The words that lead in a list: the nearest block before it that ends with a colon or is no point of a list."""
    before = reversed(sheet.blocks[: block.index])
    return next((b for b in before if b.kind not in ("bullet", "numbered") or b.text.rstrip(" -–—").endswith(":")), None)


def _led_in(sheet: Sheet, frames: Sequence[Frame]) -> None:
    """Points of a list of rates take from the words above them what they do not say: who, on whom, status, days."""
    for f in frames:
        block = sheet.block_of(f.sentence)
        if f.instrument != TARIFF or not _under_rates(sheet, block):
            continue
        lead = _words_above(sheet, block)
        over = [g for g in frames if lead is not None and g.sentence.block == lead.index and g.instrument == TARIFF]
        if not over or over[0].why_aside:
            continue
        f.firm = True
        if f.judgement.cue == "" and over[0].judgement.cue:
            f.judgement = replace(over[0].judgement, sure=min(over[0].judgement.sure, 0.85))
        if not f.on and not f.everyone and over[0].on and f.by == over[0].by:
            f.on, f.on_how = list(over[0].on), "the words above its table"
        f.begins = f.begins or over[0].begins


def _of_rows(s: Sentence, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a sentence is made of rows (lines of a list run together)."""
    inside = sum(min(b, s.end) - max(a, s.start) for a, b in spans if a < s.end and s.start < b)
    return inside > 0.6 * (s.end - s.start)


def _form(sheet: Sheet, frames: Sequence[Frame]) -> None:
    """Forms with several entries: each frame takes who, on whom, status and days from the lines of its own entry.

    An entry opens where a label that returns (the actor's, or else the target's) stands, or is a run of lines without a gap.
    """
    lines = lines_of(sheet)
    told: dict[str, list[tuple[int, int]]] = {}
    for name in ("by", "on", "status", "from", "to"):
        pattern = built(rf"^\W*{{labels.{name}}}\s*(?::|\.{{3,}})\s*(?=\S)")
        told[name] = [(at + m.end(), at + len(line)) for at, line in lines if (m := pattern.search(line))]
    if max(len(told["by"]), len(told["on"])) < 2:
        return
    gaps = [at for at, line in lines if not line.strip()]
    for f in frames:
        if f.rate is None:
            continue
        low = (
            max((a for a, _ in told["by"] if a < f.start), default=0)
            if len(told["by"]) > 1
            else max((g for g in gaps if g < f.start), default=0)
        )
        high = f.start if len(told["by"]) > 1 else min((g for g in gaps if g > f.start), default=len(sheet.flat))
        for name, places in told.items():
            own = [(a, b) for a, b in places if low <= a < high]
            if own:
                _fill_from_line(sheet, f, name, *own[-1])


def _fill_from_line(sheet: Sheet, f: Frame, name: str, a: int, b: int) -> None:
    """Fill a slot of a frame from the line [a, b) of a form."""
    codes = list(dict.fromkeys(x.code for x in sheet.actors_in(a, b) if x.form != "city"))
    days = sheet.dates_in(a, b)
    if name == "by" and codes:
        f.by, f.by_how = codes[0], "a line of the form"
    elif name == "on" and codes:
        f.on, f.on_how, f.everyone = codes, "a line of the form", False
    elif name == "from":
        f.begins = days[0] if days else f.begins
    elif name == "to":
        f.ends = days[0] if days else f.ends
    elif name == "status":
        words = sheet.flat[a:b]
        state = next((st for st, w in table()["status_words"].items() if re.match(w, words, re.I)), None)
        if state:
            f.judgement = Judgement(state, 0.93, words, "a line of the form")
        ends = [d for d in days if re.search(r"\buntil\s+$", sheet.flat[max(0, d.at - 8) : d.at])]
        starts = [d for d in days if d not in ends]
        f.begins, f.ends = (starts[0] if starts else f.begins), (ends[0] if ends else f.ends)


_UNDERTAKES = re.compile(
    r"\b(?:will|shall|agree[sd]?(?: to)?|commits?(?: to)?|undertakes?(?: to)?|is to|are to|does|will do|"
    r"offers|gives|pledges|promises|commits itself)\s*(?:\w+\s*)?:\s*$",
    re.I,
)


def _undertaken(sheet: Sheet, frames: Sequence[Frame]) -> None:
    """ "Australia will: (i) cut the duty …": points of a list do what its lead-in says, by whom and from when."""
    for f in frames:
        block = sheet.block_of(f.sentence)
        if block.kind not in ("bullet", "numbered"):
            continue
        lead = _words_above(sheet, block)
        if lead is None or not _UNDERTAKES.search(lead.text.rstrip()):
            continue
        named = [r for r in roles(lead.text, list(sheet.actors_in(lead.start, lead.end)), lead.start) if r.part == SUBJECT]
        if named and f.by_how in ("", "the law it rests on"):
            f.by, f.by_how, f.on = named[-1].code, "the words above its list", [c for c in f.on if c != named[-1].code]
        if f.judgement.status == IN_FORCE and not STANDS.search(f.judgement.cue):
            f.judgement = Judgement(ANNOUNCED, 0.85, lead.text[-20:], "undertaken in the words above its list")
        days = [d for d in sheet.dates_in(lead.start, lead.end) if d.start]
        if f.begins is None and days and f.judgement.status == ANNOUNCED:
            f.begins = days[0]


def _labels(sheet: Sheet, frames: Sequence[Frame]) -> None:
    """ "Canada: the 25 % duty is lifted": the name that opens a block levies, or is levied on where another levies."""
    for f in frames:
        block = sheet.block_of(f.sentence)
        named = [a for a in sheet.actors_in(block.start, f.sentence.start + 60) if a.form != "city"]
        first = named[0] if named else None
        if (
            first is None
            or first.start - block.start >= 3
            or not re.match(r"\s*(?::|\s-\s)", sheet.flat[first.end : first.end + 3])
        ):
            continue
        bare = re.match(
            r"\s*:\s*(?:an? )?(?:up to )?\d[\d.,]*\s*(?:%|per ?cent|percent)(?!\s+(?:\w+\s+){0,3}on\b)",
            sheet.flat[first.end : first.end + 60],
        )
        if bare is not None:
            if not f.on:
                f.on, f.on_how, f.everyone = [first.code], "a label that opens the paragraph", False
        elif f.by is None and first.code not in f.on and not f.received:
            f.by, f.by_how = first.code, "a label that opens the paragraph"
        elif f.by and not f.on and first.code != f.by:
            f.on, f.on_how, f.everyone = [first.code], "a label that opens the paragraph", False


_OUR_GOODS = re.compile(r"\bour\s+(?!own\b)(?:[\w-]+\s+){1,4}$", re.I)


def _ours(sheet: Sheet, frames: Sequence[Frame], paper: Paper) -> None:
    """ "If they tax our lumber, we will tax their whiskey": us and we are the place of the dateline, where there is one.

    In a government's own paper "our steel pays" speaks of what others levy on it.
    """
    own = seat_of(sheet)
    for f in frames:
        at = f.start - f.sentence.start
        pays = next(reversed(list(word("pays").finditer(f.sentence.text, 0, f.end - f.sentence.start))), None)
        speaks = paper.by if paper.by_how in _HEADS else own
        paid = pays is not None and _OUR_GOODS.search(f.sentence.text[: min(pays.start(), at)])
        paid = paid or re.match(r"\s+(?:that|which)\s+our\b", f.sentence.text[f.end - f.sentence.start :])
        if f.received and speaks and paid:
            f.on, f.on_how = [speaks], "the speaker's side"
            if f.by == speaks:
                f.by, f.by_how = None, ""
    if own is None:
        return
    for f in frames:
        text = f.sentence.text
        at, end = f.start - f.sentence.start, f.end - f.sentence.start
        if not f.judgement.quoted:
            continue
        if not f.on and f.by not in (None, own) and re.match(r"\s*(?:\w+\s+)?on our\b", text[end : end + 30]):
            f.on, f.on_how = [own], "the speaker's side"
        if re.search(r"\bwe\s+(?:will|would|shall|are going to|may|might|could)\s+(?:\w+\s+){0,3}$", text[:at], re.I):
            others = [g.by for g in frames if g.sentence.start == f.sentence.start and g.by not in (None, own)]
            f.by, f.by_how = own, "the speaker's side"
            if not f.on or own in f.on:
                f.on, f.on_how = (
                    (others[:1], "named beside it") if re.match(r"\s*(?:\w+\s+)?on their\b", text[end : end + 30]) else ([], "")
                )


def _fill_who(sheet: Sheet, frames: Sequence[Frame], paper: Paper) -> None:
    last: Frame | None = None
    surnames = persons_in(sheet)[1]
    named = {a.code for a in sheet.actors if a.form not in ("city", "group")}
    acting = Counter(f.by for f in frames if f.by and f.firm and f.rate is not None)
    sides = {c for f in frames if f.by and f.firm for c in (f.by, *f.on)}
    for f in frames:
        same_block = last is not None and (
            last.sentence.block == f.sentence.block
            or (bool(_ANAPHORA.match(f.sentence.text)) and f.sentence.block - last.sentence.block <= 2)
        )
        if f.by is None and _PRONOUN.match(f.sentence.text) and not f.received and f.subject is None:
            spoken = _subject_before(sheet, f)
            if spoken is not None and spoken not in f.on:
                f.by, f.by_how = spoken, "the sentence before"
        goes_on = f.by_how == "the sentence before" and re.match(r"\W*It\s", f.sentence.text) and f.rate is not None
        if not f.on and not f.everyone and (goes_on or _OBJECT.search(f.sentence.text[: f.end - f.sentence.start + 30])):
            f.on = [c for c in _levied_before(sheet, f) if c != f.by]
            f.on_how = "the sentence before" if f.on else ""
        if f.by_how == "whose imports pay it" and f.by == paper.by and paper.by_how in _HEADS:
            f.by_how = paper.by_how
        same = _named_before(frames, f) if f.by is None else None
        if same is not None:
            f.by, f.by_how = same.by, "the same rate named before"
            if not f.on and not f.everyone:
                f.on, f.on_how = [c for c in same.on if c != f.by], "the same rate named before"
        stranger = _STRANGER.match(f.sentence.text) if f.by is None and f.subject is None else None
        if stranger is not None:
            f.by, f.by_how = surnames.get(stranger[1]), "the speaker's side"
        if f.by is None and stranger is None and f.instrument != PURCHASE:
            over = _section_of(sheet, f)
            if over is not None and over not in f.on and not f.received and f.subject in (None, over):
                f.by, f.by_how = over, "the heading above it"
            elif last is not None and same_block and last.by and last.by not in f.on and _goes_on(f, last):
                before = {g.by for g in frames if g.firm and g.by and g.sentence.start < f.sentence.start}
                others = len(before) > 1 and bool(f.on) and not set(f.on) & set(last.on)
                f.by, f.by_how = last.by, "one of those who act before it" if others else "the sentence before"
            elif _PRESIDENT.search(f.sentence.text) and "USA" in named and "USA" not in f.on and paper.by_how not in _HEADS:
                f.by, f.by_how = "USA", "the President"
            elif paper.by and paper.by not in f.on and not _doubtful(paper, f, acting, named):
                f.by, f.by_how = paper.by, paper.by_how
            elif paper.by and f.on == [paper.by] and len(paper.on) == 1:
                f.by, f.by_how = paper.on[0], "the other side"
            elif len(f.on) == 1 and len(sides) == 2 and f.on[0] in sides and named <= sides:
                f.by, f.by_how = next(c for c in sides if c != f.on[0]), "the other side"
            elif paper.seat and paper.seat not in f.on:
                f.by, f.by_how = paper.seat, "the place of the dateline"
        if (
            not f.on
            and not f.everyone
            and f.by is not None
            and f.instrument not in (EXPORT_CONTROL, PURCHASE)
            and not _on_exports(f)
        ):
            if (
                last is not None
                and same_block
                and last.by == f.by
                and (last.on or last.everyone)
                and (_one_target(frames, last) or f.received)
            ):
                f.on, f.everyone, f.on_how = [c for c in last.on if c != f.by], last.everyone, "the sentence before"
            elif (paper.on_how == "the title" and _other_topic(sheet, f)) or (
                paper.on_how == "the first measure named" and _other_article(sheet, f, frames)
            ):
                pass
            elif f.by == paper.by and paper.on and f.by not in paper.on:
                f.on, f.on_how = list(paper.on), paper.on_how
            elif f.by == paper.by and paper.several:
                f.on_how = "" if _of_other_goods(sheet, f) else "one of several"
            elif f.by in paper.on and paper.by:
                f.on, f.on_how = [paper.by], "the other side"
        if f.by in f.on:
            f.on = [c for c in f.on if c != f.by]
        pair = re.search(
            r"\b(?:the|these|those) (two|three) (?:countries|economies|nations|neighbours)\b|\bboth countries\b", f.sentence.text
        )
        if pair and not f.on and last is not None and len(last.on) == (3 if pair[1] == "three" else 2):
            f.on, f.on_how, f.everyone = list(last.on), "the sentence before", False
        if not f.why_aside:
            last = f


_THE_SAME = re.compile(r"\b(?:the|that|this|same)\s+(?:(?:same|new|extra|additional|threatened|planned)\s+)?(?:up to\s+)?$", re.I)


def _named_before(frames: Sequence[Frame], f: Frame) -> Frame | None:
    """The measure that "the 25 % duty" speaks of: the last one before it with that rate, where its sentence names nobody."""
    if f.rate is None or not _THE_SAME.search(f.sentence.text[: f.start - f.sentence.start]):
        return None
    before = [
        g
        for g in frames
        if g.start < f.sentence.start
        and g.by
        and g.rate is not None
        and g.rate.value == f.rate.value
        and g.instrument == f.instrument
        and not g.why_aside
        and g.by not in f.on
    ]
    return before[-1] if before and len({(g.by, *g.on) for g in before}) == 1 else None


def _section_of(sheet: Sheet, f: Frame) -> str | None:
    """The economy whose name alone is the heading over a frame ("3. Australia"), where other headings name others so."""
    named = {b.index: _alone(sheet, b.index) for b in sheet.blocks if b.kind in ("heading", "numbered") and b.index >= 2}
    if len({c for c in named.values() if c}) < 2:
        return None
    return next((named[k] for k in range(f.sentence.block - 1, -1, -1) if k in named), None)


def _alone(sheet: Sheet, at: int) -> str | None:
    block = sheet.blocks[at]
    named = sheet.actors_in(block.start, block.end)
    only = len(named) == 1 and re.sub(r"[\W\d]+", "", block.text) == re.sub(
        r"[\W\d]+", "", sheet.flat[named[0].start : named[0].end]
    )
    return named[0].code if only else None


def _on_exports(f: Frame) -> bool:
    """Whether a tax is on one's own exports: it has no target but those that are named."""
    low = f.start - f.sentence.start
    return bool(
        re.search(
            r"\bexport (?:tax|dut|lev|fee|charge|surcharge|cess|tariff)", f.sentence.text[max(0, low - 60) : low + 60], re.I
        )
    )


def _of_other_goods(sheet: Sheet, f: Frame) -> bool:
    """Whether a measure is on other goods than the title speaks of."""
    title = {p.code for at, text in titles_of(sheet) for p in sheet.products_in(at, at + len(text))}
    return bool(title and f.sectors and not title & set(f.sectors))


def _other_article(sheet: Sheet, f: Frame, frames: Sequence[Frame]) -> bool:
    """Whether a frame stands in an article of its own of a paper and is on other goods than the first measure."""
    first = next((g for g in frames if g.on and not g.why_aside), None)
    article = re.match(r"\W*(?:Art(?:icle)?\.?|§|Sec(?:tion)?\.?)\s*\d", sheet.block_of(f.sentence).text)
    return bool(article and first and f.sectors and not set(f.sectors) & set(first.sectors))


_PRESIDENT = re.compile(r"\b[Tt]he President\b(?! of)")
_HEADS = ("the office at its head", "a line of the form", "the title", "the law in the title")


def _doubtful(paper: Paper, f: Frame, acting: Counter[str], named: set[str]) -> bool:
    """Whether the one who acts elsewhere is too thin a ground: named once, in a text of many economies, or spoken of by "us"."""
    thin = paper.by_how in ("the first who acts in the text", "the one who acts elsewhere in the text")
    if thin and len(acting) > 1 and f.received and not f.on:
        return True
    if thin and re.search(r"\b(?:[Ww]e|[Oo]ur)\b", f.sentence.text):
        return True
    if paper.by_how == "the first who acts in the text" and len(acting) > 2:
        return True
    return paper.by_how == "the one who acts elsewhere in the text" and (
        (not paper.office and acting[paper.by or ""] < 2 and len(named) > 2) or len(acting) > 1
    )


_ANAPHORA = re.compile(
    r"^\W*(?:it|they|this|these|the (?:additional |new |higher |lower |same )?(?:dut(?:y|ies)|tariffs?|"
    r"rates?|surtax|surcharge|levy|levies|measures?))\b",
    re.I,
)
_STRANGER = re.compile(r"^\W*(?:[A-Z][\w'-]+ )?([A-Z][\w'-]+) (?:said|told|added|warned|wrote)\b")
_PRONOUN = re.compile(
    r"^\W*(?:Its own|Their own|It|They|Officials|"
    r"The (?:[\w-]+ )?(?:government|ministry|bloc|administration|union|country|nation|"
    r"republic|kingdom|federation|island|authorities))\s"
)


def _subject_before(sheet: Sheet, f: Frame) -> str | None:
    """The government that was the subject of the sentence before in the same block."""
    before = [s for s in sheet.sentences if s.block == f.sentence.block and s.start < f.sentence.start]
    over = sheet.block_of(f.sentence).heading_block
    if not before and over == f.sentence.block - 1:
        before = [s for s in sheet.blocks[over].sentences if s.text.endswith("?")]
    for s in reversed(before[-2:]):
        named = [
            r
            for r in roles(s.text, list(sheet.actors_in(s.start, s.end)), s.start)
            if r.part == SUBJECT and r.start >= dateline_end(s.text)
        ]
        if named:
            return named[0].code
    return None


_OBJECT = re.compile(
    r"^\W*(?:It|They) (?:has |have |had |also |now |will |must |still )*(?:pays?|paid|faces?|faced|"
    r"be charged|attracts?|bears?)\b|"
    r"\b(?:charg\w+|tax\w*|hit\w*|levie\w*) (?:it|them|both|these|those)\b|"
    r"\b(?:dut(?:y|ies)|tariffs?|lev(?:y|ies)|surtax|surcharge|rate|%|per ?cent|percent) on (?:it|them|these|those)\b"
)


def _levied_before(sheet: Sheet, f: Frame) -> list[str]:
    """Whose goods the sentence or heading just before speaks of: the ones that "it pays" and "charges them" mean."""
    before = [s for s in sheet.sentences if s.end <= f.sentence.start and s.block >= f.sentence.block - 1]
    over = sheet.block_of(f.sentence).heading_block
    if over == f.sentence.block - 1 and not any(x.block == f.sentence.block for x in before):
        before = list(sheet.blocks[over].sentences)
    if not before:
        return []
    s = before[-1]
    named = roles(s.text, list(sheet.actors_in(s.start, s.end)), s.start)
    levied = [r.code for r in named if r.part in LEVIED or r.form == "adjective"]
    return list(dict.fromkeys(levied))


def _respectively(frames: Sequence[Frame]) -> None:
    """ "charges them 22 and 14 percent, respectively": the rates of a sentence go to its targets in order."""
    for start in {f.sentence.start for f in frames if "respectively" in f.sentence.text}:
        own = [f for f in frames if f.sentence.start == start and f.rate is not None and not f.why_aside]
        targets = next((f.on for f in own if len(f.on) == len(own)), [])
        for f, code in zip(own, targets, strict=False):
            f.on = [code]


def _other_topic(sheet: Sheet, f: Frame) -> bool:
    """Whether a heading of its own, with a duty or goods of its own, stands over a frame: the title is not about it."""
    at = sheet.block_of(f.sentence).heading_block
    if at is None or at < 3:
        return False
    head = sheet.blocks[at]
    if head.text.rstrip().endswith(":"):
        return False
    return bool(any(p.search(head.text) for _, p in instruments()) or sheet.products_in(head.start, head.end))


def _one_target(frames: Sequence[Frame], last: Frame) -> bool:
    """Whether the frames of a sentence are all on the same economies, so that the next sentence can go on with them."""
    return len({tuple(sorted(f.on)) for f in frames if f.sentence.start == last.sentence.start and not f.why_aside}) == 1


def _goes_on(f: Frame, last: Frame) -> bool:
    """Whether a frame without an actor carries on with the one of the frame before: nobody else has come between."""
    return f.subject in (None, last.by) or f.received or f.subject in f.on
