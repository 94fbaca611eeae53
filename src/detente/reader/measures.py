"""Measures: the words that name one, what a sentence says of it, whether it is in force, and which mentions are one measure.

Status of a measure from the words around it: verb, tense, modality and negation, and who is speaking.

Cues are looked for in the clause of the instrument's word, nearest first. "Has not lifted the duty" is in force;
"ruled out a duty" is no measure; "if talks fail, the duty would rise" is a threat or a guess, by who says it.

>>> judge("Ottawa has not lifted the 25% tariff", 25, 36).status
'in_force'
>>> judge("Tokyo ruled out tariffs on cars", 16, 23).status
'denied'
>>> judge("Brussels could impose a 10% tariff from May", 24, 34).status
'threatened'

Mentions of trade measures: the instrument's word, and who, on whom, how much, on what, from when, with which status.

Each mention fills what its own sentence says; `measures_of` puts mentions of the same measure together.

Mentions of measures put together: one finding for each measure, with all its evidence; the rest set aside with a reason.

Two mentions are one measure when nothing they say differs. Mentions in scenarios and questions add evidence to a measure
but do not make one; denied, hypothetical and historical ones are set aside.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from detente.reader.dates import DateMention
from detente.reader.actors import Mention, actor_name
from detente.reader.amounts import Amount
from detente.reader.clauses import Sentence
from detente.reader.sheet import Confidence, Finding, Sheet
from detente.words.names import sector_name

# -- words -------------------------------------------------------------------------------------------------------------
TARIFF, EXPORT_CONTROL, EMBARGO, NON_TARIFF, PURCHASE, OTHER = (
    "tariff", "export_control", "embargo", "non_tariff", "purchase", "other",
)  # fmt: skip
NOT_A_DUTY = (
    r"(?![- ](?:wars?|truces?|talks|negotiat\w+|deadlines?|hostilit\w+|revenues?|escalat\w+"
    r"|ceasefire|pause|threats?|disputes?|fights?|battles?|rows?|polic\w+|negotiators?|lines?"
    r"|codes?|conflicts?|uncertaint\w+|relief|barriers?|exemptions?|pressures?|spiral|cuts?"
    r" (?:deal|talks)))"
)
EXPORT_NOUN = r"(?:export|exports|shipments?|overseas sales)"
CURB = (
    r"(?:curbs?|controls?|restrictions?|bans?|limits?|licen[cs](?:e|es|ing)(?: (?:rules?|requirements?"
    r"|regime))?|quotas?|embargo(?:es)?)"
)
INSTRUMENTS: tuple[tuple[str, str], ...] = (
    (EXPORT_CONTROL, rf"\b{EXPORT_NOUN}[- ]{CURB}\b"),
    (EXPORT_CONTROL, (
rf"\b{CURB}\s+(?:on|over|of|for)\s+(?:(?:the|its|their|all|some|certain|foreign)\s+)?(?:[\w-]+\s+){{0,4}}?(?:exports?"
rf"|shipments?|sales abroad)\b"
)),
    (EXPORT_CONTROL, (
r"\b(?:restrict(?:s|ed|ing)?|curb(?:s|ed|bing)?|limit(?:s|ed|ing)?|ban(?:s|ned|ning)?|halt(?:s"
r"|ed|ing)?|block(?:s|ed|ing)?|stop(?:s|ped|ping)?|tighten(?:s|ed|ing)? controls (?:on|over))\s+(?:(?:the"
r"|its|their|all|some|foreign|overseas)\s+)?(?:[\w-]+\s+){0,3}?(?:exports?|shipments)\b(?!"
r" to (?:grow|rise))"
)),
    (EXPORT_CONTROL, (
r"\b(?:rare[- ]earths?(?: and magnets?)?|magnets?|minerals?|critical[- ]minerals?|chips?"
r"|gallium|graphite|technology|nickel|ore)[- ](?:curbs?|controls?|restrictions?|licen[cs]ing(?:"
r" regime)?|embargo)\b"
)),
    (EXPORT_CONTROL, r"\bentity list(?:ings?)?\b"),
    (EMBARGO, (
r"\b(?:import (?:bans?|embargo(?:es)?)|(?:bans?|embargo(?:es)?) on (?:(?:all|the|its|imports?(?:"
r" of)?)\s+){0,3}(?:[\w-]+\s+){0,2}?(?:imports?|beef|pork|poultry|seafood|goods|products"
r"|oil|coal|wine)|trade embargo)\b"
)),
    (NON_TARIFF, (
r"\b(?:port (?:fees|charges)|(?:import )?licen[cs]ing requirements?|sanitary (?:rules|measures)"
r"|technical barriers|customs delays|digital services tax(?:es)?|carbon border (?:tax|levy"
r"|adjustment\w*))\b"
)),
    (OTHER, r"\bexport (?:tax(?:es)?|dut(?:y|ies)|levy|levies)\b"),
    (OTHER, (
r"\b(?:import quotas?|tariff[- ]rate quotas?|(?:production|export|state|industrial) subsid(?:y"
r"|ies)|investment restrictions?)\b"
)),
    (TARIFF, (
r"\b(?:charg(?:e|es|ed|ing)|levie[sd]|impose[sd]?|slap(?:s|ped)?|puts?)\s+(?:an? )?\d{1,3}(?:\.\d+)?\s*(?:%"
r"|per ?cent)(?=\s+on\b)"
)),
    (TARIFF, (
r"\b(?:face[sd]?|pay(?:s|ing)?|paid)\s+(?:an? |only |just |still )?\d{1,3}(?:\.\d+)?\s*(?:%"
r"|per ?cent)(?!\s+(?:of|more|less|higher|lower|extra)\b|\s+(?:[\w-]+\s+){0,4}(?:tariffs?"
r"|dut(?:y|ies)|lev(?:y|ies)|surcharges?|tax))"
)),
    (TARIFF, r"\btax(?:es|ed|ing)?\s+(?:[\w-]+\s+){1,5}?at\s+\d{1,3}(?:\.\d+)?\s*(?:%|per ?cent)"),
    (TARIFF, r"\b\d{1,3}(?:\.\d+)?\s*(?:%|per ?cent)\s+rate\b(?=\s+(?:appl\w+|on|for)\b)"),
    (TARIFF, r"(?<=\band )\d{1,3}(?:\.\d+)?\s*(?:%|per ?cent)(?=\s+on\b)"),
    (TARIFF, (
rf"\b(?:(?:anti-dumping|antidumping|countervailing|safeguard|customs|import|retaliatory|reciprocal"
rf"|punitive|counter|additional|extra)[- ])*(?:tariffs?|duties|duty(?!-free)|import tax(?:es)?"
rf"|surcharges?|levies|levy(?= (?:of|on|against)\b)|counter-?tariffs?|counter-?measures(?= on\b))\b{NOT_A_DUTY}"
)),
)  # fmt: skip
INSTRUMENT = re.compile("|".join(f"(?P<i{k}>{body})" for k, (_, body) in enumerate(INSTRUMENTS)), re.IGNORECASE)
BUY = re.compile(
    r"\b(?:agree[ds]?|pledge[ds]?|promis(?:e[ds]?|ing)|commit(?:s|ted)?|vow(?:s|ed)?|undert(?:ake"
    r"|ook|akes)|offer(?:s|ed)?|will|to)\s+(?:\w+\s+){0,3}?(?:buy(?:ing)?|purchas(?:e|es|ing)"
    r"|import(?:ing)?)\b"
    r"|\bpurchases? (?:commitments?|promises?|pledges?)\b",
    re.IGNORECASE,
)
GOODS = (
    r"(?:goods|imports?|exports?|products?|shipments?|merchandise|exporters|cars|autos|vehicles"
    r"|steel|alumini?um|textiles|wine|beef|pork|soy\w*|electronics|semiconductors|chips|machinery"
    r"|aircraft|garments|clothing|seafood|fruit|pharmaceuticals|medicines|furniture|copper|toys"
    r"|dairy|cheese|spirits|EVs?|electric|farm|agricultural|solar|batteries|brandy|barley|canola"
    r"|lumber|makers|companies|firms)"
)
RECEIVES = re.compile(
    (
        r"\b(?:fac(?:e|es|ed|ing)|hit (?:by|with)|subject(?:ed)? to|pay(?:s|ing)?|paid|slapped with"
        r"|charged|burdened|targeted|exposed to|suffer\w*|taxed|attract\w*|incur\w*|spared)\b"
    ),
    re.IGNORECASE,
)
VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|will|would|could|may|might|can|should|to|said"
    r"|says|told|impos\w+|threat\w+|announc\w+|rais\w+|put|puts|face[sd]?|plac\w+|"
    r"respond\w*|retaliat\w*|levied|slapp\w+|cut|lift\w*|suspend\w*|paus\w+|kept|keep|hit|that"
    r"|which|who|while|after|before|and|or|as|because|since|if|when|but|on|in|from|against|of"
    r"|by|with|for|over|at)\b",
    re.IGNORECASE,
)
ADJ_LINK = re.compile(r"^(?:'s|'|s')?(?:\s+(?!\W)[\w%.'-]+){0,6}\s*\(?$")
RATE_TO_DUTY = re.compile(
    r"^(?:\s+|-)(?:(?!and\b|of\b|in\b|to\b|on\b|from\b|rise\b|fall\b|drop\b|increase\b|decline\b)[\w'.,-]+\s+){0,5}?(?:\(?[\w-]+\)?\s+)?$",
    re.I,
)
DUTY_TO_RATE = re.compile(
    (
        r"\b(?:of|to|at|from|by|reach\w*|as (?:high|much|low) as|up to|nearly|about|around|above"
        r"|over|below|between|exceeding|a further|another|total(?:l?ing)?|is|are|was|were|stand\w*"
        r"|:|=)\s+(?:(?:up to|about|around|nearly|roughly|almost|some|as much as|as high as|at least"
        r"|more than|an additional|a further|another|only|between|just|a|an)\s+){0,3}\(?$"
    ),
    re.I,
)
NOT_RATE_AFTER = re.compile(

r"^\s*(?:of (?:(?:its|their|the|all|total|global|world|US|U\.S\.|Chinese|annual|household"
r"|country's)\s+)*(?:GDP|gross|imports?|exports?|trade|output|sales|shipments|economy|income"
r"|respondents|firms|companies|supply|voters|people|production|demand|global|world)"


r"|(?:more|less|fewer|higher|lower|larger|smaller|faster|slower)\b(?! (?:tariff|dut|levy"
r"|rate))|(?:drop|fall|decline|rise|increase|jump|slump|surge|growth|contraction|reduction"
r"|loss|plunge)\b(?! in (?:tariff|dut))"

    r"|in (?:the )?(?:year|first|second|third|GDP|output|exports|imports)|year[- ]on[- ]year|approval|share)",
    re.I,
)  # fmt: skip


# -- status ------------------------------------------------------------------------------------------------------------
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


# -- mentions ----------------------------------------------------------------------------------------------------------
@dataclass
class Act:
    """One mention of a measure. Empty slots are what the sentence leaves out."""

    start: int
    end: int
    instrument: str
    sentence: Sentence
    judgement: Judgement
    by: str | None = None
    by_how: str = ""
    on: list[str] = field(default_factory=list)
    rate: Amount | None = None
    sectors: list[str] = field(default_factory=list)
    product_words: list[str] = field(default_factory=list)
    all_goods: bool = False
    begins: DateMention | None = None
    ends: DateMention | None = None
    announced: DateMention | None = None
    scenario: str = ""
    question: bool = False
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        """How much the mention says."""
        slots = (self.by, self.on, self.rate, self.sectors, self.begins, self.ends)
        return sum(bool(s) for s in slots)


def acts_in(sheet: Sheet) -> tuple[Act, ...]:
    """Every mention of a trade measure in the article, in order."""
    found: list[Act] = []
    for s in sheet.sentences:
        triggers = [(m, _kind(m)) for m in islice(INSTRUMENT.finditer(s.text), 30)]
        triggers = [(m, k) for m, k in triggers if not _compound(s.text, m, k)]
        if triggers and triggers[0][0].group()[0].isdigit() and "rate" not in triggers[0][0].group():
            triggers = triggers[1:]
        for n, (m, kind) in enumerate(triggers):
            low = triggers[n - 1][0].end() if n else 0
            high = triggers[n + 1][0].start() if n + 1 < len(triggers) else len(s.text)
            found.append(_act(sheet, s, m, kind, low, high))
        buy = BUY.search(s.text)
        if buy and (sheet.products_in(s.start + buy.end(), s.end) or sheet.amounts_in(s.start + buy.end(), s.end)):
            found.append(_purchase(sheet, s, buy))
    return tuple(found)


def _kind(match: re.Match[str]) -> str:
    key = next(k for k, v in match.groupdict().items() if v is not None)
    return INSTRUMENTS[int(key[1:])][0]


def _compound(text: str, match: re.Match[str], kind: str) -> bool:
    """Words that name no measure: "on duty", "duty of care", "heavy-duty", "average tariff"."""
    before, after = text[max(0, match.start() - 12) : match.start()], text[match.end() : match.end() + 12]
    word = match.group().lower()
    if kind == TARIFF and word[0].isdigit() and "rate" not in word and match.start() == 0:
        return True
    return (
        kind == TARIFF
        and word in ("duty", "duties")
        and bool(
            re.search(r"(?:\bon|heavy-|off|double|\bhis|\bher|\bpublic|active|civic|military) ?$", before, re.I)
            or re.match(r" (?:of care|to\b)", after)
        )
    )


def _act(sheet: Sheet, s: Sentence, m: re.Match[str], kind: str, low: int, high: int) -> Act:
    text, start, end = s.text, m.start(), m.end()
    block = sheet.block_of(s)
    act = Act(s.start + start, s.start + end, kind, s, judge(text, start, end), scenario=block.scenario, question="?" in text)
    act.rate = _rate(sheet, s, start, end, low, high) if kind in (TARIFF, NON_TARIFF, OTHER) else _withheld(sheet, s, end, high)
    _who(sheet, s, act, start, end, low, high)
    _goods(sheet, s, act, start, end, low, high)
    _when(sheet, s, act, start, end, low, high)
    if re.search(r"\b(?:average|effective|mean|overall)\b[^,;]{0,30}$", text[:start], re.I) and act.rate is not None:
        act.extra["average"] = True
    return act


def _rate(sheet: Sheet, s: Sentence, start: int, end: int, low: int, high: int) -> Amount | None:
    best: tuple[int, Amount] | None = None
    for a in sheet.amounts_in(s.start, s.end):
        if a.unit not in ("%", "pp"):
            continue
        a0, a1 = a.start - s.start, a.end - s.start
        if start <= a0 < end:
            return a
        if NOT_RATE_AFTER.match(s.text[a1 : a1 + 60]):
            continue
        if low <= a0 and a1 <= start and RATE_TO_DUTY.match(s.text[a1:start]):
            gap = start - a1
        elif end <= a0 and a1 <= high:
            between = s.text[end:a0]
            ok = (a.kind in ("change", "range") and len(between) < 90) or DUTY_TO_RATE.search(between)
            if (
                not ok
                or re.search(
                    r"[;]|\b(?:GDP|growth|exports? (?:fell|rose|dropped)|inflation|shares?|output|prices?)\b", between, re.I
                )
                or len(between) > 110
            ):
                continue
            gap = a0 - end + 30
        elif (
            low <= a0
            and a1 <= start
            and re.search(r"\b(?:tax|levy|rate|charge|hit|slap)\w*\b", s.text[max(0, a0 - 40) : a0], re.I)
        ):
            gap = start - a1 + 40
        else:
            continue
        if best is None or gap < best[0]:
            best = (gap, a)
    for a in sheet.amounts_in(s.start + end, s.start + high):
        moved = re.search(
            r"\b(?:cut|reduced|lowered|raised|increased|hiked|trimmed|doubled|brought down)\s+to\s+$", s.text[: a.start - s.start]
        )
        if moved and a.unit == "%" and best is not None:
            return a
    return best[1] if best else None


def _withheld(sheet: Sheet, s: Sentence, end: int, high: int) -> Amount | None:
    """Share of exports withheld: "cut its exports of X by 40 %"; only where the curb's own words say "by"."""
    for a in sheet.amounts_in(s.start + end, s.start + high):
        if a.unit == "%" and re.search(r"\bby\s+(?:about |around |up to )?$", s.text[: a.start - s.start]):
            return a
    return None


def _who(sheet: Sheet, s: Sentence, act: Act, start: int, end: int, low: int, high: int) -> None:
    left, right = clause_bounds(s.text, start, end)
    here = [a for a in sheet.actors_in(s.start, s.end) if a.form != "city"]
    before = [a for a in here if a.end - s.start <= start]
    after = [a for a in here if a.start - s.start >= end]
    doer = next((a for a in after if _does_it(s.text, end, a.start - s.start, a.end - s.start, high)), None)
    if doer is not None:
        act.by, act.by_how = doer.code, "after 'by'"
    for a in reversed(before):
        if act.by:
            break
        _before(s, act, a, start, left)
        if act.by == a.code:
            _joint(s, act, a, before)
    for a in here:
        if start < a.start - s.start < end and a.code != act.by:
            _add(act, a.code)
    stop = re.search(
        (
            r"\b(?:in response to|after|because|if|unless|as (?:it|the|they|part)|amid|in retaliation"
            r"|to (?:punish|retaliate|protect|force)|over (?:its|their)|following|which|whose|said|while)\b"
        ),
        s.text[end:],
    )
    limit = min(high, end + stop.start() if stop else len(s.text), right if right > end else len(s.text))
    for a in after:
        a0, a1 = a.start - s.start, a.end - s.start
        lead = s.text[end:a0]
        if a0 > limit or a is doer:
            continue
        if act.instrument == EXPORT_CONTROL:
            if re.search(
                (
                    r"\b(?:to|against|for|into|targeting)\s+(?:(?:the|all|foreign|most|some)\s+)*(?:buyers in"
                    r" |companies in |firms in )?$"
                ),
                lead,
                re.I,
            ):
                _add(act, a.code)
        elif (
            re.search(
                (
                    r"\b(?:on|against|upon|for|from|to|of|targeting|hitting|and|,|including|between)\s*(?:(?:all"
                    r"|the|most|some|certain|imports?|exports?|goods|products|shipments|sales|made|coming|in"
                    r"|from|of|to|on|other|a|range|half|many|any|various|selected|key|both|\$?[\d.,]+|billion"
                    r"|million|bn|worth|value)\s+|(?!by\b)[\w-]+\s+){0,6}$"
                ),
                lead,
                re.I,
            )
            and a.code != act.by
        ):
            if a.code not in act.on:
                act.on.append(a.code)
        elif re.match(r"(?:'s)?\s+(?:\w+\s+)?" + GOODS, s.text[a1 : a1 + 40], re.I) and a.code != act.by and a.code not in act.on:
            act.on.append(a.code)
    if act.by in act.on:
        act.on.remove(act.by)
    _from_context(sheet, s, act)


def _joint(s: Sentence, act: Act, a: Mention, before: list[Mention]) -> None:
    """ "The Netherlands and Japan have …": the first named does it, the second is kept beside it."""
    k = before.index(a)
    if k and re.fullmatch(r"\s+and\s+(?:the\s+)?", s.text[before[k - 1].end - s.start : a.start - s.start]):
        act.extra["also_by"] = [a.code]
        act.by = before[k - 1].code


def _from_context(sheet: Sheet, s: Sentence, act: Act) -> None:
    """Who and on whom from a label that opens the block ("Canada: …"), or from the sentence before."""
    block = sheet.block_of(s)
    named = [a for a in sheet.actors_in(block.start, s.start + 60) if a.form != "city"]
    first = named[0] if named else None
    label = (
        first.code
        if first and first.start - block.start < 3 and re.match(r"\s*:", sheet.flat[first.end : first.end + 3])
        else None
    )
    if label and act.by is None and label not in act.on:
        act.by, act.by_how = label, "a label that opens the paragraph"
    elif label and act.by and not act.on and label != act.by and act.instrument in (TARIFF, EMBARGO):
        act.on = [label]
    elif act.by is None and re.match(
        r"(?:It|They|Officials|The (?:government|ministry|bloc|administration|commission|country|union))\b", s.text
    ):
        earlier = [a for a in sheet.actors_in(block.start, s.start) if a.form in ("name", "seat") and a.code not in act.on]
        if earlier:
            act.by, act.by_how = earlier[-1].code, "taken from the sentence before"


def _does_it(text: str, end: int, a0: int, a1: int, high: int) -> bool:
    """Whether an actor after the instrument stands after "by" as the one who does it."""
    lead = text[end:a0]
    named = a0 <= high and re.search(r"\bby\s+(?:the\s+)?$", lead) and not re.search(r"[,;]", lead)
    return bool(named) and not re.match(r"'?s?\s+" + GOODS, text[a1 : a1 + 20], re.I)


def _before(s: Sentence, act: Act, a: Mention, start: int, left: int) -> None:
    """Role of an actor named before the instrument: owner ("U.S. tariffs"), target ("Chinese goods face …") or subject."""
    a0, a1 = a.start - s.start, a.end - s.start
    gap, lead = s.text[a1:start], s.text[:a0]
    prep = re.search(
        r"\b(on|against|upon|from|to|in|over|with|for|between|by|into|at|of)\s+(?:(?:the|all|its|some)\s+)?$", lead, re.I
    )
    owns = ADJ_LINK.match(gap) and not VERB.search(gap)
    goods = re.match(r"(?:'s)?\s+(?:[\w-]+\s+){0,2}?" + GOODS + r"\b", s.text[a1 : a1 + 50], re.I)
    if owns and not (goods and a1 + goods.end() <= start and act.instrument == TARIFF):
        if (
            act.instrument in (TARIFF, NON_TARIFF, EMBARGO)
            and not gap.startswith("'s")
            and prep
            and prep.group(1).lower() in ("on", "against", "from")
        ):
            _add(act, a.code)
        else:
            act.by, act.by_how = a.code, "stands before it"
        return
    if a0 < left and act.on and act.by is None and not re.search(r"\b(?:it|its|they|their)\b", s.text[left:start], re.I):
        pass
    word = prep.group(1).lower() if prep else ""
    if word == "by":
        act.by, act.by_how = a.code, "after 'by'"
    elif goods or word in ("on", "against", "from", "upon", "for"):
        if (
            RECEIVES.search(gap)
            or word in ("on", "against", "from", "upon", "for")
            or re.search(r"\b(?:be|been|is|are|was|were)\b", gap)
        ):
            _add(act, a.code)
    elif word in ("in", "to", "with", "over", "between", "into", "at", "of"):
        if word in ("with", "to") and act.instrument == EXPORT_CONTROL and word == "to":
            _add(act, a.code)
    elif RECEIVES.search(gap) and act.instrument != EXPORT_CONTROL:
        _add(act, a.code)
    else:
        act.by, act.by_how = a.code, "subject of the sentence"


def _add(act: Act, code: str) -> None:
    if code not in act.on and code != act.by:
        act.on.append(code)


_GAP_VERB = re.compile(
    (
        r"[;,]|\b(?:is|are|was|were|be|has|have|had|will|would|could|may|might|said|says|its|their"
        r"|that|which|who|on|in|from|against|of|by|with|for|at|to|but|while)\b"
    ),
    re.I,
)


def _goods(sheet: Sheet, s: Sentence, act: Act, start: int, end: int, low: int, high: int) -> None:
    stop = re.search(
        (
            r"\b(?:in response to|after|because|if|unless|amid|in retaliation|to (?:punish|retaliate"
            r"|force)|following|, (?:a|an) key)\b|[;:]"
        ),
        s.text[end:high],
    )
    limit = end + stop.start() if stop else high
    near = list(sheet.products_in(s.start + start, s.start + limit))
    noun = not re.search(r"\d", s.text[start:end])
    front = (
        []
        if not noun
        else [
            p
            for p in sheet.products_in(s.start + max(low, start - 60), s.start + start)
            if not _GAP_VERB.search(s.text[p.end - s.start : start])
        ]
    )
    subject: list[Mention] = []
    if not near and not front and RECEIVES.search(s.text[low:start]):
        subject = list(sheet.products_in(s.start + low, s.start + start))
    if not (front or near or subject) and act.instrument == EXPORT_CONTROL:
        unknown = re.search(
            r"\b(?:of|on|over)\s+(?:its |their |the |all )*([a-z][\w -]{2,30}?)\s+(?:exports?|shipments)", s.text[start:end]
        )
        if unknown:
            act.extra["unmapped"] = unknown.group(1)
    for p in (*front, *near, *subject):
        if p.code not in act.sectors:
            act.sectors.append(p.code)
        act.product_words.append(sheet.flat[p.start : p.end])
    if not act.sectors and re.search(
        (
            r"\b(?:all|every|across[- ]the[- ]board|blanket|any)\b[^.;]{0,40}\b(?:goods|imports|products"
            r"|exports)\b|\bon (?:all )?(?:[\w.]+ ){0,2}(?:goods|imports|products|exports)\b"
        ),
        s.text[max(0, start - 60) : limit],
        re.I,
    ):
        act.all_goods = True


_START_CUE = re.compile(
    (
        r"\b(?:starting|beginning|effective|from|as of|as from|take[sn]? effect|took effect|into"
        r" (?:force|effect)|since|start(?:s|ed)?|on|with effect from|kick(?:s|ed)? in|due|in|by"
        r"|come[s]? into force|went into effect|imposed|apply(?:ing)?|applies|(?:threatened|scheduled"
        r"|planned|set|slated) for)\s+(?:(?:on|from|in|the|at|midnight|early|of)\s+){0,3}$"
    ),
    re.I,
)
_END_CUE = re.compile(
    (
        r"\b(?:until|till|through|up to|expir\w+(?: on| in)?|laps\w+(?: on)?|ends?(?: on)?|ended(?:"
        r" on)?|runs? (?:out|until|to)(?: on)?|to run to|valid (?:to|until)|extended (?:to|until)"
        r"|deadline(?: of| \()?)\s+(?:(?:on|the|at|end of)\s+){0,2}\(?$"
    ),
    re.I,
)
_TRUCE_NOUN = re.compile(r"\b(?:truce|cease-?fire|understanding|moratorium|standstill|agreement)\b", re.I)
_MEETING_NOUN = re.compile(
    r"\b(?:summit|talks|meeting|meet|negotiations|visit|decision|vote|ruling|hearing|review)\b[^;]{0,40}$", re.I
)
_SAY_CUE = re.compile(
    (
        r"\b(?:announc\w+|unveil\w+|said|told|posted|threaten\w+|wrote|warned|declared|signed|agreed"
        r"|reached|proposed|vowed|ordered)\b[^,;]{0,60}$"
    ),
    re.I,
)


def _when(sheet: Sheet, s: Sentence, act: Act, start: int, end: int, low: int, high: int) -> None:
    for d in sheet.dates_in(s.start, s.end):
        at = d.at - s.start
        if d.precision == "decade" or not (low <= at <= high or at > end) or (at < start and low > 0):
            continue
        lead = s.text[max(0, at - 70) : at]
        nearest = (at >= end and at <= high) or (at < start and at >= low) or high == len(s.text)
        if not nearest or d.precision == "vague" or _MEETING_NOUN.search(lead):
            continue
        if (
            act.judgement.status in ("struck_down", "withdrawn", "expired")
            and re.search(r"\b(?:on|in)\s+$", lead)
            and not re.search(r"\b(?:imposed|introduced|effect|since)\b[^,;]{0,12}$", lead)
        ):
            act.ends = act.ends or d
            continue
        if _END_CUE.search(lead):
            if act.rate is not None or not _TRUCE_NOUN.search(s.text):
                act.ends = act.ends or d
        elif re.search(
            (
                r"\b(?:starting|beginning|effective|from|take[sn]? effect|took effect|into (?:force|effect)"
                r"|since|kick)\b[^,;]{0,25}$"
            ),
            lead,
            re.I,
        ):
            act.begins = act.begins or d
        elif _SAY_CUE.search(s.text[max(0, at - 90) : at]) and (
            at < start
            or re.search(
                r"\b(?:said|announced|told|unveiled|warned|agreed|signed|reached)\s+(?:\w+\s+)?(?:on |in |late |early )*$",
                lead,
                re.I,
            )
        ):
            act.announced = act.announced or d
        elif _START_CUE.search(lead) and at >= end:
            act.begins = act.begins or d
        elif at < start and re.match(r"^\s*(?:on|in|from|since|effective)?\s*(?:the )?$", s.text[:at], re.I):
            act.announced = act.announced or d


def _purchase(sheet: Sheet, s: Sentence, buy: re.Match[str]) -> Act:
    start, end = buy.start(), buy.end()
    act = Act(
        s.start + start,
        s.start + end,
        PURCHASE,
        s,
        judge(s.text, start, end),
        scenario=sheet.block_of(s).scenario,
        question="?" in s.text,
    )
    before = [a for a in sheet.actors_in(s.start, s.start + start) if a.form != "city"]
    after = [a for a in sheet.actors_in(s.start + end, s.end) if a.form != "city"]
    if before:
        act.by, act.by_how = before[-1].code if len(before) == 1 else before[0].code, "subject of the sentence"
    act.on = [a.code for a in after if a.code != act.by][:1]
    for p in sheet.products_in(s.start + end, s.end):
        if p.code not in act.sectors:
            act.sectors.append(p.code)
    amounts = list(sheet.amounts_in(s.start + end, s.end))
    act.rate = amounts[0] if amounts else None
    quantity = re.search(r"(\d[\d.,]*)\s*(million|billion)?\s*(tonnes|tons|barrels|bushels|cubic metres)", s.text[end:], re.I)
    if quantity:
        act.extra["quantity"] = quantity.group()
    _when(sheet, s, act, start, end, 0, len(s.text))
    promise = Judgement("announced", 0.7, buy.group(), "a promise to buy", ("in_force",), act.judgement.quoted)
    if act.judgement.status not in ("denied", "hypothetical", "historical", "threatened"):
        act.judgement = promise
    return act


# -- measures ----------------------------------------------------------------------------------------------------------
_LABEL = {
    TARIFF: "duty", EXPORT_CONTROL: "export curbs", "embargo": "import ban", "non_tariff": "non-tariff measure",
    PURCHASE: "purchase promise", OTHER: "other measure",
}  # fmt: skip


@dataclass
class Group:
    """Mentions of one measure; slots are filled by the first mention that has them."""

    acts: list[Act] = field(default_factory=list)
    _seen: dict[str, Any] = field(default_factory=dict)

    def first(self, name: str) -> Any:
        """The first filled slot called `name`; scenarios and questions fill none where the news itself speaks."""
        return self._known(name, lambda own: next((getattr(a, name) for a in own if getattr(a, name)), None))

    @property
    def lead(self) -> Any:
        """The mention that says most; the earliest of them."""
        return self._known("lead", lambda own: max(own, key=lambda a: (a.weight, a.judgement.sure, -a.start)))

    def _known(self, name: str, work: Callable[[list[Act]], Any]) -> Any:
        if self._seen.get("size") != len(self.acts):
            self._seen = {"size": len(self.acts)}
        if name not in self._seen:
            self._seen[name] = work([a for a in self.acts if not (a.scenario or a.question)] or self.acts)
        return self._seen[name]


def measures_of(sheet: Sheet, acts: tuple[Act, ...]) -> tuple[list[Finding], list[Finding], dict[int, int]]:
    """Measures, mentions set aside, and for each mention's place the index of its measure."""
    aside: list[Finding] = []
    groups: list[Group] = []
    later: list[Act] = []
    for act in acts:
        why = _set_aside_for(sheet, act)
        if why:
            aside.append(_aside(sheet, act, why))
        elif (
            act.scenario
            or act.question
            or _reported_as_issue(sheet, act)
            or (act.weight < 2 and act.rate is None)
            or not (act.by or act.on or act.rate)
        ):
            later.append(act)
        else:
            _join(groups, act)
    _absorb(groups)
    for act in later:
        home = _home(groups, act)
        if home is not None:
            home.acts.append(act)
        elif not act.scenario and not act.question and act.weight >= 1 and act.judgement.sure >= 0.6 and (act.by or act.on):
            _join(groups, act)
        else:
            aside.append(
                _aside(sheet, act, "names no measure of its own (too little said, or only within a scenario or question)")
            )
    groups = [g for g in groups if any(not (a.scenario or a.question) for a in g.acts)]
    parties = _parties(groups)
    index = {a.start: k for k, g in enumerate(groups) for a in g.acts}
    return [_measure(sheet, g, parties) for g in groups], aside, index


def _set_aside_for(sheet: Sheet, act: Act) -> str:
    status = act.judgement.status
    if status in (DENIED, HYPOTHETICAL, HISTORICAL) and not act.scenario and not act.question:
        return f"{status}: {act.judgement.reason}"
    if act.extra.get("average"):
        return "an average, not a measure"
    old = [d for d in (act.begins, act.announced) if d and d.start]
    years = [
        d
        for d in sheet.dates_in(act.sentence.start, act.sentence.end)
        if d.start and d.precision in ("year", "decade", "month", "day")
    ]
    newest = max((d.end or d.start for d in (*old, *years) if d.start), default=None)
    if newest is not None and sheet.today and (sheet.today - newest).days > 3650 and status not in (THREATENED, ANNOUNCED):
        return f"{HISTORICAL}: the sentence speaks of {newest.year}"
    return ""


def _reported_as_issue(sheet: Sheet, act: Act) -> bool:
    """Whether the mention is generic talk in an implications section ("the U.S. may impose large tariffs")."""
    block = sheet.block_of(act.sentence)
    heading = block.heading.lower()
    if block.topic == "motives" and act.rate is None:
        return True
    return (
        act.rate is None and not act.begins and any(w in heading for w in ("implication", "conclusion", "for the", "for china"))
    )


def _aside(sheet: Sheet, act: Act, why: str) -> Finding:
    sure = Confidence()
    sure.discount(act.judgement.sure, why)
    fields = {
        "instrument": act.instrument,
        "by": act.by,
        "on": list(act.on),
        "rate_pct": act.rate.value if act.rate else None,
        "why": why,
    }
    return sheet.finding("set_aside", act.sentence.start, act.sentence.end, sure, fields)


def _fits(group: Group, act: Act) -> bool:
    lead = group.lead
    if lead.instrument != act.instrument:
        return False
    by, on, rate = group.first("by"), group.first("on"), group.first("rate")
    over = (WITHDRAWN, STRUCK_DOWN, EXPIRED)
    ended_apart = (lead.judgement.status in over) != (act.judgement.status in over) and not (act.scenario or act.question)
    if ended_apart and not (rate and act.rate) and not set(group.first("sectors") or ()) & set(act.sectors):
        return False
    if by and act.by and by != act.by:
        return False
    if on and act.on and not set(on) & set(act.on):
        return False
    if rate and act.rate and (rate.value, rate.low, rate.high) != (act.rate.value, act.rate.low, act.rate.high):
        return False
    sectors = group.first("sectors")
    theirs, ours = (by, on, sectors), (act.by, act.on, act.sectors)
    meet = (by and by == act.by) or set(on or ()) & set(act.on) or set(sectors or ()) & set(act.sectors)
    if any(theirs) and any(ours) and not meet:
        return False
    if sectors and act.sectors and not set(sectors) & set(act.sectors):
        return False
    if ((sectors and act.all_goods) or (act.sectors and group.first("all_goods"))) and rate is None is act.rate:
        return False
    begins = group.first("begins")
    if begins and act.begins and begins.start != act.begins.start and begins.start and act.begins.start:
        return False
    return not (rate is None and act.rate is not None and sectors and not act.sectors)


def _join(groups: list[Group], act: Act) -> None:
    home = _home(groups, act)
    if home is None:
        groups.append(Group([act]))
    else:
        home.acts.append(act)


def _home(groups: list[Group], act: Act) -> Group | None:
    fits = [g for g in groups if _fits(g, act)]
    if not fits:
        return None
    if act.rate is not None:
        same = [g for g in fits if g.first("rate")]
        return (same or fits)[-1]
    return max(fits, key=lambda g: (_shared(g, act), g.acts[-1].start))


def _shared(group: Group, act: Act) -> int:
    return sum(
        (
            bool(act.by and group.first("by") == act.by), bool(set(act.on) & set(group.first("on") or ())),
            bool(set(act.sectors) & set(group.first("sectors") or ())), act.judgement.status == group.lead.judgement.status,
        )
    )  # fmt: skip


def _absorb(groups: list[Group]) -> None:
    """A group that says less than a later one and contradicts none of it becomes part of it."""
    for k in range(len(groups) - 1, -1, -1):
        own = groups[k]
        if own.first("rate") or own.first("sectors") or own.first("begins"):
            continue
        for other in groups:
            if (
                other is not own
                and all(_fits(other, a) for a in own.acts)
                and other.first("by") == (own.first("by") or other.first("by"))
            ):
                other.acts = sorted([*other.acts, *own.acts], key=lambda a: a.start)
                del groups[k]
                break


def _parties(groups: list[Group]) -> list[str]:
    count: Counter[str] = Counter()
    for g in groups:
        count.update([g.first("by")] if g.first("by") else [])
        count.update(g.first("on") or ())
    return [code for code, _ in count.most_common(2)]


def _measure(sheet: Sheet, group: Group, parties: list[str]) -> Finding:
    lead = group.lead
    by, on = group.first("by"), list(group.first("on") or ())
    rate, sectors = (
        group.first("rate"),
        list(dict.fromkeys(s for a in group.acts if not (a.question or a.scenario) for s in a.sectors)),
    )
    sure = Confidence()
    alternatives: list[dict[str, object]] = []
    status, reason = _status(sheet, group, sure, alternatives)
    if by and lead.by_how in ("taken from the sentence before", "a label that opens the paragraph"):
        sure.discount(0.8, f"who does it is {lead.by_how}")
    if group.first("extra") and group.first("extra").get("also_by"):
        alternatives += [{"field": "by", "value": c, "why": "named beside it"} for c in group.first("extra")["also_by"]]
    if by is None:
        sure.discount(0.75, "who does it is not said")
        alternatives += [{"field": "by", "value": p, "why": "a party of the article"} for p in parties if p not in on]
    if not on:
        sure.discount(0.9, "on whom is not said")
        partners = [p for p in parties if p != by]
        alternatives += [{"field": "on", "value": v, "why": "not said in the text"} for v in ("all", *partners)]
    if lead.instrument == TARIFF and rate is None:
        sure.discount(0.7, "no rate is given")
    if rate is not None and rate.doubt:
        sure.discount(0.8, rate.doubt)
        alternatives += [{"field": "rate_pct", "value": v, "why": rate.doubt} for v in (rate.low, rate.high) if v is not None]
        alternatives += [{"field": "currency", "value": v, "why": rate.doubt} for v in rate.others]
    if lead.judgement.quoted:
        sure.discount(0.85, "in quoted speech")
    begins, ends, announced = group.first("begins"), group.first("ends"), group.first("announced")
    for name, day in (("effective", begins), ("expires", ends), ("announced", announced)):
        _doubt_date(name, day, sure, alternatives)
    money = rate is not None and rate.unit.startswith("million")
    words = list(dict.fromkeys(w.lower() for a in group.acts if not (a.question or a.scenario) for w in a.product_words))
    unmapped = list(dict.fromkeys(str(a.extra["unmapped"]) for a in group.acts if "unmapped" in a.extra))
    if unmapped and not sectors:
        sure.discount(0.85, f"no sector is known for {', '.join(unmapped)}")
    if lead.instrument == EXPORT_CONTROL and rate is None:
        whole = re.search(r"\b(?:ban|bans|banned|embargo|halt\w*)\b", sheet.flat[lead.start : lead.end], re.I)
        sure.discount(0.9, "how much is withheld is not said")
        alternatives += [{"field": "withhold_pct", "value": 100, "why": "a ban, if it is complete"}] if whole else []
    fields: dict[str, Any] = {
        "title": _title(lead.instrument, by, on, rate, sectors), "instrument": lead.instrument, "by": by, "on": on,
        "rate_pct": rate.value if rate and not money and lead.instrument in (TARIFF, "non_tariff", OTHER) else None,
        "rate_low_pct": rate.low if rate and not money else None, "rate_high_pct": rate.high if rate and not money else None,
        "rate_unit": rate.unit if rate else None,
        "withhold_pct": rate.value if rate and lead.instrument == EXPORT_CONTROL else None,
        "value_million": rate.value if rate and money else None,
        "quantity": group.first("extra").get("quantity") if group.first("extra") else None,
        "sectors": sectors, "products": [*words, *unmapped], "status": status,
        "effective": begins.to_dict() if begins else None, "expires": ends.to_dict() if ends else None,
        "announced": announced.to_dict() if announced else None, "mentions": len(group.acts),
    }  # fmt: skip
    if reason:
        sure.discount(1.0, reason)
    evidence = [(a.sentence.start, a.sentence.end) for a in group.acts]
    best = lead.sentence
    return sheet.finding("measure", best.start, best.end, sure, fields, alternatives, list(dict.fromkeys(evidence)))


def _status(sheet: Sheet, group: Group, sure: Confidence, alternatives: list[dict[str, object]]) -> tuple[str, str]:
    own = [a for a in group.acts if not (a.scenario or a.question)]
    top = max(own, key=lambda a: (a.weight + 3 * a.judgement.sure, -a.start))
    status = top.judgement.status
    begins, today = group.first("begins"), sheet.today
    strong = {a.judgement.status for a in own if a.judgement.sure >= 0.85}
    if (
        THREATENED in strong
        and status in (IN_FORCE, ANNOUNCED)
        and (top.judgement.sure < 0.85 or (status == IN_FORCE and top.judgement.cue == ""))
    ):
        status = THREATENED
    why = top.judgement.reason
    if begins and begins.start and today and begins.precision == "day":
        if begins.start > today and status == IN_FORCE:
            status, why = ANNOUNCED, f"{why}; it starts after the article's date"
        elif begins.start <= today and status == ANNOUNCED:
            status, why = IN_FORCE, f"{why}; its start has passed"
            alternatives.append({"field": "status", "value": ANNOUNCED, "why": "whether it took effect is not said"})
    sure.discount(min(1.0, top.judgement.sure + 0.05), why)
    seen = [*top.judgement.others, *(a.judgement.status for a in own if a.judgement.status != status)]
    for other in dict.fromkeys(seen):
        if other != status and other not in (DENIED, HISTORICAL):
            alternatives.append({"field": "status", "value": other, "why": "another passage or word reads so"})
    if any(a["field"] == "status" for a in alternatives):
        sure.discount(0.92, "passages read differently on its status")
    return status, ""


def _doubt_date(name: str, day: DateMention | None, sure: Confidence, alternatives: list[dict[str, object]]) -> None:
    if day is None:
        return
    if day.start is None:
        sure.discount(0.85, f"{name} {day.text!r}: {day.how}")
    elif "inferred" in day.how:
        sure.discount(0.95, day.how)
    alternatives.extend({"field": name, "value": d.isoformat(), "why": why} for d, why in day.others)


def _title(instrument: str, by: str | None, on: list[str], rate: Any, sectors: list[str]) -> str:
    number = ""
    if rate is not None and rate.value is not None and not rate.unit.startswith("million"):
        number = f"{rate.value:g} {'points' if rate.unit == 'pp' else '%'} "
    goods = f" on {' and '.join(sector_name(s) for s in sectors[:3])}" if sectors else ""
    target = f" ({'to' if instrument == EXPORT_CONTROL else 'on'} {', '.join(actor_name(c) for c in on[:4])})" if on else ""
    return f"{actor_name(by) if by else 'Someone'}: {number}{_LABEL[instrument]}{goods}{target}"
