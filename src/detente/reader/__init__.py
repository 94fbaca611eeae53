"""From a news text to findings with evidence, and from findings to a draft dossier.

Rules over words, no trained model: the same text and date give the same answer, and each finding quotes the passage it
rests on. `read_article` is the door; `detente read` is its command.

>>> found = read_article("GENEVA, 3 March 2025 - Norway threatened a 15% tariff on Chilean copper starting April 1.")
>>> m = found.measures[0]
>>> m.fields["by"], m.fields["on"], m.fields["rate_pct"], m.fields["status"], m.fields["effective"]["date"]
('NOR', ['CHL'], 15.0, 'threatened', '2025-04-01')
"""

from __future__ import annotations

from detente.reader.article import read_article, read_file
from detente.reader.sheet import Finding, Reading
from detente.reader.source import UnreadableText

__all__ = ["Finding", "Reading", "UnreadableText", "read_article", "read_file"]
