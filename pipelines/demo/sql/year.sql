-- What each employee's month costs in a year: amounts are rounded per person, then added up.
CREATE OR REPLACE TABLE person_year AS
WITH b AS (
    SELECT *, yuan(getvariable('wage_month') * wage_factor) AS std FROM active_person
)
SELECT *, yuan(std * getvariable('emp_rate')) AS emp_amt, yuan(std * getvariable('psn_rate')) AS psn_amt,
    yuan(std * getvariable('into_rate')) AS into_amt
FROM b;

CREATE OR REPLACE TABLE employer_year AS
SELECT poolarea_no, emp, min(insu_admdvs) AS insu_admdvs, any_value(s_rows) AS s_rows,
    any_value(clct_way) AS clct_way, count(*)::BIGINT AS psncnt, sum(std)::DECIMAL(18, 2) AS std,
    sum(emp_amt)::DECIMAL(18, 2) AS emp_amt, sum(psn_amt)::DECIMAL(18, 2) AS psn_amt,
    sum(into_amt)::DECIMAL(18, 2) AS into_amt
FROM person_year WHERE NOT is_flexible
GROUP BY poolarea_no, emp
ORDER BY emp;

DELETE FROM e_orig;
DELETE FROM r_orig;
