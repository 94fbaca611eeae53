"""One chart as a file of its own: .svg and .png for a light background, .html for light and dark; with title, subtitle and note.

The page draws with CSS variables (`theme.themed`); a file that stands alone carries the colours themselves. Lines of text are
broken by the advance widths of Arial and its metric twins, so that a chart takes the same lines in every program.

>>> wrapped("one two three", 16, 60)
['one two', 'three']
>>> plain('<rect fill="var(--usa)"/>')
'<rect fill="#1f5a93"/>'
"""

from __future__ import annotations

import html
import re
from pathlib import Path

from detente.briefing.charts import engine
from detente.briefing.charts.theme import COLOUR, DIVERGING, FONT, HATCH, TILE_TEXT
from detente.briefing.document import Figure
from detente.errors import InputError, UnknownName
from detente.files import target_file, write

SUFFIXES = (".svg", ".png", ".html")
MARGIN, SCALE = 18, 2
FAMILY = f"Arial, Helvetica, '{FONT}', sans-serif"
PICTURED = f"'{FONT}', {FAMILY}"
"""The font the engine brings along comes first, so that a picture is the same on every machine."""
LITERAL = COLOUR | DIVERGING | {f"tile-{k}": v for k, v in TILE_TEXT.items()}
"""Value on a light background of each colour variable of the page."""

# advance widths of the characters from space to ~ in thousandths of the font size: facts of the fonts
_REGULAR = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 "
    "556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 "
    "667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 "
    "556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584 "
)
_BOLD = (
    "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 "
    "556 556 333 333 584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 "
    "667 778 722 667 611 722 667 944 667 667 611 333 278 333 584 556 333 556 611 556 611 556 333 611 "
    "611 278 278 556 278 889 611 611 611 611 389 556 333 611 556 778 556 556 500 389 280 389 584 "
)
_OTHERS = {
    "−": 584,
    "—": 1000,
    "…": 1000,
    "\u2009": 200,
    "\u00a0": 278,
    "·": 278,
    "’": 278,
    "‘": 278,
    "“": 500,
    "”": 500,
}
_WIDTHS = {
    bold: dict(zip(map(chr, range(32, 127)), map(int, row.split()), strict=True)) | _OTHERS
    for bold, row in ((False, _REGULAR), (True, _BOLD))
}


def save_chart(figure: Figure, path: str | Path) -> None:
    """Write `figure` to `path` as .svg, .png (twice the size in pixels) or .html (light and dark, wide and narrow).

    The file appears whole or not at all. Raises `InputError` for another ending or where the folder is missing.
    """
    target = target_file(path)
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"a chart is written as {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}, not as {target.name!r}")
    write(target, as_bytes(figure, suffix))


def as_bytes(figure: Figure, ending: str) -> bytes:
    """What a file of this ending ("svg", "png" or "html", with or without a dot) holds."""
    match ending.lstrip("."):
        case "html":
            return page(figure).encode()
        case "svg":
            return drawing(figure).encode()
        case "png":
            return engine.picture(drawing(figure).replace(FAMILY, PICTURED, 1), SCALE)
    raise UnknownName(ending, [s.lstrip(".") for s in SUFFIXES], "ending of a chart")


def drawing(figure: Figure) -> str:
    """The chart as one SVG of fixed colours: title, subtitle, drawing, note; the alt text as its description."""
    inner = figure.svg
    head = re.match(r"<svg\b[^>]*>", inner)
    if head is None:
        raise ValueError("not an SVG")
    sizes = dict(re.findall(r'\b(width|height)="([\d.]+)"', head.group(0)))
    width, height = float(sizes["width"]), float(sizes["height"])
    room = max(width, 320.0)
    lines: list[str] = []
    y = float(MARGIN)
    for text, size, weight, colour, after in (
        (figure.title, 16.0, "bold", "ink", 3),
        (figure.subtitle, 13.5, "normal", "muted", 12),
    ):
        y = _set(lines, text, y, room, size, weight, colour) + (after if text else 0)
    top = y
    y = _set(lines, figure.note, top + height + 8, room, 12.0, "normal", "muted")
    whole, total = _number(room + 2 * MARGIN), _number(y + MARGIN)
    body = plain(inner[head.end() : inner.rindex("</svg>")])
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {total}" width="{whole}" height="{total}" role="img" '
            f'aria-labelledby="title desc" font-family="{FAMILY}">',
            f'<title id="title">{_escaped(figure.title)}</title>',
            f'<desc id="desc">{_escaped(figure.alt)}</desc>',
            *definitions(body),
            f'<rect width="{whole}" height="{total}" fill="{COLOUR["paper"]}"/>',
            *lines,
            f'<g class="plot" transform="translate({MARGIN},{_number(top)})">{body}</g>',
            "</svg>\n",
        ]
    )


def page(figure: Figure) -> str:
    """The chart as one HTML file in the style of the briefing: light and dark, wide and narrow, nothing loaded from elsewhere."""
    from detente.briefing.page import chart_page

    return chart_page(figure)


def plain(svg: str) -> str:
    """Replace the page's colour variables by their values on a light background."""
    return re.sub(r"var\(--([a-z0-9-]+)\)", lambda m: LITERAL[m.group(1)], svg)


def measured(text: str, size: float, *, bold: bool = False) -> float:
    """Width of `text` in px at a font size in px, from the widths of Arial; characters it lacks count as a digit."""
    return sum(_WIDTHS[bold].get(c, 556) for c in text) * size / 1000


def wrapped(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """`text` in lines no wider than `width` px, broken at spaces; a longer word has a line to itself."""
    lines: list[str] = []
    for word in re.split(r"[ \t\r\n]+", text.strip()):  # a thin or fixed space does not break
        if lines and measured(f"{lines[-1]} {word}", size, bold=bold) <= width:
            lines[-1] += f" {word}"
        elif word:
            lines.append(word)
    return lines


def _set(lines: list[str], text: str, y: float, width: float, size: float, weight: str, colour: str) -> float:
    """Append the lines of `text` from height `y` down; the height below them."""
    leading = round(1.32 * size, 1)
    for line in wrapped(text, size, width, bold=weight == "bold"):
        lines.append(
            f'<text x="{MARGIN}" y="{_number(y + size)}" font-size="{_number(size)}" font-weight="{weight}" '
            f'fill="{COLOUR[colour]}">{_escaped(line)}</text>'
        )
        y += leading
    return y


def definitions(body: str) -> list[str]:
    """Hatchings that are used, and a halo behind labels that may lie on lines (not on a map, whose labels lie in tiles)."""
    patterns = [
        f'<pattern id="hatch-{k}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="5" height="5" fill="{COLOUR["paper"]}"/><rect width="1.8" height="5" fill="{COLOUR[k]}"/></pattern>'
        for k in sorted(HATCH)
        if f"url(#hatch-{k})" in body
    ]
    out = [f"<defs>{''.join(patterns)}</defs>"] if patterns else []
    if not any(v in body for v in TILE_TEXT.values()):
        halo = f"paint-order:stroke;stroke:{COLOUR['paper']};stroke-width:2.6px;stroke-linejoin:round"
        out.append(f"<style>.plot text{{{halo}}}</style>")
    return out


def _escaped(text: str) -> str:
    """Text for XML: marked characters escaped, control characters (which XML forbids) left out."""
    return html.escape("".join(c for c in text if c.isprintable() or c in "\u202f\u2009\u00a0\t"), quote=False)


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
