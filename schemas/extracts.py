"""The extracts of a pooling area, as the platform names them (design: docs/extracts.md).

Every table here is a raw file's layout. After the first step person and employer ids are keyed
hashes (``psn_no_hash``), and four columns stand before the row's own: ``source_sha``, ``src_row``,
``event_ym``, ``late_flag``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.extract_benefits import Clearing, Settlements
from schemas.extract_counts import Inspections, InsuredHeadcount, Recoveries
from schemas.extract_income import AccountDetails, Contributions, FundTransfers
from schemas.extract_plans import Budget, FundPlan, Vouchers

if TYPE_CHECKING:
    from schemas.table import Table

EXTRACTS: tuple[type[Table], ...] = (
    Settlements,
    Clearing,
    Contributions,
    FundTransfers,
    AccountDetails,
    Vouchers,
    Budget,
    FundPlan,
    InsuredHeadcount,
    Recoveries,
    Inspections,
)
