-- Contributions received in month m. kind: E employer, S the same money by person, F flexible payer,
-- R resident, X refund, M write-off mirror, P its original again, V attribution told later.
CREATE OR REPLACE TEMP TABLE k_new AS
WITH e AS (
    SELECT 'E' AS kind, emp AS serial, poolarea_no, insu_admdvs, clct_way, '310' AS insutype,
        'E' AS clct_obj, employer_no(poolarea_no, emp) AS emp_no, NULL::VARCHAR AS psn_no,
        NULL::VARCHAR AS psn_type, '01' AS emp_mgt_type, std, psncnt, emp_amt, psn_amt, into_amt,
        0.00::DECIMAL(18, 2) AS fin_amt, s_rows,
        5 + floor(u2(50, emp, getvariable('m')) * 18)::INTEGER AS day_no,
        CASE WHEN NOT s_rows AND u2(54, emp, getvariable('m')) < 0.01
            THEN yuan((emp_amt + psn_amt) * 0.0005 * 10) ELSE 0.00 END AS latefee
    FROM employer_year
), s AS (
    SELECT 'S' AS kind, pid AS serial, poolarea_no, insu_admdvs, clct_way, '310' AS insutype,
        'S' AS clct_obj, employer_no(poolarea_no, emp) AS emp_no, psn_no(pid) AS psn_no,
        employee_type(pid, true) AS psn_type, '01' AS emp_mgt_type, std, NULL::BIGINT AS psncnt,
        emp_amt, psn_amt, into_amt, 0.00::DECIMAL(18, 2) AS fin_amt, s_rows,
        5 + floor(u2(50, emp, getvariable('m')) * 18)::INTEGER AS day_no,
        0.00::DECIMAL(18, 2) AS latefee
    FROM person_year WHERE s_rows
), f AS (
    SELECT 'F' AS kind, pid AS serial, poolarea_no, insu_admdvs,
        CASE WHEN u(53, pid) < 0.8 THEN '02' ELSE '01' END AS clct_way, '310' AS insutype,
        'S' AS clct_obj, NULL AS emp_no, psn_no(pid) AS psn_no, '1103' AS psn_type,
        '02' AS emp_mgt_type, std, NULL::BIGINT AS psncnt, 0.00::DECIMAL(18, 2) AS emp_amt,
        (emp_amt + psn_amt)::DECIMAL(18, 2) AS psn_amt, into_amt, 0.00::DECIMAL(18, 2) AS fin_amt,
        false AS s_rows, 3 + floor(u2(55, pid, getvariable('m')) * 20)::INTEGER AS day_no,
        0.00::DECIMAL(18, 2) AS latefee
    FROM person_year WHERE is_flexible
), resident AS (
    SELECT code AS poolarea_no, first_390 + k AS pid, insu_codes,
        u2(56, first_390 + k, getvariable('benefit_year')) AS v
    FROM (SELECT *, unnest(range(heads_390)) AS k FROM pool)
    WHERE getvariable('resident_from') < getvariable('resident_to')
), r AS (
    SELECT 'R' AS kind, pid AS serial, poolarea_no, home(insu_codes, pid) AS insu_admdvs,
        CASE WHEN u(57, pid) < 0.8 THEN '02' WHEN u(57, pid) < 0.9 THEN '04'
            -- paid by civil affairs, or out of a relative's personal account
            WHEN poolarea_no = getvariable('rural') AND u(57, pid) >= 0.96 THEN '06'
            WHEN poolarea_no = getvariable('rural') AND u(57, pid) >= 0.92 THEN '31'
            ELSE '05' END
        AS clct_way,
        '390' AS insutype, 'R' AS clct_obj, NULL AS emp_no, psn_no(pid) AS psn_no,
        resident_type(pid) AS psn_type, '08' AS emp_mgt_type, NULL::DECIMAL(18, 2) AS std,
        NULL::BIGINT AS psncnt, 0.00::DECIMAL(18, 2) AS emp_amt,
        getvariable('premium')::DECIMAL(18, 2) AS psn_amt, 0.00::DECIMAL(18, 2) AS into_amt,
        getvariable('finsubs')::DECIMAL(18, 2) AS fin_amt, false AS s_rows,
        1 + floor(u2(58, pid, getvariable('m')) * 26)::INTEGER AS day_no,
        0.00::DECIMAL(18, 2) AS latefee
    FROM resident
    WHERE v >= getvariable('resident_from') AND v < getvariable('resident_to')
), everyone AS (
    FROM e UNION ALL FROM s UNION ALL FROM f UNION ALL FROM r
), timed AS (
    SELECT *, (getvariable('month_start')::DATE + day_no - 1)
            + to_seconds(32400 + floor(u2(59, serial, getvariable('m')) * 28800)::BIGINT) AS clct_time
    FROM everyone
)
SELECT *, getvariable('ym')::INTEGER AS cashym,
    CASE WHEN kind = 'R' THEN getvariable('accrym_begn') ELSE getvariable('ym') END::INTEGER
    AS accrym_begn,
    CASE WHEN kind = 'R' THEN getvariable('accrym_end') ELSE getvariable('ym') END::INTEGER
    AS accrym_end,
    'C' || kind || getvariable('ym') || digits(serial, 10) AS rid,
    'D' || kind || getvariable('ym') || digits(serial, 10) AS clct_detl_id,
    clct_time::DATE + CASE WHEN clct_way = '02' THEN 1 ELSE 0 END AS arvl_date,
    CASE WHEN kind = 'E' AND NOT s_rows AND latefee = 0
            AND u2(60, serial, getvariable('m')) < 0.015
        THEN getvariable('m') + 1 + floor(u2(61, serial, getvariable('m')) * 3)::INTEGER
    END AS due_m
FROM timed;

CREATE OR REPLACE TEMP TABLE k_inflow AS
SELECT poolarea_no, insutype, sum(emp_amt + psn_amt + latefee)::DECIMAL(18, 2) AS inflow
FROM k_new WHERE kind <> 'S' AND clct_way NOT IN ('02', '06', '31') GROUP BY ALL;

-- refunds and write-offs: no more than the revenue account holds on the 27th
CREATE OR REPLACE TEMP TABLE k_out AS
WITH refund AS (
    SELECT 'X' AS kind, o.*, row_number() OVER (
            PARTITION BY o.poolarea_no ORDER BY u2(62, emp, getvariable('m')), o.rid) AS pos,
        (-emp_amt / psncnt)::DECIMAL(18, 2) AS emp_back, (-psn_amt / psncnt)::DECIMAL(18, 2) AS psn_back,
        (-into_amt / psncnt)::DECIMAL(18, 2) AS into_back, '20' AS out_type
    FROM e_orig AS o JOIN pool AS p ON p.code = o.poolarea_no
    WHERE clct_way = '03' AND u2(63, p.index, getvariable('m')) < 0.35
), mirror AS (
    SELECT 'M' AS kind, o.*, row_number() OVER (
            PARTITION BY o.poolarea_no ORDER BY u2(64, emp, getvariable('m')), o.rid) AS pos,
        -emp_amt AS emp_back, -psn_amt AS psn_back, -into_amt AS into_back, '10' AS out_type
    FROM e_orig AS o JOIN pool AS p ON p.code = o.poolarea_no
    WHERE clct_way = '01' AND u2(65, p.index, getvariable('m')) < 0.10
)
SELECT x.* FROM (FROM refund UNION ALL FROM mirror) AS x
JOIN k_inflow AS i ON i.poolarea_no = x.poolarea_no AND i.insutype = '310'
WHERE x.pos = 1 AND -(emp_back + psn_back) <= i.inflow * 0.3;

CREATE OR REPLACE TEMP TABLE k_rout AS
SELECT x.* FROM (
    SELECT *, row_number() OVER (
        PARTITION BY poolarea_no ORDER BY u2(66, pid, getvariable('m')), pid) AS pos
    FROM r_orig
) AS x JOIN k_inflow AS i ON i.poolarea_no = x.poolarea_no AND i.insutype = '390'
WHERE x.pos <= 2 AND x.psn_amt <= i.inflow * 0.3;

CREATE OR REPLACE TEMP TABLE k_all AS
WITH first AS (
    SELECT kind, rid, clct_detl_id, NULL::VARCHAR AS init_clct_detl_id, clct_obj, emp_no, psn_no,
        insutype, psn_type, emp_mgt_type, insu_admdvs, poolarea_no, cashym, accrym_begn, accrym_end,
        std, psncnt, emp_amt, psn_amt, fin_amt,
        CASE WHEN insutype = '310' AND due_m IS NULL THEN into_amt END AS into_amt,
        CASE WHEN insutype = '310' AND due_m IS NULL
            THEN CASE WHEN kind = 'F' THEN yuan(std * getvariable('psn_rate')) ELSE psn_amt END END AS psn_into,
        CASE WHEN insutype = '310' AND due_m IS NULL THEN arvl_date + to_seconds(75600) END AS traf_time,
        latefee, '10' AS clct_type, clct_way, 'Z' AS revs_flag, clct_time, arvl_date,
        arvl_date + to_seconds(80000) AS updt_time, kind <> 'S' AS posts, due_m
    FROM k_new
), back AS (
    SELECT kind, 'C' || kind || getvariable('ym') || digits(emp, 10) AS rid,
        'D' || kind || getvariable('ym') || digits(emp, 10) AS clct_detl_id,
        clct_detl_id AS init_clct_detl_id, 'E' AS clct_obj,
        employer_no(poolarea_no, emp) AS emp_no, NULL::VARCHAR AS psn_no, '310' AS insutype,
        NULL::VARCHAR AS psn_type, '01' AS emp_mgt_type, insu_admdvs, poolarea_no, cashym,
        cashym AS accrym_begn, cashym AS accrym_end, std,
        CASE WHEN kind = 'X' THEN 1 ELSE psncnt END::BIGINT AS psncnt, emp_back AS emp_amt,
        psn_back AS psn_amt, 0.00::DECIMAL(18, 2) AS fin_amt, into_back AS into_amt,
        psn_back AS psn_into, getvariable('month_start')::DATE + 26 + to_seconds(36000) AS traf_time,
        0.00::DECIMAL(18, 2) AS latefee, out_type AS clct_type, clct_way,
        CASE WHEN kind = 'M' THEN '-' ELSE 'Z' END AS revs_flag,
        getvariable('month_start')::DATE + 26 + to_seconds(36000) AS clct_time,
        getvariable('month_start')::DATE + 26 AS arvl_date,
        getvariable('month_start')::DATE + 26 + to_seconds(80000) AS updt_time, true AS posts,
        NULL::INTEGER AS due_m
    FROM k_out
), plus AS (
    SELECT 'P' AS kind, rid, clct_detl_id, NULL::VARCHAR AS init_clct_detl_id, 'E' AS clct_obj,
        employer_no(poolarea_no, emp) AS emp_no, NULL::VARCHAR AS psn_no, '310' AS insutype,
        NULL::VARCHAR AS psn_type, '01' AS emp_mgt_type, insu_admdvs, poolarea_no, cashym,
        cashym AS accrym_begn, cashym AS accrym_end, std, psncnt, emp_amt, psn_amt,
        0.00::DECIMAL(18, 2) AS fin_amt, into_amt, psn_amt AS psn_into,
        clct_time::DATE + to_seconds(75600) AS traf_time, 0.00::DECIMAL(18, 2) AS latefee,
        '10' AS clct_type, clct_way, '+' AS revs_flag, clct_time, clct_time::DATE AS arvl_date,
        getvariable('month_start')::DATE + 26 + to_seconds(80000) AS updt_time, false AS posts,
        NULL::INTEGER AS due_m
    FROM k_out WHERE kind = 'M'
), rback AS (
    SELECT 'X' AS kind, 'CY' || getvariable('ym') || digits(pid, 10) AS rid,
        'DY' || getvariable('ym') || digits(pid, 10) AS clct_detl_id,
        clct_detl_id AS init_clct_detl_id, 'R' AS clct_obj, NULL::VARCHAR AS emp_no,
        psn_no(pid) AS psn_no, '390' AS insutype, resident_type(pid) AS psn_type,
        '08' AS emp_mgt_type, insu_admdvs, poolarea_no, cashym, accrym_begn, accrym_end,
        NULL::DECIMAL(18, 2) AS std, NULL::BIGINT AS psncnt, 0.00::DECIMAL(18, 2) AS emp_amt,
        -psn_amt AS psn_amt, -fin_amt AS fin_amt, NULL::DECIMAL(18, 2) AS into_amt,
        NULL::DECIMAL(18, 2) AS psn_into, NULL::TIMESTAMP AS traf_time,
        0.00::DECIMAL(18, 2) AS latefee, '991' AS clct_type, '04' AS clct_way, 'Z' AS revs_flag,
        getvariable('month_start')::DATE + 26 + to_seconds(36000) AS clct_time,
        getvariable('month_start')::DATE + 26 AS arvl_date,
        getvariable('month_start')::DATE + 26 + to_seconds(80000) AS updt_time, true AS posts,
        NULL::INTEGER AS due_m
    FROM k_rout
), told AS (
    SELECT * REPLACE (
        'V' AS kind, false AS posts,
        -- the attribution arrives: the account's part and when it was booked
        into_due AS into_amt, psn_amt AS psn_into,
        getvariable('month_start')::DATE + 9 + floor(u2(67, hash(rid) % 1000000000, due_m) * 15)::INTEGER
            + to_seconds(54000) AS traf_time,
        getvariable('month_start')::DATE + 25 + to_seconds(80000) AS updt_time
    ) FROM pending WHERE due_m = getvariable('m')
), rare AS (
    SELECT kind, rid, clct_detl_id, init_clct_detl_id, clct_obj,
        CASE WHEN emp IS NOT NULL THEN employer_no(poolarea_no, emp) END AS emp_no,
        CASE WHEN pid IS NOT NULL THEN psn_no(pid) END AS psn_no, insutype, psn_type, emp_mgt_type,
        insu_admdvs, poolarea_no, cashym, cashym AS accrym_begn, cashym AS accrym_end, std, psncnt,
        emp_amt, psn_amt, 0.00::DECIMAL(18, 2) AS fin_amt, into_amt, psn_into, traf_time, latefee,
        clct_type, clct_way, 'Z' AS revs_flag, clct_time, arvl_date, updt_time, kind = 'Y' AS posts,
        NULL::INTEGER AS due_m
    FROM k_rare
)
SELECT *, (psn_into + into_amt)::DECIMAL(18, 2) AS traf FROM (
    FROM first UNION ALL FROM back UNION ALL FROM plus UNION ALL FROM rback
    UNION ALL SELECT * EXCLUDE (into_due) FROM told UNION ALL BY NAME FROM rare
);

DELETE FROM e_orig WHERE clct_detl_id IN (SELECT clct_detl_id FROM k_out);
DELETE FROM r_orig WHERE clct_detl_id IN (SELECT clct_detl_id FROM k_rout);
DELETE FROM pending WHERE due_m <= getvariable('m');
INSERT INTO e_orig
SELECT poolarea_no, serial, insu_admdvs, clct_way, rid, clct_detl_id, cashym, psncnt, std, emp_amt,
    psn_amt, into_amt, clct_time
FROM k_new
WHERE kind = 'E' AND clct_way IN ('01', '03') AND NOT s_rows AND latefee = 0 AND due_m IS NULL;
INSERT INTO r_orig
SELECT poolarea_no, serial, insu_admdvs, clct_detl_id, cashym, accrym_begn, accrym_end, psn_amt,
    fin_amt
FROM k_new WHERE kind = 'R' AND clct_way = '04' AND u2(68, serial, getvariable('m')) < 0.05;
INSERT INTO pending
SELECT k.*, n.into_amt AS into_due
FROM (SELECT * EXCLUDE (traf) FROM k_all WHERE due_m IS NOT NULL AND kind = 'E') AS k
JOIN k_new AS n USING (rid);

CREATE OR REPLACE TEMP VIEW out_contributions AS
SELECT rid, clct_detl_id, init_clct_detl_id, clct_obj, emp_no, psn_no, insutype, psn_type,
    emp_mgt_type, CASE WHEN emp_no IS NOT NULL THEN
        CASE WHEN right(emp_no, 1) IN ('0', '1') THEN '30' WHEN right(emp_no, 1) = '2' THEN '50'
        ELSE '10' END END AS emp_type,
    insu_admdvs, poolarea_no, cashym, accrym_begn, accrym_end, std AS clctstd, psncnt AS clct_psncnt,
    emp_amt AS emp_clct_amt, psn_amt AS psn_clct_amt, fin_amt AS finsubs_amt,
    0.00 AS oth_clct_amt, (emp_amt + psn_amt + fin_amt)::DECIMAL(18, 2) AS clct_sumamt,
    CASE WHEN kind <> 'F' THEN into_amt END AS emp_clct_into_acct_amt,
    CASE WHEN kind = 'F' THEN traf ELSE psn_into END AS psn_clct_into_acct_amt, NULL AS oth_clct_traf_amt, NULL AS finsubs_traf_amt,
    traf AS traf_sumamt, CASE WHEN traf IS NOT NULL THEN traf_time END AS traf_time,
    0.00 AS inte, latefee, clct_type, clct_way,
    CASE WHEN kind = 'U' THEN '0' ELSE '1' END AS clct_flag, revs_flag, clct_time, arvl_date,
    CASE WHEN clct_way = '02' THEN clct_time + to_days(1) END AS intsury_time,
    CASE WHEN emp_amt + psn_amt > 0 THEN
        CASE WHEN clct_way = '02' AND day(clct_time + to_days(1)) <= 14
            THEN date_trunc('month', clct_time + to_days(1)) + to_days(14) + to_seconds(57600)
        WHEN clct_way = '02' THEN last_day((clct_time + to_days(1))::DATE) + to_seconds(57600)
        ELSE last_day(arvl_date) + to_seconds(57600) END END AS ursn_time,
    'B' || year(arvl_date) * 10000 + month(arvl_date) * 100 + day(arvl_date) AS arvl_bchno,
    updt_time
FROM k_all;
