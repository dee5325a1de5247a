-- grain: one book: a set of accounting rules over the same events
select book, book_name, policy, is_accrual, is_statutory, book_order
from jrn_book
