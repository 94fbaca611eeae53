"""What an economy is called: codes, ISO 3166-1, names in CLDR, and what is said where it has no line of its own."""

from __future__ import annotations

from contextlib import suppress

import pytest
from babel import Locale
from hypothesis import given, strategies as st

from detente.errors import InputError, UnknownName, UnknownRegion
from detente.words.names import canonical, code_of, group_table, holder, home_of, iso_table, region_name, region_table

REGIONS = tuple(region_table())
EVERY = (*REGIONS, *group_table())


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("MYS", "MYS"), ("my", "MYS"), ("Malaysia", "MYS"), ("south korea", "KOR"), ("Republic of Korea", "KOR"), ("U.S.", "USA"),
        ("the United States", "USA"), ("America", "USA"), ("Vietnam", "VNM"), ("Viet Nam", "VNM"), ("UK", "GBR"), ("EU", "EU27"),
        ("European Union", "EU27"), ("Türkiye", "TUR"), ("turkiye", "TUR"), ("Turkey", "TUR"), ("Hong Kong", "HKG"),
        ("efta", "EFT"), ("asean", "ASEAN"), ("the world", "WORLD"), (" Brazil ", "BRA"), ("rest of the world", "ROW"),
    ],
)  # fmt: skip
def test_an_economy_by_any_of_its_names(said: str, code: str) -> None:
    assert code_of(said, EVERY) == code


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("Germany", "'Germany' — it is part of EU27 (European Union); name that"), ("DE", "part of EU27"), ("CHE", "part of EFT"),
        ("France", "part of EU27"), ("FR", "part of EU27"), ("CD", "part of AFR"), ("Congo - Kinshasa", "part of AFR"),
        ("Timor-Leste", "part of ROW"), ("TLS", "part of ROW"), ("Kosovo", "part of ROW"),
        ("Côte d’Ivoire", "part of AFR (Africa)"), ("ivory coast", "part of AFR"), ("Iran", "part of ROW (rest of the world)"),
        ("IRN", "part of ROW"), ("Malasia", "did you mean MYS (Malaysia)?"), ("Atlantis", "no such economy; known: USA, CAN"),
    ],
)  # fmt: skip
def test_who_has_no_line_of_its_own_is_told_where_it_is_counted(said: str, says: str) -> None:
    with pytest.raises(UnknownRegion) as found:
        code_of(said, REGIONS)
    assert says in str(found.value)


def test_every_code_and_name_of_ours_means_itself_in_any_case() -> None:
    for code in EVERY:
        for said in (code, code.lower(), region_name(code), region_name(code, article=True).upper()):
            assert code_of(said, EVERY) == code, said


def test_every_country_of_the_world_has_a_home() -> None:
    members = {m for entry in region_table().values() for m in entry.get("members", ())}
    assert members < set(iso_table().values())
    assert set(iso_table()) < set(Locale("en").territories)
    for two, code in iso_table().items():
        name = Locale("en").territories[two]
        assert canonical(two) == canonical(name) == canonical(code.lower()) == code, name
        assert (code in EVERY) != (home_of(code) in REGIONS), name
        assert (home_of(code) not in (None, "ROW")) == (code in members), name
    for two in ("EU", "EZ", "UN", "ZZ", "XA"):
        assert two not in iso_table()


def test_a_group_is_no_economy() -> None:
    with pytest.raises(InputError, match="ASEAN is a group of economies; name one of MYS, SGP"):
        code_of("asean", ("USA", "MYS", "SGP"))
    assert code_of("asean", ("USA", "MYS", "ASEAN")) == "ASEAN"
    assert [home_of(code) for code in ("ZZZ", "XYZ", "asean")] == [None, None, None]


def test_who_is_counted_with_others_in_a_world_that_has_some_apart() -> None:
    assert [holder(said, REGIONS) for said in ("Switzerland", "CH", "Iran", "USA", "Atlantis")] == [
        "EFT",
        "EFT",
        "ROW",
        None,
        None,
    ]
    assert [holder(said, ("EFT", "CH")) for said in ("Switzerland", "CHE", "Norway")] == [None, None, "EFT"]


def test_codes_of_an_own_world_stand_before_all_names() -> None:
    assert code_of("usa", ("usa", "chn")) == "usa"
    assert code_of("USA", ("usa", "chn")) == "usa"
    assert code_of("CN", ("US", "CN")) == "CN"
    assert code_of("China", ("US", "CN")) == "CN"
    assert code_of("Switzerland", ("CHE", "EFT")) == "CHE"
    assert code_of("China", ("CN", "CHN")) == "CHN"
    with pytest.raises(UnknownRegion, match="did you mean chn"):
        code_of("China", ("cn", "chn"))  # which of them?


@given(st.text(max_size=20))
def test_any_text_is_a_code_or_refused(said: str) -> None:
    with suppress(UnknownRegion):
        assert code_of(said, REGIONS) in REGIONS


def test_what_is_known_is_listed_without_bending_words() -> None:
    assert str(UnknownName("a", [], "branch")).endswith("no such branch; there is none")
    assert "no such economy; known: x" in str(UnknownName("a", ["x"], "economy"))
