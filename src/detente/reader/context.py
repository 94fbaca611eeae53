"""What a text says once and means throughout: whose paper it is, on whom, from when; and sentences that carry on.

"Implementing jurisdiction: India", the office at the head of a notice, the title, "The duties take effect on 20 March", "They hit
goods from …", "They stay suspended until …". Frames take from here what their own sentence leaves out, and say so.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache

from dateutil.relativedelta import relativedelta

from detente.reader.actors import actor_mentions
from detente.reader.amounts import Amount
from detente.reader.clauses import Block, Sentence
from detente.reader.constructions import built, cues, instruments, table, word
from detente.reader.datelines import dateline_end
from detente.reader.dates import DateMention
from detente.reader.frames import EMBARGO, EXPORT_CONTROL, PURCHASE, TARIFF, Frame, frames_in, heading_status, purchase_in
from detente.reader.meetings import persons_in
from detente.reader.roles import LAW, LEVIED, OWNER, SUBJECT, Role, roles
from detente.reader.sheet import Sheet
from detente.reader.status import ANNOUNCED, IN_FORCE, OVER, STRUCK_DOWN, SUSPENDED, WITHDRAWN, Judgement, judge
from detente.reader.tables import Row, is_of_duties, rows_in


@dataclass
class Paper:
    """What holds for the whole text where a sentence does not say otherwise."""

    by: str | None = None
    by_how: str = ""
    on: list[str] = field(default_factory=list)
    on_how: str = ""
    several: bool = False
    office: bool = False
    seat: str | None = None


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
    paper = _paper(sheet, frames)
    frames += _row_frames(sheet, rows, frames, paper)
    frames += [p for s in sheet.sentences if (p := purchase_in(sheet, s)) is not None]
    frames.sort(key=lambda f: f.start)
    _ours(sheet, frames)
    _form(sheet, frames)
    _undertaken(sheet, frames)
    _labels(sheet, frames)
    _fill_who(sheet, frames, paper)
    _respectively(frames)
    _led_in(sheet, frames)
    _carry_on(sheet, frames, paper)
    _last(sheet, frames)
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
        and lead.text.rstrip().endswith(":")
        and any(p.search(lead.text) for kind, p in instruments() if kind == TARIFF)
    )


def _words_above(sheet: Sheet, block: Block) -> Block | None:
    """The words that lead in a list: the nearest block before it that ends with a colon or is no point of a list."""
    before = reversed(sheet.blocks[: block.index])
    return next((b for b in before if b.kind not in ("bullet", "numbered") or b.text.rstrip().endswith(":")), None)


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


# -- the paper ---------------------------------------------------------------------------------------------------------
def _lines(sheet: Sheet) -> list[tuple[int, str]]:
    out, at = [], 0
    for line in sheet.page.text.split("\n"):
        out.append((at, line))
        at += len(line) + 1
    return out


def _label_value(sheet: Sheet, name: str) -> tuple[int, int] | None:
    pattern = built(rf"(?:^|\|\s*|\n\s*)\W*{{labels.{name}}}\s*(?::|\|)\s*(?=\S)")
    for at, line in _lines(sheet):
        m = pattern.search(line)
        if m:
            end = line.find(" | ", m.end())
            return at + m.end(), at + (end if end > 0 else len(line))
    return None


def _titles(sheet: Sheet) -> list[tuple[int, str]]:
    """Headings at the head of the text, the title first."""
    found = [
        (b.start, b.text)
        for b in sheet.blocks[:6]
        if b.kind == "heading" or (len(b.text) < 200 and not b.text.rstrip().endswith("."))
    ]
    return found


def _paper(sheet: Sheet, frames: Sequence[Frame]) -> Paper:
    paper = Paper(seat=_seat(sheet))
    by, on = _label_value(sheet, "by"), _label_value(sheet, "on")
    if by and (told := [a for a in sheet.actors_in(*by) if a.form != "city"]):
        paper.by, paper.by_how = told[0].code, "a line of the form"
    if on and (told := [a for a in sheet.actors_in(*on) if a.form != "city"]):
        paper.on, paper.on_how = list(dict.fromkeys(a.code for a in told if a.code != paper.by)), "a line of the form"
    titles: list[tuple[int, str, Sequence[Role]]] = [
        (at, text, roles(text, list(sheet.actors_in(at, at + len(text))), at)) for at, text in _titles(sheet)
    ]
    own = [f for f in frames if not (f.scenario or f.question)]
    if paper.by is None:
        _whose(paper, sheet, titles, own)
    if not paper.on:
        for _, text, named in titles:
            levied = [r.code for r in named if (r.part in LEVIED or r.part == "target") and r.code != paper.by]
            duty = any(p.search(text) for _, p in instruments()) or re.search(
                r"\binvestigation|dump|subsid|surtax|imports?\b", text, re.I
            )
            groups = sum(
                1
                for a, b in itertools.pairwise(named)
                if a.code in levied
                and b.code in levied
                and not re.fullmatch(r"\s*(?:,|and|,\s*and|&|or)\s+(?:the\s+)?", text[a.end : b.start])
            )
            if levied and duty and groups:
                paper.several = True
                break
            if levied and duty:
                paper.on, paper.on_how = list(dict.fromkeys(levied)), "the title"
                break
    lead = next(
        (f for f in own if f.by in (paper.by, None) and f.on_how == "named beside it" and not f.why_aside and not f.response),
        None,
    )
    if lead is not None and paper.on and set(lead.on) > set(paper.on):
        paper.on, paper.on_how = list(lead.on), "the first measure named"
    if not paper.on and not paper.several:
        for _, text, named in titles:
            levied = [r.code for r in named if r.part == "origin" and r.code != paper.by]
            if levied and paper.by and len(text) < 120:
                paper.on, paper.on_how = list(dict.fromkeys(levied)), "the title"
                break
    if not paper.on and not paper.several:
        first = next((f for f in own if not f.why_aside and not f.response and f.judgement.status != "denied"), None)
        if first is not None and first.by not in (paper.by, None):
            first = None
        if first is not None and first.on and paper.by not in first.on:
            paper.on, paper.on_how = list(first.on), "the first measure named"
    if not paper.on and not paper.several:
        pairs = [r.code for _, text, named in titles for r in named if r.code != paper.by]
        if len(set(pairs)) == 1 and not any(f.everyone for f in own[:2]):
            paper.on, paper.on_how = pairs[:1], "the other economy of the title"
    return paper


def _whose(paper: Paper, sheet: Sheet, titles: Sequence[tuple[int, str, Sequence[Role]]], own: Sequence[Frame]) -> None:
    head = [a for a in sheet.actors if a.start < 700 and a.form in ("office", "law")]
    offices = [a for at, text, _ in titles for a in head if at <= a.start < at + len(text)]
    for at, text, named in titles:
        acting = next(
            (
                r
                for r in named
                if (r.part == OWNER and _owns_in_title(text, r, named))
                or (r.part == SUBJECT and word("makes").search(text[r.end :]) and not _talks(text, named))
            ),
            None,
        )
        notifies = re.search(r"\bnotifi(?:cation|es|ed)\b", text, re.I) and len({r.code for r in named}) == 1
        if notifies and (named[0].start <= 1 or re.search(r"\b(?:of|by|from)\s+(?:the\s+)?$", text[: named[0].start], re.I)):
            paper.by, paper.by_how = named[0].code, "the title"
            break
        if acting is not None:
            paper.by, paper.by_how = acting.code, "the title"
            break
        if any(r.part == LAW for r in named):
            paper.by, paper.by_how = next(r.code for r in named if r.part == LAW), "the law in the title"
            break
        if (
            at < 250
            and text.isupper()
            and len(text.split()) <= 8
            and len({r.code for r in named}) == 1
            and named[0].form in ("seat", "office")
        ):
            paper.by, paper.by_how = named[0].code, "the office at its head"
            break
        if len(named) == 1 and text.strip(" ().:") == text[named[0].start : named[0].end]:
            paper.by, paper.by_how = named[0].code, "the office at its head"
            break
        governs = (
            re.search(r"\bGovernment of (?:the )?$|\bREPUBLIC OF (?:THE )?$", text[: named[0].start], re.I) if named else None
        )
        if governs is not None and len(text.split()) <= 12:
            paper.by, paper.by_how = named[0].code, "the office at its head"
            break
        mine = [a for a in offices if at <= a.start < at + len(text)]
        if mine:
            paper.by, paper.by_how = mine[0].code, "the office at its head"
            break
        if re.search(
            r"\b(?:gazette|ministry|official journal|customs tariff|government|federal register|department|"
            r"diario oficial|republic|commission|council|president|proclamation|executive order|parliament)\b",
            text,
            re.I,
        ):
            codes = {a.code for a in sheet.actors_in(at, at + len(text))}
            if len(codes) == 1:
                paper.by, paper.by_how = codes.pop(), "the office at its head"
                break
    early = {s.start for s in [s for s in sheet.sentences if len(s.text) > 40][:4]}
    first = next(
        (
            f
            for f in own
            if f.by
            and f.firm
            and (f.rate is not None or f.on or f.by_how == "subject of the sentence")
            and not f.response
            and f.judgement.status != "threatened"
            and f.sentence.start in early
            and not f.why_aside
            and f.judgement.status != "denied"
        ),
        None,
    )
    if paper.by is None and first is not None:
        paper.by, paper.by_how = first.by, "the first who acts in the text"
    firm = Counter(f.by for f in own if f.by and f.firm and f.rate is not None and not f.response)
    loose = Counter(f.by for f in own if f.by and not f.response)
    if paper.by is None and (firm or loose):
        paper.by, paper.by_how = (firm or loose).most_common(1)[0][0], "the one who acts elsewhere in the text"
    if paper.by is None:
        laws = Counter(a.code for a in sheet.actors if a.form in ("law", "office"))
        if len(laws) == 1:
            paper.by, paper.by_how = next(iter(laws)), "the only office named"
    paper.office = any(a.code == paper.by and a.form in ("office", "law") for a in sheet.actors)
    if paper.by is None and paper.seat is not None:
        paper.by, paper.by_how = paper.seat, "the place of the dateline"


def _owns_in_title(text: str, r: Role, named: Sequence[Role]) -> bool:
    """Whether a title says whose duty it is: "the Vietnamese duty" alone may be the duty on Vietnam."""
    owned = text[r.end :]
    return bool(
        r.form in ("seat", "office")
        or re.match(r"'s?\b|'(?=\s)", owned)
        or re.match(r"[^.;:,]{0,60}?\b(?:on|against)\b", owned)
        or any(q.part in LEVIED and q.code != r.code for q in named)
    )


def _talks(text: str, named: Sequence[Role]) -> bool:
    """Whether a title has two subjects and no instrument: "China, US to hold talks" says nothing of who levies."""
    return len({r.code for r in named if r.part == SUBJECT}) > 1 and not any(p.search(text) for _, p in instruments())


def _seat(sheet: Sheet) -> str | None:
    """The economy in whose capital a report is dated; None for none."""
    for s in sheet.sentences[:4]:
        end = dateline_end(s.text)
        place = re.match(r"[^\W\d_][^,(\d]{2,30}", s.text[:end])
        if place:
            named = [a for a in actor_mentions(place.group().title()) if a.form in ("seat", "name")]
            return named[0].code if named else None
    return None


# -- rows --------------------------------------------------------------------------------------------------------------
def _row_frames(sheet: Sheet, rows: Sequence[Row], frames: Sequence[Frame], paper: Paper) -> list[Frame]:
    found: list[Frame] = []
    for row in rows:
        block = _block_at(sheet, row.start)
        lead = _lead(sheet, row.start, [r for r in rows if r.table == row.table])
        texts = (
            [row.part.text if row.part else ""]
            + [b.text for b in lead]
            + [sheet.page.title or ""]
            + [t for _, t in _titles(sheet)[:1]]
        )
        if not is_of_duties(row, texts) or block is None:
            continue
        s = Sentence(row.start, row.end, sheet.flat[row.start : row.end], block.index)
        context = [f for b in lead for f in frames if f.sentence.block == b.index]
        for k, amount in row.rates:
            frame = _row_frame(sheet, row, k, amount, s, context, paper, texts)
            if frame is not None:
                found.append(frame)
    return found


_ONE_ON_OTHER = re.compile(
    r"->|→|=>|»|\b(?:on|against|upon|versus|vs\.?|towards?)\b|\b(?:duties|tariffs|measures|rates) (?:on|for)\b", re.I
)
_STATE = re.compile(r"\W*(?:" + "|".join(table()["status_words"].values()) + r")\b", re.I)


def _block_at(sheet: Sheet, at: int) -> Block | None:
    return next((b for b in reversed(sheet.blocks) if b.start <= at + 4), None)


def _lead(sheet: Sheet, at: int, rows: Sequence[Row]) -> list[Block]:
    """The blocks before a table that speak of it, nearest first: the paragraph above and the headings over it."""
    first = min(r.start for r in rows)
    before = [b for b in sheet.blocks if b.end <= first and not any(r.start <= b.start < r.end for r in rows)]
    return list(reversed(before[-3:]))


def _row_frame(
    sheet: Sheet, row: Row, k: int, amount: Amount, s: Sentence, context: Sequence[Frame], paper: Paper, texts: Sequence[str]
) -> Frame | None:
    cell = row.cells[k]
    amount = replace(amount, start=cell.start, end=cell.end)
    others = [c for j, c in enumerate(row.cells) if j != k and j not in [n for n, _ in row.rates]]
    names = " ".join(c.text for c in others)
    if built(r"^\W*(?:{total}|{ordinary})\b").search(names):
        return None
    levier = row.column("levier")
    country = row.column("country")
    bare = not any(row.heads) and len(row.cells) == 3  # name, rate and what follows it
    named = [c for c in others if c is not levier and not re.search(r"\d{4}", c.text)]
    cells = [country] if country is not None else named[:1] if bare else named
    on = [a.code for c in cells for a in sheet.actors_in(c.start, c.end) if a.form != "city" and a.form != "law"]
    on_how, everyone = (
        "its row",
        bool(
            (cells and word("everyone").search(cells[0].text))
            or (re.match(r"\W*(?:all )?others?\W*$|rest of", names, re.I) and country is not None)
        ),
    )
    by, by_how = None, ""
    if levier is not None and (acting := sheet.actors_in(levier.start, levier.end)):
        by, by_how = acting[0].code, "its row"
    if not on and row.part is not None:
        above = roles(row.part.text.title() if row.part.text.isupper() else row.part.text, None)
        owners = [r.code for r in above if r.part == OWNER]
        if len(above) == 2 and _ONE_ON_OTHER.search(row.part.text[above[0].end : above[1].start]):
            owners = [above[0].code]
        if owners and by is None:
            by, by_how = owners[0], "the line above its row"
        on, on_how = [r.code for r in above if r.code not in owners], "the line above its row"
    leads = [f for f in context if f.instrument == TARIFF and not f.why_aside and not f.response]
    lead = next((f for f in leads if f.judgement.cue and f.judgement.status in (ANNOUNCED, IN_FORCE) and f.begins), None) or next(
        iter(leads), None
    )
    judgement = Judgement(ANNOUNCED, 0.78, "", "a row of a table")
    if lead is not None and lead.judgement.cue and lead.judgement.status not in ("denied", "hypothetical"):
        judgement = replace(lead.judgement, sure=max(lead.judgement.sure, 0.78))
    over = heading_status(row.part.text.split(",")[0]) if row.part is not None else ""
    if over:
        judgement = Judgement(over, 0.9, row.part.text if row.part else "", "the line above its row")
    state = row.column("status") or next((c for c in others if _STATE.match(c.text)), None)
    if state is not None:
        told = next((st for st, words in table()["status_words"].items() if re.search(words, state.text, re.I)), None)
        if told:
            judgement = Judgement(told, 0.9, state.text, "a column of the table")
    if (
        re.search(r"\bpropos|\brecommend(?:s|ed)?\b", " ".join(texts), re.I)
        and state is None
        and not over
        and (lead is None or lead.judgement.status in (ANNOUNCED, IN_FORCE))
    ) or (
        re.search(r"\bpropos", " ".join(f.sentence.text for f in context) or (sheet.page.title or ""), re.I)
        and state is None
        and not over
    ):
        judgement = Judgement("threatened", 0.85, "propose", "'propose' above the table", (ANNOUNCED,))
    frame = Frame(
        cell.start,
        cell.end,
        TARIFF,
        s,
        judgement,
        by=by,
        by_how=by_how,
        on=list(dict.fromkeys(on)),
        on_how=on_how if on else "",
        rate=amount,
        firm=True,
    )
    frame.everyone = everyone and not on
    if frame.everyone:
        frame.on_how = "its row"
    if lead is not None:
        frame.by, frame.by_how = (frame.by, by_how) if by else (lead.by, lead.by_how)
        if not frame.on and not frame.everyone:
            frame.on, frame.everyone, frame.on_how = list(lead.on), lead.everyone, "the words above its table"
        frame.begins, frame.ends = lead.begins, lead.ends
    for c in others:
        for p in sheet.products_in(c.start, c.end):
            if p.code not in frame.sectors:
                frame.sectors.append(p.code)
            frame.product_words.append(sheet.flat[p.start : p.end])
    goods = row.column("goods")
    dated_cells = (state, row.column("from"), row.column("to"))
    plain = goods or next(
        (c for c in others if c not in dated_cells and re.search(r"[a-z]{3}", c.text) and not sheet.actors_in(c.start, c.end)),
        None,
    )
    frame.label = plain.text.strip() if plain is not None and row.column("company") != plain else ""
    if (
        not frame.sectors
        and not on
        and goods is None
        and re.search(r"\b(?:compan|firm|export|producer|coop|sampled|other|all|ltd|co\b|group)", frame.label, re.I)
    ):
        frame.label = ""
    if not frame.sectors and lead is not None:
        frame.sectors, frame.product_words = list(lead.sectors), list(lead.product_words)
    until = row.column("to")
    dated = [d for c in (*others,) for d in sheet.dates_in(c.start, c.end)]
    head = row.heads[k] if k < len(row.heads) else ""
    if dated:
        ends = [d for d in dated if until is not None and until.start <= d.at < until.end]
        starts = [d for d in dated if d not in ends]
        if len(starts) == 2 and not ends:
            starts, ends = starts[:1], starts[1:]
        frame.begins = starts[0] if starts else frame.begins
        frame.ends = ends[0] if ends else frame.ends
    elif head:
        from detente.reader.dates import dates_in

        told_in_head = dates_in(head, sheet.today)
        if told_in_head:
            frame.begins = told_in_head[0]
    return frame


# -- filling -----------------------------------------------------------------------------------------------------------
def _form(sheet: Sheet, frames: Sequence[Frame]) -> None:
    """Forms with several entries: each frame takes who, on whom, status and days from the lines of its own entry.

    An entry opens where a label that returns (the actor's, or else the target's) stands, or is a run of lines without a gap.
    """
    lines = _lines(sheet)
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
        if f.judgement.status == IN_FORCE and not _STANDS.search(f.judgement.cue):
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


def _ours(sheet: Sheet, frames: Sequence[Frame]) -> None:
    """ "If they tax our lumber, we will tax their whiskey": us and we are the place of the dateline, where there is one."""
    own = _seat(sheet)
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
        if not f.on and not f.everyone and _OBJECT.search(f.sentence.text[: f.end - f.sentence.start]):
            f.on = [c for c in _levied_before(sheet, f) if c != f.by]
            f.on_how = "the sentence before" if f.on else ""
        stranger = _STRANGER.match(f.sentence.text) if f.by is None and f.subject is None else None
        if stranger is not None:
            f.by, f.by_how = surnames.get(stranger[1]), "the speaker's side"
        if f.by is None and stranger is None and f.instrument != PURCHASE:
            if last is not None and same_block and last.by and last.by not in f.on and _goes_on(f, last):
                f.by, f.by_how = last.by, "the sentence before"
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
            elif paper.on_how == "the title" and _other_topic(sheet, f):
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
    title = {p.code for at, text in _titles(sheet) for p in sheet.products_in(at, at + len(text))}
    return bool(title and f.sectors and not title & set(f.sectors))


_PRESIDENT = re.compile(r"\b[Tt]he President\b(?! of)")
_HEADS = ("the office at its head", "a line of the form", "the title", "the law in the title")


def _doubtful(paper: Paper, f: Frame, acting: Counter[str], named: set[str]) -> bool:
    """Whether the one who acts elsewhere is too thin a ground: named once, in a text of many economies."""
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
    r"^\W*(?:Its own|Their own|It|They|Officials|The (?:government|ministry|bloc|administration|union|country))\s"
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
    r"\b(?:charg\w+|tax\w*|hit\w*|levie\w*) (?:it|them|both|these|those)\b"
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
    return list(dict.fromkeys(r.code for r in named if r.part in LEVIED or r.form == "adjective"))


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


def _tells_a_rate(sheet: Sheet, s: Sentence) -> bool:
    """Whether a sentence speaks of a rate of its own, so that its days are not those of others."""
    return any(a.unit == "%" for a in sheet.amounts_in(s.start, s.end)) and not re.search(
        r"\b(?:quotas?|volumes?)\b", s.text, re.I
    )


_Dated = tuple[Sentence, DateMention | None, DateMention | None, bool]


def _date_sentences(sheet: Sheet, frames: Sequence[Frame]) -> list[_Dated]:
    """Sentences without a rate that say from when: sentence, first day, last day, whether it leads in what follows."""
    rated = {f.sentence.start for f in frames if f.rate is not None}
    found = []
    begins = built(r"\b(?:{begins_words}|from|starting|on or after)\b[^;]{0,90}$")
    for b in sheet.blocks:
        for s in b.sentences:
            if s.start in rated or "?" in s.text or _tells_a_rate(sheet, s):
                continue
            lead_in = s.text.rstrip().endswith(":")
            speaks = (
                built(r"\b{carries_on}\s+(?:shall\s+|will\s+)?{begins_words}\b").search(s.text)
                or built(r"^\W*(?:(?:\w+\.|\(\w\)|[A-Z. ]{4,30}:)\s*)*{carries_on}\b").match(s.text)
                or built(
                    r"^\W*(?:effective|dates?|entry into force|coming into force|in force|commencement|"
                    r"start|when|timing|applicable)\b[^.]{0,20}:"
                ).match(s.text)
            )
            duty = any(p.search(s.text) for k, p in instruments() if k == TARIFF)
            told = (
                re.search(r"\beffective (?:on |from |as of )?(?:\d|[A-Z])", s.text)
                or (re.match(r"\W*(?:From|As of|Since|Starting)\s+[^,;]{6,70}\.$", s.text) and len(s.text.split()) <= 14)
                or (
                    lead_in
                    and re.search(r"\b(?:entries|entered|imported|goods)\b[^;]{0,40}\b(?:on or after|from|as of)\b", s.text)
                )
            )
            if not (
                speaks
                or told
                or (duty and (lead_in or b.kind == "heading" or built(r"\b(?:{begins_words}|from)\b").search(s.text)))
            ) and not (b.kind == "heading" and built(r"\b(?:{begins_words}|from)\b").search(s.text)):
                continue
            if (
                re.search(r"\b(?:goods (?:in transit|loaded)|loaded|comments?|hearing|investigation|drawback)\b", s.text, re.I)
                and not re.search(r"\bentered for consumption\b", s.text, re.I)
            ) or re.search(r"\bprovisional duties collected\b", s.text, re.I):
                continue
            first = until = None
            for d in sheet.dates_in(s.start, s.end):
                if re.match(r"\W*On\s+$", s.text[: d.at - s.start]) and re.match(
                    r"\W*(?:[\w.]+\s+){1,6}?(?:decided|announced|signed|issued|published|opened|found)\b",
                    s.text[d.to - s.start :],
                ):
                    continue
                lead = s.text[max(0, d.at - s.start - 100) : d.at - s.start]
                if d.precision in ("vague", "decade", "year"):
                    continue
                if re.search(r"\b(?:until|expir\w+|laps\w+|through|end(?:s|ing)?|ceas\w+)\b[^,;]{0,25}$", lead, re.I):
                    until = until or d
                elif (
                    begins.search(lead)
                    or (re.match(r"\W*Effective\b", s.text) and lead_in)
                    or built(r"^\W*(?:effective|dates?|entry into force|start)").match(s.text)
                    or (re.search(r"\b(?:on|from)\s+$", lead) and (speaks or told))
                    or re.search(r"\b[Aa]pplicable\s+$", lead)
                ):
                    first = first or d
            if first or until:
                found.append((s, first, until, lead_in))
    return found


_STANDS = re.compile(
    r"\b(?:un(?:affected|changed|touched|altered)|continu\w*|upheld|not (?:changed|affected|touched)|"
    r"remain\w*|since|still|already|current\w*|existing|stays?|kept|keeps?|in place|in force|now|retain\w*)\b",
    re.I,
)


_AT_ONCE = re.compile(r"\b(?:immediate(?:ly)?|at once|today|forthwith)\b", re.I)


def _carry_on(sheet: Sheet, frames: Sequence[Frame], paper: Paper) -> None:
    dated = _date_sentences(sheet, frames)
    for f in frames:
        low = max(0, f.start - f.sentence.start - 60)
        around = f.sentence.text[low : f.end - f.sentence.start + 30]
        stands = (
            f.judgement.status == IN_FORCE and (_STANDS.search(f.judgement.cue) or _STANDS.search(around))
        ) or f.judgement.status in (*OVER,)
        if f.judgement.status == "threatened" and f.by != paper.by:
            continue
        curbs = f.instrument in (EXPORT_CONTROL, EMBARGO) and f.judgement.cue and not _AT_ONCE.search(f.sentence.text)
        if f.begins is None and not stands and f.instrument != PURCHASE and (f.rate is not None or f.quantity or curbs):
            near = _nearest(sheet, f, dated, frames)
            if near is not None:
                f.begins = near
    for f in frames:
        if f.ends is None and f.judgement.status not in OVER and f.begins is not None:
            until = next(
                (u for s, first, u, _ in dated if u is not None and (first is None or first.start == f.begins.start)), None
            )
            if until is not None and f.rate is not None:
                f.ends = until
    _statuses(sheet, frames)
    _targets(sheet, frames, paper)


_OWN_WORDS = ("its own word", "named with 'by'", "subject of the sentence")


def _nearest(sheet: Sheet, f: Frame, dated: Sequence[_Dated], frames: Sequence[Frame]) -> DateMention | None:
    others = {s.start: [g for g in frames if g.sentence.start == s.start and g.by] for s, *_ in dated}
    with_start = [
        (s, d, lead)
        for s, d, _, lead in dated
        if d is not None
        and (
            not others[s.start]
            or f.by in [g.by for g in others[s.start]]
            or (re.search(r"\bboth\b|\beach\b", s.text, re.I) and all(g.by_how not in _OWN_WORDS for g in others[s.start]))
        )
    ]
    if not with_start:
        return None
    block = f.sentence.block
    after = [(s, d) for s, d, lead in with_start if s.block == block and s.start > f.start]
    if after:
        return after[0][1]
    before = [(s, d) for s, d, lead in with_start if s.block == block and s.start < f.start]
    if before:
        return before[-1][1]
    # A day said of the sentence just before it, in another block, is that block's own where it has frames.
    free = []
    for s, d, lead in with_start:
        own = [g for g in frames if g.sentence.block == s.block and g.rate is not None and g.start < s.start]
        if not own or lead:
            free.append((abs(sheet.blocks[s.block].index - block), s.start < f.start and not lead, s, d))
    if not free:
        return None
    return min(free, key=lambda x: (x[0], x[1]))[3]


def _statuses(sheet: Sheet, frames: Sequence[Frame]) -> None:
    """ "They will now stay suspended": a sentence that carries on turns the status of the frames before it."""
    starts = {f.sentence.start for f in frames if f.rate is not None}
    for s in sheet.sentences:
        told = _carried().match(s.text)
        undone = _UNDONE.match(s.text)
        if s.start in starts or not (told or undone) or len(s.text) > 220 or "?" in s.text:
            continue
        before = [f for f in frames if f.sentence.block == s.block and f.sentence.start < s.start]
        asked = [f for f in frames if s.block - 1 <= f.sentence.block <= s.block and f.question and f.sentence.start < s.start]
        if asked and not any(x.start > asked[-1].sentence.start and x.start < s.start for x in sheet.sentences):
            _answered(sheet, s, [f for f in asked if f.sentence.start == asked[-1].sentence.start])
            continue
        if not before:
            continue
        last = before[-1].sentence.start
        if any(
            x.start > last and x.start < s.start
            for x in sheet.sentences
            if x.block == s.block and x.start != last and len(x.text) > 0
        ) and not re.match(r"\W*(?:they|these|it|this)\b", s.text, re.I):
            continue
        for status, sure, pattern in cues():
            m = pattern.search(s.text)
            if status not in (SUSPENDED, WITHDRAWN, STRUCK_DOWN, "expired") or m is None:
                continue
            ahead = s.text[max(0, m.start() - 30) : m.start()]
            if (
                word("negation").search(ahead)
                or re.search(r"\b(?:may|might|could|would|can|if)\b", s.text[: m.start()], re.I)
                or re.search(r"ing$", m.group())
            ):
                continue
            if status == WITHDRAWN and re.match(r"\s*(?:\w+ ){0,4}(?:from [\w.% ]+ )?to \d", s.text[m.end() :]):
                continue
            for f in before:
                if f.sentence.start == last:
                    f.judgement = Judgement(
                        status,
                        sure - 0.1,
                        m.group(),
                        f"{m.group()!r} in the next sentence",
                        (f.judgement.status,),
                        f.judgement.quoted,
                    )
                    days = [d for d in sheet.dates_in(s.start, s.end) if d.start]
                    if days and f.ends is None:
                        f.ends = days[-1]
            break


@cache
def _carried() -> re.Pattern[str]:
    return built(
        r"^\W*(?:(?:Answer|Reply|A)\s*[:.]\s*)?(?:(?:Yes|No)[,.]\s*)?"
        r"{carries_on}\s+(?:will|are|is|was|were|has|have|had|now|stay\w*|remain\w*|since|continues?|ends?|ended|lapsed?|expired?)\b"
    )


_UNDONE = re.compile(
    r"^\W*(?:It|They|He|She|The \w+|(?-i:[A-Z])[\w ]{2,20}?) (?:has |have |had |then |later |since |"
    r"soon )*(?:took|taken|withdr[ae]wn?|lifted|dropped|"
    r"scrapped|removed|repealed|revoked|rescinded|cancelled|abandoned|suspended|paused|froze|frozen|"
    r"shelved|postponed) (?:it|them|this|that)\b",
    re.I,
)


def _answered(sheet: Sheet, s: Sentence, asked: Sequence[Frame]) -> None:
    """ "And the duty on copper? That duty was suspended": the answer tells the status, and makes the measure one of its own."""
    told = _carried().match(s.text)
    judgement = judge(s.text, told.start(), min(told.end() - 4, len(s.text))) if told else None
    if judgement is None or not judgement.cue or judgement.status in ("denied", "hypothetical", "historical"):
        return
    for f in asked:
        f.question, f.judgement = False, replace(judgement, sure=max(judgement.sure - 0.05, 0.7))
        days = [d for d in sheet.dates_in(s.start, s.end) if d.start]
        for d in days:
            if re.search(r"\b(?:until|till|through|to)\s+(?:the )?(?:end of )?$", sheet.flat[max(0, d.at - 16) : d.at], re.I):
                f.ends = f.ends or d


def _targets(sheet: Sheet, frames: Sequence[Frame], paper: Paper) -> None:
    """ "The increases hit goods from …": a sentence that carries on tells on whom."""
    starts = {f.sentence.start for f in frames if f.rate is not None}
    for s in sheet.sentences:
        if s.start in starts or not built(
            r"^\W*{carries_on}\s+(?:\w+\s+)?(?:hit|appl\w+|cover\w*|concern\w*|affect\w*|fall|target\w*|are aimed|is aimed)\b"
        ).match(s.text):
            continue
        if re.search(r"\bnot\b", s.text[:80]):
            continue
        named = [r for r in roles(s.text, list(sheet.actors_in(s.start, s.end)), s.start) if r.part in LEVIED]
        if not named:
            continue
        for f in frames:
            codes = list(dict.fromkeys(r.code for r in named if r.code != f.by))
            if f.by and not f.on and f.rate is not None and f.on_how in ("", "the sentence before", "all are meant"):
                f.on, f.everyone, f.on_how = codes, False, "a sentence about all of them"


_LENGTH = re.compile(
    r"\b(?:for|lasts?|last|valid for|apply for|period of)\s+(?:a\s+)?(?:period of\s+)?(?:(?P<n>\d{1,3})|"
    r"(?P<w>an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|eighteen|thirty|sixty|ninety))[- ]"
    r"(?P<u>day|week|month|year)s?\b",
    re.I,
)
_WORDS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "eighteen": 18,
    "thirty": 30,
    "sixty": 60,
    "ninety": 90,
}


def _last(sheet: Sheet, frames: Sequence[Frame]) -> None:
    """How long a measure lasts, where the sentence or one that carries on says so, as its last day."""
    spoken = [(s, m) for s in sheet.sentences if (m := _LENGTH.search(s.text)) and (built(r"\b{carries_on}\b").search(s.text))]
    for f in frames:
        if f.ends is not None or f.begins is None or f.begins.start is None or f.rate is None:
            continue
        own = _LENGTH.search(f.sentence.text)
        if own is None and any(f.begins.at == d.at for d in sheet.dates_in(f.sentence.start, f.sentence.end)):
            near = [m for s, m in spoken if s.block == f.sentence.block]
        else:
            near = [m for s, m in spoken if s.start not in {g.sentence.start for g in frames if g.rate is not None}]
        m = own or (near[0] if len(near) == 1 else None)
        if m is None or f.judgement.status in OVER:
            continue
        number = int(m["n"]) if m["n"] else _WORDS[m["w"].lower()]
        step = {
            "day": relativedelta(days=number),
            "week": relativedelta(weeks=number),
            "month": relativedelta(months=number),
            "year": relativedelta(years=number),
        }[m["u"].lower()]
        try:
            day = f.begins.start + step
        except (ValueError, OverflowError):
            continue
        f.ends = replace(
            f.begins,
            start=day,
            end=day,
            text=m.group(),
            how=f"{m.group()!r} after its start",
            precision="day",
            partial=None,
            sure=0.85,
            others=(),
        )
    for f in frames:
        if (
            f.ends is not None
            and f.begins is not None
            and f.ends.start
            and f.begins.start
            and f.ends.start <= f.begins.start - timedelta(days=0)
            and f.ends.at != f.begins.at
        ) and f.judgement.status not in (*OVER, SUSPENDED):
            f.ends = None
