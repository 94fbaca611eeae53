"""Status of a measure from the words around it: verb, tense, modality and negation, and who is speaking.

Cues are looked for in the clause of the instrument's word, nearest first. "Has not lifted the duty" is in force;
"ruled out a duty" is no measure; "if talks fail, the duty would rise" is a threat or a guess, by who says it.

>>> judge("Ottawa has not lifted the 25% tariff", 25, 36).status
'in_force'
>>> judge("Tokyo ruled out tariffs on cars", 16, 23).status
'denied'
>>> judge("Brussels could impose a 10% tariff from May", 24, 34).status
'threatened'
"""

from __future__ import annotations

import re
from dataclasses import dataclass

THREATENED, ANNOUNCED, IN_FORCE, SUSPENDED = "threatened", "announced", "in_force", "suspended"
EXPIRED, WITHDRAWN, STRUCK_DOWN = "expired", "withdrawn", "struck_down"
DENIED, HYPOTHETICAL, HISTORICAL = "denied", "hypothetical", "historical"
STATUSES = (THREATENED, ANNOUNCED, IN_FORCE, SUSPENDED, EXPIRED, WITHDRAWN, STRUCK_DOWN)

_CUES: tuple[tuple[str, float, str], ...] = (
    (STRUCK_DOWN, 0.95, (
r"struck down|strikes? down|ruled (?:\w+ )?(?:illegal|unlawful|invalid)|invalidated|overturned"
r"|quashed|annulled|voided|ruled that .{0,60}(?:unlawful|illegal)"
)),
    (SUSPENDED, 0.9, (
r"suspend(?:ed|s|ing)?|suspension|paus(?:e[ds]?|ing)|on hold|postpon(?:e[ds]?|ing)|put off"
r"|deferr?(?:ed|ing|s)?|shelved|frozen|froze|delay(?:ed|s|ing)?|in abeyance"
)),
    (EXPIRED, 0.9, r"(?:has |have |had )?(?:expired|lapsed|ran out|run out)"),
    (WITHDRAWN, 0.9, (
r"withdr(?:ew|awn|aws?|awing)|scrapp(?:ed|ing|s)|scrap|lift(?:ed|s|ing)?|rescind(?:ed|s"
r"|ing)?|repeal(?:ed|s|ing)?|revok(?:e[ds]?|ing)|abolish(?:ed|es|ing)?|drop(?:ped|ping|s)?"
r"|remov(?:e[ds]?|ing)|eliminat(?:e[ds]?|ing)|roll(?:ed|s|ing)? back|cancel(?:l?ed|s|l?ing)?"
r"|ended|ending"
)),
    (THREATENED, 0.95, (
r"threat(?:en(?:s|ed|ing)?|s)?|vow(?:ed|s|ing)?|warn(?:ed|s|ing)? (?:that |of |it |about"
r" )?|looming|mull(?:s|ed|ing)?|weigh(?:s|ed|ing)?|consider(?:s|ed|ing)?|float(?:s|ed|ing)?"
r"|propos(?:e[ds]?|ing|als?)|brandish\w*|ultimatum|prepar(?:e[ds]?|ing) to|under consideration"
r"|on the table"
)),
    (ANNOUNCED, 0.9, (
r"announc(?:e[ds]?|ing|ement)|unveil(?:ed|s|ing)?|set to|due to (?:take|come|go|start|begin"
r"|rise)|scheduled|(?:will|would) follow|will (?:take effect|come into|enter into|go into"
r"|apply|start|begin|rise|impose|levy|introduce|raise|place|be (?:imposed|raised|levied"
r"|applied|subject|charged|hit))|to take effect|takes effect|take effect|taking effect|comes?"
r" into (?:force|effect)|signed (?:an? )?(?:order|decree|law|proclamation)|plan(?:s|ned"
r"|ning)? to|approved|adopted|intends? to|(?:is|are) to (?:impose|introduce|raise|levy|apply)"
)),
    (IN_FORCE, 0.9, (
r"(?:has|have|had|having) (?:\w+ )?(?:imposed|introduced|levied|slapped|placed|raised|put"
r"|applied|tightened|restricted|doubled|hiked)|imposed|imposes?|introduced?|raise|apply"
r"|slap|hike|levy|tighten|introduced|levied|levies|slapped|took effect|taken effect|came"
r" into (?:force|effect)|went into effect|entered into force|in (?:force|effect|place)|remain(?:s"
r"|ed)?|already|currently|existing|current|since|now (?:face|pay|stand|charge|appl)\w*|(?:respond"
r"|retaliat|hit back)\w*|applies|apply|applied|tighten(?:ed|s)|raised|doubled|tripled|hiked"
r"|increased|restrict(?:s|ed)|curbed|banned|bans|face[sd]?|pay(?:s|ing)?|charges|expanded"
r"|recent|put in place|being levied"
)),
)  # fmt: skip
_CUE = re.compile("|".join(f"(?P<c{k}>\\b(?:{body})\\b)" for k, (_, _, body) in enumerate(_CUES)), re.IGNORECASE)
_NEGATION = re.compile(
    r"(?:\bnot(?! only)\b|n't\b|\bnever\b|\bno longer\b|\bno (?=plan|intention|new|further|such"
    r"|additional|tariff|dut)|\brul(?:ed|es|ing) out\b|\bden(?:ied|ies|y|ying)\b|\brefus(?:ed"
    r"|es|ing)\b"
    r"|\bwithout\b|\b(?:has|have|had) yet to\b|\bstopped short of\b|\bfail(?:ed|s)? to\b|\bhold(?:s"
    r"|ing)? off\b|\brefrain\w*\b|\bavoid(?:ed|s|ing)?\b|\bneither\b|\bnor\b|\bdeclin(?:ed|es)"
    r" to\b|\bunlikely to\b)",
    re.IGNORECASE,
)
_MODAL = re.compile(r"\b(?:could|(?-i:may)|might|would|should|can)\b", re.IGNORECASE)
_CONDITION = re.compile(r"\b(?:if|unless|should (?:the|talks|it)|were (?:it|they) to|in case|in the event)\b", re.IGNORECASE)
_IMAGINED = re.compile(
    (
        r"\b(?:imagine|suppose|hypothetical(?:ly)?|simulat\w+|model(?:l?ed|s|l?ing)?\b(?! of)|thought"
        r" experiment|in a scenario|a study|researchers|(?:estimat|reckon|calculat|project|forecast"
        r"|predict)\w*(?: that)? (?:an?|the|such)\b(?=[^.]{0,60}\bwould\b)|economists (?:estimate"
        r"|reckon|calculate)|assum(?:e[ds]?|ing)|what if|illustrative|for the sake of argument)\b"
    ),
    re.IGNORECASE,
)
_OLD = re.compile(
    r"\b(?:Smoot[-–]Hawley|McKinley|Corn Laws|historical(?:ly)?|in history|Great Depression|century)\b", re.IGNORECASE
)
_LEAD = re.compile(
    r"(?:[;:]|,\s+(?:but|while|whereas|although|though|and (?:it|the|its|has|is|will))\b|\bbut\b|\bwhile\b|\bwhereas\b)",
    re.IGNORECASE,
)
_NOUN_THREAT = re.compile(r"\bthreatened\s+$|\bproposed\s+$|\bplanned\s+$", re.IGNORECASE)


@dataclass(frozen=True)
class Judgement:
    """Status read, how sure the cue is, the cue's words, other readings and the reason."""

    status: str
    sure: float
    cue: str
    reason: str
    others: tuple[str, ...] = ()
    quoted: bool = False


def clause_bounds(text: str, start: int, end: int) -> tuple[int, int]:
    """Bounds of the clause around [start, end): cut at ; : and at "but", "while" and the like."""
    left, right = 0, len(text)
    for cut in _LEAD.finditer(text):
        if cut.end() <= start:
            left = cut.end()
        elif cut.start() >= end:
            right = cut.start()
            break
    return left, right


def in_quotation(text: str, at: int) -> bool:
    """Whether a place stands between double quotation marks."""
    return text.count('"', 0, at) % 2 == 1 and '"' in text[at:]


def judge(text: str, start: int, end: int) -> Judgement:
    """Status of the instrument named at [start, end) of a sentence."""
    left, right = clause_bounds(text, start, end)
    quoted = in_quotation(text, start)
    cues = [(_distance(m, start, end), m) for m in _CUE.finditer(text, left, right)]
    cues = [(d, m) for d, m in cues if m.end() <= start or m.start() >= end]
    cues = [(d, m) for d, m in cues if not _belongs_elsewhere(text, m, start)]
    imagined = _IMAGINED.search(text)
    if _OLD.search(text):
        return Judgement(HISTORICAL, 0.8, _OLD.search(text).group(), "told as history", quoted=quoted)  # type: ignore[union-attr]
    if imagined:
        return Judgement(HYPOTHETICAL, 0.8, imagined.group(), f"hypothetical ({imagined.group()!r})", quoted=quoted)
    before = text[left:start]
    bare_no = re.search(
        (
            r"\b(?:(?:no|without(?: any)?|rul(?:ed|es|ing) out)\s+(?:[\w%.-]+\s+){0,3}|(?:not|never)\s+(?:(?:an?"
            r"|any|the|new|more|\d\S*)\s+){0,3})$"
        ),
        before,
        re.IGNORECASE,
    )
    if bare_no:
        return Judgement(DENIED, 0.85, bare_no.group().strip(), f"denied ({bare_no.group().strip()!r})", quoted=quoted)
    modal, condition = _MODAL.search(text[left:start]), _CONDITION.search(text)
    if re.search(r"\b(?:existing|current|present)\s+(?:[\w%.-]+\s+){0,3}$", before, re.IGNORECASE) and not any(
        _status_of(m)[0] in (SUSPENDED, STRUCK_DOWN, WITHDRAWN, EXPIRED) for _, m in cues
    ):
        return Judgement(IN_FORCE, 0.85, "existing", "'existing' beside it", quoted=quoted)
    if not cues:
        if modal or condition:
            return Judgement(THREATENED, 0.6, "", "no verb of status; modal or conditional sentence", (HYPOTHETICAL,), quoted)
        return Judgement(IN_FORCE, 0.5, "", "no word of status near it", (THREATENED, ANNOUNCED), quoted)
    cues.sort(key=lambda pair: pair[0])
    first = cues[0][1]
    status, sure, _ = _status_of(first)
    ahead = text[max(left, first.start() - 40) : first.start()]
    ahead = ahead[ahead.rfind(",") + 1 :] if "," in ahead else ahead
    gone = re.search(
        (
r"\b(?:was|were|been|has|have|had|is|are)\s+(?:since |now |later |\w+ly )?(?:withdrawn|dropped"
r"|scrapped|lifted|removed|rescinded|cancell?ed|abandoned|revoked|repealed)\b"
),
        text[left:right], re.I,
    )  # fmt: skip
    if gone and not _NEGATION.search(text[max(0, left + gone.start() - 4) : left + gone.end()]) and not condition and not modal:
        return Judgement(
            WITHDRAWN, 0.8, gone.group(), f"{gone.group()!r} nearby", (THREATENED,) if status == THREATENED else (), quoted
        )
    negated, own_modal = _NEGATION.search(ahead + first.group()), _MODAL.search(ahead)
    to_do = re.search(
        r"\b(?:to|will|agree[ds]? to|plans? to|is to|are to|ready to|willing to|offer\w* to)\s+(?:\w+ly\s+)?$", ahead, re.I
    )
    gerund = re.search(r"ing\b", first.group(), re.I) and not re.search(
        r"\b(?:is|are|was|were|been|be|by|after|currently|now)\s+(?:\w+ )?$", ahead
    )
    others = [s for s in (_status_of(m)[0] for _, m in cues[1:3]) if s != status]
    reason = f"{first.group().strip()!r} nearby"
    if negated:
        reason = f"negated: {(ahead + first.group())[negated.start() :].strip()!r}"
        flipped = IN_FORCE if status in (SUSPENDED, EXPIRED, WITHDRAWN, STRUCK_DOWN) else DENIED
        return Judgement(flipped, 0.75, first.group(), reason, tuple(s for s in others if s != flipped), quoted)
    if status in (SUSPENDED, WITHDRAWN, EXPIRED, STRUCK_DOWN) and (own_modal or to_do or condition or gerund):
        already = THREATENED if re.search(r"\bthreat", text[left:right], re.I) else IN_FORCE
        return Judgement(already, 0.6, first.group(), f"{first.group()!r} is still to come", (status,), quoted)
    decided = re.search(
        r"\b(?:will|plans? to|planned to|set to|intends? to|decided to|agreed to|voted to|moves? to)\s+(?:\w+ly )?$", ahead, re.I
    )
    if status == IN_FORCE and decided and not condition:
        return Judgement(ANNOUNCED, 0.8, first.group(), f"{decided.group().strip()!r} before it", quoted=quoted)
    if status == IN_FORCE and (own_modal or condition or re.search(r"\b(?:will|to)\s+$", ahead, re.I)):
        return Judgement(THREATENED, 0.8, first.group(), "modal or conditional", (HYPOTHETICAL,) if condition else (), quoted)
    if status == ANNOUNCED and (own_modal or condition):
        return Judgement(THREATENED, 0.8, first.group(), "modal or conditional", (ANNOUNCED,), quoted)
    return Judgement(status, sure, first.group(), reason, tuple(dict.fromkeys(others)), quoted)


def _status_of(match: re.Match[str]) -> tuple[str, float, str]:
    key = next(k for k, v in match.groupdict().items() if v is not None)
    status, sure, _ = _CUES[int(key[1:])]
    return status, sure, match.group()


def _distance(match: re.Match[str], start: int, end: int) -> float:
    """Characters between a cue and the instrument; a cue before it counts as nearer, a strong one as nearer still."""
    status, _, words = _status_of(match)
    gap = start - match.end() if match.end() <= start else (match.start() - end) * 1.3 + 6 if match.start() >= end else 0
    weak = re.fullmatch(
        r"(?:recent|since|already|current(?:ly)?|existing|apply|pay\w*|face[sd]?|remain\w*|ended|ending|put in place)",
        words,
        re.I,
    )
    bonus = 40 if status in (STRUCK_DOWN, SUSPENDED, EXPIRED) else 25 if status == THREATENED else 0
    return max(gap, 0) + (25 if weak else 0) - bonus


def _belongs_elsewhere(text: str, match: re.Match[str], start: int) -> bool:
    """Cues that speak of something else: "suspended talks", "delayed the summit", "paying farmers", "threat of recession"."""
    after = text[match.end() : match.end() + 28]
    return bool(
        re.match(
            (
                r"\s+(?:the |its |their |all )?(?:talks|negotiations|summit|meeting|visit|shutdown|recession"
                r"|growth|concerns?|fears|farmers)\b"
            ),
            after,
            re.I,
        )
    )
