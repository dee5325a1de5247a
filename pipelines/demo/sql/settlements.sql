-- Settlements of month m: forward rows, reversals of this month, reversals of last month's rows.
CREATE OR REPLACE TEMP TABLE s_new AS
WITH seq AS (
    SELECT c.*, p.code AS poolarea_no, p.insu_codes, p.inst_codes, p.inst_base, p.hospitals,
        p.pharmacies, p.first_310, p.active, p.heads_310, p.first_390, p.heads_390,
        c.start_no + unnest(range(c.n)) AS s
    FROM cell AS c JOIN pool AS p ON p.index = c.pool
    WHERE c.m = getvariable('m')
), who AS (
    SELECT *,
        CASE
            WHEN scheme = '390' THEN first_390 + floor(u(10, s) * heads_390)::BIGINT
            WHEN med_type IN ('51', '52') THEN first_310 + floor(u(10, s) * active)::BIGINT
            ELSE first_310 + floor(u(10, s) * heads_310)::BIGINT
        END AS pid,
        CASE WHEN scheme = '310' AND med_type IN ('51', '52') AND u(11, s) < 0.7
            THEN '510' ELSE scheme END AS insutype,
        CASE WHEN med_type IN ('21', '52') THEN '21' WHEN med_type = '41' THEN '41' ELSE '11'
        END AS clr_type,
        weight(12, s, CASE WHEN med_type IN ('21', '52') THEN 0.8 ELSE 0.6 END) AS w_pool,
        weight(13, s, 0.6) AS w_acct,
        1 + floor(u(14, s) * getvariable('dim'))::INTEGER AS day_no
    FROM seq
), inst AS (
    SELECT *,
        CASE WHEN clr_type = '41' THEN floor(pow(u(15, s), 1.4) * pharmacies)::BIGINT
            WHEN clr_type = '21' THEN floor(pow(u(15, s), 1.4) * ceil(hospitals / 2))::BIGINT
            ELSE floor(pow(u(15, s), 1.4) * hospitals)::BIGINT END AS k,
        w_pool * count(*) OVER g / sum(w_pool) OVER g AS f_pool,
        w_acct * count(*) OVER g / sum(w_acct) OVER g AS f_acct
    FROM who
    WINDOW g AS (PARTITION BY pool, scheme, med_type)
), money AS (
    SELECT *,
        CASE WHEN med_type = '41' AND scheme = '310'
            THEN CASE WHEN u(16, s) < 0.15 THEN yuan(unit_pool * f_pool / 0.15) ELSE 0.00 END
            ELSE yuan(unit_pool * f_pool) END AS hifp,
        CASE WHEN unit_pa = 0 THEN 0.00
            WHEN clr_type = '21'
            THEN CASE WHEN u(17, s) < 0.6 THEN yuan(unit_pa * f_acct / 0.6) ELSE 0.00 END
            ELSE yuan(unit_pa * f_acct) END AS acct,
        scheme = '390' OR pid < first_310 + active AS is_active
    FROM inst
), parts AS (
    SELECT *,
        CASE WHEN scheme = '310' THEN employee_type(pid, is_active) ELSE resident_type(pid)
        END AS psn_type,
        CASE WHEN clr_type = '21' THEN yuan(200 + 100 * floor(u(18, s) * 9))
            WHEN med_type = '11' AND u(18, s) < 0.3 THEN 30.00 ELSE 0.00 END AS dedc,
        CASE WHEN scheme = '310' AND clr_type = '21' AND hifp > 25000
            THEN yuan((hifp - 25000) * 0.6) ELSE 0.00 END AS hifob,
        CASE WHEN scheme = '390' AND clr_type = '21' AND hifp > 9000
            THEN yuan((hifp - 9000) * 0.5) ELSE 0.00 END AS hifmi,
        CASE WHEN scheme = '390' AND u(19, s) < 0.03 THEN yuan(hifp * 0.08) ELSE 0.00 END AS maf,
        CASE WHEN u(20, s) < 0.01 THEN yuan(5 + 20 * u(21, s)) ELSE 0.00 END AS oth,
        CASE WHEN scheme = '310' AND u(20, s) > 0.99 THEN yuan(10 + 40 * u(21, s)) ELSE 0.00
        END AS hifes
    FROM money
), totals AS (
    SELECT *,
        CASE WHEN psn_type = '1102' THEN yuan(hifp * 0.1) ELSE 0.00 END AS cvl,
        yuan(hifp * (0.15 + 0.5 * u(22, s))) + dedc AS self_in,
        yuan(hifp * 0.06 * u(23, s)) AS preself,
        CASE WHEN u(24, s) < 0.1 THEN yuan(hifp * 0.05) ELSE 0.00 END AS overlmt,
        yuan(2 + hifp * 0.15 * u(25, s)) AS fulamt_base
    FROM parts
), full_row AS (
    SELECT *,
        (hifp + cvl + hifes + hifmi + hifob + maf + oth)::DECIMAL(18, 2) AS fund,
        (fulamt_base + greatest(0, acct - self_in - preself - overlmt - fulamt_base * 0.5)
        )::DECIMAL(18, 2) AS fulamt,
        CASE WHEN u(26, s) < 0.01 THEN yuan(fulamt_base * 0.4) ELSE 0.00 END AS hosp
    FROM totals
), timed AS (
    SELECT *,
        (fund + self_in)::DECIMAL(18, 2) AS inscp,
        (getvariable('month_start')::DATE + day_no - 1)
            + to_seconds(28800 + floor(u(27, s) * 36000)::BIGINT) AS setl_time,
        CASE WHEN u(28, s) < 0.001 THEN '2' ELSE '1' END AS vali_flag,
        CASE WHEN day_no > 24 OR u(28, s) < 0.001 THEN 0 WHEN u(29, s) < 0.004 THEN 1
            WHEN u(29, s) < 0.0085 THEN 2 ELSE 0 END AS rev
    FROM full_row
), chosen AS (
    -- a few of one pool's people are treated in another
    SELECT *, poolarea_no = getvariable('home') AND getvariable('away') IS NOT NULL
        AND insutype = '310' AND med_type IN ('11', '21') AND rev = 0 AND vali_flag = '1'
        AND row_number() OVER (
            PARTITION BY poolarea_no, insutype, med_type, rev, vali_flag ORDER BY u(36, s), s
        ) <= 2 AS is_out
    FROM timed
)
SELECT s, rev, vali_flag, poolarea_no, scheme, insutype, psn_type, med_type,
    CASE WHEN is_out THEN '9910' ELSE clr_type END AS clr_type, setl_time, is_out,
    hifp, acct, dedc, hifob, hifmi, maf, oth, hifes, cvl, preself, overlmt, fulamt, hosp, fund,
    inscp, getvariable('ym')::INTEGER AS ym,
    psn_no(pid) AS psn_no, home(insu_codes, pid) AS insu_admdvs,
    CASE WHEN is_out THEN getvariable('away_hospital') WHEN clr_type = '41' THEN 'P' ELSE 'H' END
        || CASE WHEN is_out THEN ''
            ELSE inst_codes[1 + (k % len(inst_codes))] || digits(inst_base + k + 1, 5) END
        AS fixmedins_code,
    CASE WHEN is_out THEN getvariable('away') ELSE inst_codes[1 + (k % len(inst_codes))] END
        AS fix_blng,
    CASE WHEN clr_type = '21' THEN 2 + floor(u(30, s) * 12)::INTEGER ELSE 0 END AS los,
    CASE WHEN acct > 0 AND u(31, s) < 0.05 THEN (acct * 0.5)::DECIMAL(18, 2) ELSE 0.00 END AS mulaid,
    (fulamt + overlmt + preself + fund + self_in)::DECIMAL(18, 2) AS medfee,
    setl_time + to_days(1 + floor(u(32, s) * 3)::INTEGER) + to_seconds(600) AS same_month_rev_time
FROM chosen;

CREATE TABLE IF NOT EXISTS rev_next AS SELECT * FROM s_new WHERE false;

-- last month's rows to be reversed now: only where the institution's own month covers them
CREATE OR REPLACE TEMP TABLE s_back AS
WITH here AS (
    SELECT poolarea_no, insutype, fixmedins_code, clr_type, sum(hifp) AS hifp, sum(acct) AS acct,
        sum(medfee) AS medfee
    FROM s_new WHERE vali_flag = '1' AND rev <> 1 GROUP BY ALL
), due AS (
    SELECT poolarea_no, insutype, fixmedins_code, clr_type, sum(hifp) AS hifp, sum(acct) AS acct,
        sum(medfee) AS medfee
    FROM rev_next GROUP BY ALL
)
SELECT r.*, getvariable('month_start')::DATE + floor(u(33, r.s) * 20)::INTEGER
        + to_seconds(32400 + floor(u(34, r.s) * 20000)::BIGINT) AS back_time
FROM rev_next AS r
JOIN due AS d USING (poolarea_no, insutype, fixmedins_code, clr_type)
JOIN here AS h USING (poolarea_no, insutype, fixmedins_code, clr_type)
WHERE d.hifp <= h.hifp * 0.8 AND d.acct <= h.acct * 0.8 AND d.medfee <= h.medfee * 0.8;

CREATE OR REPLACE TEMP TABLE s_leg AS
SELECT *, 'F' AS leg, 1 AS sgn, setl_time AS leg_time, rev = 1 AS refd,
    CASE WHEN rev = 1 THEN same_month_rev_time ELSE setl_time END + to_seconds(180) AS updt_time
FROM s_new
UNION ALL
SELECT *, 'R', -1, same_month_rev_time, true, same_month_rev_time + to_seconds(180)
FROM s_new WHERE rev = 1
UNION ALL
SELECT * EXCLUDE (back_time), 'R', -1, back_time, true, back_time + to_seconds(180) FROM s_back
UNION ALL
SELECT * EXCLUDE (back_time), 'V', 1, setl_time, true, back_time + to_seconds(180) FROM s_back;

CREATE OR REPLACE TEMP VIEW out_settlements AS
SELECT
    CASE WHEN leg = 'R' THEN 'R' ELSE 'S' END || digits(s, 14) AS rid,
    poolarea_no || CASE WHEN leg = 'R' THEN 'R' ELSE 'G' END || digits(s, 13) AS setl_id,
    CASE WHEN leg = 'R' THEN poolarea_no || 'G' || digits(s, 13) END AS init_setl_id,
    poolarea_no || 'M' || digits(s, 13) AS mdtrt_id,
    psn_no, insutype, psn_type, insu_admdvs, poolarea_no, fix_blng AS fix_blng_admdvs,
    fixmedins_code, med_type, '2' AS setl_type, '2' AS pay_loc,
    CASE WHEN is_out THEN '1' ELSE '0' END AS out_flag, clr_type,
    CASE WHEN clr_type = '21' THEN '4' ELSE '1' END AS clr_way,
    poolarea_no AS clr_optins,
    setl_time::DATE - los AS begndate, setl_time::DATE AS enddate, leg_time AS setl_time,
    sgn * medfee AS medfee_sumamt, sgn * fulamt AS fulamt_ownpay_amt,
    sgn * overlmt AS overlmt_selfpay, sgn * preself AS preselfpay_amt, sgn * inscp AS inscp_amt,
    sgn * dedc AS act_pay_dedc, sgn * hifp AS hifp_pay, sgn * cvl AS cvlserv_pay,
    sgn * hifes AS hifes_pay, sgn * hifmi AS hifmi_pay, sgn * hifob AS hifob_pay,
    0.00 AS hifdm_pay, sgn * maf AS maf_pay, sgn * oth AS othfund_pay,
    sgn * fund AS fund_pay_sumamt, sgn * (medfee - fund - hosp)::DECIMAL(18, 2) AS psn_pay,
    sgn * acct AS acct_pay, sgn * (medfee - fund - hosp - acct)::DECIMAL(18, 2) AS cash_payamt,
    sgn * hosp AS ownpay_hosp_part, sgn * mulaid AS acct_mulaid_pay,
    NULL AS pool_prop_selfpay,
    CASE WHEN refd THEN '1' ELSE '0' END AS refd_setl_flag, vali_flag,
    year(leg_time) * 100 + month(leg_time) AS clr_ym,
    leg_time AS crte_time, updt_time
FROM s_leg;

INSERT INTO clr_agg
SELECT getvariable('m'), poolarea_no, insutype, fixmedins_code, clr_type,
    sum(sgn * medfee), sum(sgn * hifp), sum(sgn * acct)
FROM s_leg WHERE vali_flag = '1' AND leg <> 'V'
GROUP BY ALL;

INSERT INTO sample_setl
SELECT * FROM (
    SELECT getvariable('m') AS m, poolarea_no, insutype, fixmedins_code, insu_admdvs,
        poolarea_no || 'G' || digits(s, 13) AS setl_id, hifp, psn_no,
        row_number() OVER (PARTITION BY poolarea_no, insutype ORDER BY u(35, s), s) AS rank_no
    FROM s_new
    WHERE vali_flag = '1' AND rev = 0 AND insutype <> '510' AND hifp >= 50 AND NOT is_out
) WHERE rank_no <= 2;

CREATE OR REPLACE TABLE rev_next AS SELECT * FROM s_new WHERE rev = 2;
