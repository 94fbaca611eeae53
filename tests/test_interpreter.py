"""Syntax trees built by threads beside each other: Pythons up to 3.11.7 fail at it unless they take turns."""

from __future__ import annotations

import subprocess
import sys

import pytest

from detente.interpreter import SPOILS

PARSE = """
import ast, gc, threading, time
{first}
# a collection amidst the building of a tree is where Python lets another thread in
gc.callbacks.append(lambda phase, _: time.sleep(1e-4) if phase == "start" else None)
gc.set_threshold(50)
text = "[" * 30 + ",".join(["[1]"] * 300) + "]" * 30
wrong = []

def parse(depth):
    if depth:
        return parse(depth - 1)
    for _ in range(50):
        try:
            ast.literal_eval(text)
        except SystemError as error:
            wrong.append(str(error))

threads = [threading.Thread(target=parse, args=(20 * k,)) for k in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(wrong))
"""


def failures(first: str) -> int:
    told = subprocess.run(
        [sys.executable, "-c", PARSE.format(first=first)], capture_output=True, text=True, check=True, timeout=120
    )
    return int(told.stdout)


def test_threads_that_parse_take_turns() -> None:
    assert failures("import detente") == 0


@pytest.mark.skipif(not SPOILS, reason="this Python does not have the fault")
def test_without_turns_they_fail() -> None:
    assert any(failures("") for _ in range(5)), "the fault does not show any more, so that the test above shows nothing"
