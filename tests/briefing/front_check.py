"""docs/front-check.md: what somebody learns who sees page 1 of the briefing alone, for three unlike disputes.

python tests/briefing/front_check.py        writes docs/front-check.md from page 1 as it comes out today
"""

from __future__ import annotations

import html
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/front-check.md"
QUESTIONS = (
    "What will happen?", "How sure is that?", "What is it worth to my country?", "What do I ask for?", "What do I watch next?",
)  # fmt: skip
READ = {"kuala-lumpur-2025": "MYS", "usa-on-brazil": "BRA", "eu-on-efta": "EU27"}
"""Dossiers and for whom page 1 is read; the second and the third are what a new dossier holds."""
NEW = {"usa-on-brazil": ("USA", "BRA", "50"), "eu-on-efta": ("EU27", "EFT", "10")}
"""Who threatens whom with how many points."""
HEAD = """# What page 1 answers

Somebody who sees page 1 of a briefing and nothing else can answer five questions. Below they are answered for three disputes:
Kuala Lumpur for Malaysia, and two that `detente new` begins (50 points of the United States on Brazil, for Brazil;
10 points of the European Union on EFTA, for the Union). Every answer is taken from page 1 as it is made.
Written by `python tests/briefing/front_check.py`; a test fails when a question has no answer or this page is stale.
"""


def plain(fragment: str) -> str:
    """HTML as text."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", fragment)).split())


def sheet(page: str) -> str:
    """The HTML of page 1 without its drawings."""
    found = re.search(r'<section class="sheet".*?</section>', page, re.DOTALL)
    assert found is not None
    return re.sub(r"<svg.*?</svg>", "", found[0], flags=re.DOTALL)


def answers(page: str, reader: str) -> dict[str, str]:
    """By question, what page 1 of a front says; "" where it says nothing."""
    first = sheet(page)
    title = re.search(r"<h1>(.*?)</h1>", first, re.DOTALL)
    lede = re.search(r'<p class="lede">(.*?)</p>', first, re.DOTALL)
    led = [(plain(lead), plain(rest)) for lead, rest in re.findall(r"<p><strong>(.*?)</strong>(.*?)</p>", first, re.DOTALL)]
    leads = [lead for lead, _ in led]
    watch = leads.index("Watch") if "Watch" in leads else -1
    sure = leads.index("How sure.") if "How sure." in leads else -1
    told = re.split(r"(?<=[.!?])\s+(?=[A-Z“])", plain(lede[1]) if lede else "")
    found = (
        f"{plain(title[1]) if title else ''}. {told[0]}",
        led[sure][1] if sure >= 0 else "",
        worth(first, reader),
        " ".join(led[watch - 1]) if watch > 0 else "",
        led[watch][1] if watch >= 0 else "",
    )
    return dict(zip(QUESTIONS, found, strict=True))


def worth(first: str, reader: str) -> str:
    """What each way on is worth to the reader by the table of page 1, with the unit."""
    from detente.words import label

    table = re.search(
        r'<span class="subtitle">([^<]*)</span></figcaption>(?:(?!<figcaption>).)*?<table>(.*?)</table>', first, re.DOTALL
    )
    if table is None:
        return ""
    heads = [plain(h) for h in re.findall(r"<th[^>]*>(.*?)</th>", table[2], re.DOTALL)]
    own = next((k for k, h in enumerate(heads) if h in ("You", label(reader))), None)
    if own is None:
        return ""
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in re.findall(r"<tr>(.*?)</tr>", table[2], re.DOTALL)]
    told = [f"“{plain(r[0])}” {plain(r[own])}" for r in rows if len(r) == len(heads)]
    return f"{'; '.join(told)} ({plain(table[1])})"


def page(pages: Mapping[str, str]) -> str:
    """docs/front-check.md, from the front of each dossier."""
    lines = [HEAD]
    for name, made in pages.items():
        lines += [f"## {name}, for {READ[name]}", "", "| question | page 1 says |", "|---|---|"]
        lines += [f"| {question} | {said} |" for question, said in answers(made, READ[name]).items()]
        lines.append("")
    return "\n".join(lines)


def started(name: str, folder: Path) -> Path:
    """A new dossier, written into a folder."""
    from typer.testing import CliRunner

    from detente.cli import app

    by, on, threat = NEW[name]
    path = folder / f"{name}.yaml"
    told = {"--by": by, "--on": on, "--threat": threat, "--as-of": "2025-10-18", "--out": str(path)}
    made = CliRunner().invoke(app, ["dossier", "new", name, "--quick", *(part for pair in told.items() for part in pair)])
    assert made.exit_code == 0, made.output
    return path


def written(folder: Path) -> dict[str, str]:
    """The front of every dossier."""
    from detente.briefing import brief

    made = {}
    for name, reader in READ.items():
        dossier = str(started(name, folder)) if name in NEW else name
        made[name] = brief(dossier, out=folder / name, readers=[reader]).front.read_text(encoding="utf-8")
    return made


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made_in:
        PAGE.write_text(page(written(Path(made_in))), encoding="utf-8")
