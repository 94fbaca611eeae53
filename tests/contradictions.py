"""What no text of the project may say, whatever the numbers: a checker of printed text against itself and its own figures.

`contradictions(text)` reads one text (a sentence, a paragraph, a title, a cell); with `values` (name → what is printed of it, as
an alt text or a table holds it) also its comparative words against them. `chances` reads a column that should sum to 100.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

NUMBER = r"[−+-]?\d[\d,]*+(?:\.\d++)?+"
UNIT = r"(?:[\s\u00a0\u202f]?%|[\s\u00a0](?:points?|billion|million|bn))?"
_DOWN = r"falls?|fell|loses?|lost|drops?|dropped|shrinks?|shrank|declines?|lowers?|lowered|costs?|worse by|a loss of|gives? up"
_UP = r"gains?|gained|rises?|rose|raises?|raised|grows?|grew|adds?|added|saves?|saved|wins?|better by|a gain of"
_MONEY = r"(?:[A-Z]{3}[\s\u00a0])?"

PATTERNS: Sequence[tuple[str, str]] = (
    (rf"\b(?:{_DOWN}|{_UP})(?: by| of)? [−-]{_MONEY}\d", "a verb with its sign and a minus"),
    (rf"\b(?:{_DOWN})(?: by| of)? \+{_MONEY}\d", "a verb that falls with a plus"),
    (rf"[−-]{_MONEY}\d[\d.,]*{UNIT} (?:more|higher|better|dearer|gained)\b", "a minus that is more"),
    (rf"\+{_MONEY}\d[\d.,]*{UNIT} (?:less|lower|worse|cheaper|lost)\b", "a plus that is less"),
    (r"[−+][\s\u00a0\u202f]*[−+]", "two signs"),
    (r"(?<![\w-])(?:nan|NaN|NaT|inf|infinity|undefined|null|Undefined|\[\]|\{\}|True|False)(?![\w-])", "no number"),
    (r"(?<=[^\s.] )None\b(?! of\b)", "a value that is missing"),
    (r"(?<![\d.,/–:-])(?<!month )(?<!day )(?<!to )1 (?:economies|months|days|weeks|years|measures|dates|rounds|regions|sectors|"
     r"forks|branches|countries|ways|packages|models|scenarios|parties|columns|others|people|persons|texts|draws|issues|jobs)\b",
     "one of many"),
    (r"(?<![\d.,/–:-])0 (?:months?|days?|weeks?|years?|economies|measures|dates)\b", "none counted as zero"),
    (r"(?<![\d.,/–:-])(?<!month )(?<!day )(?<!year )(?:[02-9]|\d[\d,]*\d) (?:economy|month|day|week|year|measure|country|package|"
     r"model|scenario|party|column|draw|issue|branch|sector|region)\b(?![’'-])(?! \d)", "many of one"),
    (r"[Ss]ections? [?,.;)]|[Ff]igures? [?,;)]", "a reference that leads nowhere"),
    (r"\b(?:branch id|fork id|scenario id|horizon key|data frame|dataframe|template|macro name|stem)\b", "a workshop's word"),
    (r"\b(?:[Tt]he|[Ee]ach|[Ee]very|[Tt]his|[Ww]hich|[Aa]) rooms?\b(?! for)", "a word of the workshop"),
    (r"\b[\w-]+\.(?:md|py|ya?ml|j2|toml)\b", "a file's name"),
    (r"(?<![/\w.])[a-z]+_[a-z_]+(?!\.(?:csv|svg|png))\b", "a name of the code"),
    (r"(?i)\b([A-Za-z]{2,}) \1\b", "a word twice"),
    (r"\.[\s\u00a0]\.", "stops that collide"),
    (r"[,;:][\s\u00a0]?[,;:.]|\.\.(?!\.)|(?<!\d)[\s\u00a0],|[\s\u00a0][;.](?![\d.])", "stops that collide"),
    (r"(?<!\w)\([\s\u00a0]*\)|“”", "brackets or quotes around nothing"),
    (r"\([\s\u00a0]|[\s\u00a0]\)", "a bracket with a blank"),
    (r"[a-z%)]\. [a-z](?!\.)", "a sentence that starts small"),
    (r"\bhardly (?:gains?|rises?|grows?|more)\b[^.;()]{0,40}−\d", "hardly gains, of a loss"),
    (r"\bhardly (?:loses?|falls?|shrinks?|less)\b[^.;()]{0,40}\+\d", "hardly loses, of a gain"),
    (r"\b(?:most|largest|highest|lowest|least|likeliest) (?:most|largest|highest|lowest|least|likeliest)\b", "most of most"),
    (r"\b(?:and|or|the|than|between|against) ?(?:[.;:)]|$)", "a text that breaks off"),
)  # fmt: skip
_COMPILED = [(re.compile(pattern), why) for pattern, why in PATTERNS]
_FINE = {"that that", "had had", "New New", "is is", "bn bn", "world world"}

_RANGE = re.compile(rf"(?P<before>\bfrom |between |, )?(?P<low>{NUMBER})(?:{UNIT}) to (?P<high>{NUMBER})(?! [A-Z])")
_AROUND = re.compile(
    rf"(?P<value>{NUMBER})(?P<unit>{UNIT}) \((?:range )?(?P<low>{NUMBER}) to (?P<high>{NUMBER})(?P<also>{UNIT})\)"
)
_TOP = re.compile(
    r"(?P<who>[^.;:()]+?) (?P<verb>gains?|loses?|rises?|falls?) most \((?P<first>[^()]*?)\), then [^()]*?\((?P<second>[^()]*?)\)"
)
_ODDS = re.compile(r"(?:a chance of|\bhas|\bhave|comes with|:) (?:a chance of )?(\d+)[\u202f ]%")
_QUOTED_LIST = re.compile(r"\b(\d+) (?:ways on|scenarios|outcomes|measures|dates|ends): (“[^”]*”(?:(?:, | and | or )“[^”]*”)*)\.")


def contradictions(text: str, values: Mapping[str, str] | None = None, anchors: Collection[str] | None = None) -> list[str]:
    """What is wrong with a text, one line a fault: why, and where. Nothing if nothing is.

    `anchors` are those a reference (§NAME) may name; without them none may be left.
    """
    open_ends = [r for r in re.findall(r"§([a-z][\w-]*)", text) if r.rstrip("-") not in (anchors or ())]
    found = [*(("a reference that leads nowhere", f"§{r}") for r in open_ends), *_faults(text, values or {})]
    return [f"{why}: {where}" for why, where in found]


def _faults(text: str, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for pattern, why in _COMPILED:
        for found in pattern.finditer(text):
            if found[0] not in _FINE:
                yield why, _around(text, found)
    for one, other in ("()", "“”", "[]"):
        if text.count(one) != text.count(other):
            yield "a bracket or quote left open", text[:80]
    for found in _RANGE.finditer(text):
        ranged = found["before"] is None and re.search(
            r"(?:range (?:is )?|\()$", text[: found.start()]
        )  # elsewhere "a to b" may be a change
        if ranged and read(found["low"]) > read(found["high"]):
            yield "a range from high to low", _around(text, found)
    for found in _AROUND.finditer(text):
        same = found["unit"].strip() == found["also"].strip()  # else the bracket holds something else: what a chance is worth
        if same and not _holds(found["value"], found["low"], found["high"]):
            yield "a range without its value", _around(text, found)
    for found in _TOP.finditer(text):
        if found["first"] == found["second"]:
            yield "most, of two that print alike", _around(text, found)
    for found in _QUOTED_LIST.finditer(text):
        if int(found[1]) != found[2].count("“"):
            yield "a count that is not the list's", _around(text, found)
    if re.match(r"From today", text):
        odds = [int(x) for x in _ODDS.findall(re.sub(r"\([^()]*\)", "", text.split(".")[0]))]
        if len(odds) > 1 and "less than" not in text and abs(sum(odds) - 100) > len(odds) / 2:
            yield "chances that do not sum to 100", text[:160]
    yield from _compared(text, values)


def _around(text: str, found: re.Match[str]) -> str:
    return f"… {text[max(0, found.start() - 40) : found.end() + 40]} …"


def read(figure: str) -> float:
    """The number a printed figure stands for."""
    return float(figure.replace("−", "-").replace("+", "").replace(",", ""))


def _step(figure: str) -> float:
    """One unit of the last digit that is printed."""
    digits = figure.replace(",", "")
    if "." in digits:
        return 10.0 ** -len(digits.split(".")[1])
    return 10.0 ** (len(digits.strip("−+-")) - len(digits.strip("−+-").rstrip("0"))) if digits.strip("−+-0") else 1.0


def _holds(value: str, low: str, high: str) -> bool:
    """Whether a range holds a value as printed, or its size where the verb has the sign."""
    slack = 0.51 * (_step(value) + max(_step(low), _step(high)))
    ends = sorted((read(low), read(high)))
    return any(ends[0] - slack <= v <= ends[1] + slack for v in (read(value), -read(value)))


_SUPERLATIVE = re.compile(
    r"^(?:In “[^”]*”,? )?(?:the )?(?P<who>[A-ZÀ-Ý“][^.,;:()%]*?) (?:is|are|has|have|gains?|loses?|rises?|falls?|moves?|pays?) "
    r"(?:the )?(?P<most>most|least|likeliest|largest|highest|lowest)\b"
)


def _compared(text: str, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Comparative words against the values they stand beside."""
    known = {name: figure for name, figure in values.items() if re.search(NUMBER, figure)}
    sizes = {name: read(re.search(NUMBER, figure)[0]) for name, figure in known.items()}  # type: ignore[index]
    if len(sizes) < 2:
        return
    found = _SUPERLATIVE.match(text)
    if found and found["who"].removeprefix("the ") in sizes:
        who = found["who"].removeprefix("the ")
        alike = [n for n in sizes if n != who and known[n].split(" (")[0] == known[who].split(" (")[0]]
        if alike:
            yield "most, of two that print alike", f"{found[0]} ({who} and {alike[0]}: {known[who]})"
        elif sizes[who] not in (max(sizes.values()), min(sizes.values()), max(sizes.values(), key=abs)):
            yield "most, of one that is not", f"{found[0]} ({known[who]})"
    for word, wrong in (("gain", lambda v: v <= 0), ("lose", lambda v: v >= 0)):
        if re.match(rf"(?:All|Everybody|Every economy|Each)\b[^.:;]*\b{word}s?\b", text) and any(map(wrong, sizes.values())):
            yield f"all {word}, but not all do", text[:120]
        if re.match(rf"(?:Nobody|None|No economy|No sector)\b[^.;]*\b{word}s?\b", text) and not all(map(wrong, sizes.values())):
            yield f"nobody {word}s, but somebody does", text[:120]


def chances(printed: Sequence[str]) -> list[str]:
    """Whether printed chances of things of which one happens sum to 100, as far as rounding lets them; nothing if they do."""
    whole = [re.match(r"(\d+)(?:[\u202f\s]?%|$)", p) for p in printed]
    if len(printed) < 2 or not all(whole):
        return []
    total = sum(int(w[1]) for w in whole if w)
    return [] if abs(total - 100) <= len(printed) / 2 else [f"chances that sum to {total}: {', '.join(printed)}"]


def told(alt: str) -> dict[str, str]:
    """The values of an alt text by what they are of: "China −0.30 (−0.50 to −0.10); Malaysia +0.02"."""
    parts = (p.strip() for p in alt.rstrip(".").split(";"))
    found = (re.match(rf"(.+?):? ({NUMBER}.*)$", p) for p in parts)
    return {m[1]: m[2] for m in found if m}
