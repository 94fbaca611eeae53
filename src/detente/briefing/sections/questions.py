"""Section "Key questions": what each answer would move, how much of what is open a question explains, what knowing it is worth.

Where the dossier says what may come (`prospects`) and gives the questions answers, the numbers are those of `outlook.questions`;
else the questions are listed by date, with how far apart the scenarios lie that each decides among.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from detente import words as text
from detente.briefing.document import Block, Cell, Column, Para, Table, spanned
from detente.briefing.sections import outlook
from detente.briefing.view import CaseView
from detente.outlook.questions import KeyQuestions


def _said(part: str, **values: Any) -> str:
    return text.say("briefing/sections/questions", part, **values)


def blocks(case: CaseView) -> list[Block]:
    """What each answer would move where the dossier says what may come; else what to watch."""
    found = outlook.prepared(case)
    if found is None or not found.asked.questions:
        return watch(case)
    asked = found.asked
    out: list[Block] = [
        Para(answer(case, asked), kind="lede"),
        ranking(case, asked),
        answers(case, asked),
        Para(knowing(case, asked)),
    ]
    if asked.unanswered:
        listed = {q.id: q.question for q in case.dossier.key_questions}
        out.append(Para(_said("unanswered", asked=[listed[q] for q in asked.unanswered])))
    return out


def answer(case: CaseView, asked: KeyQuestions) -> str:
    """Which question matters most for whom, and what no question asks."""
    codes = _columns(case)
    top = {code: max(asked.questions, key=lambda q: q.shares[code].shapley).id for code in codes}
    known = {q.id: q for q in asked.questions}
    told = [
        {"question": known[id].question, "shares": [(c, known[id].shares[c].shapley) for c in codes if top[c] == id]}
        for id in dict.fromkeys(top.values())
    ]
    fork, extra = asked.most_unasked("WORLD")
    unasked = asked.look.tree.forks[fork].title if extra >= 0.02 else ""
    world = {"together": asked.together["WORLD"], "deviation": asked.deviation["WORLD"]}
    return _said("answer", top=told, many=len(asked.questions), **world, unasked=unasked, extra=extra)


def _columns(case: CaseView) -> tuple[str, ...]:
    return (*case.trio, "WORLD")


def ranking(case: CaseView, asked: KeyQuestions) -> Table:
    """Share of what is open that each question explains, with indicator and date."""
    codes = _columns(case)
    rows, data = [], []
    settling: list[dict[str, Any]] = []
    for q in asked.questions:
        left = (q.by_when - case.dossier.as_of).days
        source = next(x for x in case.dossier.key_questions if x.id == q.id)
        cells = []
        for c in codes:
            s = q.shares[c]
            share, low, high = (text.fixed(100 * x, 0) for x in (s.shapley, s.low, s.high))
            cells.append(Cell(share, spanned(low, high)))
            data.append(
                {
                    "question": q.id, "text": q.question, "region": c, "first order": s.first, "total": s.total,
                    "shapley": s.shapley, "low": s.low, "high": s.high, "swing": q.swing(c), "unit": _said("shares_unit"),
                    "indicator": q.indicator, "by": q.by_when.isoformat(), "days_left": left,
                }
            )  # fmt: skip
        by = Cell(text.table_day(q.by_when), text._("{0} left").format(text.days(left / text.DAYS_A_YEAR)))
        settled = _said("settled", resolution=source.resolution) if source.resolution else ""
        rows.append((Cell(q.question, q.why, cites=source.sources), *cells, Cell(q.indicator, settled), by))
        settling.append(
            {
                "question": q.id, "text": q.question, "by": q.by_when.isoformat(), "indicator": q.indicator,
                "rule": source.resolution.rule if source.resolution else "",
                "source": source.resolution.source if source.resolution else "",
            }
        )  # fmt: skip
    csv = case.file("key-questions", _said("shares_file"), data)
    rules = case.file("key-resolutions", _said("resolutions_file"), settling)
    return Table(
        "tab-questions",
        _said("shares_title"),
        _said("shares_subtitle", run=case.run),
        (
            Column("Question", "why it matters"),
            *(Column(text.label(c), "%", number=True) for c in codes),
            Column("Indicator", "settled by"),
            Column("By"),
        ),
        tuple(rows),
        case.note(csv, _said("shares_note", rules=rules)),
        csv,
        wide=True,
    )


def answers(case: CaseView, asked: KeyQuestions) -> Table:
    """Every answer with its odds and what it moves."""
    codes = _columns(case)
    rows, data = [], []
    for q in asked.questions:
        shares = [a.probability.value for a in q.answers]
        percents = text.whole_percents(shares) if abs(sum(shares) - 1) < 1e-6 else [text.whole_percent(p) for p in shares]
        for k, a in enumerate(q.answers):
            moved = (Cell(text.fixed(a.shift[c], 2, signed=True), text.fixed(a.expected[c], 2)) for c in codes)
            rows.append(
                (Cell(q.question if k == 0 else ""), Cell(a.title), outlook.share(a.probability, percent=percents[k]), *moved)
            )
            data += [
                {
                    "question": q.id, "answer": a.id, "title": a.title, "probability": a.probability.value,
                    "low": a.probability.low, "high": a.probability.high, "region": c, "expected": a.expected[c],
                    "shift": a.shift[c], "unit": _said("answers_unit"),
                    **{f"then {s}": p for s, p in a.scenarios.items()},
                    "relative_to": asked.look.paths.base, "horizon": case.runs.parameters.name,
                }
                for c in asked.codes
            ]  # fmt: skip
    csv = case.file("key-answers", _said("answers_file"), data)
    return Table(
        "tab-answers",
        _said("answers_title"),
        _said("answers_subtitle", base=asked.look.paths.base, run=case.run),
        (
            Column("Question"),
            Column("Answer"),
            Column("Odds", "from today, %", number=True),
            *(Column(text.label(c), "points", number=True) for c in codes),
        ),
        tuple(rows),
        case.note(csv, _said("answers_note")),
        csv,
        wide=True,
    )


def knowing(case: CaseView, asked: KeyQuestions) -> str:
    """What knowing early is worth to those who choose a stance."""
    frame = asked.knowing_frame()
    if frame.empty:
        return _said("nobody")
    case.shelf.add("key-knowing", _said("knowing_file"), frame)
    questions = {q.id: q.question for q in asked.questions}
    answers = {(q.id, a.id): a.title for q in asked.questions for a in q.answers}
    actors = []
    for actor in dict.fromkeys(frame["actor"]):
        own = frame[frame["actor"] == actor]
        best = own.loc[own["worth, points"].astype(float).round(9).idxmax()]
        worth, money = float(best["worth, points"]), float(best["worth, million USD a year"])
        told = {"question": questions.get(best["question"], ""), "stance": str(best["best without"])}
        open_ = own.dropna(subset=["if it paid more, points"])
        near = None if open_.empty else open_.loc[open_["if it paid more, points"].astype(float).round(9).idxmin()]
        flip = None if near is None else {
            "choice": str(near["nearest other choice"]), "points": float(near["if it paid more, points"]),
            "question": questions[near["question"]], "answer": answers[near["question"], near["after the answer"]],
        }  # fmt: skip
        actors.append({"actor": actor, "worth": worth, "money": money, "flip": flip, **told})
    return _said("knowing", actors=actors)


# -- without odds ------------------------------------------------------------------------------------------------------
def watch(case: CaseView) -> list[Block]:
    """What to watch, by date, and how far the scenarios lie apart that the question decides among."""
    ranked = sorted(case.dossier.key_questions, key=lambda q: (q.by_when, q.id))
    if not ranked:
        return [Para(_said("nothing"))]
    rows, data = [], []
    for q in ranked:
        left = (q.by_when - case.dossier.as_of).days
        known = [s for s in q.scenarios if s in case.ids]
        apart, mover = widest(case, known)
        rows.append(
            (
                Cell(text.table_day(q.by_when), text._("{0} left").format(text.days(left / text.DAYS_A_YEAR))),
                Cell(q.question, q.why, cites=q.sources),
                Cell(q.indicator),
                Cell(text.fixed(apart, 2), text.label(mover) if mover else ""),
            )
        )
        data.append(
            {
                "id": q.id, "question": q.question, "why": q.why, "indicator": q.indicator, "by_when": q.by_when,
                "days_left": left, "scenarios": " ".join(known), "apart": apart, "region": mover,
                "unit": "percentage points of real income", "horizon": case.runs.parameters.name,
            }
        )  # fmt: skip
    csv = case.file("key-questions", _said("watch_file"), data)
    return [
        Table(
            "tab-questions",
            _said("watch_title"),
            _said("watch_subtitle", run=case.run),
            (Column("By"), Column("Question", "why it matters"), Column("Indicator"), Column("Apart", "points", number=True)),
            tuple(rows),
            text._("Source: {0}. Data: data/{1}").format(text._("the dossier and detente"), csv),
            csv,
            wide=True,
        )
    ]


def widest(case: CaseView, scenarios: Sequence[str]) -> tuple[float, str]:
    """The largest gap in real income between scenarios, and the headline region it lies in."""
    if len(scenarios) < 2:
        return math.nan, ""
    gaps = {}
    for code in case.focus:
        values = [case.income(code, s).value for s in scenarios]
        gaps[code] = max(values) - min(values)
    mover = max(gaps, key=lambda c: gaps[c])
    return gaps[mover], mover
