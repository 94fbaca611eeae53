"""Text of others as a terminal, a log or a reply may have it: what would act there is shown as what it is called.

>>> escaped("a\\x1b[31mb")
'a\\\\x1b[31mb'
"""

from __future__ import annotations

CONTROLS = {k: f"\\x{k:02x}" for k in (*range(32), *range(127, 160)) if chr(k) not in "\n\t"} | {
    k: f"\\u{k:04x}" for k in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
"""What would move a terminal's cursor, colour it or turn writing round."""


def escaped(text: str) -> str:
    """The text with escapes for its control characters; line ends and tabs stay."""
    return text.translate(CONTROLS)
