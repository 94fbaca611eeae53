"""How markets and confidence might answer: a bar beside the model's figures, never part of them.

The model has no shares and no mood. Known is how far an index moved when news of the quarrel came (`data/reactions.yaml`).
With p the chance of the worst scenario today and m what the index would lose as that chance goes from nothing to certain,

    move in scenario s = −m · (1{s is the worst} − p),      m = |move on the day| / change of the odds on that day

so that the moves, weighted by their chances, sum to nothing: what is expected is in the price. The change of the odds on the day
is an assumption (A106) and makes most of the range. Output answers in the same way, with half of what the rise of uncertainty of
2018 is said to have cost (A107).

>>> surprise(0.2, worst=True), surprise(0.2, worst=False)
(0.8, -0.2)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import yaml

from detente.cases.case import Case
from detente.outlook.outlook import ENDS, draw_odds, odds_of
from detente.outlook.tree import STATUS_QUO, BranchOdds, grow, prospects_of
from detente.types import Progress, Range, plain
from detente.words import tell
from detente.words.shown import Shown

ASSUMPTIONS = ("A106", "A107")
"""Numbers of the ledger that the moves rest on."""


@cache
def reaction_table() -> Mapping[str, Any]:
    """`reactions.yaml`: events with the moves of indices, by how much they moved the odds, and the effect on output."""
    return yaml.safe_load(files("detente").joinpath("data", "reactions.yaml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Slope:
    """What a figure loses as the chance of the worst scenario goes from nothing to certain: percent, as a positive number."""

    region: str
    kind: str
    figure: str
    loss: Range
    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False)
class MarketReaction(Shown):
    """Moves by scenario. `chance` of the worst scenario with its range over the odds; `slopes` by party; `missing` are parties
    of whose market no event is on file.
    """

    dossier: str
    worst: str
    labels: Mapping[str, str]
    chance: Range
    slopes: tuple[Slope, ...]
    missing: tuple[str, ...]
    events: tuple[Mapping[str, Any], ...]
    percent: int | None = None

    def move(self, slope: Slope, scenario: str) -> Range:
        """Low, central and high move in a scenario, percent."""
        worst = scenario == self.worst
        ends = [
            -loss * surprise(p, worst=worst)
            for loss in (slope.loss.low, slope.loss.high)
            for p in (self.chance.low, self.chance.high)
        ]
        value = -slope.loss.value * surprise(self.chance.value, worst=worst)
        return Range(min(*ends, value), value, max(*ends, value))

    def to_frame(self) -> pd.DataFrame:
        """One row a scenario and figure: region, kind (equity or confidence), low, central and high, percent."""
        return pd.DataFrame(
            [
                {"scenario": s, "region": slope.region, "kind": slope.kind, "figure": slope.figure,
                 **dict(zip(("low_pct", "central_pct", "high_pct"), self.move(slope, s), strict=True))}
                for s in self.labels for slope in self.slopes
            ],
            columns=["scenario", "region", "kind", "figure", "low_pct", "central_pct", "high_pct"],
        )  # fmt: skip

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        slopes = [
            {"region": s.region, "kind": s.kind, "figure": s.figure, "loss_pct": list(s.loss),
             "sources": [{"title": t, "link": link} for t, link in s.sources]}
            for s in self.slopes
        ]  # fmt: skip
        return {
            "dossier": self.dossier, "worst": self.worst, "chance_of_worst": list(self.chance), "slopes": slopes,
            "without_event": list(self.missing), "assumptions": list(ASSUMPTIONS), "in_point_estimates": False,
            "moves": plain(self.to_frame().to_dict(orient="records")), "events": plain(self.events),
        }  # fmt: skip

    def explain(self) -> str:
        """In words."""
        return tell(self)


def surprise(chance: float, *, worst: bool) -> float:
    """How far a scenario moves the chance of the worst: up to 1 where it is the worst, down to 0 where it is not."""
    return (1.0 if worst else 0.0) - chance


def slopes_of(parties: Sequence[str], table: Mapping[str, Any]) -> tuple[Slope, ...]:
    """Equity by party, from the events about these parties, and confidence; parties without an event have no row."""
    odds, found = table["odds_moved"], []
    for party in parties:
        moves = [
            move for event in table["events"] if set(event["parties"]) <= set(parties)
            for move in event["moves"] if move["region"] == party and move["slope"]
        ]  # fmt: skip
        if moves:
            sizes = [abs(move["pct"]) for move in moves]
            loss = Range(min(sizes) / odds["high"], float(np.mean(sizes)) / odds["centre"], max(sizes) / odds["low"])
            sources = tuple(dict.fromkeys((m["source"]["title"], m["source"]["link"]) for m in moves))
            found.append(Slope(party, "equity", str(moves[0]["index"]), loss, sources))
    mood = table["confidence"]
    loss = Range(*(-mood["estimate_pct"] * mood["kept"][end] for end in ("low", "centre", "high")))
    sources = tuple((s["title"], s["link"]) for s in mood["sources"])
    return (*found, Slope(str(mood["region"]), "confidence", "GDP", loss, sources))


def market_reaction(
    case: Case, *, odds: BranchOdds | None = None, draws: int = 1000, seed: int = 0, progress: Progress | None = None
) -> MarketReaction:
    """How indices and output might move in each scenario of a case, from past events and the chance of the worst scenario.

    `odds` as in `outlook` (default: pooled as there). Raises `InputError` where the dossier has no prospects or no scenario.
    """
    prospects_of(case.dossier)
    tree = grow(case.dossier, odds_of(case, progress) if odds is None else odds)
    worst = case.worst
    counts = tree.ending(worst).astype(np.float64)
    value = float(tree.probabilities @ counts)
    low, high = np.quantile(tree.reweighted(draw_odds(tree, draws, seed)) @ counts, ENDS)
    slopes = slopes_of(case.parties, reaction_table())
    titles = {s.id: s.title for s in case.scenarios}
    reached = [s for s in (STATUS_QUO, *case.ids) if s in tree.scenarios]
    return MarketReaction(
        dossier=case.dossier.id, worst=worst, labels={s: titles.get(s, s) for s in reached},
        chance=Range(min(float(low), value), value, max(float(high), value)), slopes=slopes,
        missing=tuple(p for p in case.parties if p not in {s.region for s in slopes}),
        events=tuple(e for e in reaction_table()["events"] if set(e["parties"]) <= set(case.parties)),
        percent=tree.percents.get(worst),
    )  # fmt: skip
