-- The statement of month m: numbered and with the balance after each row, per ledger and account.
CREATE OR REPLACE TEMP TABLE b_all AS
WITH moved AS (
    FROM b_ext UNION ALL BY NAME FROM b_plan UNION ALL BY NAME FROM b_rare
), numbered AS (
    SELECT *, row_number() OVER (
        PARTITION BY poolarea_no, insutype, acct ORDER BY day, dirc, item, tie
    ) AS k
    FROM moved
)
SELECT n.*, 'T' || poolarea_no || insutype || acct || getvariable('ym') || digits(k, 6) AS traf_sn,
    (o.balc + sum(CASE WHEN dirc = '1' THEN amt ELSE -amt END) OVER (
        PARTITION BY poolarea_no, insutype, acct ORDER BY k
    ))::DECIMAL(18, 2) AS balc
FROM numbered AS n JOIN b_open AS o USING (poolarea_no, insutype, acct);

INSERT INTO named_line
SELECT poolarea_no || insutype || tie, traf_sn FROM b_all
WHERE tie IN (SELECT tie FROM b_rare);

CREATE OR REPLACE TEMP VIEW out_fund_transfers AS
SELECT b.traf_sn, g.traf_sn AS init_traf_sn, poolarea_no, insutype, fund_code, acct AS hif_acct_type,
    cntp AS cntp_acct_type, item AS traf_item, dirc AS incexpd_dirc, amt, balc, day AS acen_date,
    day AS val_date, int_begndate, int_enddate, int_rate, dfr_souc, dfr_obj,
    CASE WHEN pid IS NULL THEN dfr_obj_code ELSE psn_no(pid) END AS dfr_obj_code, fixmedins_code,
    CASE WHEN item IN ('DFR_OUT', 'XCLR_OUT') THEN '4' END AS fin_dspo_flag, fee_clr_id, docno, clr_ym,
    cntp_admdvs, NULL AS term_flag, mat_date, approval_id,
    'Z' AS fin_vali_flag, NULL AS bank_type_code, NULL AS bankacct_mask,
    day + to_seconds(68400) AS updt_time
FROM b_all AS b LEFT JOIN named_line AS g ON b.init_tie = g.name;

CREATE OR REPLACE TEMP VIEW out_recoveries AS
SELECT r.det_id, 'CASE' || getvariable('ym') || digits(r.no, 4) AS case_no, r.obj_type,
    r.fixmedins_code, r.psn_no, NULL AS emp_no, r.insu_admdvs, r.poolarea_no, r.insutype,
    r.det_type, '1' AS chk_det_souc, CASE WHEN r.det_type = '20' THEN '04' END AS vola_type,
    CASE WHEN r.det_type = '20' THEN '重复收费' END AS vola_dscr, r.setl_id,
    r.ocur_ym, r.crtf_date, r.crtf_amt, r.act_date AS act_retn_date,
    r.act_amt AS act_retn_amt, 0.00 AS penl_amt, r.detd_stas, r.retn_way, b.traf_sn,
    CASE WHEN r.retn_way = '1' THEN getvariable('prev_ym') END AS clr_ym,
    coalesce(r.act_date, r.crtf_date) + to_seconds(64800) AS updt_time
FROM r_new AS r LEFT JOIN b_all AS b ON b.item = 'RETN_IN' AND b.tie = r.det_id;

CREATE OR REPLACE TEMP VIEW out_insured_headcount AS
SELECT getvariable('ym') AS stt_ym, insu_admdvs, poolarea_no, insutype, psn_type,
    n AS insu_psncnt, CASE WHEN psn_type IN ('12') THEN 0 ELSE n END AS clct_psncnt,
    n // 250 AS new_insu_cnt, n // 250 AS paus_insu_cnt, NULL AS nwb_cnt, NULL AS big_stdt_cnt,
    getvariable('month_end')::DATE + to_seconds(72000) AS updt_time
FROM head_cell;
