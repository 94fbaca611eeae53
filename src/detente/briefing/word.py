"""Front and annex as one Word file: headings as styles, real tables, figures as pictures with their alt text.

The same sections give the same bytes: the file carries the day of the dossier and no clock.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from detente.briefing.document import Figure, Heading, Items, Numbers, Para, References, Section, Table

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

WIDTH_CM = 17.0
_ZIPPED = (1980, 1, 1, 0, 0, 0)
_UNPRINTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def word_file(
    chapters: Sequence[tuple[str, Sequence[Section]]],
    title: str,
    day: date,
    numbers: Mapping[str, int],
    pictures: Mapping[str, bytes],
    refer: Mapping[str, str],
) -> bytes:
    """The .docx: each chapter has a heading of the first level and starts a page. `pictures` are PNG by the id of a figure;
    `refer` the words that stand for §ANCHOR."""
    from docx import Document
    from docx.shared import Cm, Pt

    made = Document()
    made.core_properties.title = _clean(title)
    made.core_properties.author = "detente"
    made.core_properties.created = made.core_properties.modified = datetime(day.year, day.month, day.day)
    made.styles["Normal"].font.name = "Georgia"
    made.styles["Normal"].font.size = Pt(10)
    for page in made.sections:
        page.page_width, page.page_height = Cm(21), Cm(29.7)
        page.left_margin = page.right_margin = Cm((21 - WIDTH_CM) / 2)
        page.top_margin = page.bottom_margin = Cm(1.8)
    writer = _Writer(made, numbers, pictures, refer)
    for k, (heading, sections) in enumerate(chapters):
        if k:
            made.add_page_break()
        writer.chapter(heading, sections)
    raw = io.BytesIO()
    made.save(raw)
    return _undated(raw.getvalue())


class _Writer:
    def __init__(
        self, made: Document, numbers: Mapping[str, int], pictures: Mapping[str, bytes], refer: Mapping[str, str]
    ) -> None:
        self.made, self.numbers, self.pictures, self.refer = made, numbers, pictures, refer

    def chapter(self, heading: str, sections: Sequence[Section]) -> None:
        self.made.add_heading(self.said(heading), 1)
        for section in sections:
            self.made.add_heading(self.said(section.title), 2)
            for block in section.blocks:
                self.block(block)

    def said(self, text: str) -> str:
        """A text without what XML forbids, its references in words."""
        return re.sub(r"(?:[Ss]ection )?§([a-z][a-z0-9]*(?:-[a-z0-9]+)*)", lambda m: self.refer.get(m[1], m[0]), _clean(text))

    def block(self, block: Any) -> None:
        match block:
            case Para():
                self.para(self.made.add_paragraph(), block)
            case Items():
                for item in block.items:
                    self.para(self.made.add_paragraph(style="List Bullet"), item)
            case Heading():
                self.made.add_heading(self.said(block.text), 3)
            case Figure():
                self.caption(block.title, block.subtitle)
                self.picture(block)
                self.small(block.note)
            case Table():
                self.caption(block.title, block.subtitle)
                self.table(block)
                self.small(block.note)
            case Numbers():
                for n in block.items:
                    self.para(self.made.add_paragraph(style="List Bullet"), Para(f"{n.what}. {n.detail}", n.value))
            case References():
                for r in block.items:
                    dated = f", {r.dated}" if r.dated else ""
                    self.made.add_paragraph(self.said(f"{r.number}. {r.publisher}: {r.title}{dated}. {r.url} {r.note}".strip()))

    def cited(self, cites: Sequence[str]) -> str:
        return f" [{', '.join(str(self.numbers[c]) for c in cites)}]" if cites else ""

    def para(self, into: Paragraph, para: Para) -> None:
        if para.lead:
            into.add_run(self.said(para.lead) + " ").bold = True
        into.add_run(self.said(para.text) + self.cited(para.cites))

    def caption(self, title: str, subtitle: str) -> None:
        into = self.made.add_paragraph(style="Caption")
        into.paragraph_format.keep_with_next = True
        into.add_run(self.said(title))
        if subtitle:
            into.add_run(" " + self.said(subtitle)).bold = False

    def small(self, note: str) -> None:
        from docx.shared import Pt

        if note:
            self.made.add_paragraph().add_run(self.said(note)).font.size = Pt(8)

    def picture(self, figure: Figure) -> None:
        from docx.shared import Cm

        shape = self.made.add_picture(io.BytesIO(self.pictures[figure.id]), width=Cm(WIDTH_CM))
        told = shape._inline.docPr
        told.set("descr", _clean(figure.alt))
        told.set("title", _clean(figure.title))

    def table(self, table: Table) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt

        made = self.made.add_table(rows=1 + len(table.rows), cols=len(table.columns), style="Table Grid")
        heads = [(f"{c.title} ({c.unit})" if c.unit else c.title) for c in table.columns]
        rows = [[(c.text + (f" ({c.sub})" if c.sub else "") + self.cited(c.cites), c.strong) for c in row] for row in table.rows]
        for row, texts in zip(made.rows, [[(h, True) for h in heads], *rows], strict=True):
            for cell, (text, strong), column in zip(row.cells, texts, table.columns, strict=True):
                into = cell.paragraphs[0]
                run = into.add_run(self.said(text))
                run.bold, run.font.size = strong, Pt(8.5)
                if column.number:
                    into.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        repeat = made.rows[0]._tr.get_or_add_trPr()
        repeat.append(repeat.makeelement("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}tblHeader", {}))


def _clean(text: str) -> str:
    return _UNPRINTED.sub("", text)


def _undated(body: bytes) -> bytes:
    """The same parts in a zip without the time of day."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, _ZIPPED), old.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
