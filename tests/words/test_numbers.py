"""Words agree with the numbers they are made from."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

import detente
from detente import words as text

changes = st.floats(-60, 60, allow_nan=False)
regions = st.sampled_from(["USA", "CHN", "MYS", "EU27", "XSE", "PAK", "VNM", "MEX"])


def parsed(figure: str) -> float:
    """The number a printed figure stands for."""
    return float(figure.replace(text.MINUS, "-").replace("+", "").replace(",", ""))


@given(changes)
def test_change_phrase_has_the_sign_of_the_number(value: float) -> None:
    phrase = text.change_phrase(value)
    if abs(value) < text.TINY:
        assert phrase == f"changes by less than 0.01{text.THIN}%"
    else:
        assert phrase.startswith("rises" if value > 0 else "falls")
        assert text.MINUS not in phrase


@given(changes)
def test_printed_percent_is_near_the_number_and_has_its_sign(value: float) -> None:
    shown = text.percent(value, signed=True)
    if abs(value) < text.TINY:
        assert shown.startswith("less than")
        return
    number = parsed(shown.removesuffix(f"{text.THIN}%"))
    assert number * value > 0
    assert abs(number - value) <= max(0.0051, 0.051 * abs(value))
    assert "-" not in shown


@given(changes, changes)
def test_range_is_ordered_and_says_when_it_spans_zero(a: float, b: float) -> None:
    low, high = (parsed(x) for x in text.percent_range(a, b).removesuffix(f"{text.THIN}%").split(" to "))
    assert low <= high
    spans = min(a, b) <= -text.TINY and max(a, b) >= text.TINY
    assert text.straddles(a, b) is spans
    assert ("spans zero" in text.range_note(a, b)) is spans


@given(regions, changes, regions, changes)
def test_compare_names_the_one_that_moves_more(first: str, a: float, second: str, b: float) -> None:
    if first == second:
        return
    said = text.compare(first, a, second, b)
    assert said.endswith(".")
    if min(abs(a), abs(b)) < text.TINY:
        return
    if a * b < 0:
        winner, loser = (first, second) if a > 0 else (second, first)
        assert said.startswith(text.name(winner, start=True))
        assert text.name(loser) in said.split("while")[1]
        return
    more = first if abs(a) >= abs(b) else second
    assert said.startswith(text.name(more, start=True))
    assert re.search(r"\b(gains?|loses?)\b", said).group(1).startswith("gain" if a > 0 else "lose")  # type: ignore[union-attr]


@given(st.dictionaries(regions, changes, min_size=1))
def test_rank_sentence_orders_by_value(values: dict[str, float]) -> None:
    losers, winners = text.rank_sentence(values).split(". ", 1) if ". " in text.rank_sentence(values) else ("", "")
    lowest, highest = min(values, key=lambda k: (values[k], k)), max(values.values())
    if values[lowest] <= -text.TINY:
        assert losers.startswith(text.name(lowest, start=True))
        assert re.search(r"\bloses?\b", losers)
    else:
        assert losers.startswith("No economy loses")
    assert winners.startswith("No economy gains") is (highest < text.TINY)


@given(st.floats(-5e6, 5e6, allow_nan=False))
def test_money_scales_without_changing_size(million: float) -> None:
    shown = text.money(million)
    if shown.startswith("less than"):
        assert 0 < abs(million) < 0.05
        return
    if million == 0:
        assert shown == "USD\u00a00"
        return
    sign, figure, word = re.fullmatch(rf"({text.MINUS}?)USD\u00a0([\d.,]+)\u00a0(\w+)", shown).groups()  # type: ignore[union-attr]
    value = parsed(figure) * {"million": 1, "billion": 1e3, "trillion": 1e6}[word]
    assert abs(value - abs(million)) <= max(0.051 * abs(million), 0.051)
    assert bool(sign) is (million < 0 and value > 0)


@given(changes)
def test_fixed_never_prints_minus_zero(value: float) -> None:
    assert not re.fullmatch(rf"[{text.MINUS}+]0(\.0+)?", text.fixed(value, 2, signed=True))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "less than 0.01\u202f%"),
        (-0.3412, "−0.34\u202f%"),
        (1.26, "1.3\u202f%"),
        (95.4, "95\u202f%"),
        (1088.0, "1,100\u202f%"),
    ],
)
def test_percent_examples(value: float, shown: str) -> None:
    assert text.percent(value) == shown


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 9), st.booleans())
def test_fixed_rounds_as_python_does(value: float, decimals: int, signed: bool) -> None:
    def as_python(x: float) -> str:
        plain = f"{abs(x):,.{decimals}f}"
        sign = "" if not plain.strip("0.,") else text.MINUS if x < 0 else "+" if signed else ""
        return sign + plain

    # as Python does, of the number or, below a thousand million, of its first fourteen digits
    near = float(f"{value:.14g}") if abs(value) < 1e9 else value
    assert text.fixed(value, decimals, signed=signed) == as_python(near)


def test_what_should_be_a_half_is_rounded_as_a_half() -> None:
    assert [text.fixed(v, 0) for v in (27.499999999999996, 27.5, 27.500000000000004)] == ["28"] * 3
    assert text.digits(16.500000000000004) == text.digits(16.5) == "16"


@given(st.floats(-1e6, 1e6), st.integers(0, 4))
def test_a_figure_of_two_digits_is_the_nearest_that_can_be_printed(value: float, most: int) -> None:
    apart = abs(parsed(text.two_digits(value, most=most)) - value)
    size = Decimal(f"{value:.2g}")
    step = max(10.0 ** (size.adjusted() - 1), 10.0**-most) if size else 10.0**-most
    assert apart <= step * (0.5 + 1e-9)


@pytest.mark.parametrize(
    ("value", "shown"), [(-0.0349, "−0.03"), (0.0351, "+0.04"), (0.00349, "0.00"), (0.0, "0"), (0.9951, "+1.0"), (-349.0, "−350")]
)
def test_a_figure_is_rounded_once(value: float, shown: str) -> None:
    assert text.two_digits(value) == shown
    assert text.percent(value, signed=True).startswith(shown if float(value) and shown != "0.00" else "less than")


def test_numbers_that_are_none() -> None:
    assert text.fixed(float("nan")) == text.fixed(float("-inf")) == "–"
    assert text.digits(float("-inf")) == "−no limit"
    assert (text.chance(0.0), text.chance(1.0), text.chance(0.004)) == ("0\u202f%", "100\u202f%", "less than 1\u202f%")
    assert (text.chance(1e-17), text.chance(1 - 1e-12), text.chance(-1e-17)) == ("0\u202f%", "100\u202f%", "0\u202f%")
    assert text.days(-2.5) == "−913 days"


@given(st.dates())
def test_days_are_written_out_and_cut_to_three_letters(when: date) -> None:
    assert re.fullmatch(rf"{when.day} [A-Z][a-z]+ {when.year}", text.day(when))
    assert text.short_day(when) == f"{when.day} {text.day(when).split()[1][:3]}"
    assert " " not in text.table_day(when)


def test_names_and_lists() -> None:
    assert text.name("USA", start=True) == "The United States"
    assert text.possessive("USA") == "the United States’"
    assert text.join(["a"]) == "a"
    assert text.join(["a", "b", "c"]) == "a, b and c"
    assert text.join(["a", "b", "c"], "or") == "a, b or c"
    assert text.join([]) == ""
    assert text.join([], none="nobody") == "nobody"
    assert text.label("EFT") == "EFTA"
    assert text.day(date(2025, 11, 1)) == "1 November 2025"
    assert text.clipped("one two three", 8).endswith("…")
    assert text.clipped("The truce ends (+2 more of them)", 24) == "The truce ends…"
    assert text.clipped("One “two three” four", 10) == "One…"
    assert text.clipped("(one two three)", 9) == "(one…"


@given(st.text(max_size=80), st.integers(5, 60))
def test_clipped_is_short_enough(words: str, limit: int) -> None:
    assert len(text.clipped(words, limit)) <= limit


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12).filter(lambda x: sum(x) > 1e-3))
def test_whole_percents_sum_to_a_hundred_and_are_the_share_rounded_down_or_up(raw: list[float]) -> None:
    shares = [x / sum(raw) for x in raw]
    percents = text.whole_percents(shares)
    assert sum(percents) == 100
    assert all(abs(n - 100 * x) < 1 + 1e-6 for n, x in zip(percents, shares, strict=True))


def test_whole_percents_by_hand() -> None:
    assert text.whole_percents([0.347, 0.287, 0.284, 0.082]) == [35, 29, 28, 8]
    assert text.whole_percents([1 / 3] * 3) == [34, 33, 33]
    assert text.whole_percents([1.0, 0.0]) == [100, 0]
    with pytest.raises(ValueError, match="not to 1"):
        text.whole_percents([0.5, 0.4])
    assert text.chance(0.294, 30) == f"30{text.THIN}%"
    assert text.chance(0.004, 0) == f"less than 1{text.THIN}%"
    assert text.chance(0.999, 100) == f"more than 99{text.THIN}%"


@pytest.mark.parametrize("room", ["cli", "briefing/front", "briefing/annex", "briefing/sections", "strategy", "table", "outlook"])
def test_no_figure_that_is_read_is_rounded_by_python(room: str) -> None:
    """`fixed` rounds a half alike on every processor and knows no −0; what runs print of their own seconds is no figure."""
    own = re.compile(r":[+,]*\.\d[f%]\}")
    found = [
        f"{path}: {line.strip()}"
        for path in sorted((Path(detente.__file__).parent / room).rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if own.search(line) and "seconds" not in line
    ]
    assert found == []


def test_decimals_of_a_table() -> None:
    asked = ([0.5, -12.0], [0.0312], [0.0041, 0.00002], [0.00021], [0.000046], [])
    assert [text.places_for(values) for values in asked] == [2, 3, 4, 4, 2, 2]
    for value in (0.0000499, 0.0499, 0.0996, 0.00996):  # the largest prints with two digits at most, or as nothing
        places = text.places_for([value])
        assert places == 2 or len(text.fixed(value, places).lstrip("0.")) == 2
