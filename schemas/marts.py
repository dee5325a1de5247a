"""The published tables (docs/architecture.md §5): what BI tools, reports and people read.

Codes are the keys, periods are ``period_ym`` (INTEGER yyyymm), money is DECIMAL(18,2) yuan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.mart_alerts import AlertEvent
from schemas.mart_books import (
    FctBalanceSheet,
    FctIncomeStatement,
    FctJournal,
    FctLedgerMonth,
    FctPaDifference,
    FctPaMonth,
    FctPendingItem,
    FctReceivableAging,
    FctVoucherSource,
)
from schemas.mart_consolidated import (
    FctConsolidatedBalanceSheet,
    FctConsolidatedIncomeStatement,
    FctConsolidationDifference,
)
from schemas.mart_control import (
    FctAssessment,
    FctInspection,
    FctReconciliation,
    FctReconciliationItem,
    FctRecovery,
    FctSubsidyDue,
)
from schemas.mart_dimensions import (
    DimAccount,
    DimBook,
    DimInstitution,
    DimInsurance,
    DimMonth,
)
from schemas.mart_funds import (
    FctAdvance,
    FctBudgetExecution,
    FctContributionMonth,
    FctFundMetric,
    FctHeadcountMonth,
    FctOtherFund,
    FctPublishedCheck,
    FctSettlementMonth,
    FctUnpaidSettlement,
)
from schemas.mart_geography import (
    DimPoolingArea,
    DimPoolingAreaMember,
    DimRegion,
    DimRegionAsOf,
    DimRegionCode,
    DimRegionSuccessor,
    FctRegionChange,
    FctRegionMonth,
    FctRegionStatement,
)
from schemas.mart_intake import (
    FctCheck,
    FctContractHit,
    FctContractRate,
    FctIntake,
    FctIntakeRule,
    FctWaiting,
    MetaDictionary,
    MetaRun,
)
from schemas.mart_warnings import (
    FctBankPair,
    FctForecast,
    FctForecastCrossing,
    FctInstitutionBudget,
    FctRiskFund,
    FctSpendingScore,
    FctWarning,
    FctWarningEvent,
    FctWarningPrecision,
)

if TYPE_CHECKING:
    from schemas.table import Table

MARTS: tuple[type[Table], ...] = (
    DimRegion,
    DimRegionSuccessor,
    DimRegionCode,
    DimRegionAsOf,
    DimPoolingArea,
    DimPoolingAreaMember,
    DimAccount,
    DimMonth,
    DimInsurance,
    DimInstitution,
    DimBook,
    FctJournal,
    FctVoucherSource,
    FctLedgerMonth,
    FctBalanceSheet,
    FctIncomeStatement,
    FctFundMetric,
    FctPublishedCheck,
    FctWarning,
    FctSpendingScore,
    FctBankPair,
    FctInstitutionBudget,
    FctRiskFund,
    FctForecast,
    FctForecastCrossing,
    FctWarningEvent,
    FctWarningPrecision,
    FctHeadcountMonth,
    FctBudgetExecution,
    FctSettlementMonth,
    FctContributionMonth,
    FctRegionMonth,
    FctRegionStatement,
    FctRegionChange,
    FctUnpaidSettlement,
    FctOtherFund,
    FctPendingItem,
    FctPaDifference,
    FctReceivableAging,
    FctAdvance,
    FctRecovery,
    FctInspection,
    FctSubsidyDue,
    FctReconciliation,
    FctReconciliationItem,
    FctAssessment,
    FctPaMonth,
    FctCheck,
    FctIntake,
    MetaDictionary,
    MetaRun,
    FctIntakeRule,
    FctContractRate,
    FctContractHit,
    FctWaiting,
    FctConsolidatedBalanceSheet,
    FctConsolidatedIncomeStatement,
    FctConsolidationDifference,
)

#: tables that live beside the releases and are written anew when what they tell of happens
LIVE: tuple[type[Table], ...] = (AlertEvent,)
