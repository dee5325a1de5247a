-- Year-end balances by person: the pool's total spread by weight, the rest to the last person.
CREATE OR REPLACE TEMP VIEW out_account_details AS
WITH w AS (
    SELECT code AS poolarea_no, first_310 + k AS pid, weight(80, first_310 + k, 0.5) AS w
    FROM (SELECT *, unnest(range(heads_310)) AS k FROM pool)
), cut AS (
    SELECT w.*, t.balc_fen, t.inte_fen,
        (t.balc_fen::HUGEINT * w // sum(w) OVER g)::BIGINT AS b,
        (t.inte_fen::HUGEINT * w // sum(w) OVER g)::BIGINT AS i,
        row_number() OVER (PARTITION BY poolarea_no ORDER BY pid DESC) AS from_last
    FROM w JOIN pa_total AS t USING (poolarea_no)
    WINDOW g AS (PARTITION BY poolarea_no)
), whole AS (
    SELECT poolarea_no, pid,
        b + CASE WHEN from_last = 1 THEN balc_fen - sum(b) OVER g ELSE 0 END AS balc_fen,
        i + CASE WHEN from_last = 1 THEN inte_fen - sum(i) OVER g ELSE 0 END AS inte_fen
    FROM cut WINDOW g AS (PARTITION BY poolarea_no)
)
SELECT 'AD' || getvariable('ym') || digits(pid, 12) AS rid, psn_no(pid) AS psn_no, poolarea_no,
    getvariable('ym') AS acct_ym, '102' AS acct_incexpd_type,
    (inte_fen::DECIMAL(18, 0) * 0.01::DECIMAL(3, 2))::DECIMAL(18, 2) AS amt,
    (balc_fen::DECIMAL(18, 0) * 0.01::DECIMAL(3, 2))::DECIMAL(18, 2) AS balc,
    getvariable('month_end')::DATE + to_seconds(82800) AS updt_time
FROM whole;
