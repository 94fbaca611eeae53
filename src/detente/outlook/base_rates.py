"""Base rates from many cases: how often threats were carried out, targets gave way, talks settled, and how long it took.

Tables of counts made by `build.base_rates` (`data/records/base-rates*.csv`), with the source of each and who counts as what in
`data/base-rates.yaml`. A rate of x in n cases comes with the 5th and 95th percentile of Beta(x + ½, n − x + ½); a share that
still stands after whole years with Greenwood's standard error.

    threat     sanctions threatened over trade practices (TIES): carried out, and how they ended before and after sanctions
    sanction   sanctions in force (GSDB, TIES): how they ended and how long they lasted
    talks      consultations at the World Trade Organization: agreed, time, broke
    dispute    disputes there by last status
    truce      quiet after a quarrel was settled, to the next sanction of either on the other

>>> found = base_rates("threat", sender="USA", target="all").of("carried out")
>>> int(found["seen"].iloc[0]), int(found["cases"].iloc[0])
(103, 263)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from scipy.special import betaincinv

from detente.errors import UnknownName
from detente.files import table_csv, write
from detente.outlook.shrinkage import Groups
from detente.outlook.spells import ENDS
from detente.types import plain
from detente.words import tell
from detente.words.shown import Shown

__all__ = ["BaseRates", "base_rates", "class_of", "outside_classes", "told_of"]

SHOWN_YEARS = (1, 2, 3, 5, 10)
RATES, LENGTHS, CLASSES = "base-rates.csv", "base-rates-length.csv", "base-rates-classes.csv"


@cache
def told_of() -> Mapping[str, Any]:
    """`data/base-rates.yaml`: classes of economies, kinds, sources, and which outside view stands beside which outcome."""
    found: dict[str, Any] = yaml.safe_load(files("detente").joinpath("data", "base-rates.yaml").read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True)
class BaseRates(Shown):
    """Counts and shares. `rates`: one row an outcome; `lengths`: one row a year; `asked` says what was asked for."""

    asked: Mapping[str, str]
    rates: pd.DataFrame
    lengths: pd.DataFrame

    def of(self, question: str) -> pd.DataFrame:
        """The rows of one question. Raises `UnknownName`."""
        known = list(dict.fromkeys(self.rates["question"]))
        if question not in known:
            raise UnknownName(question, known, "question")
        return self.rates[self.rates["question"] == question]

    @property
    def titles(self) -> dict[str, str]:
        """Kind → what it counts, of the kinds there are."""
        kinds = dict.fromkeys([*self.rates["kind"], *self.lengths["kind"]])
        return {k: str(told_of()["kinds"][k]) for k in kinds}

    def main(self, kind: str) -> pd.DataFrame:
        """The rows to read first: everybody together where no group was asked for, the widest sample of stakes and years."""
        rows = self.rates[self.rates["kind"] == kind]
        for column in ("sender", "target"):
            if column not in self.asked:
                rows = rows[rows[column] == "all"]
        first = rows.groupby(["question", "outcome"], sort=False).head(1)
        return first.reset_index(drop=True)

    def held(self, kind: str) -> pd.DataFrame:
        """Shares that still stood, a row a group (with how many spells it has) and a column a year."""
        rows = self.lengths[(self.lengths["kind"] == kind) & self.lengths["at_risk"].notna()]
        if "sender" not in self.asked:
            rows = rows[rows["sender"] == "all"]
        return rows[rows["year"].isin(SHOWN_YEARS)].pivot_table(
            index=["what", "spells"], columns="year", values="held", sort=False
        )

    @property
    def sources(self) -> dict[str, str]:
        """Source → title, of the rows there are."""
        named = dict.fromkeys([*self.rates["source"], *self.lengths["source"]])
        return {s: str(told_of()["sources"][s]["title"]) for s in named}

    def to_frame(self) -> pd.DataFrame:
        """One row an outcome: counts, rate, its 5th and 95th percentile, sample and source."""
        return self.rates.copy()

    def to_csv(self, path: Path | str) -> None:
        """`to_frame` as a file, the whole or nothing."""
        write(path, table_csv(self.rates, index=False))

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            **self.asked,
            "rates": plain(self.rates.to_dict(orient="records")),
            "lengths": plain(self.lengths.to_dict(orient="records")),
            "sources": {s: dict(told_of()["sources"][s]) for s in self.sources},
        }

    def explain(self) -> str:
        """The main rates in plain words, with their sources."""
        return tell(self)


def base_rates(kind: str | None = None, sender: str | None = None, target: str | None = None) -> BaseRates:
    """Base rates of a kind (threat, sanction, talks, dispute, truce; all if absent), by who sends and who is the target.

    Groups of senders and targets are those of `data/base-rates.yaml` ("all" for everybody together); without one every group is
    listed. Raises `UnknownName` for a kind, sender or target there is not.
    """
    known = told_of()
    for value, names, what in ((kind, "kinds", "kind"), (sender, "senders", "sender"), (target, "targets", "target")):
        if value is not None and value not in known[names]:
            raise UnknownName(value, list(known[names]), what)
    asked = {k: v for k, v in (("kind", kind), ("sender", sender), ("target", target)) if v is not None}
    rates, lengths = _read(RATES), _read(LENGTHS)
    for column, value in asked.items():
        rates, lengths = rates[rates[column] == value], lengths[lengths[column] == value]
    x, n = rates["seen"].to_numpy(float), rates["cases"].to_numpy(float)
    low, high = (betaincinv(x + 0.5, n - x + 0.5, q) for q in ENDS)
    rates = rates.assign(rate=x / n, low=low, high=high)
    columns = [c for c in rates if c != "source"]
    return BaseRates(asked, rates[[*columns, "source"]].reset_index(drop=True), lengths.reset_index(drop=True))


# -- classes of pairs --------------------------------------------------------------------------------------------------
def class_of(lead: str, partner: str, *, directed: bool) -> str:
    """The class of a pair of economies (ISO 3166-1 alpha-3, EU27): who leads, and whether the other is large.

    Directed: the sender leads. Otherwise the United States, else the Union, else nobody, and both must be large.

    >>> class_of("USA", "CHN", directed=True), class_of("MYS", "CHN", directed=False)
    ('USA-large', 'other-small')
    """
    known = told_of()
    large, union = set(known["large"]), set(known["union"])

    def group(code: str) -> str:
        return "USA" if code == "USA" else "EU" if code in union else "other"

    def size(code: str) -> str:
        return "large" if code in large or code in union else "small"

    if directed:
        return f"{group(lead)}-{size(partner)}"
    first, second = sorted((lead, partner), key=lambda c: ("USA", "EU", "other").index(group(c)))
    both = "large" if size(first) == size(second) == "large" else "small"
    return f"{group(first)}-{both}"


@cache
def outside_classes(kind: str) -> Mapping[str, Groups]:
    """Class → its pairs as sums, by outcome of `views` (truce: ends over days). Raises `UnknownName`."""
    views = told_of()["views"]
    if kind not in views:
        raise UnknownName(kind, list(views), "kind with an outside view")
    table = _read(CLASSES)
    outcomes = ["ended"] if kind == "truce" else list(views[kind]["outcomes"])
    found = {}
    for name, rows in table[table["kind"] == kind].groupby("class", sort=True):
        by = rows.set_index("outcome").loc[outcomes]
        first = by.iloc[0]
        found[str(name)] = Groups(
            int(first["pairs"]), float(first["size"]), float(first["size_squared"]),
            by["seen"].to_numpy(float), by["spread"].to_numpy(float),
        )  # fmt: skip
    return found


@cache
def _read(name: str) -> pd.DataFrame:
    text = files("detente").joinpath("data", "records", name)
    with text.open(encoding="utf-8") as lines:
        return pd.read_csv(lines, comment="#", keep_default_na=False, na_values=[""])
