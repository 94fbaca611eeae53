"""Base rates counted from the data sets of threats, sanctions and disputes: tables of counts, no cases.

    python -m detente.build.base_rates SOURCES TARGET

writes three CSV files into TARGET (`data/records` of the package):

base-rates.csv           by kind, question, sender, target, stakes and period: cases, and how many came to each outcome
base-rates-length.csv    by kind, sender and target: share that still stood after whole years (Kaplan and Meier), with
                         those watched, those that ended and Greenwood's error
base-rates-classes.csv   sums over pairs of governments by class, for `outlook.shrinkage`

Counts are checked against the totals published with the data; where they differ `SourceError` is raised. Codes are those of
`base_rates.yaml`. What was decided here:

- The sender of a TIES case is the first one named. The year of a sanction is the first one its field names, else the year the
  case began. A case without a year of its end is watched to 2005, the last year of the data: some of these had ended and nobody
  wrote down when, so shares that still stand are too high.
- Quiet after a quarrel begins in the year a case between two governments ended with the target giving way or a settlement, and
  ends in the first later year in which either put a sanction over trade practices on the other. A case settled meanwhile begins
  no new spell.
- A group of fewer than five cases is not a rate and is left out: the terms of TIES are to cite, and its cases are not shipped.
- A dispute with several complainants counts once; its complainant is the United States if among them, else the Union, else the
  first named. Talks are disputes requested by 2012, so that consultations that still stand had six years.

>>> survival([1, 2, 2, 3], [True, True, False, True])[["year", "at_risk", "ended"]].values.tolist()
[[1, 4, 1], [2, 3, 1], [3, 1, 1]]
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from detente.build.sources import require_columns, source_file, texts
from detente.errors import SourceError
from detente.files import write
from detente.outlook.base_rates import CLASSES, LENGTHS, RATES, class_of, told_of
from detente.outlook.shrinkage import Groups
from detente.words import refusal

LAST_YEAR = 2005
RIPE = 2012
FEWEST = 5
YEAR_DAYS = 365.25
COLUMNS = ("kind", "question", "sender", "target", "stakes", "period", "outcome", "cases", "seen", "source")
SETTLED = (1, 2, 5, 6, 7, 10)
PERIODS = ((1946, 1974), (1975, 1994), (1995, LAST_YEAR))
YEARS = (1, 2, 3, 4, 5, 7, 10, 15, 20)


@cache
def codes() -> dict[str, Any]:
    """`base_rates.yaml`."""
    found: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("base_rates.yaml").read_text(encoding="utf-8"))
    return found


# -- who is who --------------------------------------------------------------------------------------------------------
def sender_of(code: str) -> str:
    """The group of senders an economy is in; an empty code is nobody named."""
    if code in ("USA", "CHN"):
        return code
    return "EU" if code in told_of()["union"] else "other"


def target_of(code: str) -> str:
    """The group of targets an economy is in."""
    if code in ("USA", "CHN"):
        return code
    return "large" if code in {*told_of()["large"], *told_of()["union"]} else "small"


# -- readers -----------------------------------------------------------------------------------------------------------
def read_ties(folder: Path) -> pd.DataFrame:
    """Cases over trade practices, a row each: from, on, threat, imposed, start, imposed_in, end, outcome, stakes."""
    path = source_file(folder, "ties-cases")
    raw = pd.read_csv(path)
    require_columns(
        raw,
        ["startyear", "endyear", "primarysender", "sender1", "targetstate", "threat", "imposition", "finaloutcome", "scommit"],
        path,
    )
    names = codes()["ties_states"]
    strange = set(raw["finaloutcome"].dropna().astype(int)) - set(codes()["ties_outcomes"])
    if strange:
        raise SourceError(refusal("build", "final_outcomes_are_not", file=path.name, strange=sorted(strange)))

    def name(number: float) -> str:
        return "" if np.isnan(number) else str(names.get(int(number), int(number)))

    def year(text: object, start: int) -> int:
        found = re.search(r"\d{4}", str(text))
        return int(found.group()) if found else start

    first = raw["sender1"].fillna(raw["primarysender"])
    return pd.DataFrame(
        {
            "from": first.map(name, na_action=None),
            "on": raw["targetstate"].astype(float).map(name),
            "threat": raw["threat"] == 1,
            "imposed": raw["imposition"] == 1,
            "start": raw["startyear"],
            "imposed_in": [year(t, s) for t, s in zip(raw["sancimpositionstartyear"], raw["startyear"], strict=True)],
            "end": raw["endyear"],
            "outcome": raw["finaloutcome"],
            "stakes": raw["scommit"].map(codes()["ties_commitment"]).fillna("commitment not coded"),
        }
    )


def read_disputes(folder: Path) -> pd.DataFrame:
    """Disputes: complainant and respondent (code or name), year, and the group of the last status."""
    path = source_file(folder, "wto-disputes")
    raw = pd.read_csv(path)
    require_columns(raw, ["complainant", "respondent", "year", "outcome_group"], path)
    members = {k.upper(): v for k, v in codes()["wto_members"].items()}
    strange = sorted(set(raw["outcome_group"]) - set(codes()["wto_talks"]))
    if strange:
        raise SourceError(refusal("build", "no_group_of_status", file=path.name, strange=f"{strange[0]!r}"))

    def leader(text: str) -> str:
        named = [members.get(part.strip().upper(), part.strip()) for part in text.split(";")]
        return min(named, key=lambda c: ("USA", "EU", "CHN", "other").index(sender_of(c)))

    return pd.DataFrame(
        {
            "from": raw["complainant"].map(leader),
            "on": [members.get(r.strip().upper(), r.strip()) for r in raw["respondent"]],
            "start": raw["year"],
            "status": raw["outcome_group"],
        }
    )


# -- counts ------------------------------------------------------------------------------------------------------------
def _cuts(cases: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Every pair of a group of senders and one of targets (all among them) that has enough cases to be a rate."""
    by_sender, by_target = cases["from"].map(sender_of), cases["on"].map(target_of)
    for sender in told_of()["senders"]:
        for target in told_of()["targets"]:
            inside = ((by_sender == sender) | (sender == "all")) & ((by_target == target) | (target == "all"))
            if inside.sum() >= FEWEST:
                yield sender, target, cases[inside]


def _periods(cases: pd.DataFrame, periods: Sequence[tuple[int, int]]) -> Iterator[tuple[str, pd.DataFrame]]:
    for first, last in periods:
        yield f"{first} to {last}", cases[cases["start"].between(first, last)]


def _threats(cases: pd.DataFrame, sender: str, target: str, stakes: str, period: str) -> list[tuple[object, ...]]:
    """Rows of threats: carried out, and how they ended at each stage."""
    where = ("threat", sender, target, stakes, period)
    names, coded = codes()["ties_outcomes"], cases["outcome"].dropna()
    rows: list[tuple[object, ...]] = [
        (*_row(where, "carried out"), "carried out", len(cases), int(cases["imposed"].sum()), "ties")
    ]
    for question, stage in (("ended before sanctions", range(1, 6)), ("ended after sanctions", range(6, 11))):
        at = coded[coded.isin(stage)]
        if len(at) < FEWEST:
            continue
        rows += [(*_row(where, question), names[k], len(at), int((at == k).sum()), "ties") for k in stage]
        rows.append((*_row(where, question), "gives way at all", len(at), int(at.isin(stage[:2]).sum()), "ties"))
    rows.append((*_row(where, "end known"), "coded", len(cases), len(coded), "ties"))
    return rows


def _row(where: tuple[str, str, str, str, str], question: str) -> tuple[str, ...]:
    kind, sender, target, stakes, period = where
    return kind, question, sender, target, stakes, period


def threats(folder: Path, cases: pd.DataFrame) -> list[tuple[object, ...]]:
    """Rows of threats by sender and target, by commitment, by period, and of threats over every issue as published."""
    made = cases[cases["threat"]]
    _check_ties(folder, made)
    rows = []
    for sender, target, some in _cuts(made):
        rows += _threats(some, sender, target, "trade practices", "1946 to 2005")
    for sender, some in (("all", made), ("USA", made[made["from"] == "USA"])):
        for stakes in sorted(set(some["stakes"])):
            rows += _threats(some[some["stakes"] == stakes], sender, "all", f"trade practices, {stakes}", "1946 to 2005")
        for period, inside in _periods(some, PERIODS):
            rows += _threats(inside, sender, "all", "trade practices", period)
    whole = _totals(folder, "ties-totals")["all issues"]
    where = ("threat", "all", "all", "all issues", "1946 to 2005")
    rows.append((*_row(where, "carried out"), "carried out", int(whole["threats"]), int(whole["carried_out"]), "ties"))
    return rows


def sanctions(folder: Path) -> list[tuple[object, ...]]:
    """Rows of sanctions that ended, as published with the Global Sanctions Data Base."""
    rows: list[tuple[object, ...]] = []
    outcomes = {"success_total": "gives way", "success_part": "gives way in part", "negotiated": "settlement", "failed": "failed"}
    for group, row in _totals(folder, "gsdb-totals").items():
        told = codes()["gsdb_groups"][group]
        where = ("sanction", told["sender"], "all", told["stakes"], told.get("period", "1950 to 2022"))
        rows.append((*_row(where, "ended by 2022"), "ended", int(row["cases"]), int(row["ended"]), "gsdb"))
        for column, outcome in outcomes.items():
            rows.append((*_row(where, "how it ended"), outcome, int(row["ended"]), int(row[column]), "gsdb"))
    return rows


def disputes(folder: Path, cases: pd.DataFrame) -> list[tuple[object, ...]]:
    """Rows of disputes by last status, and of what became of consultations, by complainant and respondent."""
    _check_wto(folder, cases)
    ripe, talks = cases[cases["start"] <= RIPE], codes()["wto_talks"]
    rows: list[tuple[object, ...]] = []
    for sender, target, some in _cuts(cases):
        where = ("dispute", sender, target, "trade", "1995 to 2018")
        rows += [(*_row(where, "last status"), s, len(some), int((some["status"] == s).sum()), "wto") for s in sorted(talks)]
    cuts = [(s, t, "1995 to 2012", some) for s, t, some in _cuts(ripe)]
    cuts += [("all", "all", period, some) for period, some in _periods(ripe, ((1995, 2003), (2004, RIPE)))]
    for sender, target, period, some in cuts:
        where, came = ("talks", sender, target, "trade", period), some["status"].map(talks)
        rows += [
            (*_row(where, "what became of consultations"), o, len(some), int((came == o).sum()), "wto")
            for o in ("agreed", "time", "broke")
        ]
    return rows


# -- lengths -----------------------------------------------------------------------------------------------------------
def survival(years: Sequence[float], ended: Sequence[bool]) -> pd.DataFrame:
    """Kaplan–Meier by whole years: year, at_risk, ended, held, error (Greenwood). Spells of 0 years are watched in no year."""
    length, end = np.asarray(years, float), np.asarray(ended, bool)
    rows, held, variance = [], 1.0, 0.0
    for year in sorted({*length[end & (length > 0)].tolist()}):
        risk, gone = int((length >= year).sum()), int((end & (length == year)).sum())
        held *= 1 - gone / risk
        variance += gone / (risk * (risk - gone)) if risk > gone else 0.0
        rows.append((int(year), risk, gone, held, held * variance**0.5))
    return pd.DataFrame(rows, columns=["year", "at_risk", "ended", "held", "error"])


def quiet(cases: pd.DataFrame) -> pd.DataFrame:
    """Spells of quiet between two governments: pair, from, on (the first two of the pair by name), years, ended."""
    named = cases[(cases["from"] != "") & (cases["from"] != cases["on"])]
    pairs = named.assign(pair=[" ".join(sorted(p)) for p in zip(named["from"], named["on"], strict=True)])
    rows = []
    for pair, mine in pairs.groupby("pair", sort=True):
        ends = sorted(mine["end"][mine["outcome"].isin(SETTLED) & mine["end"].notna()].astype(int))
        blows = sorted(mine["imposed_in"][mine["imposed"]])
        since = 0
        for start in ends:
            if start < since or start >= LAST_YEAR:
                continue
            blow = next((b for b in blows if b > start), None)
            since = LAST_YEAR if blow is None else blow
            rows.append((pair, *str(pair).split(" "), start, since - start, blow is not None))
    return pd.DataFrame(rows, columns=["pair", "from", "on", "start", "years", "ended"])


def lengths(folder: Path, cases: pd.DataFrame) -> pd.DataFrame:
    """Shares that still stood after whole years, by kind and group."""
    found: list[tuple[object, ...]] = []

    def add(kind: str, what: str, sender: str, years: pd.Series, ended: pd.Series) -> None:
        table = survival(years.tolist(), ended.tolist())
        for year in YEARS:
            past = table[table["year"] <= year]
            held, error = past[["held", "error"]].iloc[-1] if len(past) else (1.0, 0.0)
            watched = int((years >= year).sum())
            if watched:
                row = (year, len(years), watched, int(past["ended"].sum()), held, error)
                found.append((kind, what, sender, "all", *row, "ties"))

    imposed = cases[cases["imposed"]].assign(since=lambda c: c["imposed_in"])
    dropped = cases[cases["threat"] & ~cases["imposed"]].assign(since=lambda c: c["start"])
    for sender in ("all", "USA", "EU", "other"):
        for kind, what, some in (
            ("threat", "not carried out, to its end", dropped),
            ("sanction", "over trade practices", imposed),
        ):  # fmt: skip
            mine = some if sender == "all" else some[some["from"].map(sender_of) == sender]
            known = mine["end"].notna()
            years = (mine["end"].where(known, LAST_YEAR) - mine["since"]).clip(lower=0)
            # A case that ended in the year it began lasted part of it: it counts as ended in the first year.
            years = years.where(~known, years.clip(lower=1))
            add(kind, what, sender, years, known)
            add(kind, f"{what}, end known", sender, years[known], known[known])
    spells = quiet(cases)
    leads = [class_of(a, b, directed=False).split("-")[0] for a, b in zip(spells["from"], spells["on"], strict=True)]
    for sender in ("all", "USA", "EU", "other"):
        some = spells if sender == "all" else spells[np.array(leads) == sender]
        add("truce", "quiet after a quarrel was settled", sender, some["years"], some["ended"])
    for group, row in _totals(folder, "gsdb-totals").items():
        told = codes()["gsdb_groups"][group]
        what = f"{told['stakes']}, those that ended" + (f", begun {told['period']}" if "period" in told else "")
        year = float(row["median_years"])
        found.append(("sanction", what, told["sender"], "all", year, int(row["ended"]), None, None, 0.5, None, "gsdb"))
    columns = ["kind", "what", "sender", "target", "year", "spells", "at_risk", "ended", "held", "error", "source"]
    frame = pd.DataFrame(found, columns=columns)
    return frame.astype({"at_risk": "Int64", "ended": "Int64"})


# -- classes of pairs --------------------------------------------------------------------------------------------------
def classes(ties: pd.DataFrame, wto: pd.DataFrame) -> pd.DataFrame:
    """Sums over pairs by class and outcome, for the three kinds with an outside view."""
    made = ties[ties["threat"] & (ties["from"] != "")]
    carried = np.where(made["imposed"], "carried-out", "not")
    ripe = wto[wto["start"] <= RIPE]
    came = ripe["status"].map(codes()["wto_talks"])
    rows = _sums("threat", made, pd.Series(carried, made.index), ("carried-out", "not"), directed=True)
    rows += _sums("talks", ripe, came, ("agreed", "time", "broke"), directed=False)
    spells = quiet(ties)
    by_class: dict[str, list[tuple[float, float]]] = {}
    for pair, mine in spells.groupby("pair", sort=True):
        first, second = str(pair).split(" ")
        ends, days = float(mine["ended"].sum()), YEAR_DAYS * float(mine["years"].sum())
        by_class.setdefault(class_of(first, second, directed=False), []).append((ends, days))
    for name, pairs in sorted(by_class.items()):
        sums = Groups.of([[e] for e, _ in pairs], [d for _, d in pairs])
        rows.append(("truce", name, sums.groups, sums.size, sums.square, "ended", sums.seen[0], sums.spread[0]))
    return pd.DataFrame(rows, columns=["kind", "class", "pairs", "size", "size_squared", "outcome", "seen", "spread"])


def _sums(kind: str, cases: pd.DataFrame, came: pd.Series, outcomes: tuple[str, ...], *, directed: bool) -> list[tuple[Any, ...]]:
    ends = list(zip(cases["from"], cases["on"], strict=True))
    named = [f"{a} {b}" if directed else " ".join(sorted((a, b))) for a, b in ends]
    of_class = dict(zip(named, (class_of(a, b, directed=directed) for a, b in ends), strict=True))
    counts = pd.crosstab(pd.Series(named, cases.index), came).reindex(columns=list(outcomes), fill_value=0)
    rows = []
    for name in sorted(set(of_class.values())):
        sums = Groups.of(counts[[of_class[p] == name for p in counts.index]].to_numpy(float))
        rows += [
            (kind, name, sums.groups, sums.size, sums.square, o, sums.seen[k], sums.spread[k]) for k, o in enumerate(outcomes)
        ]
    return rows


# -- checks ------------------------------------------------------------------------------------------------------------
def _totals(folder: Path, name: str) -> dict[str, dict[str, Any]]:
    """Group → column → value of a table of published totals."""
    raw = pd.read_csv(source_file(folder, name))
    rows = [{str(k): v for k, v in row.items()} for row in raw.to_dict(orient="records")]
    return {str(row[str(raw.columns[0])]): row for row in rows}


def _check_ties(folder: Path, made: pd.DataFrame) -> None:
    from_us, on = made["from"] == "USA", made["on"]
    groups = {
        "trade practices": made,
        "trade practices, from 1975": made[made["start"] >= 1975],
        "trade practices, from 1995": made[made["start"] >= 1995],
        "trade practices, United States sends": made[from_us],
        "trade practices, United States target": made[on == "USA"],
        "trade practices, United States on China": made[from_us & (on == "CHN")],
        "trade practices, United States on Japan": made[from_us & (on == "JPN")],
    }
    totals = _totals(folder, "ties-totals")
    for name, cases in groups.items():
        ends = [int((cases["outcome"] == k).sum()) for k in codes()["ties_outcomes"]]
        counted = [len(cases), int(cases["imposed"].sum()), *ends, int(cases["outcome"].isna().sum())]
        columns = ["threats", "carried_out", *codes()["ties_columns"], "not coded"]
        _agree("ties-totals", name, dict(zip(columns, counted, strict=True)), totals[name])


def _check_wto(folder: Path, cases: pd.DataFrame) -> None:
    ripe = cases[cases["start"] <= RIPE]
    groups = {
        "all": cases,
        "requested by 2012 (mature)": ripe,
        "US respondent, to 2012": ripe[ripe["on"] == "USA"],
        "US complainant, to 2012": ripe[ripe["from"] == "USA"],
        "China respondent": cases[cases["on"] == "CHN"],
        "China complainant": cases[cases["from"] == "CHN"],
        "US v China": cases[(cases["from"] == "USA") & (cases["on"] == "CHN")],
        "China v US": cases[(cases["from"] == "CHN") & (cases["on"] == "USA")],
    }
    totals = _totals(folder, "wto-totals")
    for name, some in groups.items():
        counted = {"disputes": len(some)} | {s: int((some["status"] == s).sum()) for s in codes()["wto_talks"]}
        _agree("wto-totals", name, counted, totals[name])


def _agree(source: str, group: str, counted: dict[str, int], published: Mapping[str, Any]) -> None:
    for column, value in counted.items():
        if int(published[column]) != value:
            raise SourceError(
                refusal(
                    "build",
                    "is_there_and_by",
                    source=source,
                    group=group,
                    column=column,
                    column_2=int(published[column]),
                    value=value,
                )
            )


# -- the tables --------------------------------------------------------------------------------------------------------
def build(folder: Path) -> dict[str, pd.DataFrame]:
    """The three tables by file name; `folder` has `records/`."""
    records = folder / "records"
    ties, wto = read_ties(records), read_disputes(records)
    rows = threats(records, ties) + sanctions(records) + disputes(records, wto)
    return {
        RATES: pd.DataFrame(rows, columns=list(COLUMNS)),
        LENGTHS: lengths(records, ties),
        CLASSES: classes(ties, wto),
    }


def main(arguments: list[str]) -> int:
    """Write the tables; exit code 2 when called with other than two folders."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m detente.build.base_rates SOURCES TARGET\n")
        return 2
    for name, frame in build(Path(arguments[0])).items():
        body = frame.to_csv(index=False, float_format="%.10g", lineterminator="\n")
        head = "".join(f"# {line}\n" for line in texts()["heads"][name])
        write(Path(arguments[1]) / name, (head + body).encode())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
