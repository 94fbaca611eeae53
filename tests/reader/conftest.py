"""Makes the helpers beside these tests importable by name, from whatever place pytest is started."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

for name, file in (
    ("tests_reader_texts", "texts.py"),
    ("test_reader_draft_filling", "filling.py"),
    ("tests_reader_gold_score", "gold/score.py"),
):
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
