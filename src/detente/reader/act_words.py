"""Words that name a trade measure, and the patterns that tie a rate, an owner or a target to it."""

from __future__ import annotations

import re

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
