"""Page 1 alone answers five questions, and the page that shows it is of today."""

from __future__ import annotations

import pytest

from briefing import front_check


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The front of three disputes as it comes out today."""
    return front_check.written(tmp_path_factory.mktemp("fronts"))


def test_every_question_has_an_answer_on_page_1(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        found = front_check.answers(page, front_check.READ[name])
        assert list(found) == list(front_check.QUESTIONS)
        assert all(any(c.isdigit() or c.isalpha() for c in said) for said in found.values()), (name, found)
        assert any(c.isdigit() for c in found["What do I watch next?"])
        first = front_check.plain(front_check.sheet(page))
        for question in ("How sure is that?", "What do I ask for?", "What do I watch next?"):
            assert found[question] in first


def test_what_is_asked_and_watched_stands_on_page_2_as_well(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        found = front_check.answers(page, front_check.READ[name])
        second = front_check.plain(page[page.index('id="means"') :])
        assert found["What do I ask for?"] in second


def test_the_page_is_not_stale(pages: dict[str, str]) -> None:
    assert front_check.page(pages) == front_check.PAGE.read_text(encoding="utf-8")
