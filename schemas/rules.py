"""The dated policy tables of ``transforms/rules/*.csv``: each row tells its source and dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.rule_intake import (
    RuleIntake,
    RuleReason,
)
from schemas.rule_posting import (
    RuleAccount,
    RuleBankAccount,
    RuleBankPair,
    RuleClctWay,
    RuleDfrSouc,
    RuleElimination,
    RuleEvent,
    RuleFundCode,
    RuleInsutype,
    RuleMedClass,
    RuleParameter,
    RulePosting,
    RuleTrafItem,
)
from schemas.rule_statements import (
    RuleBook,
    RuleBudgetItem,
    RuleContributionBase,
    RuleMetric,
    RulePublishedFigure,
    RuleStatementRow,
    RuleStatementTerm,
    RuleSubsidy,
)
from schemas.rule_warnings import (
    RuleDismissal,
    RuleProcedure,
    RuleRemedy,
    RuleScore,
    RuleWarning,
    RuleWarningMeasure,
    RuleWorkday,
)

if TYPE_CHECKING:
    from schemas.table import Table

RULES: tuple[type[Table], ...] = (
    RuleEvent,
    RuleParameter,
    RuleAccount,
    RulePosting,
    RuleMedClass,
    RuleInsutype,
    RuleClctWay,
    RuleTrafItem,
    RuleDfrSouc,
    RuleFundCode,
    RuleBankAccount,
    RuleBankPair,
    RuleStatementRow,
    RuleStatementTerm,
    RuleBudgetItem,
    RuleBook,
    RuleMetric,
    RuleWorkday,
    RuleSubsidy,
    RuleContributionBase,
    RuleWarning,
    RuleWarningMeasure,
    RuleScore,
    RuleProcedure,
    RuleDismissal,
    RuleRemedy,
    RulePublishedFigure,
    RuleIntake,
    RuleReason,
    RuleElimination,
)
