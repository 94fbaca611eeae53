"""GTAP: header array files told by their records, CSV files of its headers read, checked and made a world; faults named."""

from __future__ import annotations

import os
import random
import struct
import zipfile
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import detente as dt
from detente.build.tables import build_table, gtap, read_published, recognised
from detente.errors import InputError, SourceError

REGIONS, GOODS = ("chn", "usa", "xea"), ("pdr", "ele", "trd", "zzz")
MUTATIONS = int(os.environ.get("DETENTE_MUTATIONS", "500"))
Arrays = dict[str, np.ndarray]


def _arrays() -> Arrays:
    """Headers of GTAP 7 of an invented economy, [commodity, …, region]; imports with duties are what users buy from abroad."""
    draw = np.random.default_rng(7)
    n, s = len(REGIONS), len(GOODS)
    found: Arrays = {"VCIF": draw.uniform(1, 9, (s, n, n))}
    found["VCIF"][:, 0, 0] = found["VCIF"][:, 1, 1] = 0.0  # one country each trades nothing with itself; a group does
    found["VMSB"] = found["VCIF"] * draw.uniform(0.98, 1.3, (s, n, n))
    for header in ("VDPB", "VDGB", "VDIB"):
        found[header] = draw.uniform(20, 60, (s, n))
    found["VDFB"] = draw.uniform(1, 9, (s, s, n))
    spent = found["VMSB"].sum(axis=1)
    parts = draw.dirichlet(np.ones(s + 3), (s, n))
    found["VMFB"] = (parts[:, :, :s] * spent[:, :, None]).transpose(0, 2, 1)
    for k, header in enumerate(("VMPB", "VMGB", "VMIB")):
        found[header] = parts[:, :, s + k] * spent
    return found


ARRAYS = _arrays()
OLD = {
    "VCIF": "VIWS", "VMSB": "VIMS", "VDFB": "VDFM", "VMFB": "VIFM", "VDPB": "VDPM", "VMPB": "VIPM", "VDGB": "VDGM",
    "VMGB": "VIGM",
}  # fmt: skip


def _labels(header: str) -> tuple[tuple[str, ...], ...]:
    if header in ("VCIF", "VMSB", "VIWS", "VIMS"):
        return GOODS, REGIONS, REGIONS
    if header in ("VDFB", "VMFB"):
        return GOODS, GOODS, REGIONS
    if header in ("VDFM", "VIFM"):
        return GOODS, (*GOODS, "CGDS"), REGIONS
    return GOODS, REGIONS


def _texts(arrays: Mapping[str, np.ndarray]) -> dict[str, str]:
    texts = {}
    for header, values in arrays.items():
        labels = _labels(header)
        names = ["COMM", "ACTS", "REG"] if len(labels) == 3 else ["COMM", "REG"]
        rows = [",".join((*cell, repr(float(x)))) for cell, x in zip(product(*labels), values.ravel(), strict=True)]
        texts[f"{header}.csv"] = "\n".join([",".join((*names, "Freq")), *rows]) + "\n"
    return texts


def _folder(place: Path, arrays: Mapping[str, np.ndarray], name: str = "gtap_2017") -> Path:
    folder = place / name
    folder.mkdir()
    for file, text in _texts(arrays).items():
        (folder / file).write_text(text)
    return folder


def _before_7() -> Arrays:
    found = {OLD[h]: a for h, a in ARRAYS.items() if h in OLD}
    for old, firms, capital in (("VDFM", "VDFB", "VDIB"), ("VIFM", "VMFB", "VMIB")):
        found[old] = np.concatenate([ARRAYS[firms], ARRAYS[capital][:, None, :]], axis=1)
    return found


@pytest.mark.parametrize("arrays", [ARRAYS, _before_7()], ids=["7", "before"])
def test_a_world_of_its_headers_is_what_they_say(tmp_path: Path, arrays: Arrays) -> None:
    world = build_table(_folder(tmp_path, arrays), full=True).world
    assert (world.regions, world.sectors, world.year, world.unit) == (("CHN", "USA", "XEA"), GOODS, 2017, "million USD")
    cif, landed = (ARRAYS[h].transpose(1, 2, 0) for h in ("VCIF", "VMSB"))
    home = (ARRAYS["VDFB"].sum(axis=1) + ARRAYS["VDPB"] + ARRAYS["VDGB"] + ARRAYS["VDIB"]).T
    wanted = cif.copy()
    wanted[range(3), range(3)] += home
    np.testing.assert_allclose(world.shipments, wanted, rtol=1e-9)
    apart = ~np.eye(3, dtype=bool)
    np.testing.assert_allclose(world.tariff_rates[apart], (landed / np.where(cif > 0, cif, 1.0) - 1)[apart], rtol=1e-9)
    assert world.tariff_revenue.sum() == pytest.approx((landed - cif).sum())
    inputs = (ARRAYS["VDFB"] + ARRAYS["VMFB"]).transpose(2, 0, 1)
    np.testing.assert_allclose(world.intermediate_use, inputs, rtol=1e-9)
    np.testing.assert_allclose(world.value_added, wanted.sum(axis=1) - inputs.sum(axis=1), rtol=1e-9)
    final = sum(ARRAYS[h] for h in ("VDPB", "VDGB", "VDIB", "VMPB", "VMGB", "VMIB"))
    np.testing.assert_allclose(world.final_use, np.asarray(final).T, rtol=1e-9)
    assert world.card["changed, part of output"] == 0
    assert world.check() < 1e-9


def test_grouped_it_has_the_codes_of_the_default_world_and_solves(tmp_path: Path) -> None:
    built = build_table(_folder(tmp_path, ARRAYS), rare_earths=False)
    world, shipped = built.world, dt.load_world()
    assert world.regions == ("CHN", "USA", "XEA")
    assert world.sectors == ("AGR", "ELE", "TRD", "zzz")
    assert world.trade_elasticity[1] == shipped.trade_elasticity[shipped.sectors.index("ELE")]
    assert (world.trade_elasticity[3], world.card["industries without a known code"]) == (5.0, ["zzz"])
    outcome = dt.solve(world, dt.Policy([dt.Tariff(by="USA", on="CHN", rate=0.25)]))
    assert outcome.status == "converged"
    free = build_table(_folder(tmp_path, ARRAYS, "free_2017"), tariffs=False).world
    assert not free.tariff_rates.any()


def test_an_archive_in_capitals_reads_as_the_folder_does(tmp_path: Path) -> None:
    folder = _folder(tmp_path, ARRAYS)
    with zipfile.ZipFile(tmp_path / "GTAP_2017.zip", "w") as archive:
        for file, text in _texts(ARRAYS).items():
            archive.writestr(f"base/{file.upper()}", text.upper())
    one, two = (build_table(p, full=True, name="same").world for p in (folder, tmp_path / "GTAP_2017.zip"))
    np.testing.assert_array_equal(one.shipments, two.shipments)
    assert (one.sectors, one.regions) == (two.sectors, two.regions)


def _without(header: str) -> Callable[[dict[str, str]], object]:
    return lambda texts: texts.pop(f"{header}.csv")


def _changed(header: str, old: str, new: str, times: int = 1) -> Callable[[dict[str, str]], object]:
    def change(texts: dict[str, str]) -> None:
        assert old in texts[f"{header}.csv"]
        texts[f"{header}.csv"] = texts[f"{header}.csv"].replace(old, new, times)

    return change


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (_without("VDGB"), r"gtap_2017 lacks VDGB or VDGM; of the headers of GTAP that are wanted it has VCIF, VMSB"),
        (_without("VDIB"), r"investment is either VDIB and VMIB or an industry CGDS of VDFM and VIFM, and neither is whole"),
        (_changed("VDPB", "COMM,REG,Freq", "COMM,Freq"), r"VDPB: its columns are COMM, Freq; wanted are 2 of labels"),
        (_changed("VMPB", "ele,usa,", "ele,xxx,"), r"VMPB: column 2 has other labels .*; strange: xxx"),
        (_changed("VMPB", "ele,usa,", "ele,chn,"), r"VMPB: cell ele, chn stands twice, the second time at row 6"),
        (_changed("VDFB", "pdr,ele,usa,", "pdr,ele,usa,-"), r"VDFB: row 6 \(pdr, ele, usa\) is '-.*'; a number of 0 or more"),
        (_changed("VDFB", "pdr,ele,usa,", "pdr,ele,usa,1"), None),
        (_changed("VMSB", "pdr,chn,usa,", "pdr,chn,usa,1"), r"imports of pdr by USA come to .* \(VMSB\), and what users"),
    ],
)  # fmt: skip
def test_faults_are_refused_by_file_and_cell(tmp_path: Path, edit: Callable[[dict[str, str]], object], said: str | None) -> None:
    texts = _texts(ARRAYS)
    edit(texts)
    folder = tmp_path / "gtap_2017"
    folder.mkdir()
    for file, text in texts.items():
        (folder / file).write_text(text)
    if said is None:  # nothing in these headers could show it; the card says so
        assert "what is made and used at home" in build_table(folder).world.card["balance"]["no totals in the file for"]
        return
    with pytest.raises(SourceError, match=said):
        read_published(folder)


def test_cells_may_stand_in_fortrans_order_and_in_no_other(tmp_path: Path) -> None:
    folder = _folder(tmp_path, ARRAYS)
    whole = read_published(folder)
    for file, text in _texts(ARRAYS).items():
        head, *rows = text.splitlines()
        (folder / file).write_text("\n".join([head, *sorted(rows, key=lambda r: _place(r)[::-1])]) + "\n")
    turned = read_published(folder)
    assert isinstance(whole, gtap.Basedata)
    assert isinstance(turned, gtap.Basedata)
    np.testing.assert_array_equal(turned.inputs, whole.inputs)
    head, *rows = _texts(ARRAYS)["VDPB.csv"].splitlines()
    (folder / "VDPB.csv").write_text("\n".join([head, rows[1], rows[0], *rows[2:]]) + "\n")
    with pytest.raises(SourceError, match=r"VDPB: row 2 is pdr, usa; pdr, chn is expected there"):
        read_published(folder)


def _place(row: str) -> list[int]:
    known = {label: k for labels in ((*GOODS, "CGDS"), REGIONS) for k, label in enumerate(labels)}
    return [known[label] for label in row.split(",")[:-1]]


def test_source_and_destination_changed_round_are_seen(tmp_path: Path) -> None:
    turned = {**ARRAYS, **{h: ARRAYS[h].transpose(0, 2, 1) for h in ("VCIF", "VMSB")}}
    with pytest.raises(SourceError, match="and what users there buy of it from abroad"):
        read_published(_folder(tmp_path, turned))
    with pytest.raises(SourceError, match="say it with --year"):
        read_published(_folder(tmp_path, ARRAYS, "gtap"))


# -- mutated files ---------------------------------------------------------------------------------------------------------
def _mutated(text: str, draw: random.Random) -> str:
    """Rows lost, doubled, moved between, cut; labels, names and characters changed; numbers of the checked header scaled."""
    rows = text.splitlines()
    k, j = draw.randrange(len(rows)), draw.randrange(len(rows))
    kind = draw.randrange(7)
    if kind == 0:
        rows.pop(k)
    elif kind == 1:
        rows.insert(j, rows[k])
    elif kind == 2:
        del rows[k:]
    elif kind == 3:
        cells = rows[k].split(",")
        a, b = draw.sample(range(len(cells)), 2)
        cells[a], cells[b] = cells[b], cells[a]
        rows[k] = ",".join(cells)
    elif kind == 4:
        one, two = rows[k].split(","), rows[j].split(",")
        one[0], two[0] = two[0], one[0]
        rows[k], rows[j] = (rows[k], rows[j]) if k == j else (",".join(one), ",".join(two))
    elif kind == 5:
        rows[k] = rows[k].replace(draw.choice("aeu,"), draw.choice(["", "x", ",", ";", '"']), 1)
    else:
        return text[: draw.randrange(1, len(text) - 1)]
    return "\n".join(rows) + "\n"


def test_no_mutated_folder_is_read_wrongly(tmp_path: Path) -> None:
    draw = random.Random("gtap")
    folder, texts = _folder(tmp_path, ARRAYS), _texts(ARRAYS)
    whole = read_published(folder)
    assert isinstance(whole, gtap.Basedata)
    refused = 0
    for k in range(MUTATIONS):
        file = draw.choice(sorted(texts))
        (folder / file).write_text(_mutated(texts[file], draw))
        try:
            found = read_published(folder)
        except InputError as error:
            refused += "gtap_2017" in str(error)
        else:
            assert isinstance(found, gtap.Basedata)
            for name in ("border", "landed", "inputs", "final", "home"):
                np.testing.assert_allclose(getattr(found, name), getattr(whole, name), rtol=1e-9, err_msg=f"{k}: {file}")
        (folder / file).write_text(texts[file])
    assert refused > MUTATIONS / 2


# -- header array files ----------------------------------------------------------------------------------------------------
def _record(body: bytes) -> bytes:
    return struct.pack("<i", len(body)) + body + struct.pack("<i", len(body))


def _har(*names: str) -> bytes:
    """A header array file byte for byte as GEMPACK's programs write it: of each header its name, what it is, and text."""
    parts = []
    for name in names:
        parts.append(_record(name.encode().ljust(4)))
        parts.append(_record(b"    1CFULL" + b"invented".ljust(70) + struct.pack("<iii", 2, 1, 12)))
        parts.append(_record(b"    " + struct.pack("<iii", 1, 1, 1) + b"two words".ljust(12)))
    return b"".join(parts)


def test_a_header_array_file_is_told_by_its_records(tmp_path: Path) -> None:
    path = tmp_path / "basedata.dat"
    path.write_bytes(_har("VDFB", "VMFB", "VCIF", "SETS"))
    assert gtap.is_har(path)
    assert gtap.headers(path) == ["VDFB", "VMFB", "VCIF", "SETS"]
    with pytest.raises(SourceError) as caught:
        recognised(path)
    said = str(caught.value)
    assert "basedata.dat is a header array file of GEMPACK with VDFB, VMFB, VCIF, SETS." in said
    assert "That is GTAP's table, without VMSB, VDPB" in said
    assert "(harpy) is under the GPL. Write the headers VCIF, VMSB, VDFB" in said
    assert "then detente world build FOLDER --year YEAR" in said
    path.write_bytes(_har("VDFM", "VIFM", "VIWS", "VIMS", "VDPM", "VIPM", "VDGM", "VIGM"))
    with pytest.raises(SourceError, match=r"That is GTAP's table; it is .* Write the headers VIWS, VIMS, VDFM, VIFM"):
        recognised(path)
    path.write_bytes(_har("XXCD", "CHST"))
    with pytest.raises(SourceError, match=r"with XXCD, CHST\. GTAP's table has the headers VCIF, .*; those are not in it"):
        recognised(path)


def test_a_header_array_file_that_was_cut_is_still_told(tmp_path: Path) -> None:
    path, body = tmp_path / "cut.har", _har("VDFB", "VMFB")
    for length in range(26, len(body)):
        path.write_bytes(body[:length])
        assert gtap.is_har(path)
        with pytest.raises(SourceError, match="is a header array file of GEMPACK with VDFB"):
            recognised(path)
