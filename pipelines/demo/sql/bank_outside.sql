-- Movements of month m between the fund's accounts and the outside.
CREATE OR REPLACE TEMP TABLE b_ext AS
WITH paid_in AS (
    SELECT poolarea_no, insutype,
        CASE clct_way WHEN '02' THEN '5' WHEN '06' THEN '4' ELSE '1' END AS acct,
        arvl_date AS day,
        CASE WHEN insutype = '390' THEN '390100' WHEN traf IS NOT NULL THEN '310100' END AS fund_code,
        sum(emp_amt + psn_amt + latefee)::DECIMAL(18, 2) AS amt
    FROM k_all WHERE kind IN ('E', 'F', 'R') AND clct_way <> '31'
    GROUP BY ALL
)
SELECT poolarea_no, insutype, acct, day,
    CASE WHEN acct = '5' THEN 'SURY_IN' ELSE 'PREM_IN' END AS item, '1' AS dirc, amt, fund_code,
    '0' AS cntp, NULL::DATE AS int_begndate, NULL::DATE AS int_enddate,
    NULL::DECIMAL(9, 6) AS int_rate, NULL::VARCHAR AS dfr_souc, NULL::VARCHAR AS dfr_obj,
    NULL::VARCHAR AS dfr_obj_code, NULL::VARCHAR AS fee_clr_id, NULL::VARCHAR AS docno,
    NULL::INTEGER AS clr_ym, NULL::VARCHAR AS cntp_admdvs, coalesce(fund_code, '') AS tie
FROM paid_in
UNION ALL
SELECT poolarea_no, insutype, '1', arvl_date, 'REFD_OUT', '2', (-emp_amt - psn_amt)::DECIMAL(18, 2),
    CASE WHEN insutype = '390' THEN '390100' ELSE '310100' END, '0', NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, clct_detl_id, NULL, NULL, rid
FROM k_all WHERE kind IN ('X', 'M')
UNION ALL
SELECT poolarea_no, CASE WHEN insutype = '510' THEN '310' ELSE insutype END, '2', pay_date,
    CASE WHEN clr_type = '9910' THEN 'XCLR_OUT' ELSE 'DFR_OUT' END,
    '2', (act + acct)::DECIMAL(18, 2), CASE WHEN insutype = '390' THEN '390100' ELSE '310100' END,
    '0', NULL, NULL, NULL,
    -- what one pool owes for December's inpatients is paid with the year's final clearing
    CASE WHEN clr_type = '21' AND poolarea_no = getvariable('home') AND getvariable('prev_ym') % 100 = 12
        THEN '204' WHEN clr_type <> '9910' THEN '201' END,
    CASE WHEN clr_type <> '9910' THEN '31' END, CASE WHEN clr_type <> '9910' THEN fixmedins_code END,
    fee_clr_id, CASE WHEN clr_type = '9910' THEN fee_clr_id END,
    getvariable('prev_ym')::INTEGER,
    CASE WHEN clr_type = '9910' THEN coalesce(getvariable('top'), getvariable('away')) END, fee_clr_id
FROM c_new
UNION ALL
SELECT poolarea_no, '310', '2', pay_date, 'DFR_OUT', '2', amt, '310100', '0', NULL, NULL, NULL,
    '103', '11', psn_no, NULL, NULL, NULL, NULL, 'A' || digits(s, 12)
FROM a_new
UNION ALL
SELECT poolarea_no, insutype, '2', act_date, 'RETN_IN', '1', act_amt,
    CASE WHEN insutype = '390' THEN '390100' ELSE '310100' END, '0', NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, det_id, NULL, NULL, det_id
FROM r_new WHERE retn_way = '2';
