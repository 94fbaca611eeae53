"""Lanes: order, context, failures, and the interpreter's setting put back."""

import sys
import threading
from contextvars import ContextVar

import pytest

from detente.briefing.report import HAND_OVER, beside

COLOUR = ContextVar("colour", default="none")


def test_results_keep_their_order_and_lanes_run_beside_each_other():
    meet = threading.Barrier(3, timeout=5)

    def work(x):
        meet.wait()
        return 10 * x

    assert beside(work, [3, 1, 2], lanes=3) == [30, 10, 20]


def test_each_lane_sees_the_context_it_was_started_in():
    token = COLOUR.set("red")
    try:
        assert beside(lambda _: COLOUR.get(), [1, 2], lanes=2) == ["red", "red"]
        beside(lambda x: COLOUR.set(x), ["blue"], lanes=1)
        assert COLOUR.get() == "red"
    finally:
        COLOUR.reset(token)


def test_the_interpreter_hands_over_faster_inside_only_however_deep():
    before = sys.getswitchinterval()

    def inner(_):
        beside(lambda x: x, [1], lanes=1)
        return sys.getswitchinterval()

    assert beside(inner, [1, 2], lanes=2) == pytest.approx([HAND_OVER] * 2)
    assert sys.getswitchinterval() == pytest.approx(before)


def test_a_failure_is_raised_and_the_setting_put_back():
    before = sys.getswitchinterval()
    with pytest.raises(ZeroDivisionError):
        beside(lambda x: 1 // x, [1, 0], lanes=2)
    assert sys.getswitchinterval() == pytest.approx(before)
