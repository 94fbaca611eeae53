"""Whether a measure is in force, from the words around it: verb, tense, modality and negation, and who is speaking.

Cues are looked for in the clause of the instrument's word, nearest first. "Has not lifted the duty" is in force; "lifts the
duty to 50 %" raises it; "ruled out a duty" is no measure; "if talks fail, the duty would rise" is a threat.

>>> judge("Ottawa has not lifted the 25% tariff", 25, 36).status
'in_force'
>>> judge("Mexico lifts the car tariff from 20% to 50%", 21, 27).status
'in_force'
>>> judge("Tokyo ruled out tariffs on cars", 16, 23).status
'denied'
>>> judge("Brussels could impose a 10% tariff from May", 24, 34).status
'threatened'
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from detente.reader.constructions import built, cues, word

THREATENED, ANNOUNCED, IN_FORCE, SUSPENDED = "threatened", "announced", "in_force", "suspended"
EXPIRED, WITHDRAWN, STRUCK_DOWN = "expired", "withdrawn", "struck_down"
DENIED, HYPOTHETICAL, HISTORICAL = "denied", "hypothetical", "historical"
STATUSES = (THREATENED, ANNOUNCED, IN_FORCE, SUSPENDED, EXPIRED, WITHDRAWN, STRUCK_DOWN)
OVER = (WITHDRAWN, STRUCK_DOWN, EXPIRED)

_MODAL = re.compile(r"\b(?:could|(?-i:may)|might|would|should|can)\b", re.IGNORECASE)
_REPORTED = re.compile(
    r"\b(?:said|told|announced|confirmed)\b[^.;\"]{0,60}\bwould (?=(?:fall|rise|go|drop|increase|"
    r"be (?:cut|raised|lowered))\b)|"
    r"\b(?:said|told [\w ]{2,20}|says|announced|confirmed)\s+(?:on \w+day\s+|today\s+|that\s+)*"
    r"(?:it|they|he|she|[\w .]{2,30}?)\s+would "
    r"(?=(?:\w+ly )?(?!(?:be|not|have|consider|support|welcome|like|back|respond|retaliate|answer)\b)[a-z])|"
    r"\b(?:announced|confirmed|decreed)\b[^.;\"]{0,60}\bwould ",
    re.I,
)
_LEAD = re.compile(
    r"(?:[;:]|,\s+(?:but|while|whereas|although|though|and (?:it|the|its|has|is|will))\b|\bbut\b|\bwhile\b|\bwhereas\b)",
    re.IGNORECASE,
)
_RAISED = re.compile(
    r"^(?:\s+(?!to\b)[\w'%.-]+){0,9}?,?\s+(?:from\s+[\w. %-]{1,30}?\s+)?to\s+(?:as much as |up to |about |"
    r"nearly )?(?:\d|[a-z]+(?:[- ][a-z]+){0,4} per ?cent)",
    re.I,
)


_ADVERBS = (
    r"(?:(?:yet|been|be|to|have|has|any|an?|the|its|plans?|intention|intend|intends|planning|now|also|ever|\w+ly|\d\S*)\s+){0,4}"
)
_CHANGE_OF_IT = re.compile(
    r"\b(?:rais|lower|chang|increas|cut|lift|remov|scrap|drop|suspend|eas|end|repeal|withdraw|reduc|waiv|paus|phas|renew|extend|abandon)"
    r"\w*\s+(?:out\s+)?(?:its|the|their|this|that|his)\s+(?:[\w-]+\s+){0,2}$",
    re.I,
)
"""Before a rate that stands: "has no plans to raise its 22 % duty", "considers lifting the 22 % duty"."""
_NO_PLANS = re.compile(
    r"\b(?:no (?:\w+ )?(?:plans?|intentions?)(?: to| of)?|(?:not|n't) (?:plan|intend|going)\w*(?: to| on)?|rul\w+ out)\s+$", re.I
)
_ORDERS = built(r"^\W*To(?=\s+{makes}\b)")
_UNTIL_GONE = re.compile(
    r"\buntil\s+(?:it|they|(?:the|that|this|its)\s+(?:\w+\s+){1,3}?)\s?(?:was|were)\s+(?:scrapped|lifted|removed|withdrawn|dropped|repealed|abolished|ended|revoked)\b",
    re.I,
)
_WANTS = re.compile(r"\b(?:want|wish|ask|urg|call|press|demand|beg|request|plead|hop)(?:s|es|ed|e|ing)?\b[^.;,]{0,40}$", re.I)
"""Before a duty that somebody wants "lifted"."""
_PLANNED = re.compile(r"\b(?:planned|proposed|threatened|intended|looming)\b", re.I)
_INSERTED = re.compile(r",[^,;]{2,45},\s*")
_SAYS_NOT = re.compile(
    r"\bnot\b.*\b(?:chang|affect|alter|touch|exceed)|\b(?:will|would|shall|did|does|"
    r"do) not (?:now )?(?:take|go|proceed|come|enter|be (?:put|imposed|introduced|applied|levied))",
    re.I,
)
"""A status told by what does not happen: "did not touch", "will not take effect"."""
_STANDING = re.compile(r"(?:keeps?|kept|remain\w*|maintain\w*|retain\w*|stays?|stands?|still|already)", re.I)


@dataclass(frozen=True)
class Judgement:
    """Status read, how sure the cue is, the cue's words, other readings and the reason."""

    status: str
    sure: float
    cue: str
    reason: str
    others: tuple[str, ...] = ()
    quoted: bool = False


@dataclass(frozen=True)
class _Cue:
    status: str
    sure: float
    start: int
    end: int
    words: str


def clause_bounds(text: str, start: int, end: int) -> tuple[int, int]:
    """Bounds of the clause around [start, end): cut at ; : and at "but", "while" and the like."""
    left, right = 0, len(text)
    for cut in _LEAD.finditer(text):
        if cut.group() == ":" and cut.end() <= 25:
            continue  # a label that opens the sentence belongs to it ("Proposed: a 12% duty")
        if cut.end() <= start:
            left = cut.end()
        elif cut.start() >= end:
            right = cut.start()
            break
    return left, right


def in_quotation(text: str, at: int) -> bool:
    """Whether a place stands between double quotation marks."""
    if text.count('"', 0, at) % 2 == 0 or '"' not in text[at:]:
        return False
    return len(text[text.rindex('"', 0, at) : text.index('"', at)].split()) > 3


_RELATIVE = re.compile(r",\s+(?:which|who|whose|facing|paying)\b[^,;]{4,140},", re.I)


def main_clause(text: str, start: int, end: int) -> str:
    """The sentence with relative clauses that do not hold [start, end) blanked out; places stay."""
    for m in _RELATIVE.finditer(text):
        if m.end() <= start or m.start() >= end:
            text = text[: m.start()] + " " * (m.end() - m.start()) + text[m.end() :]
    return text


def _cues_in(text: str, left: int, right: int) -> list[_Cue]:
    found: list[_Cue] = []
    for status, sure, pattern in cues():
        for m in pattern.finditer(text, left, right):
            if any(m.start() < c.end and c.start < m.end() for c in found):
                continue
            if status == WITHDRAWN and _RAISED.match(text[m.end() :]) and re.match(r"lift|drop", m.group(), re.I):
                status = IN_FORCE
            found.append(_Cue(status, sure, m.start(), m.end(), m.group()))
    return found


def judge(text: str, start: int, end: int, bounds: tuple[int, int] | None = None) -> Judgement:
    """Status of the instrument named at [start, end) of a sentence; `bounds` are those of its own part of the sentence."""
    text = main_clause(text, start, end)
    if "," not in text[:start]:  # "RESOLVES: To end the duty": what an article orders, not what is still to come
        text = _ORDERS.sub(lambda m: " " * len(m.group()), text)
    left, right = bounds or clause_bounds(text, start, end)
    own = next((m for m in _RELATIVE.finditer(text) if m.start() < start and end < m.end()), None)
    if own is not None and own.start() >= left and re.search(r"\b(?:fac|pay|attract|incur|subject to)", own.group(), re.I):
        left, right = (
            own.start(),
            min(right, own.end()),
        )  # "Peru, which pays 5 %, has offered …": the offer is about something else
    quoted = in_quotation(text, start)
    near = [(_distance(c, start, end), c) for c in _cues_in(text, left, right)]
    near = [(d, c) for d, c in near if (c.end <= start or c.start >= end) and not _belongs_elsewhere(text, c)]
    old, imagined = word("old").search(text), word("imagined").search(text)
    if old:
        return Judgement(HISTORICAL, 0.8, old.group(), "told as history", quoted=quoted)
    if imagined:
        return Judgement(HYPOTHETICAL, 0.8, imagined.group(), f"hypothetical ({imagined.group()!r})", quoted=quoted)
    before = text[left:start]
    wished = word("wished").search(text[left:end])
    rejected = word("not_chosen").search(text[end:right])
    if (wished and not word("makes_law").search(text[left + wished.end() : start])) or rejected:
        cue = (wished or rejected).group()  # type: ignore[union-attr]
        return Judgement(DENIED, 0.8, cue, f"asked for or weighed, not decided ({cue!r})", quoted=quoted)
    bare_no = re.search(
        r"\b(?:(?:no|without(?: any)?|rul(?:ed|es|ing) out)\s+(?:[\w%.-]+\s+){0,3}"
        r"|(?:not|never|n't)\s+(?:(?:adopt|impose|introduce|levy|charge|set|put|apply|bring in|have|see|face|pay)"
        r"\s+(?=an?\b|any\b|new\b|more\b|\d))?"
        r"(?:(?:an?|any|the|new|more|\d\S*|[a-z]+(?=\s+$))\s+){0,3})$",
        before,
        re.IGNORECASE,
    )
    if bare_no and not re.search(r"\bno (?:more|less|later|longer|fewer)\b", bare_no.group(), re.I):
        return Judgement(DENIED, 0.85, bare_no.group().strip(), f"denied ({bare_no.group().strip()!r})", quoted=quoted)
    text = (
        _REPORTED.sub(lambda m: m.group()[: -len("would ")] + "will  ", text)
        if _REPORTED.search(text) and not re.search(r"\bif\b", text, re.I)
        else text
    )
    modal, condition = _MODAL.search(text[left:start]), word("condition").search(text)
    if (
        condition
        and re.match(r"unless\b", condition.group(), re.I)
        and not re.match(r"\W*Unless\s+(?!otherwise|rescinded|revoked|extended)", text)
        and not re.search(r"\bfac(?:e|es|ing)\b", text[left:start], re.I)
    ):
        condition = None
    until = _UNTIL_GONE.search(text[end:])
    if (
        until
        and not condition
        and not modal
        and not re.search(r"\b(?:will|would|remain|stay)s?\b", text[left : end + until.start()], re.I)
    ):
        return Judgement(WITHDRAWN, 0.88, until.group(), f"{until.group()!r} after it", quoted=quoted)
    lapsed = word("let_lapse").search(text[left:right])
    if (
        lapsed
        and not condition
        and not modal
        and not re.search(r"\b(?:will|to|not|n't)\s+$", text[: left + lapsed.start()], re.I)
    ):
        return Judgement(EXPIRED, 0.88, lapsed.group(), "it was let lapse", quoted=quoted)
    if built(r"\b{existing}\s+(?:[\w%.-]+\s+){0,3}$").search(before) and not any(
        c.status in (SUSPENDED, STRUCK_DOWN, WITHDRAWN, EXPIRED) for _, c in near
    ):
        return Judgement(IN_FORCE, 0.85, "existing", "'existing' beside it", quoted=quoted)
    if not near and re.search(r"\bnot\s+(?:be\s+)?(?:renew|extend|prolong)\w*", text[left:right], re.I):
        return Judgement(IN_FORCE, 0.75, "not renew", "it is not renewed", (EXPIRED,), quoted)
    if not near:
        if modal or condition:
            acts = modal is not None and built(r"\b(?:could|may|might|would)\s+(?:\w+ly\s+|also\s+|then\s+)?{makes}\b").search(
                before
            )
            sure = 0.8 if acts else 0.6
            return Judgement(THREATENED, sure, "", "no verb of status; modal or conditional sentence", (HYPOTHETICAL,), quoted)
        if re.search(r"\b(?:will|shall|is to|are to)\s+(?:\w+ly\s+)?(?:be\s+)?(?:[a-z]{3,}|$)", text[left:start], re.I):
            return Judgement(ANNOUNCED, 0.75, "", "'will' before it", (THREATENED,), quoted)
        return Judgement(IN_FORCE, 0.58, "", "no word of status near it", (THREATENED, ANNOUNCED), quoted)
    near.sort(key=lambda pair: pair[0])
    near = _without_participles(text, end, near)
    first = near[0][1]
    status, sure = first.status, first.sure
    ahead = text[max(left, first.start - 40) : first.start]
    ahead = ahead[ahead.rfind(",") + 1 :] if "," in ahead else ahead
    gone = None if _CASE.match(text[left:right]) else word("gone").search(text[left:right])
    if gone and _RAISED.match(text[left + gone.end() : right]):
        gone = None
    if (
        gone
        and not word("negation").search(text[max(0, left + gone.start() - 4) : left + gone.end()])
        and not condition
        and not modal
    ):
        threats: tuple[str, ...] = (THREATENED,) if status == THREATENED else ()
        return Judgement(WITHDRAWN, 0.8, gone.group(), f"{gone.group()!r} nearby", threats, quoted)
    negated = re.search(rf"(?:n't\b|{word('negation').pattern})\s*{_ADVERBS}$", ahead, re.I) or (
        None if _SAYS_NOT.search(first.words) else word("negation").search(first.words)
    )
    if negated is None and re.search(r"\bno\s+$", ahead) and re.match(r"plan|intent|propos", first.words, re.I):
        negated = re.search(r"\bno\s+$", ahead)
    changing = _CHANGE_OF_IT.search(text[left:start])
    wished = changing and re.search(
        r"\b(?:ask|urg|call|press|demand|want|beg|request|appeal|plead|hop|wish|expect|negotiat)\w*\b[^,;]{0,50}$",
        text[left : left + changing.start()],
        re.I,
    )
    if (
        status in (WITHDRAWN, SUSPENDED)
        and first.start >= end
        and _WANTS.search(text[left:start])
        and not _IS_DONE.search(text[: first.start])
    ):
        return Judgement(IN_FORCE, 0.8, first.words, f"{first.words!r} is only wished for", (status,), quoted)
    if changing and wished and _PLANNED.search(text[left + changing.start() : start]):
        return Judgement(THREATENED, 0.85, changing.group().strip(), "planned, and spoken of", (ANNOUNCED, status), quoted)
    negated = negated or wished or (changing and _NO_PLANS.search(text[left : left + changing.start()]))
    if changing and (negated or status == THREATENED) and not re.match(r"[^.;]{0,60}\bto\s+(?:\d|[a-z-]+ per ?cent)", text[end:]):
        return Judgement(IN_FORCE, 0.75, first.words, f"{changing.group().strip()!r} is only spoken of", (status,), quoted)
    own_modal = _MODAL.search(ahead)
    to_do = built(r"\b{to_come}\s+(?:\w+ly\s+|be\s+)?$").search(ahead)
    gerund = re.search(r"ing\b", first.words, re.I) and not re.search(
        r"\b(?:is|are|was|were|been|be|by|after|currently|now)\s+(?:\w+ )?$", ahead
    )
    if gerund and re.search(
        r"\b(?:order|decree|proclamation|bill|law|regulation|decision|notice|signed)\b", text[left : first.start][-60:], re.I
    ):
        gerund = None
    others = tuple(dict.fromkeys(c.status for _, c in near[1:3] if c.status != status))
    reason = f"{first.words.strip()!r} nearby"
    if status != EXPIRED and re.search(r"\bnot\s+(?:be\s+)?(?:renew|extend|prolong)\w*", text[left:right], re.I):
        return Judgement(IN_FORCE, 0.75, "not renew", "it is not renewed", (EXPIRED,), quoted)
    if negated:
        reason = f"negated: {negated.group().strip()!r} before {first.words!r}"
        flipped = IN_FORCE if status in (SUSPENDED, *OVER) else DENIED
        return Judgement(flipped, 0.75, first.words, reason, tuple(s for s in others if s != flipped), quoted)
    hangs = re.search(
        r"\b(?:unless|until|if|once|should|when|on which|as soon as|as long as)\b[^,;]*$", text[left : first.start], re.I
    )
    if status in (SUSPENDED, *OVER) and (hangs or own_modal or to_do or condition or gerund):
        decided = re.search(r"\b(?:will|shall|to)\s+(?:now\s+)?(?:be\s+|remain\s+|stay\s+)?$", ahead, re.I)
        if status == SUSPENDED and decided and not own_modal and not condition:
            return Judgement(SUSPENDED, 0.8, first.words, f"{first.words!r} is decided", (IN_FORCE,), quoted)
        already = THREATENED if re.search(r"\bthreat", text[left:right], re.I) else IN_FORCE
        return Judgement(already, 0.6, first.words, f"{first.words!r} is still to come", (status,), quoted)
    if status == IN_FORCE and _STANDING.fullmatch(first.words.strip()):
        return Judgement(IN_FORCE, sure, first.words, reason, others, quoted)
    whole = _INSERTED.sub(" ", text[left : first.start])[-40:]  # "will, as of 15 June, lower" decides to lower
    decided = built(r"\b{decided}\s+(?:\w+ly )?$").search(ahead) or built(r"\b{decided}\s+(?:\w+ly )?$").search(whole)
    told = re.search(
        r"\b(?:will|shall)\s+(?:instruct|order|direct|tell|ask|require)\w*\b|\b(?:ordered|instructed|directed|told|asked|persuaded|convinced|forced|brought|got)\s+(?:[\w.]+\s+){1,5}to\s+$",
        text[left : first.start],
        re.I,
    )
    if status == IN_FORCE and told and not condition and not own_modal:
        return Judgement(ANNOUNCED, 0.8, first.words, f"{told.group().strip()!r} before it", quoted=quoted)
    opened = condition is not None and re.match(r"\W*(?:Unless|If|Should)\b", text) and condition.start() < start
    if condition is not None and opened and status in (IN_FORCE, ANNOUNCED) and not _STANDING.fullmatch(first.words.strip()):
        return Judgement(
            THREATENED, 0.85, condition.group(), f"it hangs on a condition ({condition.group()!r})", (status,), quoted
        )
    if status == IN_FORCE and decided and not condition:
        return Judgement(ANNOUNCED, 0.8, first.words, f"{decided.group().strip()!r} before it", quoted=quoted)
    if status == IN_FORCE and not condition and not own_modal and _headline_future(text[: first.start]):
        return Judgement(ANNOUNCED, 0.85, first.words, "'to' of a headline before it", quoted=quoted)
    if status == IN_FORCE and (own_modal or condition or re.search(r"\b(?:will|to)\s+$", ahead, re.I)):
        return Judgement(THREATENED, 0.8, first.words, "modal or conditional", (HYPOTHETICAL,) if condition else (), quoted)
    if status == ANNOUNCED and (own_modal or condition or re.search(r"\b(?:would(?! follow)|could|might)\b", first.words, re.I)):
        return Judgement(THREATENED, 0.8, first.words, "modal or conditional", (ANNOUNCED,), quoted)
    return Judgement(status, sure, first.words, reason, others, quoted)


def _headline_future(before: str) -> bool:
    """Whether "to" alone makes a future of what follows: "Swiss watches to face …", where no verb stands before it."""
    lead = re.fullmatch(r"\W*(?:[\w.'-]+(?: [\w.'-]+){0,2}:\s+)?((?:[\w.'-]+\s+){1,5})to\s+", before)
    return bool(lead) and not built(r"\b(?:{makes}|is|are|was|were|be|ready|likely|able|free|due|set|set out)\b").search(lead[1])  # type: ignore[index]


_DESCRIBES = re.compile(r"levied|imposed|applied|charged|introduced|collected|since|in (?:force|effect|place)", re.I)
_IS_DONE = re.compile(r"\b(?:is|are|was|were|been|be|hereby)\s+(?:\w+ )?$")


def _without_participles(text: str, end: int, near: list[tuple[float, _Cue]]) -> list[tuple[float, _Cue]]:
    """Cues without the participles that only describe what the verb of the clause ends ("a levied duty is withdrawn")."""
    ends = [
        c
        for _, c in near
        if c.status in (SUSPENDED, *OVER) and (c.start < end or (c.start > end and _IS_DONE.search(text[: c.start])))
    ]
    if not ends:
        return near
    last = max(c.start for c in ends)
    near = [(d, c) for d, c in near if c.words != "hereby" or c.end + 2 < ends[0].start]
    described = [
        (d, c)
        for d, c in near
        if c.status == IN_FORCE
        and (end <= c.start < last or (last < end <= c.start and not text[end : c.start].strip(" ")))
        and _DESCRIBES.fullmatch(c.words)
        and not _IS_DONE.search(text[: c.start])
    ]
    return [pair for pair in near if pair not in described]


def _distance(cue: _Cue, start: int, end: int) -> float:
    """Characters between a cue and the instrument; a cue before it counts as nearer, a strong one as nearer still."""
    gap = start - cue.end if cue.end <= start else (cue.start - end) * 1.3 + 6 if cue.start >= end else 0
    weak = re.fullmatch(
        r"(?:recent|since|already|current(?:ly)?|existing|apply|pay\w*|face[sd]?|remain\w*|ended|ending|"
        r"put in place|still|stays?)",
        cue.words,
        re.I,
    )
    bonus = (
        60
        if cue.status in (STRUCK_DOWN, SUSPENDED, EXPIRED) or _SAYS_NOT.search(cue.words)
        else 25
        if cue.status == THREATENED
        else 0
    )
    return max(gap, 0) + (25 if weak else 0) - bonus


_OF_A_CASE = re.compile(
    r"\s+(?:the |its |their |an? )?(?:[\w']+ ){0,3}?(?:ruling|judgment|verdict|injunction|complaint|case|"
    r"appeal|lawsuit|challenge|probe)s?\b",
    re.I,
)
_CASE = re.compile(
    r"\W*(?:an?|the|its|their|this|that|another)\s+(?:[\w-]+\s+){0,3}?(?:case|complaint|appeal|lawsuit|challenge|petition|claim|probe|"
    r"investigation|application)s?\b",
    re.I,
)


def _belongs_elsewhere(text: str, cue: _Cue) -> bool:
    """Cues that speak of something else: "suspended talks", "delayed the summit", "paying farmers", "threat of recession"."""
    if _OF_A_CASE.match(text[cue.end : cue.end + 60]):
        return True
    clause = text[: cue.start].rpartition(";")[2]
    if cue.status in (WITHDRAWN, EXPIRED, SUSPENDED) and _CASE.match(clause):
        return True
    if cue.status in (WITHDRAWN, EXPIRED, SUSPENDED) and re.search(
        r"\b(?:before|since|when|after)\s+(?:the |its |their )?(?:\w+\s+){1,3}$", text[max(0, cue.start - 40) : cue.start], re.I
    ):
        return True
    if re.match(r"threats?", cue.words, re.I) and re.match(r"\s+(?:follow|c[ao]me|adds?)", text[cue.end : cue.end + 12]):
        return True
    if cue.words == "Announcement" or re.match(r"\s+No\b", text[cue.end : cue.end + 5]):
        return True
    return bool(built(r"\s+(?:the |its |their |all |an? )?{not_news}\b").match(text[cue.end : cue.end + 40]))
