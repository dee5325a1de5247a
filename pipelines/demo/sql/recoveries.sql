-- Money claimed back in month m for settlements of earlier months, and the maternity allowances.
CREATE OR REPLACE TEMP TABLE r_audit AS
WITH ledger AS (
    SELECT code AS poolarea_no, '310' AS insutype, index * 2 AS no FROM pool
    UNION ALL
    SELECT code, '390', index * 2 + 1 FROM pool WHERE heads_390 > 0
), chosen AS (
    SELECT * FROM ledger
    WHERE u2(70, no, getvariable('m')) < greatest(0.12, 1.2 / (SELECT count(*) FROM ledger))
), candidate AS (
    SELECT s.*, l.no, month_of.ym AS ocur_ym,
        row_number() OVER (
            PARTITION BY s.poolarea_no, s.insutype
            ORDER BY (u2(71, l.no, getvariable('m')) < 0.3)
                = (month_of.ym // 100 = getvariable('ym') // 100), s.m DESC, s.rank_no, s.setl_id
        ) AS pos
    FROM chosen AS l
    JOIN sample_setl AS s USING (poolarea_no, insutype)
    JOIN month_of ON month_of.m = s.m
    WHERE s.m < getvariable('m') AND month_of.ym // 100 >= getvariable('ym') // 100 - 1
), sized AS (
    SELECT *, getvariable('m') * 1000 + no AS k,
        getvariable('month_start')::DATE + 2 + floor(u2(72, no, getvariable('m')) * 7)::INTEGER AS crtf_date,
        u2(73, no, getvariable('m')) AS luck, u2(74, no, getvariable('m')) AS way
    FROM candidate WHERE pos = 1
)
SELECT *, 'REC' || getvariable('ym') || digits(no, 5) AS det_id,
    CASE WHEN luck < 0.15 THEN 0.00 WHEN luck < 0.30 THEN yuan(hifp * 0.5) ELSE hifp END AS act_amt,
    CASE WHEN luck < 0.15 THEN '10' WHEN luck < 0.30 THEN '20' ELSE '30' END AS detd_stas,
    CASE WHEN luck >= 0.15 THEN CASE WHEN way < 0.6 THEN '2' ELSE '1' END END AS retn_way,
    CASE WHEN luck >= 0.15 THEN crtf_date + 6 + floor(u2(75, no, getvariable('m')) * 10)::INTEGER
    END AS act_date
FROM sized;

CREATE OR REPLACE TEMP TABLE r_new AS
WITH owed AS (
    -- a wrong benefit of a person, taken from the personal account
    SELECT s.*, p.index AS no, month_of.ym AS ocur_ym, row_number() OVER (
        PARTITION BY s.poolarea_no ORDER BY s.m DESC, s.rank_no, s.setl_id) AS pos
    FROM rare_account_setoff AS a
    JOIN pool AS p ON p.code = a.poolarea_no
    JOIN sample_setl AS s ON s.poolarea_no = a.poolarea_no AND s.insutype = '310'
    JOIN month_of ON month_of.m = s.m
    WHERE a.m = getvariable('m') AND s.m < getvariable('m')
        AND (month_of.ym // 100 < getvariable('ym') // 100) = a.is_prior
        AND s.setl_id NOT IN (SELECT setl_id FROM r_audit)
)
SELECT no, det_id, '31' AS obj_type, '20' AS det_type, fixmedins_code, NULL AS psn_no, insu_admdvs,
    poolarea_no, insutype, setl_id, ocur_ym, crtf_date, hifp AS crtf_amt, act_date, act_amt,
    detd_stas, retn_way
FROM r_audit
UNION ALL
SELECT no, 'REP' || getvariable('ym') || digits(no, 5), '11', '20', fixmedins_code, psn_no,
    insu_admdvs, poolarea_no, insutype, setl_id, ocur_ym,
    getvariable('month_start')::DATE + 4, yuan(hifp / 2), getvariable('month_start')::DATE + 14,
    yuan(hifp / 2), '30', '1'
FROM owed WHERE pos = 1
UNION ALL
-- an advance set off against the month's payment to its institution
SELECT p.index, 'REO' || getvariable('ym') || digits(p.index, 5), '31', '30', c.fixmedins_code, NULL,
    p.insu_codes[1], c.poolarea_no, c.insutype, NULL, NULL, c.pay_date, c.set_off, c.pay_date,
    c.set_off, '30', '1'
FROM c_new AS c JOIN pool AS p ON p.code = c.poolarea_no WHERE c.set_off > 0;

DELETE FROM sample_setl WHERE setl_id IN (SELECT setl_id FROM r_new);
DELETE FROM sample_setl WHERE m < getvariable('m') - 14;

CREATE OR REPLACE TEMP TABLE a_new AS
WITH seq AS (
    SELECT a.*, p.code AS poolarea_no, p.first_310, p.active, a.start_no + unnest(range(a.n)) AS s
    FROM allowance AS a JOIN pool AS p ON p.index = a.pool
    WHERE a.m = getvariable('m')
)
SELECT s, poolarea_no, psn_no(first_310 + floor(u(76, s) * active)::BIGINT) AS psn_no,
    yuan(amount * (0.6 + 0.8 * u(77, s))) AS amt,
    getvariable('month_start')::DATE + 15 + floor(u(78, s) * 9)::INTEGER AS pay_date
FROM seq;
