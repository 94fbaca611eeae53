"""The customs panels that ship with the package, and which sectors a NAICS-3 industry feeds.

    python -m detente.build.customs_panel SOURCES TARGET

writes three files into TARGET (`data/panels`):

us-imports-naics3.parquet   US imports and calculated duty by origin, industry and month, every dollar once (`world.panel`)
us-exports-hs2.parquet      US exports by destination, HS-2 chapter and month, to October 2020; `rest`: world less the others
naics3-sectors.csv          shares of an industry's imports by sector

Most industries belong to one sector (`ONE`, after the titles of NAICS and of the ISIC Rev.4 divisions of the sectors). Three are
split by origin, with the imports of 2024 by sector as weights (`us-imports` of `sources.yaml`): chemicals and medicines, primary
metals, transport equipment. Members of the European Union take the Union's shares, "rest" those of all origins without a row of
their own in the panel. Rare earths and magnets are in chemicals and electrical equipment and cannot be told apart.

>>> main([])
2
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from detente.build.sources import require_columns, source_file, texts
from detente.errors import SourceError
from detente.files import write
from detente.words import refusal
from detente.world.panel import EU_REST, REST, UNMAPPED, panel_table, read_panel

ONE = {
    "111": "AGR", "112": "AGR", "113": "AGR", "114": "AGR", "115": "AGR", "211": "ENE", "212": "MIN", "311": "FOD", "312": "FOD",
    "313": "TEX", "314": "TEX", "315": "TEX", "316": "TEX", "321": "WPP", "322": "WPP", "323": "WPP", "324": "PET", "326": "RUB",
    "327": "NMM", "332": "FMP", "333": "MCH", "334": "ELE", "335": "EEQ", "337": "OMF", "339": "OMF",
    "910": UNMAPPED, "930": UNMAPPED, "980": UNMAPPED, "990": UNMAPPED,
}  # fmt: skip
SPLIT = {"325": ("CHM", "PHA"), "331": ("IRS", "NFM"), "336": ("MVH", "OTE")}


def imports(folder: Path) -> pd.DataFrame:
    """Imports and duty, whole USD, every dollar once. Raises `SourceError`, or `BadPanel` with the row."""
    path = source_file(folder / "customs", "us-imports-monthly")
    frame = read_panel(path.read_bytes(), path.name).frame
    return frame.astype({"imports": "int64", "duty": "int64"})


def exports(folder: Path) -> pd.DataFrame:
    """Exports, whole USD: destination, hs2, month, exports, with `rest` in place of the world's row."""
    path = source_file(folder / "customs", "us-exports-monthly")
    raw = pd.read_csv(path, dtype={"hs2": str})
    require_columns(raw, ("partner", "hs2", "month", "value"), path)
    wide = raw.pivot_table(index=["hs2", "month"], columns="partner", values="value", aggfunc="sum", fill_value=0)
    if "WLD" not in wide:
        raise SourceError(refusal("build", "has_no_rows", file=path.name))
    wide[REST] = wide["WLD"] - wide.drop(columns="WLD").sum(axis=1)
    if (wide < 0).any(axis=None):
        raise SourceError(refusal("build", "partners_add_up", file=path.name))
    long = wide.drop(columns="WLD").melt(ignore_index=False, var_name="destination", value_name="exports").reset_index()
    long = long[long["exports"] > 0].sort_values(["destination", "hs2", "month"], ignore_index=True)
    return long[["destination", "hs2", "month", "exports"]].astype({"exports": "int64"})


def sector_shares(folder: Path) -> pd.DataFrame:
    """naics3, origin, sector, share: shares of an industry and origin add up to one."""
    path = source_file(folder / "trade", "us-imports")
    raw = pd.read_csv(path)
    require_columns(raw, ("origin", "sector", "imports_2024_usd"), path)
    by = raw.pivot_table(index="origin", columns="sector", values="imports_2024_usd", aggfunc="sum").fillna(0.0)
    origins, groups = panel_table()["origins"], panel_table()["groups"]
    rows = [(k, "*", s, 1.0) for k, s in ONE.items()]
    union = groups["EU"]["census"]
    named = {e["census"] for e in origins.values() if "census" in e} | {union}
    members = [str(o) for o in by.index if str(o) == "SLOVAKIA"]  # stands in the Union's row already
    for industry, (first, second) in SPLIT.items():
        for code, entry in origins.items():
            if code == REST:
                size = by[~by.index.isin([*named, *members])][[first, second]].sum()
            else:
                size = by.loc[union if entry.get("in") == "EU" or code == EU_REST else entry["census"], [first, second]]
            share = round(float(size[first] / size.sum()), 4) if size.sum() > 0 else 1.0
            rows += [(industry, code, first, share), (industry, code, second, round(1 - share, 4))]
    frame = pd.DataFrame(rows, columns=["naics3", "origin", "sector", "share"])
    return frame[frame["share"] > 0].sort_values(["naics3", "origin", "sector"], ignore_index=True)


def parquet(frame: pd.DataFrame) -> bytes:
    """A frame as Parquet: codes as dictionaries, whole numbers, no note of the machine; the same bytes from the same frame."""
    columns = {
        str(c): pa.array(frame[c].to_numpy(), pa.int64()) if frame[c].dtype == "int64"
        else pa.array(frame[c].tolist(), pa.string()).dictionary_encode()
        for c in frame.columns
    }  # fmt: skip
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, compression="zstd", compression_level=19, store_schema=False)
    return out.getvalue()


def build(folder: Path) -> dict[str, bytes]:
    """The files by name."""
    name = "naics3-sectors.csv"
    head = "".join(f"# {line}\n" for line in texts()["heads"][name])
    table = head + sector_shares(folder).to_csv(index=False, float_format="%.4g", lineterminator="\n")
    return {
        "us-imports-naics3.parquet": parquet(imports(folder)),
        "us-exports-hs2.parquet": parquet(exports(folder)),
        name: table.encode(),
    }


def main(arguments: list[str]) -> int:
    """Write the files; exit code 2 when called with other than two folders."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m detente.build.customs_panel SOURCES TARGET\n")
        return 2
    for name, body in build(Path(arguments[0])).items():
        write(Path(arguments[1]) / name, body)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
