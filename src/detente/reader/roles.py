"""The part each economy plays in a sentence: it levies, it is levied on, its goods are, it is excepted, or none of these.

Rules over the words on both sides of a name, from `constructions.yaml`. Names joined by "and" or commas play one part.

>>> [(r.code, r.part) for r in roles("Canada's surtax on Chinese steel spares the United States")]
[('CAN', 'owner'), ('CHN', 'origin'), ('USA', 'excepted')]
>>> [(r.code, r.part) for r in roles("The 25% Russian oil tariff on imports from India")]
[('RUS', 'other'), ('IND', 'origin')]
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from detente.reader.actors import Mention, actor_mentions
from detente.reader.constructions import body, built, instruments

SUBJECT, OWNER, AGENT, ORIGIN, TARGET, PLACE = "subject", "owner", "agent", "origin", "target", "place"
DESTINATION, EXCEPTED, LAW, OTHER = "destination", "excepted", "law", "other"
BUYER = "buyer"
"""Whose imports they are: it levies where nobody else does ("Japan's imports of Thai rice pay 9 %")."""
LEVIES = (SUBJECT, OWNER, AGENT)
LEVIED = (ORIGIN, TARGET)

_JOIN = re.compile(r"^(?:,?\s*(?:and|or|as well as|&)|,|\s*/)\s*(?:the\s+|from\s+|of\s+|on\s+)?$", re.I)
_FILL = (
    r"(?:all|most|some|many|certain|selected|the|other|nearly|both|various|virtually|other|any|every|"
    r"\$?[\d.,]+|[A-Z]{0,2}[$€£][\d.,]+|billion|million|bn|worth|percent"
    r"|of|from|in|by|made|coming|imported|on|to|new|about|half|a|an|range|raw|finished|electric|passenger|"
    r"frozen|fresh|semi-finished|refined|processed)"
)
_TARGET_LEAD = (
    r"\b(?:on|upon|against|onto|targeting|targets|hitting|hits?|taxes|taxed|punish\w*|sanction\w*|"
    r"penali[sz]\w*|for|toward|towards)\s+"
    rf"(?:(?:{_FILL}|{body('goods')})(?:,|\s+and|\s+or)?\s+){{0,6}}$"
)
_NAMES_AS_ADJECTIVES = ("USA", "EU27", "GBR")


@dataclass(frozen=True)
class Role:
    """An economy named at [start, end) of the sentence and the part it plays."""

    code: str
    start: int
    end: int
    part: str
    form: str = "name"


def roles(text: str, mentions: Sequence[Mention] | None = None, offset: int = 0) -> tuple[Role, ...]:
    """Parts of all economies named in a sentence, in order; `mentions` are placed `offset` before the sentence's places."""
    named = [m for m in (actor_mentions(text) if mentions is None else mentions) if m.form != "city"]
    if sum(c.isupper() for c in text) > sum(c.islower() for c in text):
        text = text.lower()  # set in capitals: the words around a name are looked at as they would be written
    groups: list[list[Mention]] = []
    for m in named:
        between = text[groups[-1][-1].end - offset : m.start - offset] if groups else ""
        acts = between.strip() == "," and built(r"\s+(?:{makes}|{pays})\b").match(text[m.end - offset :])
        if groups and _JOIN.match(between) and m.form != "law" and not acts and m.code != groups[-1][-1].code:
            groups[-1].append(m)
        else:
            groups.append([m])
    found = []
    for group in groups:
        parts = [_part(text, group[0].start - offset, m.end - offset, m) for m in group]
        last = parts[-1]
        if len(group) > 1 and parts[0] in (EXCEPTED, *LEVIED, AGENT):
            parts = [parts[0]] * len(group)
        elif len(group) > 1 and last in (ORIGIN, OWNER, TARGET) and _bare(text, group, offset):
            parts = [last] * len(group)
        found += [Role(m.code, m.start - offset, m.end - offset, p, m.form) for m, p in zip(group, parts, strict=True)]
    return tuple(found)


def _bare(text: str, group: Sequence[Mention], offset: int) -> bool:
    """Whether all names but the last are followed by nothing of their own ("Chinese and Indian steel")."""
    return all(_JOIN.match(text[a.end - offset : b.start - offset]) for a, b in itertools.pairwise(group))


def _part(text: str, start: int, end: int, m: Mention) -> str:
    before, after = text[:start], text[end:]
    if m.form == "law":
        return LAW
    if _buys(before, after, m):
        return BUYER
    if _PAYS_IN_PASSING.match(after) and not re.search(r"\bby\s+(?:the\s+)?$", before, re.I):
        return SUBJECT  # "look at Japan, which pays 15 % on its cars": what it pays stands in a clause of its own
    if re.search(r"\b(?:pays?|paid|paying|owes?|owed)\s+(?:the\s+)?$", before, re.I) and re.match(
        r"\s+(?:an?|the|\d|up to)\b", after
    ):
        return AGENT
    if built(
        r"\b{except}\s+(?:(?:for|from|those|goods|imports|products|of|in|the|all|to|on|by|most|other|both|its|articles)\s+){0,5}$"
    ).search(before):
        return EXCEPTED
    if re.search(
        r"\b(?:originat\w+|produced|made|manufactured|poured|grown|mined|assembled|origin|harvested|caught|"
        r"smelted|cast|refined|processed|built)"
        r"\s+in(?: or (?:exported|consigned|shipped) from)?\s+(?:the\s+)?$",
        before,
        re.I,
    ) or built(
        r"(?:\b{goods}|\b(?:products?|goods|articles|imports?|origin|coming|exported|imported|shipped|"
        r"arriving|consigned|ones|those|lines|countr(?:y|ies)))\s+(?:\([^)]*\)\s*)?"
        r"(?:the (?:growth, )?(?:product|produce|produce or manufacture|origin) )?(?:of|from)\s+(?:the\s+)?$"
    ).search(before):
        governs = re.search(r"\b(?:government|president|minist\w+)\s+of\s+(?:the\s+)?$", before, re.I)
        if not governs:
            return ORIGIN
    if re.match(r"'s?\b|'(?=\s)", after):
        return _possessive(text[:start], re.sub(r"^'s?", "", after))
    if m.form in ("name", "group", "seat") and _AFTER_BY.search(before) and not built(r"\s+(?:[\w-]+\s+)?{goods}\b").match(after):
        return AGENT
    if re.match(r",\s+whose\s+(?:[\w%.,-]+\s+){0,5}", after) and _instrument_follows(after[7:], owned=True) and not _led(before):
        return OWNER
    if (
        m.form == "adjective"
        and re.search(r"\b[Tt]he\s+$", before)
        and re.match(r"\s+(?:have|had|will|would|want|say|said|told|insist|\w+ed)\b", after)
    ):
        return SUBJECT  # "the Americans told them"
    if m.form == "adjective" and re.match(r"\s+(?:one|duty|tariff|levy|tax|measure)\b[^:;.]{0,15}:", after):
        return OWNER
    if m.form in ("adjective", "name", "group") and re.match(r"[ -][\w%\d(]", after):
        attributive = _attributive(before, after, m)
        if attributive:
            return attributive
    return _after_preposition(before, after, m)


_IMPORTS = r"(?:imports|purchases)"
_MARKET_OF = re.compile(
    r"\b(?:exports?|sales|shipments?|deliveries|consignments|supplies)\b"
    r"(?:(?!\b(?:and|but|while)\b)[^,;.]){0,60}\b(?:to|in)\s+(?:the\s+)?$"
    r"|\b(?:enter(?:s|ed|ing)?|arriv\w+ in|com(?:es?|ing) into|reach(?:es|ed|ing)?)\s+(?:the\s+)?$",
    re.I,
)
_ENTERS = re.compile(
    r"\b(?:enter(?:s|ed|ing)?|arriv(?:al|ing|es?) in|entry (?:in)?to|on (?:its|their) way (?:in)?to|reach(?:es|ed|ing)?"
    r"|land(?:s|ed|ing)? in)\s+(?:the\s+)?$",
    re.I,
)
_PAYS_IN_PASSING = built(r",?\s+(?:which|who|whose\s+(?:[\w-]+\s+){1,3}?)\s*(?:(?:now|still|already|also)\s+)?{pays}\b")


def _buys(before: str, after: str, m: Mention) -> bool:
    """Whether a name is the buyer: "Canada's imports of", "American importers of … pay", "exports of … to Japan pay"."""
    if re.match(rf"(?:'s?)?\s+(?:total\s+|own\s+)?{_IMPORTS}\s+(?:of|from)\b", after) and m.form != "seat":
        return True
    if m.form == "adjective" and built(
        r"\s+(?:[\w-]+\s+)?(?:importers|buyers|shoppers|consumers|refiners|customers)"
        r"\s+(?:of\s+[\w ,'-]{3,50}?\s+)?(?:must\s+|will\s+|now\s+|still\s+)*{pays}\b"
    ).match(after):
        return True
    if (
        m.form in ("name", "group")
        and _ENTERS.search(before)
        and built(r"\b{pays}\b").search(before)
        and not re.match(r"'s\b", after)
    ):
        return True
    return bool(
        m.form in ("name", "group")
        and _MARKET_OF.search(before)
        and built(r"(?!'s)[^,;.]{0,25}?\s(?:{pays}|at\s+\d[\d.]*)\b").match(after)
    )


def _possessive(before: str, after: str) -> str:
    if _IS_THEIRS.search(before) and re.match(r"\s*(?:[:.,;]|$|work\b|doing\b|own\b|affair\b)", after):
        return OWNER
    if built(r"\s+(?:[\w-]+\s+){0,2}?{officials}\b").match(after):
        return AGENT if _RULED_BY.search(before) else OTHER if _led(before) else SUBJECT
    if re.match(r"\s+(?:an? |up to |\w+ )?\d[\d.,]*\s*(?:%|per ?cent|percent)\s+(?:on|against)\b", after):
        return OWNER  # "Washington's 50 % on Canadian steel"
    if re.match(
        r"\s+(?:\w+\s+)?(?:decision|plans?|threats?|moves?|vow|promise|pledge|proposal|offer|bid|intention|readiness|refusal|failure)\s+(?:not\s+)?to\b",
        after,
    ):
        return SUBJECT
    if _instrument_follows(after, owned=True):
        return OWNER
    if re.match(
        r"\s+(?:[\w-]+\s+){0,2}?(?:answer|repl(?:y|ies)|response|retaliation|counter-?measures?|order|decree|list|plan|threat|decision)\b",
        after,
    ) and not _led(before):
        return OWNER
    if built(r"\s+(?:(?!{breaks}\b)[\w-]+\s+){0,4}?{goods}\b").match(after):
        return ORIGIN
    if re.search(_TARGET_LEAD, before[-80:], re.I) and built(r"\s+(?!(?:{not_goods}|{officials})\b)[a-z]").match(after):
        return ORIGIN
    return OTHER


def _attributive(before: str, after: str, m: Mention) -> str:
    if re.match(r"-(?:made|grown|built|assembled|produced|origin|branded|owned|flagged|bred|raised|brewed)\b", after):
        return ORIGIN
    if re.match(r"-(?:imposed|levied)\b", after):
        return OWNER
    if re.match(r"-bound\b", after):
        return BUYER
    if re.search(r"\b(?:at|in|into|by)\s+(?:the\s+)?$", before, re.I) and re.match(
        r"[ -](?:border|market|ports?|frontier)\b"
        if _AFTER_BY.search(before)
        else r"[ -](?:border|market|ports?|customs|frontier)\b",
        after,
    ):
        return PLACE
    like_adjective = m.form in ("adjective", "group") or m.code in _NAMES_AS_ADJECTIVES
    word = rf"(?:(?!(?:{body('breaks')}|{body('pays')}|{body('makes')})\b)[\w%.,'()-]+\s+)"
    if built(rf"[ -]{word}{{0,2}}?{{officials}}\b").match(after) and not re.search(r"\bthe (?:\w+ )?$", before[-1:]):
        if _RULED_BY.search(before):
            return AGENT
        return OTHER if _led(before) else SUBJECT
    bond = (
        0
        if m.form == "name"
        and m.code not in _NAMES_AS_ADJECTIVES
        and re.match(r" (?:now |still |already |also |itself )?levies\b", after)
        else _instrument_follows(after)
    )
    goods = built(rf"[ -]{word}{{0,4}}?{{goods}}\b").match(after)
    if bond and ((goods and goods.end() <= bond) or (m.form == "adjective" and _goods_between(after[:bond]))):
        return OTHER
    if bond:
        return OWNER if like_adjective and not _NAME_OF_A_PAPER.match(after[bond:]) else TARGET
    if goods and re.match(r"[ -](?:\w+ ){0,2}imports? of\b.{2,60}\bfrom\b", after):
        return OTHER
    if goods and (like_adjective or not built(r"[ ]{makes}\b").match(after)):
        return ORIGIN
    if (
        like_adjective
        and re.search(rf"\b(?:on|against)\s+(?:{_FILL}\s+){{0,5}}$", before, re.I)
        and re.match(r"[ -][A-Za-z]", after)
    ):
        return TARGET
    if m.form == "adjective" and built(r"[ -](?!(?:{breaks}|{officials}|{not_goods}|{makes}|{pays})\b)[a-z][\w-]+").match(after):
        return ORIGIN
    following = re.match(r"[ ](?:\w+ly )?([a-z][\w-]*)", after)
    if (
        following
        and m.form in ("name", "group")
        and not re.search(r"(?:s|ed)$", following[1])
        and not _WORD_OF_TIME.fullmatch(following[1])
        and not _SAYS.fullmatch(following[1])
        and not built(r"[ ](?:{makes}|{breaks}|{pays})\b").match(after)
    ):
        return OTHER
    return OTHER if m.form == "adjective" else ""


def _goods_between(words: str) -> bool:
    """Whether the words between an adjective and an instrument name goods: modifiers of instruments are a closed class."""
    return bool(re.fullmatch(r"[ -](?!\d)(?:[a-z][\w-]*\s+)+", words)) and not built(
        r"[ -](?:(?:{modifiers}|{breaks})\s+)+"
    ).fullmatch(words)


_RULED_BY = re.compile(
    r"\bby\s+(?:the\s+)?$|\b(?:decree|order|decision|ruling|law|regulation|resolution)\s+of\s+(?:the\s+)?$"
    r"|\b(?:licen[cs]es?|permits?|approval|authori[sz]ation|permission)\s+(?:from|of)\s+(?:the\s+)?$",
    re.I,
)
_AFTER_BY = re.compile(r"\bby\s+(?:the\s+)?$", re.I)
_IS_THEIRS = re.compile(r"\b(?:is|are|was|were)\s+$", re.I)
_WORD_OF_TIME = re.compile(
    r"last|this|next|earlier|later|today|yesterday|also|then|still|already|now|never|not|once|too|soon|again|both|each|all|in|on|since"
)
_SAYS = re.compile(r"say|tell|argue|claim|insist|hope|fear|complain|think|believe|expect|want|worry|warn")
_NAME_OF_A_PAPER = re.compile(
    r"(?-i:[A-Z])[\w-]+(?:\s+(?-i:[A-Z])[\w-]+){0,2}?\s+(?:\([^)]*\)\s+)?(?:Order|Regulation|Rule|Act|Notice|Case|Proceeding|Review|Investigation)s?\b"
)
"""After a name: "(the United States) Surtax Order" is a paper about it, not a paper of its own."""
VERB_FORM = re.compile(
    r"(?:ban(?:s|ned)|halt(?:s|ed)|block(?:s|ed)|prohibit(?:s|ed)|restrict(?:s|ed)|requires?|curb(?:s|bed)|limit(?:s|ed)|stop(?:s|ped)"
    r"|tighten(?:s|ed)|needs?|obtain|blacklist(?:s|ed)|forb(?:ids|ade|idden)|bar(?:s|red)|outlaw(?:s|ed)|suspend(?:s|ed)|end(?:s|ed))\b",
    re.I,
)


def _instrument_follows(after: str, *, owned: bool = False) -> int:
    """Where the words of an instrument start that belongs to the name before; 0 for none.

    `owned`: after "'s", where "curbs" is a noun.
    """
    reach = built(r"[ -](?:(?!(?:{breaks}|{pays}|{makes}|the|an?|its|their|this|that|no|any)\b)[\w%.,'()-]+\s+){0,6}?").pattern
    ends = []
    for _, pattern in instruments():
        m = pattern.search(after[:90])
        if m and not owned and (VERB_FORM.match(m.group()) or levies_as_verb(after, m)):
            continue
        if m and re.fullmatch(reach, after[: m.start()], re.I):
            ends.append(m.start())
    return min(ends, default=0)


def levies_as_verb(text: str, m: re.Match[str]) -> bool:
    """Whether "levies" is what somebody does: "Canada levies a duty"."""
    return m.group().lower() == "levies" and bool(
        re.match(r"\s+(?:an?|the|no|\d|up|additional|extra|duties|tariffs)\b", text[m.end() :])
    )


def _led(before: str) -> bool:
    """Whether a preposition governs the name."""
    return bool(re.search(r"\b(?:with|to|on|from|against|in|of|for|over|at|between|into|by|near)\s+(?:the\s+)?$", before, re.I))


_AS_TO = re.compile(
    r"\b(?:with (?:regard|respect|reference) to|as regards|as for|in the case of|in respect of|"
    r"in relation to|concerning|regarding)\s+"
    r"(?:(?:goods|imports|products|articles)\s+(?:of|from)\s+)?(?:the\s+)?$",
    re.I,
)
_PLURAL_OF = re.compile(
    r"\b(?!(?:relations|states|governments?|authorities|ministers?|members?|representatives?|officials|laws?|ports|borders|terms|powers|"
    r"interests|citizens|courts|customs|rights|policies|actions|measures|duties|tariffs|rates|levels|views|markets|concerns|threats|"
    r"forces|cities|provinces|regions|presidents?|series|status|basis|lines|instances|thousands|millions|billions|tonnes|tons|heads|"
    r"leaders|embass\w+|hours|days|weeks|months|years)\b)[a-z-]{2,}s\s+(?:of|from)\s+(?:the\s+)?$"
)


_GOODS_OF = re.compile(
    r"\b(?:on|against)\s+(?:(?!(?:behalf|part|side|account|basis|grounds?|orders?|advice|government|president|minist\w+)\b)[a-z][\w-]*\s+){1,6}"
    r"of\s+(?:the\s+)?$"
)
_ADDRESSED = re.compile(
    r"\b(?:warn|told|tell|inform|remind|assur|accus|urg|press|blam|criticis|criticiz|call(?:s|ed|ing)? on|challeng|ask|beg|thank)"
    r"(?:s|ed|es|ing|e|d)?\s+(?:the\s+)?$",
    re.I,
)
_ASKED = re.compile(
    r"\b(?:ask|urg|press|call(?:s|ed|ing)? on|beg|request|want|forc|persuad|convinc|order|tell|told|implor|"
    r"appeal(?:s|ed|ing)? to|get|got|allow)"
    r"(?:s|ed|es|ing|e|d)?\s+(?:the\s+)?$",
    re.I,
)
_THREATENED_WITH = re.compile(r"\b(?:threaten|menac)(?:s|ed|ing|es)?\s+(?:the\s+)?$", re.I)
_PASSIVE = re.compile(
    r"\s+(?:is|are|was|were|has been|have been|had been|will be|being|would be|could be)\s+(?:\w+ly\s+|"
    r"now\s+)?(?:threatened|hit|slapped|"
    r"targeted|punished|penali[sz]ed|sanctioned|struck|charged|taxed|struck|warned|told|singled out|spared|exempted)\b",
    re.I,
)


def _after_preposition(before: str, after: str, m: Mention) -> str:
    if _ASKED.search(before) and re.match(r"\s+(?:not\s+)?to\b", after):
        return SUBJECT
    if re.search(r"\b(?:bound|destined|headed|leaving) for\s+(?:the\s+)?$", before, re.I):
        return DESTINATION
    if _ADDRESSED.search(before) and not re.match(r"\s*(?:and|,)", after):
        return OTHER
    if _THREATENED_WITH.search(before) and re.match(r"\s+with\b", after):
        return TARGET
    if _PASSIVE.match(after) and not _led(before):
        return OTHER if re.match(r"[^,;]{0,30}\b(?:warned|told|spared|exempted)", after) else TARGET
    if re.search(
        r"\b(?:sell\w*|sold|export\w*|ship\w*|send\w*|sent|arriv\w*|enter\w*)\s+(?:[\w-]+\s+){0,2}?(?:to|into|in)\s+(?:the\s+)?$",
        before,
        re.I,
    ) and re.search(r"\b(?:fac|pay|paid|attract|incur|charg|subject)\w*\b", before, re.I):
        return PLACE
    if _AS_TO.search(before):
        return TARGET
    if re.search(
        r"\b(?:producers|exporters|manufacturers|suppliers|mills|growers|companies|firms|makers|farms|entities|users)\s+in\s+(?:the\s+)?$",
        before,
        re.I,
    ) and not re.search(r"\bby\s+[^,;]{0,40}$", before):
        return ORIGIN
    if re.search(
        r"\b(?:licen[cs]\w+|permits?|export (?:controls?|curbs?|bans?|restrictions?))\s+(?:for|on|against|"
        r"towards?)\s+(?:the\s+)?$",
        before,
        re.I,
    ):
        return DESTINATION
    if re.search(
        r"\b(?:bans?|embargo(?:es)?|boycott) on (?:all |any )?(?:trade|commerce|dealings) with\s+(?:the\s+)?$", before, re.I
    ):
        return TARGET
    if re.search(r"\b(?:dut(?:y|ies)|tariffs?|lev(?:y|ies)|surtax(?:es)?|surcharges?)\s+of\s+(?:the\s+)?$", before, re.I):
        return AGENT  # "the 8 % duty of the European Union"
    if m.form == "name" and _PLURAL_OF.search(before) and not re.match(r"'s?\b", after):
        return ORIGIN
    if m.form == "name" and _GOODS_OF.search(before) and not re.match(r"'s?\b", after):
        return ORIGIN
    if re.search(r"\bby\s+(?:the\s+)?(?:government of\s+(?:the\s+)?)?$", before, re.I):
        return OTHER if built(r"\s+{goods}\b").match(after) else AGENT
    if re.search(
        r"\b(?:government|president|ministry|minister|authorities|parliament|cabinet)\s+of\s+(?:the\s+)?$", before, re.I
    ):
        return (
            OTHER
            if re.search(r"\b(?:with|on|from|against|in|for|over|to|of)\s+(?:the\s+)?\w+\s+of\s+(?:the\s+)?$", before, re.I)
            else SUBJECT
        )
    if re.search(r"\b(?:decision|plan|threat|move|announcement|intention|proposal)s?\s+(?:of|by)\s+(?:the\s+)?$", before, re.I):
        return SUBJECT
    if re.search(r"\bfrom\s+(?:the\s+)?$", before, re.I):
        tail = before[-70:]
        ends = [tail[hit.end() :] for _, p in instruments() if (hit := p.search(tail))]
        from_levier = any(len(e) < 12 and re.search(r"\s+from\s+(?:the\s+)?$", e) for e in ends)
        return (
            AGENT
            if from_levier
            else OTHER
            if re.search(
                r"\b(?:pressure|retaliation|response|relief|letter|withdraw\w*|investment|offer|demands?)\s+from\s+(?:the\s+)?$",
                before,
                re.I,
            )
            else ORIGIN
        )
    if re.fullmatch(r"\W*In\s+", before) and built(r",\s+(?:the|its|a)\s+(?:[\w-]+\s+)?{officials}\b").match(after):
        return SUBJECT  # "In La Paz, the government …"
    if re.search(r"^\W*(?:The|An?)\s+(?:\w+\s+)?(?:government|authorities|ministry|cabinet|parliament|customs)\s+in\s+$", before):
        return SUBJECT
    if re.search(r"\b(?:in|at|into|inside|across)\s+(?:the\s+)?$", before, re.I):
        return PLACE
    if re.search(r"\b(?:among them|such as|including|namely|notably|chiefly|mainly|especially)\s+(?:the\s+)?$", before, re.I):
        return TARGET
    if re.search(r"\b(?:for|from|on|to)\s+(?!the\s+purpose)[\w ,-]{2,50}\(\s*(?:the\s+)?$", before, re.I):
        return TARGET
    if re.search(r"\bto\s+(?:(?:buyers|companies|firms|customers) in\s+)?(?:the\s+)?$", before, re.I):
        return DESTINATION
    if re.search(r",\s+(?:the\s+)?$", before) and built(
        r"\s+(?:(?:has|have|had|then|also|itself|now|yesterday|today)\s+)*{makes}\b"
    ).match(after):
        return SUBJECT  # "in response to a duty on wheat, Australia put 12 % on paper"
    lead = re.search(_TARGET_LEAD, before[-80:], re.I)
    if lead and not re.search(r"\bfor\b", lead.group(), re.I):
        return TARGET
    if lead and (
        re.search(r"\b(?:rates?|tariffs?|dut(?:y|ies)|surtax|%|per ?cent)\s+(?:\w+\s+){0,2}?for\s+(?:the\s+)?$", before, re.I)
        or (
            re.match(r"\s*(?:and|,|is|are|:|\d|it is|they)", after)
            and re.search(r"(?:^|[,;:]\s*)(?:and\s+)?for\s+(?:the\s+)?$", before, re.I)
        )
    ):
        return TARGET
    if _led(before) or re.search(r"\b(?:than|like|versus|vs\.?|about|alongside|without)\s+(?:the\s+)?$", before, re.I):
        return OTHER
    return OTHER if m.form == "adjective" else SUBJECT
