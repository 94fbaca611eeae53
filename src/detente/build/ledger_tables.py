"""The small tables the ledger of the United States and China draws on, made from their sources.

    python -m detente.build.ledger_tables SOURCES TARGET [SEPTEMBER]

writes four CSV files into TARGET, and a fifth, `china-september-2019.csv`, where SEPTEMBER is given (else the shipped one
stands); `docs/ledger.md` says where each source is had. What they hold:

us-china-weights.csv    by sector: imports and duty of the United States from China in 2024, imports of 2017 (`tariff_lines`),
                        its most-favoured-nation rate at China's composition, China's imports from the United States in 2017,
                        lines of China's tariff, exports of each to the world (the shipped world, 2022)
us-china-mfn.csv        China's most-favoured-nation rate by day of change and sector: plain mean of lines, and mean
                        weighted by imports from the United States in 2017
us-china-coverage.csv   by measure and sector: share of trade a list reaches (its lines weighted by trade), and share of
                        the sector's lines. China's lists of 2018–19 and March 2025 from the lines and their imports of 2017;
                        those of the United States from the lines, their imports fitted to 2017 (`tariff_lines`, A30)
hs2-sectors.csv         share of each HS chapter's imports from China (2024) that belongs to a sector; chapters 98 and 99
                        belong to none

Lines go to sectors by `classification`; a chapter split over sectors is fitted to chapter and sector totals:

    x[h, s] = a[h] · n[h, s] · b[s],   Σ_s x = imports of the chapter,   Σ_h x = imports of the sector

with n the number of lines of chapter h in sector s.

>>> fit_margins(np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([3.0, 1.0]), np.array([2.0, 2.0])).tolist()
[[1.5, 1.5], [0.5, 0.5]]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from detente.build.classification import sector_of
from detente.build.sources import require_columns, source_file, texts
from detente.build.tariff_lines import contents, fit_2017, imports_2017, list_values, shipped_cells, shipped_table
from detente.errors import SourceError
from detente.files import write
from detente.types import Array
from detente.words import refusal
from detente.words.names import goods_sectors, sector_table
from detente.world.library import load_world

CHAPTERS = "tariffs/us_hs2_by_partner"
# Columns of the sheet of lines, after code and text: what changed on which day. Kind "mfn" applies to everyone.
STEPS = (
    ("mfn", "2018-01-01"), ("answer-232", "2018-04-02"), ("mfn", "2018-05-01"), ("mfn", "2018-07-01"),
    ("list-34", "2018-07-06"), ("list-16", "2018-08-23"), ("list-60", "2018-09-24"), ("mfn", "2018-11-01"),
    ("mfn", "2019-01-01"), ("autos", "2019-01-01"), ("raise-60", "2019-06-01"),
)  # fmt: skip
# Partners under no agreement, whose duty of 2024 is most-favoured-nation, by the number of their file.
ORDINARY = ("0003", "4120", "5330", "5350", "5460", "5490", "5520", "5530", "5550", "5570", "5600", "5650", "5830", "5880")
EUROPE = ("0003",)  # in chapters under the metal duties of 2018 the European Union paid within quotas, so none of them
METALS = ("72", "73", "76")
POULTRY = 0.08  # A12
# Measures by the points of China's list of September 2019, at first and since both were halved in February 2020.
SEPTEMBER = {10: ("chn-list-75-10", "chn-list-75-halved-5"), 5: ("chn-list-75-5", "chn-list-75-halved-2")}
SEPTEMBER_TABLE = "china-september-2019.csv"


def fit_margins(start: Array, rows: Array, columns: Array, sweeps: int = 2000) -> Array:
    """The table nearest `start` whose rows and columns add up to the totals given (columns last)."""
    table = start.astype(float)
    for _ in range(sweeps):
        table *= np.divide(rows, table.sum(1), out=np.zeros_like(rows), where=table.sum(1) > 0)[:, None]
        table *= np.divide(columns, table.sum(0), out=np.zeros_like(columns), where=table.sum(0) > 0)[None, :]
    return table


def read_lines(folder: Path) -> pd.DataFrame:
    """China's tariff lines: code, sector, imports from the United States in 2017 (thousand USD), then one column a step."""
    path = source_file(folder / "tariffs", "china-tariffs")
    rates = pd.read_excel(path, sheet_name="China Tariff Rates", converters={0: str})
    values = pd.read_excel(path, sheet_name="Imports Value", converters={0: str})
    if rates.shape[1] < 2 + len(STEPS):
        raise SourceError(refusal("build", "columns_of_changes_are", file=path.name, count=len(STEPS), shape=rates.shape[1] - 2))
    codes = rates.iloc[:, 0].astype(str).str.strip().str.zfill(10)
    lines = rates.iloc[:, 2 : 2 + len(STEPS)].apply(pd.to_numeric, errors="coerce").fillna(0.0)
    lines.columns = pd.Index([f"{kind} {day}" for kind, day in STEPS])
    imports = pd.to_numeric(values.iloc[:, 2], errors="coerce").fillna(0.0)
    imports.index = pd.Index(values.iloc[:, 0].astype(str).str.strip().str.zfill(8))
    imports = imports.groupby(level=0).sum()
    hs8 = codes.str[:8]
    lines.insert(0, "imports", hs8.map(imports).fillna(0.0) / hs8.groupby(hs8).transform("size"))
    lines.insert(0, "sector", [sector_of(c) for c in codes])
    lines.insert(0, "code", codes)
    return lines


def china_lists(lines: pd.DataFrame) -> dict[str, tuple[float, pd.Series]]:
    """Measure id → (rate in percentage points, whether each line pays it); autos stand apart, for they were let off in 2019."""
    let_off = lines["autos 2019-01-01"]
    found: dict[str, tuple[float, pd.Series]] = {}

    def add(name: str, column: pd.Series, where: pd.Series | None = None) -> None:
        for rate in sorted({float(v) for v in column.round(2).unique() if v > 0}):
            hit = (column.round(2) == rate) if where is None else (column.round(2) == rate) & where
            if hit.any():
                found[f"{name}-{rate:g}"] = (rate, hit)

    spared = let_off < 0
    add("chn-answer-232", lines["answer-232 2018-04-02"])
    for label in ("list-34", "list-16", "list-60"):
        column = lines[next(c for c in lines.columns if str(c).startswith(label))]
        add(f"chn-{label}", column, ~spared)
        add(f"chn-{label}-autos", column, spared)
    add("chn-raise-60", lines["raise-60 2019-06-01"])
    return found


def china_coverage(lines: pd.DataFrame) -> pd.DataFrame:
    """Measure × sector: share of 2017 imports from the United States and share of lines that pay."""
    rows = []
    for name, (_, hit) in china_lists(lines).items():
        for sector, group in lines.groupby("sector"):
            paying = hit.loc[group.index]
            trade = float(group["imports"].sum())
            of_lines = float(paying.mean())
            of_trade = float(group.loc[paying, "imports"].sum()) / trade if trade > 0 else of_lines
            if of_lines > 0:
                rows.append((name, sector, of_trade, of_lines))
    return pd.DataFrame(rows, columns=["measure", "sector", "share_of_trade", "share_of_lines"])


def china_march_2025(folder: Path, lines: pd.DataFrame) -> pd.DataFrame:
    """Measure × sector: what the lists of March 2025 reach, at China's imports of 2017 and as a share of the lines of then.

    A listed code that the tariff of 2018 does not have was made of its subheading since: the lines of that subheading which no
    listed code names stand for it. Poultry was shut out of China in 2017, so food at 15 points keeps the share of A12. Less than
    half a percent of a sector (62 m USD of chemicals) is left out.
    """
    eight = lines.assign(code=lines["code"].str[:8]).groupby(["code", "sector"])["imports"].sum().reset_index()
    whole = eight.groupby("sector")["imports"].agg(["sum", "size"])
    rows = []
    for name, file in (("chn-farm-10", "china-march-2025-10"), ("chn-farm-15", "china-march-2025-15")):
        path = source_file(folder / "tariffs", file)
        codes = pd.read_csv(path, header=None, usecols=[1], dtype=str)[1].str.zfill(8)
        bad = codes.index[~codes.str.fullmatch(r"\d{8}")]
        if len(bad):
            raise SourceError(refusal("build", "row_is_no_code", file=path.name, bad=bad[0] + 1, codes=f"{codes[bad[0]]!r}"))
        listed, known = set(codes), set(eight["code"])
        split = {code[:6] for code in listed - known}
        hit = eight["code"].isin(listed) | eight["code"].str[:6].isin(split)
        paying = eight[hit].groupby("sector")["imports"].agg(["sum", "size"]).reindex(whole.index).fillna(0.0) / whole
        of_trade = paying["sum"].where(whole["sum"] > 0, 0.0)
        if name == "chn-farm-15":
            of_trade = of_trade.mask(of_trade.index == "FOD", POULTRY)
        columns = (paying.index, of_trade, paying["size"])
        rows += [(name, s, float(trade), float(size)) for s, trade, size in zip(*columns, strict=True) if trade > 5e-3]
    return pd.DataFrame(rows, columns=["measure", "sector", "share_of_trade", "share_of_lines"])


def china_september_2019(lines: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Measure × sector: what China's list of September 2019 reaches, at imports of 2017 and as a share of lines.

    `path` is a table of China's duty on the United States by six-digit code and day (hs6, time_of_tariff, tariff). A code whose
    duty rose by 10 or by 5 points on 1 September counts with all its lines; 9 codes with other steps are left out.
    """
    frame = pd.read_csv(path, dtype={"hs6": str})
    require_columns(frame, ("hs6", "time_of_tariff", "tariff"), path)
    duty = frame.pivot_table(index="hs6", columns="time_of_tariff", values="tariff", aggfunc="mean")
    step = (duty["2019-09-01"] - duty["2019-06-01"]).round(6)
    whole = lines.groupby("sector")["imports"].agg(["sum", "size"])
    rows = []
    for points, measures in SEPTEMBER.items():
        listed = set(step.index[step == points])
        paying = lines[lines["code"].str[:6].isin(listed)].groupby("sector")["imports"].agg(["sum", "size"])
        shares = paying.reindex(whole.index).fillna(0.0) / whole
        columns = (shares.index, shares["sum"].fillna(0.0), shares["size"])
        for sector, trade, size in zip(*columns, strict=True):
            rows += [(m, sector, float(trade), float(size)) for m in measures if trade > 5e-4]
    return pd.DataFrame(rows, columns=["measure", "sector", "share_of_trade", "share_of_lines"])


def china_mfn(lines: pd.DataFrame) -> pd.DataFrame:
    """Day of change × sector: most-favoured-nation rate, percent, plain and weighted by imports from the United States."""
    rows = []
    level = pd.Series(0.0, lines.index)
    for kind, day in dict.fromkeys(STEPS):
        if kind != "mfn":
            continue
        level = level + lines[f"{kind} {day}"]
        for sector, group in lines.groupby("sector"):
            own, weight = level.loc[group.index], group["imports"]
            mean = float(own.mean())
            rows.append((day, sector, mean, float(np.average(own, weights=weight)) if weight.sum() > 0 else mean))
    return pd.DataFrame(rows, columns=["from", "sector", "lines_pct", "imports_pct"])


def chapter_table(folder: Path, lines: pd.DataFrame, by_sector: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
    """Chapter → sector shares of imports from China (2024), and the most-favoured-nation rate by chapter, percent."""
    tables = {p.stem[-4:]: pd.read_csv(p, dtype={"HS2": str}).set_index("HS2") for p in sorted((folder / CHAPTERS).glob("*.csv"))}
    if "5700" not in tables:
        raise SourceError(refusal("build", "no_file_for_china", folder=folder / CHAPTERS))
    imports = tables["5700"]["2024_imports"]
    ordinary = [tables[c] for c in ORDINARY if c in tables]
    nothing = pd.Series(0.0, imports.index)
    paid = sum((t["2024_duty"].reindex(imports.index).fillna(0.0) for t in ordinary), start=nothing)
    came = sum((t["2024_imports"].reindex(imports.index).fillna(0.0) for t in ordinary), start=nothing)
    mfn = 100 * paid / came
    for chapter in METALS:
        duty = sum(float(tables[c]["2024_duty"].get(chapter, 0.0)) for c in EUROPE)
        mfn[chapter] = 100 * duty / sum(float(tables[c]["2024_imports"].get(chapter, 0.0)) for c in EUROPE)
    sectors = [s for s in by_sector.index if by_sector[s] > 0]
    known = [h for h in imports.index if h not in ("98", "99")]
    same = lines["sector"].replace({"RER": "CHM"})  # the import file has no sector for rare earths
    counts = pd.crosstab(lines["code"].str[:2], same).reindex(index=known, columns=sectors, fill_value=0)
    table = fit_margins(counts.to_numpy(float), imports[known].to_numpy(float), by_sector[sectors].to_numpy(float))
    frame = pd.DataFrame(table, known, sectors)
    rows = [
        (h, s, float(frame.loc[h, s] / frame.loc[h].sum()), float(imports[h]) / 1e6)
        for h in known for s in sectors if frame.loc[h].sum() > 0 and frame.loc[h, s] / frame.loc[h].sum() > 5e-4
    ]  # fmt: skip
    rows += [(h, "", 1.0, float(imports[h]) / 1e6) for h in ("98", "99") if h in imports.index]
    by_trade = (frame.T * mfn[known].to_numpy()).T.sum() / frame.sum()
    return pd.DataFrame(rows, columns=["chapter", "sector", "share", "us_imports_from_china_2024_musd"]), by_trade


def cells_2017(folder: Path) -> pd.DataFrame:
    """Imports of the United States from China by cell of the lists, those of 2017 as fitted among them (`tariff_lines`)."""
    chapters, industries = imports_2017(folder)
    cells = fit_2017(shipped_cells(), chapters, industries, list_values())
    return cells[cells["sector"] != ""]


def us_lists(cells: pd.DataFrame) -> pd.DataFrame:
    """Measure × sector: share of a sector's imports from China, and of its lines traded, that a list reaches.

    Lists 1 to 4B at the imports of 2017, as fitted; what the four-year review raised at those of 2024.
    """
    whole = cells.groupby("sector")[["musd_2017", "musd_2024", "lines"]].sum()
    reached = {(m, "musd_2017"): cells["list"] == name for name, measures in contents()["measures"].items() for m in measures}
    for name, entry in contents()["review_measures"].items():
        reached[(name, "musd_2024")] = cells["review"].isin(entry["reviews"]) & cells["list"].isin(entry["from"])
    rows = []
    for (name, column), hit in reached.items():
        paying = cells[hit].groupby("sector")[[column, "lines"]].sum()
        for sector, paid in paying.iterrows():
            of_trade = float(paid[column]) / float(whole.loc[sector, column]) if whole.loc[sector, column] > 0 else 0.0
            if of_trade > 5e-4:
                rows.append((name, sector, of_trade, float(paid["lines"]) / float(whole.loc[sector, "lines"])))
    return pd.DataFrame(rows, columns=["measure", "sector", "share_of_trade", "share_of_lines"])


def build(folder: Path, september: Path | None = None) -> dict[str, pd.DataFrame]:
    """The tables by file name; `september` is what `china_september_2019` reads, and without it the shipped table stands."""
    lines = read_lines(folder)
    autumn = shipped_table(SEPTEMBER_TABLE) if september is None else china_september_2019(lines, september)
    raw = pd.read_csv(source_file(folder / "trade", "us-imports"))
    china = raw[raw["origin"] == "CHINA"].set_index("sector")
    goods = list(goods_sectors(tuple(sector_table())))
    imports = china["imports_2024_usd"].reindex(goods).fillna(0.0)
    duty = china["calculated_duty_2024_usd"].reindex(goods).fillna(0.0)
    chapters, mfn = chapter_table(folder, lines, imports)
    world = load_world()
    us, cn = world.regions.index("USA"), world.regions.index("CHN")
    out = {k: pd.Series(world.shipments[i].sum(0) - world.shipments[i, i], world.sectors) for k, i in (("us", us), ("cn", cn))}
    grouped = lines.groupby("sector")
    cells = cells_2017(folder)
    weights = pd.DataFrame({
        "us_imports_from_china_2024_musd": imports / 1e6,
        "us_duty_on_china_2024_musd": duty / 1e6,
        "us_imports_from_china_2017_musd": cells.groupby("sector")["musd_2017"].sum().reindex(goods).fillna(0.0),
        "us_mfn_pct": mfn.reindex(goods).fillna(0.0),
        "china_imports_from_us_2017_musd": grouped["imports"].sum().reindex(goods).fillna(0.0) / 1e3,
        "china_lines": grouped.size().reindex(goods).fillna(0).astype(int),
        "china_exports_2022_musd": out["cn"].reindex(goods),
        "us_exports_2022_musd": out["us"].reindex(goods),
    })  # fmt: skip
    weights.index.name = "sector"
    coverage = pd.concat([us_lists(cells), china_coverage(lines), china_march_2025(folder, lines), autumn], ignore_index=True)
    return {
        **({} if september is None else {SEPTEMBER_TABLE: autumn}),
        "us-china-weights.csv": weights.reset_index(),
        "us-china-mfn.csv": china_mfn(lines),
        "us-china-coverage.csv": coverage,
        "hs2-sectors.csv": chapters,
    }


def main(arguments: list[str]) -> int:
    """Write the tables; exit code 2 when called with other than two or three paths."""
    if len(arguments) not in (2, 3):
        sys.stderr.write("usage: python -m detente.build.ledger_tables SOURCES TARGET [SEPTEMBER]\n")
        return 2
    target = Path(arguments[1])
    for name, frame in build(Path(arguments[0]), *map(Path, arguments[2:])).items():
        body = frame.to_csv(index=False, float_format="%.5g", lineterminator="\n")
        write(target / name, ("".join(f"# {line}\n" for line in texts()["heads"][name]) + body).encode())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
