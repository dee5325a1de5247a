-- The employees of the year by employer, and the headcounts by place.
CREATE OR REPLACE TABLE active_person AS
WITH p AS (
    SELECT code AS poolarea_no, first_employer,
        first_employer + floor(employers * pow(u(6, first_310 + k), 1.5))::BIGINT AS emp,
        first_310 + k AS pid, home(insu_codes, first_310 + k) AS insu_admdvs, wage AS pool_wage,
        flexible(first_310 + k) AS is_flexible, weight(7, first_310 + k, 0.35) AS w
    FROM (SELECT *, unnest(range(active)) AS k FROM pool)
), scaled AS (
    SELECT *, w * (count(*) OVER ()) / (sum(w) OVER ()) AS f FROM p
)
SELECT poolarea_no, CASE WHEN NOT is_flexible THEN emp END AS emp, pid, insu_admdvs, is_flexible,
    round(pool_wage * f, 6) AS wage_factor,
    NOT is_flexible AND (emp - first_employer) % 10 = 1 AS s_rows,
    CASE WHEN u(9, emp) < 0.85 THEN '02' WHEN u(9, emp) < 0.95 THEN '01' ELSE '03' END AS clct_way
FROM scaled
ORDER BY pid;

CREATE OR REPLACE TABLE head_cell AS
WITH p AS (
    SELECT code AS poolarea_no, '310' AS insutype, first_310 + k AS pid,
        CASE WHEN k < active THEN '11' ELSE '12' END AS psn_type, insu_codes
    FROM (SELECT *, unnest(range(heads_310)) AS k FROM pool)
    UNION ALL
    SELECT code, '390', first_390 + k, left(resident_type(first_390 + k), 2), insu_codes
    FROM (SELECT *, unnest(range(heads_390)) AS k FROM pool)
), counted AS (
    SELECT poolarea_no, insutype, psn_type, home(insu_codes, pid) AS insu_admdvs,
        count(*)::BIGINT AS n
    FROM p GROUP BY ALL
)
SELECT * FROM counted
UNION ALL
SELECT poolarea_no, insutype, 'ALL', insu_admdvs, sum(n)::BIGINT FROM counted GROUP BY ALL;
