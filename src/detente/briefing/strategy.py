from __future__ import annotations
def sections(case): return []
