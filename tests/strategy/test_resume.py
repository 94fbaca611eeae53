"""A game that is stopped and taken up again ends where it would have; another run's file is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import detente as dt
from detente.errors import InputError
from detente.strategy.nash import Checkpoint, Saved, nash_tariffs
from economies import random_economy

ECONOMY = random_economy(3, 2, 8)


class Killed(Exception):
    """Stands for the end of the process."""


def until(steps: int) -> object:
    def watch(label: str, done: int, total: int) -> None:
        assert "residual" in label
        if done >= steps:
            raise Killed

    return watch


@pytest.mark.parametrize("steps", [1, 3])
def test_a_killed_game_goes_on(tmp_path: Path, steps: int) -> None:
    place = tmp_path / "game.npz"
    whole = nash_tariffs(ECONOMY, detail="pair-sector")
    with pytest.raises(Killed):
        nash_tariffs(ECONOMY, detail="pair-sector", checkpoint=place, progress=until(steps))  # type: ignore[arg-type]
    assert [p.name for p in tmp_path.iterdir()] == ["game.npz"]
    seen: list[int] = []
    resumed = nash_tariffs(ECONOMY, detail="pair-sector", checkpoint=place, progress=lambda label, done, total: seen.append(done))
    assert seen[0] == steps + 1
    assert resumed.iterations == whole.iterations  # the same path, taken in two
    np.testing.assert_allclose(resumed.tariffs, whole.tariffs, atol=1e-8)
    again = nash_tariffs(ECONOMY, detail="pair-sector", checkpoint=place)
    assert again.residual <= 1e-8
    np.testing.assert_allclose(again.tariffs, whole.tariffs, atol=1e-8)


def test_another_game_is_refused_by_name(tmp_path: Path) -> None:
    place = tmp_path / "game.npz"
    nash_tariffs(ECONOMY, ["R1", "R2"], detail="region", checkpoint=place)
    with pytest.raises(InputError, match=r"other players and rates"):
        nash_tariffs(ECONOMY, detail="region", checkpoint=place)
    with pytest.raises(InputError, match="other policy"):
        nash_tariffs(
            ECONOMY,
            ["R1", "R2"],
            detail="region",
            checkpoint=place,
            policy=dt.Policy([dt.Tariff(by="R3", rate=0.1, sectors="all")]),
        )
    with pytest.raises(InputError, match="other parameters"):
        nash_tariffs(ECONOMY, ["R1", "R2"], detail="region", checkpoint=place, horizon="long")
    with pytest.raises(InputError, match="other world"):
        nash_tariffs(random_economy(3, 2, 9), ["R1", "R2"], detail="region", checkpoint=place)
    place.write_bytes(b"not an archive")
    with pytest.raises(InputError, match="not the state of a search"):
        nash_tariffs(ECONOMY, ["R1", "R2"], detail="region", checkpoint=place)


def test_a_file_is_whole_or_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Checkpoint(tmp_path / "run.npz", {"a": "1"})
    place.save(Saved("together", 2, 0.1, np.arange(3.0)))

    def broken(self: Path, target: Path) -> Path:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(OSError, match="no space"):
        place.save(Saved("together", 3, 0.01, np.zeros(3)))
    monkeypatch.undo()
    held = place.load()
    assert held is not None
    assert held.iteration == 2
    np.testing.assert_array_equal(held.u, np.arange(3.0))
    assert len(list(tmp_path.iterdir())) == 1


def test_differences_find_the_same_rates() -> None:
    exact = nash_tariffs(ECONOMY, detail="region")
    quick = nash_tariffs(ECONOMY, detail="region", method="differences", tolerance=1e-4)
    assert quick.to_frame()["mean rate, %"].to_numpy() == pytest.approx(exact.to_frame()["mean rate, %"].to_numpy(), abs=0.1)
    assert quick.outcome.world_real_income == pytest.approx(exact.outcome.world_real_income, rel=5e-3)
    with pytest.raises(InputError, match="one rate a player"):
        nash_tariffs(ECONOMY, detail="pair", method="differences")
