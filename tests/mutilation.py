"""Faults of the kinds that editing a YAML file makes, drawn at random: what the readers must survive with a clear message."""

from __future__ import annotations

import random

VALUES = ["", "null", "[]", "{}", "-1", "1e400", "2025-13-45", "0001-01-01", "9999-12-31", "x" * 7000, "[1, {a: 2}]"]
VALUES += ["true", "~", ".nan", "[[[[[[[[[[[[", "'", "{a: {b: {c: 1}}}", "0x1F", "1_000", "12:30:45"]


def mutilate(text: str, rng: random.Random) -> str:
    """`text` with one to three faults of the kinds that editing makes."""
    lines = text.splitlines()
    for _ in range(rng.randint(1, 3)):
        k = rng.randrange(len(lines))
        line = lines[k]
        kind = rng.randrange(11)
        if kind == 0 and len(lines) > 1:
            lines.pop(k)
        elif kind == 1:
            lines.insert(k, line)
        elif kind == 2:
            lines[k] = " " * rng.randint(0, 8) + line.lstrip()
        elif kind == 3 and line:
            c = rng.randrange(len(line))
            lines[k] = line[:c] + rng.choice("{}[]:,#&*!|>'\"%@`-?\t\0é中x0") + line[c:]
        elif kind == 4 and line:
            c = rng.randrange(len(line))
            lines[k] = line[:c] + line[c + 1 :]
        elif kind == 5:
            words = line.split(" ")
            rng.shuffle(words)
            lines[k] = " ".join(words)
        elif kind == 6 and ":" in line:
            lines[k] = line.split(":")[0] + ": " + rng.choice(VALUES)
        elif kind == 7:
            j = rng.randrange(len(lines))
            lines[k], lines[j] = lines[j], lines[k]
        elif kind == 8:
            lines[k] = line.replace(":", "", 1)
        elif kind == 9:
            lines = lines[: max(k, 1)]
        else:
            lines[k] = line.replace("USA", rng.choice(["usa", "UAS", "ASEAN", "all", "NO"]))
            lines[k] = lines[k].replace("2025", rng.choice(["2024", "25", "2026"]))
    return "\n".join(lines)
