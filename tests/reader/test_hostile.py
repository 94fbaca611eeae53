"""Texts meant to break the reader: binary, huge, wrongly encoded, right-to-left, invisible, broken markup, and 200 mutations."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from tests_reader_texts import LABELLED

from detente.errors import DetenteError
from detente.reader import UnreadableText, read_article, read_file
from detente.reader.source import MAX_BYTES, page_of

SENTENCE = "3 May 2025\n\nChina imposed a 5% tariff on Japanese steel on 1 May."


def survives(text: str | bytes) -> str:
    """Read a text; whatever comes back holds its spans. Gives the message where it is refused."""
    try:
        reading = read_article(text)
    except DetenteError as error:
        return str(error)
    for f in reading.findings():
        assert reading.text[f.span[0] : f.span[1]] == f.quote
    return ""


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "Office"),
        (b"abc\x00def" * 9, "zero bytes"),
        (b"\x81\x8d\x8f\x90 caf\xe9", "UTF-8"),
        (b"\x01\x02\x03\x04\x05\x06\x07" * 50, "control"),
        (b"12 34 !!", "no readable words"),
        (b"a" * (MAX_BYTES + 1), "bytes"),
        (b"word " * 100_000, "readable characters"),
        ("\u200b\u202e".encode() * 20, "no readable words"),
    ],
)
def test_what_is_no_article_is_refused_in_words(raw: bytes, word: str) -> None:
    with pytest.raises(UnreadableText, match=word):
        read_article(raw)


def test_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    path.write_bytes(b"x" * (MAX_BYTES + 1))
    with pytest.raises(UnreadableText, match="one article at a time"):
        read_file(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_common_encodings_give_the_same_measure(encoding: str) -> None:
    reading = read_article((SENTENCE + " Café – naïve.").encode(encoding))
    assert [m.fields["rate_pct"] for m in reading.measures] == [5.0]
    assert all(reading.text[f.span[0] : f.span[1]] == f.quote for f in reading.findings())


def test_invisible_and_direction_characters_change_nothing() -> None:
    hidden = SENTENCE.replace("tariff", "ta\u200brif\u00adf").replace("5%", "\u202e5\u2060 %\u202c")
    reading = read_article(hidden)
    assert reading.measures[0].fields["rate_pct"] == 5.0
    assert "\u200b" in reading.measures[0].quote
    assert any("direction" in n for n in reading.notes)


def test_other_scripts_are_read_without_findings_and_say_so() -> None:
    reading = read_article("أعلنت الصين فرض رسوم جمركية بنسبة 25٪ على الواردات من اليابان.")
    assert reading.measures == ()
    assert any("English only" in n for n in reading.notes)


def test_scripts_styles_and_hidden_parts_are_not_read() -> None:
    page = (
        "<html><head><title>T</title></head><body><script>China imposed a 9% tariff on Japan</script><div"
        " hidden>China imposed a 8% "
        "tariff on Japan</div><p>China imposed a 5% tariff on Japan.</p><!-- China imposed a 7% tariff on Japan --></body></html>"
    )
    assert [m.fields["rate_pct"] for m in read_article(page).measures] == [5.0]


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<!--",
        "<a x='",
        "<![CDATA[",
        "<!x",
        "<?",
        "</a ",
        "&",
        "&#",
        "<script>",
        "<div>",
        "<a b ",
        '"',
        "1% ",
        "tariff on ",
        "\n- ",
    ],
)
def test_repeated_pieces_are_read_in_reasonable_time(piece: str) -> None:
    survives("<html><body><p>China imposed a 5% tariff.</p>" + piece * (6_000 // len(piece)))
    survives("China imposed a 5% tariff. " + piece * (3_000 // len(piece)))


@pytest.mark.parametrize("seed", range(20))
def test_mutated_texts_never_end_in_a_traceback(seed: int) -> None:
    """Ten mutations a seed, 200 in all: cut, doubled, shuffled, with odd characters and bytes."""
    rng = random.Random(seed)
    odd = [
        "\u202e",
        "\u200d",
        "\x07",
        "<",
        ">",
        "&",
        "%",
        "$",
        "0",
        "-",
        "\n",
        "\t",
        "¼",
        "٪",
        "1e999",
        "31 February",
        "99/99/9999",
        "—",
        '"',
        "\ufffd",
        "𝟙",
        "é",
        "U.S.",
    ]
    for _ in range(10):
        text = rng.choice(LABELLED).text
        for _ in range(rng.randrange(1, 30)):
            a, b = sorted(rng.randrange(len(text) + 1) for _ in range(2))
            b = min(b, a + 60)
            change = rng.randrange(5)
            if change == 0:
                text = text[:a] + text[b:]
            elif change == 1:
                text = text[:a] + rng.choice(odd) * rng.randrange(1, 5) + text[a:]
            elif change == 2:
                text = text[:a] + text[a:b] + text[a:b] + text[b:]
            elif change == 3:
                text = text[:a] + text[a:b][::-1] + text[b:]
            else:
                text = text[:a] + chr(rng.randrange(1, 0x2FFF)) + text[b:]
        survives(text)
        raw = bytearray(text.encode("utf-8", "replace"))
        if raw:
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        survives(bytes(raw))


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text: str) -> None:
    survives(text)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    survives(raw)


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=200))
def test_map_back_to_the_original_is_monotonic(text: str) -> None:
    try:
        page = page_of("abc " + text)
    except DetenteError:
        return
    assert len(page.text) == len(page.starts) == len(page.ends)
    assert all(a <= b for a, b in zip(page.starts, page.starts[1:], strict=False))
    assert all(0 <= a <= b <= len(page.original) for a, b in zip(page.starts, page.ends, strict=True))
