"""The glossary: every term in a sentence, printed only where a text uses it."""

from __future__ import annotations

from detente.briefing.document import Items, Para, Section
from detente.briefing.sections import glossary


def test_terms_are_single_and_short() -> None:
    terms = glossary.load_glossary()
    assert len({t.term for t in terms}) == len(terms)
    ways = [w for t in terms for w in t.found]
    assert len(set(ways)) == len(ways)
    assert all(w == w.lower() for w in ways)
    assert all(len(t.means.split()) <= 25 for t in terms)


def test_only_what_is_used_is_explained() -> None:
    said = Section("a", "A", (Para("Real income falls; the trade elasticity is low."),))
    (section,) = glossary.sections([said])
    (listed,) = section.blocks
    assert isinstance(listed, Items)
    assert [p.lead for p in listed.items] == ["Real income.", "Trade elasticity."]
    assert glossary.sections([Section("a", "A", (Para("Nothing of the kind."),))]) == []


def test_whole_words_only() -> None:
    assert [t.term for t in glossary.used("The current arrangement")] == []
    assert [t.term for t in glossary.used("a scarcity rent")] == ["rent"]
