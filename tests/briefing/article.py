"""docs/article.md: where the Kuala Lumpur briefing answers each paragraph of the article the project began with.

python tests/briefing/article.py        writes docs/article.md from docs/article.yaml and the briefing as it comes out today
"""

from __future__ import annotations

import html
import re
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
ROWS, PAGE = ROOT / "docs/article.yaml", ROOT / "docs/article.md"
MARKS = {"full": "●", "part": "◑", "hardly": "◔", "no": "✗"}
FILES = {"front": ("front.html",), "annex": ("annex.html",), "companion": ("companion.html", "briefing.html")}
"""Files of a briefing by place; the first that is there."""
TITLE = re.compile(r'<h[23][^>]*>(.*?)</h[23]>|<span class="title">(.*?)</span>', re.DOTALL)
HEAD = """# The article, paragraph by paragraph

What the Kuala Lumpur briefing (`detente brief kuala-lumpur-2025`) answers of the article this project began with.
● answered, ◑ answered in part, ◔ hardly, ✗ not. Link texts are the titles printed today, numbers and all.
Made from `docs/article.yaml` by `python tests/briefing/article.py`; a test fails when a place is gone or this page is stale.
"""


def rows() -> list[dict[str, Any]]:
    """The paragraphs, in the order of the article."""
    found: list[dict[str, Any]] = yaml.safe_load(ROWS.read_text(encoding="utf-8"))["rows"]
    return found


def titles(pages: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """By place, the title printed at every anchor that has one."""
    found: dict[str, dict[str, str]] = {}
    for place, names in FILES.items():
        page = next((pages[n] for n in names if n in pages), "")
        starts = [(m.start(), m.group(1)) for m in re.finditer(r'<(?:section|h3|figure)[^>]*? id="([^"]+)"', page)]
        found[place] = {}
        for at, anchor in starts:
            title = TITLE.search(page, at)
            if title is not None:
                inner = re.sub(r"<span.*?</span>|<[^>]+>", "", title.group(1) or title.group(2) or "")
                found[place][anchor] = html.unescape(inner).strip()
    return found


def missing(found: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Places that a row names and the briefing does not have."""
    named = [w for row in rows() for w in row["where"]]
    return [w for w in dict.fromkeys(named) if w.partition("#")[2] not in found[w.partition("#")[0]]]


def page(found: Mapping[str, Mapping[str, str]]) -> str:
    """docs/article.md."""
    count = Counter(row["mark"] for row in rows())
    told = ", ".join(f"{MARKS[m]} {count[m]}" for m in MARKS)
    lines = [HEAD, f"{sum(count.values())} paragraphs: {told}.", ""]
    for part in dict.fromkeys(row["part"] for row in rows()):
        lines += [f"## {part}", "", "| paragraph | | what answers it | where | ask |", "|---|---|---|---|---|"]
        for row in (r for r in rows() if r["part"] == part):
            places = [w.partition("#")[::2] for w in row["where"]]
            links = "; ".join(f"{place}: {found[place][anchor]} (`#{anchor}`)" for place, anchor in places)
            says = row["says"] + (f". Missing: {row['lacks']}" if "lacks" in row else "")
            lines.append(
                f"| {row['point']} | {MARKS[row['mark']]} | {says} | {links} | `detente {row['ask']}` |".replace("\n", " ")
            )
        lines.append("")
    return "\n".join(lines)


def written(folder: Path) -> dict[str, str]:
    """The pages of the briefing, one front for the host."""
    from detente.briefing import brief

    brief("kuala-lumpur-2025", out=folder)
    return {f.name: f.read_text(encoding="utf-8") for f in folder.glob("*.html")}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        seen = titles(written(Path(folder) / "out"))
    lost = missing(seen)
    if lost:
        raise SystemExit(f"not in the briefing: {', '.join(lost)}")
    PAGE.write_text(page(seen), encoding="utf-8")
