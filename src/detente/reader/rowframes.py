"""A row of a table or list as a frame: what its own cells do not say comes from the words above it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from detente.reader.amounts import Amount
from detente.reader.clauses import Block, Sentence
from detente.reader.constructions import built, table, word
from detente.reader.dates import dates_in
from detente.reader.frames import TARIFF, Frame, heading_status
from detente.reader.papers import Paper, titles_of
from detente.reader.roles import OWNER, roles
from detente.reader.sheet import Sheet
from detente.reader.status import ANNOUNCED, IN_FORCE, THREATENED, Judgement
from detente.reader.tables import Row, is_of_duties, says_now


def row_frames(sheet: Sheet, rows: Sequence[Row], frames: Sequence[Frame], paper: Paper) -> list[Frame]:
    """A frame for every rate in a row of duties."""
    found: list[Frame] = []
    for row in rows:
        block = _block_at(sheet, row.start)
        lead = _lead(sheet, row.start, [r for r in rows if r.table == row.table])
        texts = (
            [row.part.text if row.part else ""]
            + [b.text for b in lead]
            + [sheet.page.title or ""]
            + [t for _, t in titles_of(sheet)[:1]]
        )
        if not is_of_duties(row, texts) or block is None:
            continue
        s = Sentence(row.start, row.end, sheet.flat[row.start : row.end], block.index)
        context = [f for b in lead for f in frames if f.sentence.block == b.index]
        today = [a.value for k, a in row.rates if k < len(row.heads) and says_now(row.heads[k])]
        for k, amount in row.rates:
            if amount.value in today and not says_now(row.heads[k]):
                continue  # the rate of today goes on
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
            or (re.match(r"\W*(?:all )?others?\W*$|rest of|(?:every|any|all) other", names, re.I) and country is not None)
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
    approved = re.search(r"\b(?:approved|accepted|adopted|endorsed)\b", " ".join(texts), re.I)
    if judgement.status == THREATENED and approved:
        judgement = Judgement(ANNOUNCED, 0.82, "approved", "recommended, and approved", (THREATENED,))
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
        and not approved
        and state is None
        and not over
        and (lead is None or lead.judgement.status in (ANNOUNCED, IN_FORCE))
    ) or (
        re.search(r"\bpropos", " ".join(f.sentence.text for f in context) or (sheet.page.title or ""), re.I)
        and state is None
        and not over
    ):
        judgement = Judgement(THREATENED, 0.85, "propose", "'propose' above the table", (ANNOUNCED,))
    if k < len(row.heads) and says_now(row.heads[k]):
        judgement = Judgement(IN_FORCE, 0.88, row.heads[k], "the head of its column")
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
        told_in_head = dates_in(head, sheet.today)
        if told_in_head:
            frame.begins = told_in_head[0]
    return frame
