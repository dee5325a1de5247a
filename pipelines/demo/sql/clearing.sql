-- Clearing of the month before (clr_ym), filed and paid in month m.
CREATE OR REPLACE TEMP TABLE c_new AS
WITH due AS (
    SELECT poolarea_no, insutype,
        -- care in another place is cleared with the place
        CASE WHEN clr_type = '9910' THEN getvariable('away') ELSE fixmedins_code END
            AS fixmedins_code,
        clr_type, sum(medfee)::DECIMAL(18, 2) AS medfee,
        sum(hifp)::DECIMAL(18, 2) AS appy, sum(acct)::DECIMAL(18, 2) AS acct
    FROM clr_agg WHERE clr_m = getvariable('m') - 1
    GROUP BY ALL
), numbered AS (
    SELECT *, row_number() OVER (
        ORDER BY clr_type = '9910', poolarea_no, insutype, fixmedins_code, clr_type) AS k
    FROM due WHERE appy + acct > 0
), cut AS (
    SELECT *, getvariable('m') * 100000 + k AS key_no,
        CASE WHEN u(41, getvariable('m') * 100000 + k) < 0.2
            THEN yuan(appy * (0.002 + 0.008 * u(42, getvariable('m') * 100000 + k))) ELSE 0.00
        END AS det,
        CASE WHEN clr_type = '21' THEN yuan(appy * 0.02) ELSE 0.00 END AS dpst,
        CASE WHEN clr_type = '21'
            THEN yuan(appy * (0.97 + 0.06 * u(43, getvariable('m') * 100000 + k)))
            ELSE appy END AS drg
    FROM numbered
), paid AS (
    SELECT *, (drg - det - dpst)::DECIMAL(18, 2) AS dfr,
        getvariable('month_start')::DATE + 2 + floor(u(44, key_no) * 8)::INTEGER AS filing_date,
        getvariable('month_start')::DATE + 14 + floor(u(45, key_no) * 9)::INTEGER AS raw_date
    FROM cut
), ranked AS (
    SELECT *, row_number() OVER (
        PARTITION BY poolarea_no, insutype, fixmedins_code ORDER BY dfr DESC, k) AS pos
    FROM paid
), lessened AS (
    -- an advance is set off against what the institution is due
    SELECT r.*, coalesce(f.amt, 0.00)::DECIMAL(18, 2) AS set_off
    FROM ranked AS r LEFT JOIN rare_setoff AS f
        ON f.m = getvariable('m') AND f.poolarea_no = r.poolarea_no AND f.insutype = r.insutype
        AND f.fixmedins_code = r.fixmedins_code AND r.pos = 1 AND r.dfr >= f.amt * 2
)
SELECT *, (dfr - set_off)::DECIMAL(18, 2) AS act, 'CL' || getvariable('ym') || digits(k, 7) AS fee_clr_id,
    raw_date + CASE isodow(raw_date) WHEN 6 THEN 2 WHEN 7 THEN 1 ELSE 0 END AS pay_date
FROM lessened
WHERE dfr + acct > 0;

CREATE OR REPLACE TEMP VIEW out_clearing AS
SELECT 'EV' || getvariable('ym') || digits(k, 7) AS clr_appy_evt_id, fee_clr_id, fixmedins_code,
    poolarea_no, insutype, clr_type, NULL AS clr_type_lv2,
    CASE WHEN clr_type = '21' THEN '4' ELSE '1' END AS clr_way,
    getvariable('prev_ym') AS clr_ym, '60' AS clr_stas, medfee AS medfee_sumamt,
    appy AS fund_appy_sum, det AS det_sumamt, dpst AS dpst_sumamt, dfr AS dfr_amt,
    act AS act_dfr_amt, acct AS acct_pay, filing_date, pay_date,
    pay_date + to_seconds(61200) AS updt_time
FROM c_new;

DELETE FROM clr_agg WHERE clr_m < getvariable('m');
