"""What a scenario is compared with: four baselines, by name.

* `law`: what the law does by itself from the dossier's day if nobody acts: truces lapse, what is announced for a date starts,
  threats are not carried out. The default, since talks are about what happens without them.
* `no-deal`: the talks fail and the threats are carried out: the dossier's scenario of role `worst`.
* `reference`: before the conflict: the duties of the table.
* `in-force`: what is in force on the dossier's day, for good.

>>> baseline("law"), baseline("status-quo")
('law', 'in-force')
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from detente.errors import UnknownName
from detente.words import say

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier

Baseline = Literal["law", "no-deal", "reference", "in-force"]
LAW: Baseline = "law"
NO_DEAL: Baseline = "no-deal"
REFERENCE: Baseline = "reference"
IN_FORCE: Baseline = "in-force"
BASELINES: tuple[Baseline, ...] = get_args(Baseline)
STATUS_QUO = "status-quo"
"""What dossiers and run files call what is in force on the day."""


def baseline(name: str) -> Baseline:
    """The baseline called `name`; "status-quo" is what is in force. Raises `UnknownName`."""
    if name == STATUS_QUO:
        return IN_FORCE
    for known in BASELINES:
        if known == name:
            return known
    raise UnknownName(name, list(BASELINES), "baseline")


def in_words(name: str, dossier: Dossier, *, means: bool = False) -> str:
    """A baseline as it stands after "against", or (`means`) with what it stands for. Raises `UnknownName`."""
    part = baseline(name).replace("-", "_") + ("_means" if means else "")
    return say("words/templates/Baselines", part, label=dossier.reference.label, as_of=dossier.as_of)
