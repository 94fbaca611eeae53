"""Section "Key questions": what each answer would move, how much of what is open a question explains, what knowing it is worth.

Stands in for the plain list of questions where the dossier gives them answers and `prospects`. Every sentence is made from the
numbers of `outlook.questions`.
"""

from __future__ import annotations

from detente import words as text
from detente.briefing.document import Block, Cell, Column, Para, Table
from detente.briefing.sections import outlook
from detente.briefing.view import CaseView
from detente.outlook.questions import KeyQuestions, QuestionOutlook
from detente.words import chance


def blocks(case: CaseView) -> list[Block]:
    """The ranked questions; nothing where the dossier has no prospects or no answers."""
    found = outlook.prepared(case)
    if found is None or not found.asked.questions:
        return []
    asked = found.asked
    out: list[Block] = [
        Para(answer(case, asked), kind="lede"),
        ranking(case, asked),
        answers(case, asked),
        Para(knowing(case, asked)),
    ]
    if asked.unanswered:
        listed = {q.id: q.question for q in case.dossier.key_questions}
        out.append(Para("The dossier gives no answers to: " + text.join(f"“{listed[q]}”" for q in asked.unanswered) + "."))
    return out


def answer(case: CaseView, asked: KeyQuestions) -> str:
    """Which question matters most for whom, and what no question asks."""
    parts = []
    top = {code: max(asked.questions, key=lambda q: q.shares[code].shapley) for code in _columns(case)}
    for question in dict.fromkeys(q.id for q in top.values()):
        q = next(q for q in asked.questions if q.id == question)
        told = [f"{text.name(c)} ({_share(q, c)})" for c in _columns(case) if top[c].id == question]
        parts.append(f"“{q.question}” explains the largest part of what is open for {text.join(told)}.")
    code = "WORLD"
    parts.append(
        f"All {len(asked.questions)} together explain {chance(asked.together[code])} of what is open for the world, where "
        "paths differ by "
        f"a standard deviation of {text.percent(asked.deviation[code])} of real income."
    )
    fork, extra = asked.most_unasked(code)
    if extra >= 0.02:
        parts.append(f"Another {100 * extra:.0f} points hang on what no question asks: {asked.look.tree.forks[fork].title}")
    return " ".join(parts)


def _columns(case: CaseView) -> tuple[str, ...]:
    return (*case.trio, "WORLD")


def _share(q: QuestionOutlook, code: str) -> str:
    return chance(q.shares[code].shapley)


def ranking(case: CaseView, asked: KeyQuestions) -> Table:
    """Share of what is open that each question explains, with indicator and date."""
    codes = _columns(case)
    rows, data = [], []
    for q in asked.questions:
        left = (q.by_when - case.dossier.as_of).days
        source = next(x for x in case.dossier.key_questions if x.id == q.id)
        cells = []
        for c in codes:
            s = q.shares[c]
            ends = (f"{100 * s.low:.0f}", f"{100 * s.high:.0f}")
            cells.append(
                Cell(f"{100 * s.shapley:.0f}", f"{ends[0]} to {ends[1]}".replace(" ", text.FIRM) if ends[0] != ends[1] else "")
            )
            data.append(
                {
                    "question": q.id,
                    "text": q.question,
                    "region": c,
                    "first order": s.first,
                    "total": s.total,
                    "shapley": s.shapley,
                    "low": s.low,
                    "high": s.high,
                    "swing": q.swing(c),
                    "unit": "share of the variance of average real income over paths; swing: points of real income",
                    "indicator": q.indicator,
                    "by": q.by_when.isoformat(),
                    "days_left": left,
                }
            )
        rows.append(
            (
                Cell(q.question, q.why, cites=source.sources),
                *cells,
                Cell(q.indicator),
                Cell(text.table_day(q.by_when), f"{text.count(left, 'day')} left"),
            )
        )
    csv = case.file("key-questions", "Key questions: share of the variance each explains, indicators and dates", data)
    return Table(
        "tab-questions",
        "What matters most to know",
        f"Share of what is open about real income that each question explains (Shapley), percent; sorted for the world; "
        f"{case.run}; "
        "second line: range over the odds",
        (
            Column("Question", "why it matters"),
            *(Column(text.label(c), "%", number=True) for c in codes),
            Column("Indicator"),
            Column("By"),
        ),
        tuple(rows),
        case.note(
            csv,
            "What is open: the variance over paths of average real income. Answers overlap; the shares divide the overlap "
            "evenly.",
        ),
        csv,
        wide=True,
    )


def answers(case: CaseView, asked: KeyQuestions) -> Table:
    """Every answer with its odds and what it moves."""
    codes = _columns(case)
    rows, data = [], []
    for q in asked.questions:
        for k, a in enumerate(q.answers):
            ends = (f"{100 * a.probability.low:.0f}", f"{100 * a.probability.high:.0f}")
            rows.append(
                (
                    Cell(q.question if k == 0 else ""),
                    Cell(a.title),
                    Cell(
                        f"{100 * a.probability.value:.0f}",
                        f"{ends[0]} to {ends[1]}".replace(" ", text.FIRM) if ends[0] != ends[1] else "",
                    ),
                    *(Cell(text.fixed(a.shift[c], 2, signed=True), text.fixed(a.expected[c], 2)) for c in codes),
                )
            )
            for c in asked.codes:
                data.append(
                    {
                        "question": q.id,
                        "answer": a.id,
                        "title": a.title,
                        "probability": a.probability.value,
                        "low": a.probability.low,
                        "high": a.probability.high,
                        "region": c,
                        "expected": a.expected[c],
                        "shift": a.shift[c],
                        "unit": "% of real income, average over the period; shift in points against now",
                        **{f"then {s}": p for s, p in a.scenarios.items()},
                        "relative_to": case.quo,
                        "horizon": case.runs.parameters.name,
                    }
                )
    csv = case.file(
        "key-answers", "Every answer: odds, expected real income given it, shift against now, scenarios given it", data
    )
    return Table(
        "tab-answers",
        "What each answer would move",
        f"Points of expected real income against now, once the answer is known; second line: the expectation, percent "
        f"against {case.quo}; "
        f"{case.run}",
        (
            Column("Question"),
            Column("Answer"),
            Column("Odds", "%", number=True),
            *(Column(text.label(c), "points", number=True) for c in codes),
        ),
        tuple(rows),
        case.note(csv, "Averages over the paths on which the answer comes."),
        csv,
        wide=True,
    )


def knowing(case: CaseView, asked: KeyQuestions) -> str:
    """What knowing early is worth to those who choose a stance."""
    frame = asked.knowing_frame()
    if frame.empty:
        return "What knowing an answer is worth to a party is not computed: the dossier gives no stances to choose from."
    case.shelf.add("key-knowing", "What knowing each answer is worth to each actor", frame)
    parts = []
    for actor in dict.fromkeys(frame["actor"]):
        own = frame[frame["actor"] == actor]
        best = own.loc[own["worth, points"].astype(float).idxmax()]
        worth, stance = float(best["worth, points"]), str(best["best without"])
        if worth < 1e-6:
            parts.append(
                f"For {text.name(actor)} no answer changes its best stance, “{stance}”: knowing early is worth nothing in "
                "that choice."
            )
        else:
            question = next(q for q in asked.questions if q.id == best["question"])
            money = text.money(float(best["worth, million USD a year"]))
            parts.append(
                f"{text.name(actor, start=True)} would gain most from knowing “{question.question}” before it chooses: "
                f"{text.fixed(worth, 3)} points of its payoff, {money} a year (best stance without: “{stance}”)."
            )
    return (
        " ".join(parts)
        + " Payoffs are those of the stances in the section on what each side would do next, motives included; the other "
        "side’s stance on a path is the one nearest to what it ends the path with."
    )
