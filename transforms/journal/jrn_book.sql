-- grain: one book and its policy
select
    book, book_name, policy, is_accrual, is_statutory, book_order,
    -- what a check's finding is called: the statutory book needs no name
    case when is_statutory then '' else book || ' ' end as item_prefix
from rule_book
