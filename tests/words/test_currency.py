"""A world in another currency is told in it; a dossier's own words and dollars of fact stay as they are."""

from __future__ import annotations

import pandas as pd
import pytest
from typer.testing import CliRunner

import detente as dt
from detente.cli import app
from detente.errors import InputError
from detente.words import money, say
from detente.words.currency import counted_in, currency, in_currency, table_in_currency, template_in_currency, use
from detente.world import money as rolled

TOY = dt.load_world("toy")


def test_texts_are_in_the_currency_of_the_block() -> None:
    solved = {"incomes": {"USA": -1.0}, "worth": {"USA": -2500.0}, "world": -0.5, "year": 2022, "beyond": {}, "most": 10}
    with counted_in("million EUR"):
        assert money(1234.0) == "EUR\xa01.2\xa0billion"
        assert "EUR\xa02.5\xa0billion of 2022 a year" in say("cli/answers", "solve", **solved)
        assert not rolled.has("USA", 2025)
        assert rolled.rolled({"USA": 2.0}, 2025, 2022) == (2022, {"USA": 1.0})
    assert money(1234.0) == "USD\xa01.2\xa0billion"
    assert "USD\xa02.5\xa0billion of 2022 a year" in say("cli/answers", "solve", **solved)
    assert rolled.has("USA", 2025)


def test_only_words_of_ours_change() -> None:
    with counted_in("million EUR"):
        source = '{# USD #}{{ row["gain, million USD a year"] }} USD {{ title }} in dollars of {{ year }}'
        assert (
            template_in_currency(source) == '{# USD #}{{ row["gain, million USD a year"] }} EUR {{ title }} in EUR of {{ year }}'
        )
        frame = pd.DataFrame({"gain, million USD": [1.0], "unit": ["million USD a year"], "title": ["A fund of USD 5 billion"]})
        told = table_in_currency(frame)
        assert list(told.columns) == ["gain, million EUR", "unit", "title"]
        assert told.iloc[0].tolist() == [1.0, "million EUR a year", "A fund of USD 5 billion"]
    assert in_currency("million USD") == "million USD"


@pytest.mark.parametrize("unit", ["billion EUR", "EUR", "million ", "thousand USD"])
def test_a_world_counts_in_millions(unit: str) -> None:
    with pytest.raises(InputError, match="millions of a currency"):
        TOY.with_(unit=unit)


def test_the_command_line_says_the_currency_of_the_world(tmp_path) -> None:
    use("million USD")
    path = TOY.with_(unit="million EUR", card={"inventories netted": {"amount": 12.5, "unit": "million EUR", "cells": 2}})
    shown = CliRunner().invoke(app, ["world", "info", "--world", str(path.save(tmp_path / "own.npz")), "--full"])
    try:
        assert shown.exit_code == 0
        assert "bn EUR" in shown.output
        assert "USD" not in shown.output
        assert "netted: 12.5 million EUR in 2 cells" in shown.output
        assert currency() == "EUR"
    finally:
        use("million USD")
