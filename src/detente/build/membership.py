"""Which economies make up the residual region.

>>> rest_members(["MYS", "KEN", "WLD", "SSF", "QAT"], ["MYS"])
['KEN', 'QAT']
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

# aggregates in the World Bank's list: they look like economies but are sums
AGGREGATES = frozenset(
    code
    for line in (
        "AFE AFW ARB CEB CSS EAP EAR EAS ECA ECS EMU EUU FCS HIC HPC IBD IBT IDA IDB IDX INX LAC LCN LDC LIC LMC LMY",
        "LTE MEA MIC MNA NAC OED OSS PRE PSS PST SAS SSA SSF SST TEA TEC TLA TMN TSA TSS UMC WLD",
    )
    for code in line.split()  # codes of the World Bank's groups
)


def rest_members(codes: Iterable[str], economies: Sequence[str]) -> list[str]:
    """Economies among `codes` that are neither in the table nor aggregates."""
    return sorted(str(c) for c in set(codes) if str(c) not in AGGREGATES and str(c) not in set(economies))
