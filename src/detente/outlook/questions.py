"""Key questions: what each answer would do to everybody's outlook, how much of it the question explains, what knowing is worth.

    E[V | answer a] = Σ over paths of P(path) L(a | path) V(path) / Σ P(path) L(a | path)

L comes from the dossier: on each path the last branch counts that any answer of the question names.

**How much of what is open a question explains**: first-order, total and Shapley shares of its variance.

A path x has probability P(x) and value V(x); the answer a[k] to question k comes with likelihood L[k](a | x), independently
across questions once the path is known. For a set S of questions

    v(S) = Var( E[V | answers of S] ) / Var(V) = ( Σ over answers  (Σₓ P V Π L)² / (Σₓ P Π L)  −  E[V]² ) / Var(V)

    first order (Sobol)   v({k})
    total                 v(all) − v(all but k)          what is lost if k alone stays open
    Shapley               Σ over S without k of |S|! (n−|S|−1)! / n! · (v(S ∪ k) − v(S));   they sum to v(all)

Questions that share branches overlap, so first-order shares may sum to more than v(all) and totals to less; Shapley effects
divide the overlap evenly (Owen 2014; Song, Nelson and Staum 2016). Where the answers settle the outcome v(all) = 1, the total is
Sobol's 1 − Var(E[V | all others])/Var(V); else 1 − v(all) is settled by no question. All 2ⁿ sets are gone through.

**What knowing the answer is worth** to somebody who chooses: a party its stance, the host an option of its menu.

    Σₐ P(a) max over own choice of E[payoff | a] − max over own choice of E[payoff]          never negative

Payoffs of the parties are those of the table of stances. The rival's stance on a path is the one whose duties and controls lie
nearest, weighted by trade, to those it ends the path with; what a court and the like do is left out of that. The host chooses by
what the path counts as. A choice that is best whatever the answer makes knowing worth nothing.

>>> from detente.outlook.tree import grow
>>> from detente.policy.dossier import load_dossier
>>> case = load_dossier("kuala-lumpur-2025")
>>> chances = likelihoods(case.key_questions[0], grow(case))
>>> chances.shape, bool(abs(chances.sum(axis=1) - 1).max() < 1e-12)
((128, 3), True)
>>> coin = np.array([[1.0, 0.0], [0.0, 1.0]])
>>> shares(np.array([0.5, 0.5]), np.array([0.0, 1.0]), [coin, np.ones((2, 1))]).shapley
(1.0, 0.0)
>>> payoffs = np.array([[1.0, 0.0], [0.0, 1.0]])  # option × state
>>> even = np.eye(2) / 2                          # path × state: two equally likely paths
>>> value_of_knowing(payoffs, even, np.eye(2)), value_of_knowing(payoffs, even, np.ones((2, 1)))
((0.5, 0, [0, 1]), (0.0, 0, [0]))
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.equilibrium.parameters import Parameters
from detente.errors import BadDossier, InputError
from detente.outlook.outlook import ENDS, Estimate, Outlook, outlook
from detente.outlook.tree import Tree, grow
from detente.policy.changes import apply_changes
from detente.policy.measures import Measure
from detente.policy.parts import KeyQuestion
from detente.policy.stacking import stack_on
from detente.policy.timing import in_force
from detente.shapley_values import shapley_values
from detente.types import Array, Progress
from detente.words import refusal, tell
from detente.words.shown import Shown
from detente.world.world import World

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier
    from detente.strategy.payoffs import PayoffTable
    from detente.talks.menus import Menu

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
class KeyQuestions(Shown):
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
                "nearest other choice": k.flip.choice if k.flip else "",
                "after the answer": k.flip.answer if k.flip else "",
                "if it paid more, points": k.flip.points if k.flip else math.nan,
            }
            for q in self.questions
            for actor, k in q.knowing.items()
        ]
        columns = [
            "question", "actor", "worth, points", "worth, million USD a year", "best without", "best by answer",
            "nearest other choice", "after the answer", "if it paid more, points",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "dossier": self.look.tree.dossier,
            "horizon": self.look.paths.parameters.name,
            "ranked_by": self.by,
            "unit": tell(self, "unit"),
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
        return tell(self).replace("\n\n", "\n")


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
                refusal(
                    "outlook",
                    "key_question_has",
                    dossier=tree.dossier,
                    id=f"{question.id!r}",
                    path=tree.words(leaf.path),
                    fork=fork,
                )
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


def _finite(values: Mapping[str, float]) -> dict[str, float | None]:
    return {k: v if math.isfinite(v) else None for k, v in values.items()}


MOST_QUESTIONS, MOST_CELLS = 12, 50_000


@dataclass(frozen=True)
class Shares:
    """Shares of the variance by question, what all of them explain together, and the variance itself."""

    first: tuple[float, ...]
    total: tuple[float, ...]
    shapley: tuple[float, ...]
    together: float
    variance: float

    @property
    def unexplained(self) -> float:
        """Share of the variance that no question of the list settles."""
        return 1 - self.together


def shares(probabilities: Array, values: Array, likelihoods: Sequence[Array]) -> Shares:
    """Shares from probabilities [path], values [path] and a likelihood [path, answer] for each question (rows sum to 1).

    All shares are 0 where the outcome does not vary. Raises `InputError` for wrong shapes, rows that do not sum to 1, or more
    questions and answers than can be gone through.
    """
    v, variance = worth_of_sets(np.asarray(probabilities)[None], np.asarray(values)[:, None], likelihoods)
    first, total, shapley = divide(v[:, 0], len(likelihoods))
    a, b, c = (tuple(map(float, x[0])) for x in (first, total, shapley))
    return Shares(a, b, c, together=float(v[0, 0, -1]), variance=float(variance[0, 0]))


def worth_of_sets(probabilities: Array, values: Array, likelihoods: Sequence[Array]) -> tuple[Array, Array]:
    """v(S) for every set S [draw, code, set] (bit k of the position: question k is in it) and the variance [draw, code].

    Several probabilities [draw, path] and several outcomes [path, code] at once.
    """
    p, tables = _checked(probabilities, values, likelihoods)
    n, (draws, paths), codes = len(tables), p.shape, values.shape[1]
    weighted, variance, seen = _centred(p, values)
    out = np.zeros((draws, codes, 2**n))
    cells: dict[int, Array] = {0: np.ones((1, paths))}
    for bits in range(1, 2**n):
        last = bits.bit_length() - 1
        cells[bits] = _crossed(cells[bits & ~(1 << last)], tables[last])
        out[:, :, bits] = _between(p, weighted, variance, seen, cells[bits])
    return out, variance


def added(probabilities: Array, values: Array, likelihoods: Sequence[Array], extra: Array) -> Array:
    """What one more question, likelihood `extra` [path, answer], would explain beyond all others: share of variance [code].

    `probabilities` [path], `values` [path, code].
    """
    p, tables = _checked(np.asarray(probabilities)[None], values, [*likelihoods, extra])
    weighted, variance, seen = _centred(p, values)
    cells = np.ones((1, p.shape[1]))
    for table in tables[:-1]:
        cells = _crossed(cells, table)
    without = _between(p, weighted, variance, seen, cells)
    return np.asarray((_between(p, weighted, variance, seen, _crossed(cells, tables[-1])) - without)[0], dtype=np.float64)


def divide(v: Array, n: int) -> tuple[Array, Array, Array]:
    """First-order, total and Shapley shares [draw, question] from v(S) [draw, set]."""
    everything = 2**n - 1
    alone = [1 << k for k in range(n)]
    worth = {frozenset(k for k in range(n) if bits >> k & 1): v[:, bits] for bits in range(2**n)}
    first, total = v[:, alone], v[:, [everything]] - v[:, [everything & ~one for one in alone]]
    return first, total, np.stack(shapley_values(worth, n), axis=1) if n else np.zeros((len(v), 0))


def _checked(probabilities: Array, values: Array, likelihoods: Sequence[Array]) -> tuple[Array, list[Array]]:
    p = np.asarray(probabilities, dtype=np.float64)
    tables = [np.asarray(x, dtype=np.float64) for x in likelihoods]
    n, paths = len(tables), p.shape[-1]
    if values.ndim != 2 or len(values) != paths or any(t.ndim != 2 or len(t) != paths for t in tables):
        raise InputError(refusal("outlook", "need_one_value", paths=paths))
    if any(np.abs(t.sum(1) - 1).max() > 1e-9 or t.min() < 0 for t in tables):
        raise InputError(refusal("outlook", "likelihoods_of_question"))
    cells = math.prod(t.shape[1] for t in tables)
    if n > MOST_QUESTIONS or cells > MOST_CELLS:
        raise InputError(
            refusal(
                "outlook",
                "questions_with_combinations",
                n=n,
                cells=cells,
                most_questions=MOST_QUESTIONS,
                most_cells=MOST_CELLS,
            )
        )
    return p, tables


def _centred(p: Array, values: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
    """P·(V − E V) [draw, code, path], the variance [draw, code], and whether it is more than rounding."""
    centred = values.T[None] - (p @ values)[:, :, None]
    weighted = p[:, None, :] * centred
    variance = (weighted * centred).sum(-1)
    seen = variance > 1e-18 * max(float(np.abs(values).max(initial=0.0)) ** 2, 1e-300)
    return weighted, np.where(seen, variance, 0.0), seen


def _crossed(cells: Array, table: Array) -> Array:
    """Every combination of answers so far [cell, path] with every answer of one more question; impossible ones left out."""
    grown = (cells[:, None, :] * table.T[None, :, :]).reshape(-1, cells.shape[1])
    return np.asarray(grown[grown.any(1)], dtype=np.float64)


def _between(p: Array, weighted: Array, variance: Array, seen: NDArray[np.bool_], cells: Array) -> Array:
    """Variance between cells over the whole variance [draw, code]."""
    mass, sums = (p @ cells.T)[:, None, :], weighted @ cells.T
    found = np.divide(sums**2, mass, out=np.zeros_like(sums), where=mass > 0).sum(-1)
    return np.where(seen, found / np.where(seen, variance, 1.0), 0.0)


class Flip(NamedTuple):
    """The nearest change of payoff with which an answer would change a choice: `choice` would have to pay so many points more
    once the answer is known."""

    answer: str
    choice: str
    points: float


class Knowing(NamedTuple):
    """Worth of an answer to an actor: points of payoff, USD million a year, its best choice without it and by answer; the nearest
    change of payoff that would let an answer matter (None where there is no other choice, or an answer matters already)."""

    points: float
    money: float
    without: str
    by_answer: Mapping[str, str]
    flip: Flip | None = None


def value_of_knowing(payoffs: Array, states: Array, answers: Array) -> tuple[float, int, list[int]]:
    """Σₐ P(a) max_o E[payoff(o) | a] − max_o E[payoff(o)], the best option without and after each answer.

    payoffs [option, state], states [path, state] probability-weighted (rows P(path)·chance of the state on it), answers
    [path, answer]. Never negative.
    """
    joint = answers.T @ states  # [answer, state]
    by_answer = joint @ payoffs.T  # [answer, option], weighted by P(answer)
    flat = by_answer.sum(0)
    best = int(flat.argmax())
    chosen = [int(row.argmax()) if row.max() > row[best] + 1e-12 else best for row in by_answer]
    gain = sum(float(by_answer[k, o]) for k, o in enumerate(chosen)) - float(flat[best])
    return max(gain, 0.0), best, chosen


def nearest_flip(payoffs: Array, states: Array, answers: Array) -> tuple[int, int, float] | None:
    """(answer, option, points): the least that another option must pay more, given an answer, to be chosen under it and not the
    one best without it; None where there is no other option. Arguments as in `value_of_knowing`.

    >>> nearest_flip(np.array([[1.0, 0.0], [0.4, 0.0]]), np.array([[0.5, 0.0], [0.0, 0.5]]), np.eye(2))
    (1, 1, 0.0)
    """
    joint = answers.T @ states
    by_answer = joint @ payoffs.T
    chance = joint.sum(1)
    best = int(by_answer.sum(0).argmax())
    gaps = [
        (float(row[best] - row[o]) / float(p), a, o)
        for a, (row, p) in enumerate(zip(by_answer, chance, strict=True))
        for o in range(len(row))
        if o != best and p > 0
    ]
    if not gaps:
        return None
    gap, answer, option = min(gaps, key=lambda g: (round(g[0], 9), g[1], g[2]))  # what ties: the first answer, the first option
    return answer, option, gap


def _flip(payoffs: Array, states: Array, answers: Array, gain: float, told: Sequence[str], options: Sequence[str]) -> Flip | None:
    found = None if gain > 1e-12 else nearest_flip(payoffs, states, answers)
    return None if found is None else Flip(told[found[0]], options[found[1]], found[2])


def worth_of_answers(
    case: Dossier,
    world: World,
    look: Outlook,
    asked: Sequence[KeyQuestion],
    tables: Sequence[Array],
    table: PayoffTable | None,
    menu: Menu | None,
    progress: Progress | None,
) -> list[dict[str, Knowing]]:
    """What knowing each question's answer is worth to each actor, from a payoff table (solved where None) and a host's menu.

    `tables`: likelihood [leaf, answer] by question. Raises `InputError` where the menu lacks a scenario that paths count as.
    """
    from detente.strategy.payoffs import payoff_table

    out: list[dict[str, Knowing]] = [{} for _ in asked]
    weights = look.tree.probabilities[:, None]
    if table is None and len(look.parties) == 2 == len(case.parties) and all(len(p.stances) > 1 for p in case.parties):
        table = payoff_table(case, world, look.paths.parameters, progress=progress)
    if table is not None and len(table.parties) == 2:
        stances = stances_on_paths(case, look, world, table)
        for k, party in enumerate(table.parties):
            payoffs = table.payoffs[..., k] if k == 0 else table.payoffs[..., k].T
            rival = table.parties[1 - k]
            income = float(look.paths.income[look.paths.column(party)])
            for n, (q, answers) in enumerate(zip(asked, tables, strict=True)):
                gain, best, chosen = value_of_knowing(payoffs, weights * stances[rival], answers)
                own = table.stances[k]
                names = {a.id: own[o] for a, o in zip(q.answers, chosen, strict=True)}
                flip = _flip(payoffs, weights * stances[rival], answers, gain, [a.id for a in q.answers], own)
                out[n][party] = Knowing(gain, gain / 100 * income, own[best], names, flip)
    if menu is not None and look.host is not None:
        states = np.stack([look.tree.ending(s) for s in menu.scenarios], axis=1).astype(np.float64)
        if (states.sum(1) == 0).any():
            raise InputError(refusal("outlook", "menu_of_lacks", region=menu.region, scenarios=", ".join(menu.scenarios)))
        income = float(look.paths.income[look.paths.column(look.host)])
        for n, (q, answers) in enumerate(zip(asked, tables, strict=True)):
            gain, best, chosen = value_of_knowing(np.asarray(menu.payoffs), weights * states, answers)
            names = {a.id: menu.options[o] for a, o in zip(q.answers, chosen, strict=True)}
            flip = _flip(np.asarray(menu.payoffs), weights * states, answers, gain, [a.id for a in q.answers], menu.options)
            out[n][look.host] = Knowing(gain, gain / 100 * income, menu.options[best], names, flip)
    return out


def stances_on_paths(case: Dossier, look: Outlook, world: World, table: PayoffTable) -> dict[str, Array]:
    """Party → [leaf, stance]: 1 for the stance nearest to what the party ends the path with, forks of courts and the like out."""
    talks = grow(case, {f: dict(own) for f, own in look.tree.odds.items()}, talks_only=True)
    final = {leaf.path: talks.states[leaf.final] for leaf in talks.leaves}
    paths = [tuple(b for b in leaf.path if not look.tree.branches[b][0].independent) for leaf in look.tree.leaves]
    out = {}
    for party, menu in zip(table.parties, table.stances, strict=True):
        packages = []
        for name in menu:
            changed = apply_changes(case.measures, case.party(party).stance(name).changes)
            packages.append(_reach(in_force(changed, table.date), party, table.date, world))
        nearest: dict[str, int] = {}
        for state in {s.id: s for s in final.values()}.values():
            own = _reach(state.measures, party, state.day, world)
            nearest[state.id] = int(np.argmin([float((world.shipments * np.abs(own - p).sum(0)).sum()) for p in packages]))
        out[party] = np.eye(len(menu))[[nearest[final[p].id] for p in paths]]
    return out


def _reach(measures: Sequence[Measure], party: str, day: date, world: World) -> Array:
    """Duties, withheld shares, costs and mark-ups [4, origin, destination, sector] that a party's own measures bring on a day."""
    stack = stack_on([m for m in measures if m.by == party], day, world.regions, world.sectors)
    return np.stack([stack.tariffs, stack.withheld, stack.costs, stack.markups])
