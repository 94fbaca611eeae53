"""Makes the labelled texts importable from any place in the repository."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

if "tests_reader_texts" not in sys.modules:
    spec = importlib.util.spec_from_file_location("tests_reader_texts", Path(__file__).with_name("texts.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["tests_reader_texts"] = module
    spec.loader.exec_module(module)
