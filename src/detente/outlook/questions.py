"""Key questions: what each answer would do to everybody's outlook, how much of it the question explains, what knowing is worth.

    E[V | answer a] = Σ over paths of P(path) L(a | path) V(path) / Σ P(path) L(a | path)

L comes from the dossier: on each path the last branch counts that any answer of the question names. Shares of variance are those
of `explained`, what knowing the answer is worth to a party or the host that of `knowing`.

>>> from detente.outlook.tree import grow
>>> from detente.policy.dossier import load_dossier
>>> case = load_dossier("kuala-lumpur-2025")
>>> chances = likelihoods(case.key_questions[0], grow(case))
>>> chances.shape, bool(abs(chances.sum(axis=1) - 1).max() < 1e-12)
((128, 3), True)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.cases.explained import added, divide, worth_of_sets
from detente.equilibrium.parameters import Parameters
from detente.errors import BadDossier
from detente.outlook.knowing import Knowing, worth_of_answers
from detente.outlook.odds_ranges import ENDS
from detente.outlook.outlook import Estimate, Outlook, outlook
from detente.outlook.tree import Tree
from detente.policy.parts import KeyQuestion
from detente.words import THIN, chance, digits as number
from detente.words.names import region_name
from detente.world.world import World

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier
    from detente.strategy.payoffs import PayoffTable
    from detente.talks.menus import Menu

Array = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
DRAWS = 100
"""Draws of the odds over which a share of variance is ranged."""


class Share(NamedTuple):
    """Shares of the variance of one region's outcome that a question explains; `low`, `high`: of the Shapley share."""

    first: float
    total: float
    shapley: float
    low: float
    high: float


@dataclass(frozen=True)
class AnswerOutlook:
    """One answer: probability, expected real income of each code given it (percent) and the shift against now, scenarios."""

    id: str
    title: str
    probability: Estimate
    expected: Mapping[str, float]
    shift: Mapping[str, float]
    scenarios: Mapping[str, float]


@dataclass(frozen=True)
class QuestionOutlook:
    """One question with its answers, its shares of variance by code and what knowing it is worth by actor."""

    id: str
    question: str
    why: str
    indicator: str
    by_when: date
    answers: tuple[AnswerOutlook, ...]
    shares: Mapping[str, Share]
    knowing: Mapping[str, Knowing]

    def swing(self, code: str) -> float:
        """The gap between the highest and the lowest expectation of `code` over the answers, points of real income."""
        values = [a.expected[code] for a in self.answers if not math.isnan(a.expected[code])]
        return max(values) - min(values)

    @property
    def likeliest(self) -> AnswerOutlook:
        """The likeliest answer."""
        return max(self.answers, key=lambda a: a.probability.value)


@dataclass(frozen=True, eq=False)
class KeyQuestions:
    """All questions with answers, ranked by their Shapley share for `by`.

    `together`: what all explain, by code; `deviation`: standard deviation over paths, percent; `unasked`: by fork and code, the
    share that asking for that fork too would add.
    """

    look: Outlook
    by: str
    codes: tuple[str, ...]
    questions: tuple[QuestionOutlook, ...]
    together: Mapping[str, float]
    deviation: Mapping[str, float]
    unasked: Mapping[str, Mapping[str, float]]
    unanswered: tuple[str, ...]

    def most_unasked(self, code: str) -> tuple[str, float]:
        """The fork whose answer would add most to what the questions explain for `code`, and how much."""
        fork = max(self.unasked, key=lambda f: (self.unasked[f][code], f))
        return fork, self.unasked[fork][code]

    def to_frame(self) -> pd.DataFrame:
        """One row a question and answer: probability, expectations and shifts, percent and points; shares for `by`."""
        rows = []
        for rank, q in enumerate(self.questions, 1):
            own = q.shares[self.by]
            for a in q.answers:
                rows.append(
                    {
                        "rank": rank,
                        "question": q.id,
                        "answer": a.id,
                        "title": a.title,
                        "probability": a.probability.value,
                        "low": a.probability.low,
                        "high": a.probability.high,
                        **{f"expected {c}, %": a.expected[c] for c in self.codes},
                        **{f"shift {c}, points": a.shift[c] for c in self.codes},
                        **{f"then {s}": p for s, p in a.scenarios.items()},
                        "share explained (Shapley)": own.shapley,
                        "indicator": q.indicator,
                        "by": q.by_when.isoformat(),
                    }
                )
        return pd.DataFrame(rows)

    def share_frame(self) -> pd.DataFrame:
        """One row a question and code: first-order, total and Shapley share of the variance."""
        rows = [
            {"question": q.id, "region": c, **q.shares[c]._asdict(), "swing, points": q.swing(c)}
            for q in self.questions
            for c in self.codes
        ]
        return pd.DataFrame(rows)

    def knowing_frame(self) -> pd.DataFrame:
        """One row a question and actor: what knowing the answer is worth, and the best choice without and with it."""
        rows = [
            {
                "question": q.id,
                "actor": actor,
                "worth, points": k.points,
                "worth, million USD a year": k.money,
                "best without": k.without,
                "best by answer": "; ".join(f"{a}: {s}" for a, s in k.by_answer.items()),
            }
            for q in self.questions
            for actor, k in q.knowing.items()
        ]
        columns = ["question", "actor", "worth, points", "worth, million USD a year", "best without", "best by answer"]
        return pd.DataFrame(rows, columns=columns)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "dossier": self.look.tree.dossier,
            "horizon": self.look.paths.parameters.name,
            "ranked_by": self.by,
            "unit": "% of real income against the status quo, average along the path; shares of its variance over paths",
            "together": dict(self.together),
            "standard_deviation": dict(self.deviation),
            "questions": [
                {
                    "id": q.id,
                    "question": q.question,
                    "indicator": q.indicator,
                    "by": q.by_when.isoformat(),
                    "answers": [
                        {
                            "id": a.id,
                            "title": a.title,
                            "probability": a.probability._asdict(),
                            "expected": _finite(a.expected),
                            "shift": _finite(a.shift),
                            "scenarios": _finite(a.scenarios),
                        }
                        for a in q.answers
                    ],
                    "shares": {c: s._asdict() for c, s in q.shares.items()},
                    "knowing": {actor: {**k._asdict(), "by_answer": dict(k.by_answer)} for actor, k in q.knowing.items()},
                }
                for q in self.questions
            ],
            "unasked": {f: dict(own) for f, own in self.unasked.items()},
            "unanswered": list(self.unanswered),
        }

    def explain(self) -> str:
        """The ranking in plain words."""
        where = "the world" if self.by == "WORLD" else region_name(self.by, article=True)
        if not self.questions:
            return "The dossier gives no answers to its questions, so nothing can be said of what they would move."
        lines = []
        for rank, q in enumerate(self.questions, 1):
            own = q.shares[self.by]
            told = "; ".join(f"“{a.title}” ({chance(a.probability.value)}) {_shift(a.shift[self.by])}" for a in q.answers)
            lines.append(
                f"{rank}. {q.question} It explains {100 * own.shapley:.0f}{THIN}% of what is open for {where} "
                f"({100 * own.low:.0f} to {100 * own.high:.0f}). {told}. Watch by {q.by_when}: {q.indicator}."
            )
        lines.append(f"All questions together explain {100 * self.together[self.by]:.0f}{THIN}%.")
        fork, extra = self.most_unasked(self.by)
        if extra >= 0.005:
            lines[-1] += (
                f" Of the rest, {100 * extra:.0f} points hang on one no question asks: {self.look.tree.forks[fork].title}"
            )
        lines.append(
            f"What is open: paths differ by a standard deviation of {number(self.deviation[self.by])}{THIN}% of real income."
        )
        return "\n".join(lines)


def key_questions(
    dossier: Dossier | str,
    world: World | None = None,
    horizon: str | Parameters | None = None,
    *,
    look: Outlook | None = None,
    by: str = "WORLD",
    knowing: bool = True,
    table: PayoffTable | None = None,
    menu: Menu | None = None,
    draws: int = DRAWS,
    progress: Progress | None = None,
) -> KeyQuestions:
    """The dossier's questions that have answers, ranked by the share of the variance of `by` (a region, group or WORLD).

    `look` reuses an outlook, `table` a payoff table and `menu` a host's menu whose scenarios paths count as. `knowing=False`
    leaves out what knowing is worth, which needs the payoff table. Raises `InputError` where the dossier has no prospects,
    `BadDossier` where no answer of a question fits a path, `UnknownRegion`.
    """
    from detente.policy.dossier import load_dossier
    from detente.world.library import load_world

    case = load_dossier(dossier) if isinstance(dossier, str) else dossier
    economy = load_world() if world is None else world
    found = look or outlook(case, economy, horizon, progress=progress)
    found.paths.column(by)
    tree = found.tree
    asked = [q for q in case.key_questions if q.answers]
    tables = [likelihoods(q, tree) for q in asked]
    codes = tuple(dict.fromkeys((*found.focus, by)))
    values = np.stack([found.outcomes(code) for code in codes], axis=1)
    v, variance = worth_of_sets(np.vstack([tree.probabilities, tree.reweighted(found.drawn[: max(draws, 1)])]), values, tables)
    by_code: dict[str, list[Share]] = {}
    for k, code in enumerate(codes):
        first, total, shapley = divide(v[:, k], len(asked))
        low, high = np.quantile(shapley[1:], ENDS, axis=0)
        by_code[code] = [
            Share(float(f), float(t), float(s), min(float(a), float(s)), max(float(b), float(s)))
            for f, t, s, a, b in zip(first[0], total[0], shapley[0], low, high, strict=True)
        ]
    together = {c: float(v[0, k, -1]) for k, c in enumerate(codes)}
    deviation = {c: math.sqrt(float(variance[0, k])) for k, c in enumerate(codes)}
    unasked = {
        fork: dict(zip(codes, map(float, added(tree.probabilities, values, tables, _taken(tree, k))), strict=True))
        for k, fork in enumerate(tree.forks)
    }
    worth = worth_of_answers(case, economy, found, asked, tables, table, menu, progress) if knowing else [{} for _ in asked]
    listed = [
        QuestionOutlook(
            id=q.id,
            question=q.question,
            why=q.why,
            indicator=q.indicator,
            by_when=q.by_when,
            answers=tuple(_answers(q, tables[k], found, codes)),
            shares={c: by_code[c][k] for c in codes},
            knowing=worth[k],
        )
        for k, q in enumerate(asked)
    ]
    listed.sort(key=lambda q: (-round(q.shares[by].shapley, 12), q.by_when, q.id))
    without = tuple(q.id for q in case.key_questions if not q.answers)
    return KeyQuestions(found, by, codes, tuple(listed), together, deviation, unasked, without)


def likelihoods(question: KeyQuestion, tree: Tree) -> Array:
    """[leaf, answer]: chance of each answer on each path. Raises `BadDossier` where no answer fits a path."""
    named = {b for a in question.answers for b in a.table()}
    rows = []
    for leaf in tree.leaves:
        last = next((b for b in reversed(leaf.path) if b in named), None)
        row = [a.otherwise if last is None else a.table().get(last, 0.0) for a in question.answers]
        total = sum(row)
        if total <= 0:
            fork = f"after “{tree.branches[last][1].title}”" if last else "where none of its branches is taken"
            raise BadDossier(
                f"{tree.dossier}: key question {question.id!r} has no answer on the path “{tree.words(leaf.path)}” ({fork}); "
                "name a branch of it in an answer, or give one 'otherwise'"
            )
        rows.append([x / total for x in row])
    return np.array(rows)


def _taken(tree: Tree, fork: int) -> Array:
    """[leaf, branch or not met]: which way a fork went."""
    chosen = tree.choices[:, fork]
    return np.asarray(chosen[:, None] == np.unique(chosen)[None, :], dtype=np.float64)


def _answers(question: KeyQuestion, table: Array, look: Outlook, codes: Sequence[str]) -> list[AnswerOutlook]:
    out = []
    for k, answer in enumerate(question.answers):
        chances = table[:, k]
        expected = {c: look.given(chances, c) for c in codes}
        mass = look.tree.probabilities * chances
        scenarios = {
            s: float(sum(m for m, leaf in zip(mass, look.tree.leaves, strict=True) if leaf.scenario == s) / mass.sum())
            if mass.sum() > 0
            else math.nan
            for s in look.scenarios
        }
        shift = {c: expected[c] - look.expected(c).value for c in codes}
        out.append(AnswerOutlook(answer.id, answer.title, look.chance_of(chances), expected, shift, scenarios))
    return out


def _shift(points: float) -> str:
    rounded = round(points, 3)
    if rounded == 0:
        return "moves it by less than 0.001 points"
    return f"moves it {'up' if rounded > 0 else 'down'} by {number(abs(points))} points"


def _finite(values: Mapping[str, float]) -> dict[str, float | None]:
    return {k: v if math.isfinite(v) else None for k, v in values.items()}
