"""Base rates as shipped: totals of the data sets' own makers, partitions, intervals, refusals, the view beside a record."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta
from typer.testing import CliRunner

import detente as dt
from detente.cli import app
from detente.errors import UnknownName
from detente.outlook.base_rates import base_rates, class_of, outside_classes, told_of
from detente.outlook.outside import outside_view, used_view
from detente.outlook.record import load_record, parse_record

# Totals published with the data: TIES 4.0 (Morgan, Bapat and Kobayashi 2014): threats, carried out.
TIES = {
    ("all", "all", "trade practices"): (517, 254), ("USA", "all", "trade practices"): (263, 103),
    ("all", "USA", "trade practices"): (51, 22), ("USA", "CHN", "trade practices"): (10, 2),
    ("all", "all", "all issues"): (1053, 486),
}  # fmt: skip
# GSDB release 3 has 1,325 sanctions (https://www.globalsanctionsdatabase.com/); ended, target gave way, part, settled, failed.
GSDB = {"all sanctions": (1325, 912, 417, 150, 74, 271), "trade": (513, 327, 140, 49, 26, 112)}
# WTO, requested by 2012, status in March 2019: disputes, settled or withdrawn, still in consultations.
WTO = {("all", "all"): (454, 94, 136), ("all", "USA"): (119, 14, 27), ("USA", "all"): (103, 29, 25)}


def test_counts_are_the_published_ones() -> None:
    threats = base_rates("threat").of("carried out")
    for (sender, target, stakes), (cases, seen) in TIES.items():
        row = threats.query("sender == @sender and target == @target and stakes == @stakes and period == '1946 to 2005'")
        assert row[["cases", "seen"]].to_numpy().tolist() == [[cases, seen]], (sender, target, stakes)
    sanctions = base_rates("sanction", "all").rates
    for stakes, (cases, ended, *came) in GSDB.items():
        mine = sanctions[(sanctions["stakes"] == stakes) & (sanctions["period"] == "1950 to 2022")]
        assert mine["seen"].tolist() == [ended, *came]
        assert mine["cases"].tolist() == [cases] + [ended] * 4
    talks = base_rates("talks").rates.query("period == '1995 to 2012'")
    for (sender, target), (cases, settled, standing) in WTO.items():
        row = talks[(talks["sender"] == sender) & (talks["target"] == target)].set_index("outcome")
        assert row["cases"].tolist() == [cases] * 3
        assert row.loc[["agreed", "time"], "seen"].tolist() == [settled, standing]
    assert base_rates("dispute", "all", "all").rates["seen"].sum() == 538


def test_groups_share_out_all_cases() -> None:
    for kind, question in (("threat", "carried out"), ("dispute", "last status")):
        found = base_rates(kind).of(question)
        found = found[found["stakes"].isin(["trade practices", "trade"]) & found["period"].isin(["1946 to 2005", "1995 to 2018"])]
        whole = found.query("sender == 'all' and target == 'all'")
        for column, other in (("sender", "target"), ("target", "sender")):
            parts = found[(found[column] != "all") & (found[other] == "all")]
            assert parts.groupby("outcome")["seen"].sum().to_dict() == whole.set_index("outcome")["seen"].to_dict()
    periods = base_rates("threat", "all", "all").of("carried out").query("stakes == 'trade practices'")
    assert periods.query("period != '1946 to 2005'")["cases"].sum() == 517
    assert (base_rates().rates["cases"] >= 5).all()  # fewer are no rate


def test_the_ends_of_a_stage_add_up() -> None:
    rates = base_rates("threat", "all", "all").rates.query("stakes == 'trade practices' and period == '1946 to 2005'")
    for stage in ("before", "after"):
        rows = rates[rates["question"] == f"ended {stage} sanctions"].set_index("outcome")["seen"]
        assert rows.drop("gives way at all").sum() == rates[rates["question"] == f"ended {stage} sanctions"]["cases"].iloc[0]
        assert rows["gives way at all"] == rows["gives way"] + rows["gives way in part"]


def test_ranges_are_those_of_the_beta() -> None:
    row = base_rates("threat", "USA", "all").of("carried out").iloc[0]
    assert row["rate"] == pytest.approx(103 / 263)
    assert [row["low"], row["high"]] == pytest.approx(beta.ppf([0.05, 0.95], 103.5, 160.5).tolist())
    json.dumps(base_rates().record(), allow_nan=False)


def test_what_stood_only_falls() -> None:
    found = base_rates().lengths.query("source == 'ties'")
    for _, rows in found.groupby(["kind", "what", "sender"]):
        assert (np.diff(rows["held"]) <= 0).all()
        assert (np.diff(rows["at_risk"]) <= 0).all()
        assert rows["held"].between(0, 1).all()


@pytest.mark.parametrize(
    ("asked", "what"), [({"kind": "xyz"}, "kind"), ({"sender": "MYS"}, "sender"), ({"target": "EU"}, "target")]
)
def test_who_is_not_known_is_refused(asked: dict[str, str], what: str) -> None:
    with pytest.raises(UnknownName, match=what):
        dt.base_rates(**asked)
    done = CliRunner().invoke(app, ["rates", *(f"--{k}={v}" for k, v in asked.items())])
    assert isinstance(done.exception, UnknownName)
    with pytest.raises(UnknownName, match="question"):
        base_rates("threat").of("broken")
    with pytest.raises(UnknownName, match="outside view"):
        outside_classes("dispute")


def test_classes_of_pairs() -> None:
    assert class_of("CHN", "USA", directed=True) == "other-large"
    assert class_of("CHN", "USA", directed=False) == "USA-large"
    assert class_of("ESP", "MYS", directed=True) == "EU-small"
    assert class_of("JPN", "SWE", directed=False) == "EU-large"
    assert class_of("VNM", "MYS", directed=False) == "other-small"


def test_the_view_beside_the_record() -> None:
    record = load_record("us-china").as_of(date(2025, 10, 18))
    for kind in ("threat", "talks"):
        view = outside_view(record, kind)
        assert view is not None
        own, elsewhere, pooled = record.counts(kind), view.outside, view.grouped
        for group, names in view.groups.items():
            alone = sum(own[o] for o in names) / sum(own.values())
            assert pooled[group] == pytest.approx(view.weight * elsewhere[group] + (1 - view.weight) * alone)
        assert sum(view.rates().values()) == pytest.approx(1)
        draws = view.draws(20000, np.random.default_rng(0))
        np.testing.assert_allclose(draws.sum(axis=1), 1)
        np.testing.assert_allclose(draws.mean(axis=0), list(view.rates().values()), atol=0.005)
        json.dumps(view.record(), allow_nan=False)
    truce = outside_view(record, "truce")
    assert truce is not None
    spells = record.spells()
    shape, days = spells.ended + truce.prior.pseudo[0], spells.days + truce.prior.strength
    assert truce.survival(53).mean == pytest.approx((days / (days + 53)) ** shape)
    assert truce.survival(53).mean > spells.survival(53).mean
    assert np.exp(-truce.spells.rate * 53) == pytest.approx(truce.survival(53).mean, abs=0.002)


def test_a_record_between_nobody_has_no_outside() -> None:
    text = (Path(dt.__file__).parent / "data" / "records" / "us-china.yaml").read_text(encoding="utf-8")
    alone = parse_record(text.replace("between: [USA, CHN]\n", ""))
    assert outside_view(alone, "threat") is None
    assert used_view(alone, "truce") is None
    bare = dt.branch_odds("kuala-lumpur-2025", record=alone, draws=200)["hundred"]
    assert bare.base_rate == dt.branch_odds("kuala-lumpur-2025", outside=False, draws=200)["hundred"].base_rate


def test_sources_and_codes_are_told() -> None:
    for source in base_rates().record()["sources"].values():
        assert source["link"].startswith("https://")
        assert source["terms"]
    assert set(told_of()["views"]) == {"threat", "talks", "truce"}


def test_at_the_command_line(tmp_path: Path) -> None:
    run = CliRunner()
    shown = run.invoke(app, ["rates", "--kind", "threat", "--csv", str(tmp_path / "rates.csv")])
    assert shown.exit_code == 0, shown.output
    assert "254" in shown.output
    kept = pd.read_csv(tmp_path / "rates.csv")
    assert len(kept) == len(base_rates("threat").rates)
    told = json.loads(run.invoke(app, ["rates", "--kind", "truce", "--json"]).output)
    assert told["lengths"][0]["spells"] == 124
    nothing = run.invoke(app, ["rates", "--kind", "threat", "--sender", "CHN", "--target", "small"])
    assert "no rate" in nothing.output


def test_the_page_tells_the_counts() -> None:
    page = (Path(__file__).parents[2] / "docs" / "base-rates.md").read_text(encoding="utf-8")

    def row(name: str, sender: str, target: str, stakes: str = "trade practices", period: str = "1946 to 2005") -> str:
        rows = base_rates("threat", sender, target).of("carried out")
        r = rows[(rows["stakes"] == stakes) & (rows["period"] == period)].iloc[0]
        span = f"{100 * r.rate:.0f} % ({100 * r.low:.0f} to {100 * r.high:.0f})"
        return f"| {name} | {r.cases:,} | {r.seen} | {span} |"

    for line in (
        row("anybody", "all", "all"), row("United States", "USA", "all"), row("… on China", "USA", "CHN"),
        row("European Union and its fifteen", "EU", "all"), row("China", "CHN", "all"), row("others", "other", "all"),
        row("anybody, on China", "all", "CHN"), row("anybody, every issue", "all", "all", "all issues"),
        row("… 1995 to 2005", "USA", "all", period="1995 to 2005"),
        row("anybody, weak commitment", "all", "all", "trade practices, weak commitment"),
        row("… strong", "all", "all", "trade practices, strong commitment"),
    ):  # fmt: skip
        assert line in page
    held = base_rates("truce").lengths.set_index(["sender", "year"])["held"]
    assert f"a year in {100 * held['all', 1]:.0f} % and five years in {100 * held['all', 5]:.0f} % of 124 spells" in page
    record = load_record("us-china").as_of(date(2025, 10, 18))
    for kind, cases in (("threat", "10 cases | 33 %"), ("talks", "9 cases | 29 %"), ("truce", "3,262 days | 60 %")):
        view = outside_view(record, kind)  # type: ignore[arg-type]
        assert view is not None
        assert f"{view.prior.strength:,.0f} {cases.split()[1]} | {100 * view.weight:.0f} %" == cases
        assert cases in page
