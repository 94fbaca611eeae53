"""HTML of the briefing to PDF: by WeasyPrint where it is installed (the extra `pdf`), else by a browser, else not at all.

The same HTML and the same tool give the same bytes: dates are those of the dossier. What was printed is kept between runs under
the page and the tool. A browser is Chromium, Chrome or Edge on the PATH, or the one that DETENTE_BROWSER names.

>>> undated(b"/CreationDate (D:20261129053000+00'00') /Title (x)", 2025)
b"/CreationDate (D:20250101000000+00'00') /Title (x)"
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from detente.briefing.charts.standalone import definitions, plain
from detente.errors import InputError
from detente.files import CacheFolder, sha256

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge", "microsoft-edge")
PAPERS = ("A4", "letter")
SECONDS = 120
"""What a browser may take for a page."""
_PRINTS = CacheFolder("prints", 60)
_DATE = re.compile(rb"(/(?:CreationDate|ModDate) ?\(D:)\d{14}")
_NODE = re.compile(rb"\bnode\d{8}\b")
_BESIDE = re.compile(r'<a href="(?!https?:|#)[^"]*">')
_SVG = re.compile(r"(<svg\b[^>]*role=\"img\"[^>]*>)(.*?)</svg>", re.DOTALL)


@dataclass(frozen=True)
class Printer:
    """What makes PDF: its name with its version, and how."""

    name: str
    made: Callable[[str], bytes]

    def pdf(self, page: str, year: int, paper: str = "A4") -> bytes:
        """PDF of a page of HTML on "A4" or "letter", dated by `year`; kept between runs. Raises `InputError` where the tool
        fails."""
        if paper not in PAPERS:
            raise InputError(f"paper {paper!r} is none of {', '.join(PAPERS)}")
        # a PDF travels alone: what is linked beside the page would lead to where it was printed
        sized = _BESIDE.sub("<a>", page).replace("</style>", f"@page{{size:{paper}}}\n</style>", 1)
        key = sha256(f"2|{self.name}|{year}|{sized}".encode())
        kept = _PRINTS.find(key)
        if kept is None:
            kept = renumbered(undated(self.made(sized), year))
            _PRINTS.keep(key, kept)
        return kept


def printer() -> Printer | None:
    """The tool that is there; None without any. Raises `InputError` where DETENTE_BROWSER names none."""
    return _weasyprint() or _browser()


def _weasyprint() -> Printer | None:
    try:
        found = version("weasyprint")
        import weasyprint  # noqa: F401
    except (PackageNotFoundError, ImportError, OSError):  # OSError: without pango
        return None
    return Printer(f"weasyprint {found}", _by_weasyprint)


def _browser() -> Printer | None:
    chosen = os.environ.get("DETENTE_BROWSER")
    program = shutil.which(chosen) if chosen else next((p for n in BROWSERS if (p := shutil.which(n))), None)
    if program is None:
        if chosen:
            raise InputError(f"DETENTE_BROWSER is {chosen!r}, which is no program here; name a browser or leave it empty")
        return None
    try:
        told = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=SECONDS, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    return Printer(told.strip() or Path(program).name, partial(_by_browser, program))


def _by_weasyprint(page: str) -> bytes:
    import logging

    from weasyprint import HTML

    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)  # what it passes over is meant for screens
    return bytes(HTML(string=self_contained(page)).write_pdf(pdf_identifier=sha256(page.encode())[:16].encode()))


def _by_browser(program: str, page: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="detente-print-", ignore_cleanup_errors=True) as place:
        source, made = Path(place) / "page.html", Path(place) / "page.pdf"
        source.write_text(page, encoding="utf-8")
        options = ["--headless", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={place}/profile"]
        if getattr(os, "geteuid", lambda: 1)() == 0:
            options.append("--no-sandbox")  # root has none
        try:
            subprocess.run(
                [program, *options, f"--print-to-pdf={made}", source.as_uri()], capture_output=True, timeout=SECONDS, check=True
            )
            return made.read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise InputError(f"{program} printed nothing: {error}") from error


def self_contained(page: str) -> str:
    """The page with every drawing in plain colours and with its own hatchings, for a tool that knows no CSS in drawings."""

    def alone(found: re.Match[str]) -> str:
        body = plain(found[2])
        return plain(found[1]) + "".join(definitions(body)) + body + "</svg>"

    return _SVG.sub(alone, page)


def undated(pdf: bytes, year: int) -> bytes:
    """PDF whose dates are the first of January of `year`, so that no clock is in it."""
    return _DATE.sub(lambda m: m[1] + f"{year:04d}0101000000".encode(), pdf)


def renumbered(pdf: bytes) -> bytes:
    """PDF whose marks of structure count from one: a browser counts on from the nodes it has made before, more or fewer.

    Their order and their width stay, so that the tree of names stays sorted and no object moves.

    >>> renumbered(b"/ID (node00000256) /Headers [(node00000255)]")
    b'/ID (node00000002) /Headers [(node00000001)]'
    """
    order = {name: b"node%08d" % n for n, name in enumerate(sorted(set(_NODE.findall(pdf))), 1)}
    return _NODE.sub(lambda m: order[m[0]], pdf)
