-- Macros of the demo. Randomness is a hash of (seed, tag, serial): same seed, same world.
CREATE MACRO u(tag, i) AS
    (hash(hash(getvariable('seed')::BIGINT, tag::INTEGER, (i)::BIGINT)) >> 11)::DOUBLE / 9007199254740992.0;
CREATE MACRO u2(tag, i, j) AS
    (hash(hash(getvariable('seed')::BIGINT, tag::INTEGER, (i)::BIGINT * 4096 + (j)::BIGINT)) >> 11)::DOUBLE
    / 9007199254740992.0;
CREATE MACRO gauss(tag, i) AS
    sqrt(-2 * ln(1 - u(tag, i))) * cos(2 * pi() * u(tag + 500, i));
-- a log-normal weight of mean 1 in ten-thousandths: whole numbers sum alike in any order
CREATE MACRO weight(tag, i, sigma) AS
    greatest(1, round(exp(sigma * gauss(tag, i) - sigma * sigma / 2) * 10000)::BIGINT);
CREATE MACRO yuan(x) AS round((x)::DOUBLE, 2)::DECIMAL(18, 2);
CREATE MACRO pick(list, x) AS list[1 + floor((x) * len(list))::BIGINT];
CREATE MACRO digits(i, width) AS lpad((i)::BIGINT::VARCHAR, width, '0');
CREATE MACRO psn_no(pid) AS
    getvariable('prov') || digits(floor(u(1, pid) * 1000000), 6) || digits(pid, 12);
CREATE MACRO flexible(pid) AS u(2, pid) < 0.10;
CREATE MACRO employee_type(pid, is_active) AS CASE
    WHEN NOT is_active THEN '1201'
    WHEN flexible(pid) THEN '1103'
    WHEN u(3, pid) < 0.12 THEN '1102'
    ELSE '1101' END;
CREATE MACRO resident_type(pid) AS CASE
    WHEN u(3, pid) < 0.02 THEN '1401'
    WHEN u(3, pid) < 0.24 THEN '1403'
    WHEN u(3, pid) < 0.30 THEN '1404'
    WHEN u(3, pid) < 0.80 THEN '1501'
    ELSE '16' END;
CREATE MACRO home(codes, pid) AS pick(codes, u(4, pid));
CREATE MACRO employer_no(pool, emp) AS pool || digits(emp, 14);

CREATE TABLE clr_agg (
    clr_m INTEGER, poolarea_no VARCHAR, insutype VARCHAR, fixmedins_code VARCHAR, clr_type VARCHAR,
    medfee DECIMAL(18, 2), hifp DECIMAL(18, 2), acct DECIMAL(18, 2)
);
CREATE TABLE sample_setl (
    m INTEGER, poolarea_no VARCHAR, insutype VARCHAR, fixmedins_code VARCHAR, insu_admdvs VARCHAR,
    setl_id VARCHAR, hifp DECIMAL(18, 2), psn_no VARCHAR, rank_no BIGINT
);
-- bank lines that a later line refers to
CREATE TABLE named_line (name VARCHAR, traf_sn VARCHAR);

-- originals of the year that a later month may refund or write off, and rows awaiting attribution
CREATE TABLE e_orig (
    poolarea_no VARCHAR, emp BIGINT, insu_admdvs VARCHAR, clct_way VARCHAR, rid VARCHAR,
    clct_detl_id VARCHAR, cashym INTEGER, psncnt BIGINT, std DECIMAL(18, 2), emp_amt DECIMAL(18, 2),
    psn_amt DECIMAL(18, 2), into_amt DECIMAL(18, 2), clct_time TIMESTAMP
);
CREATE TABLE r_orig (
    poolarea_no VARCHAR, pid BIGINT, insu_admdvs VARCHAR, clct_detl_id VARCHAR, cashym INTEGER,
    accrym_begn INTEGER, accrym_end INTEGER, psn_amt DECIMAL(18, 2), fin_amt DECIMAL(18, 2)
);
CREATE TABLE pending (
    kind VARCHAR, rid VARCHAR, clct_detl_id VARCHAR, init_clct_detl_id VARCHAR, clct_obj VARCHAR,
    emp_no VARCHAR, psn_no VARCHAR, insutype VARCHAR, psn_type VARCHAR, emp_mgt_type VARCHAR,
    insu_admdvs VARCHAR, poolarea_no VARCHAR, cashym INTEGER, accrym_begn INTEGER,
    accrym_end INTEGER, std DECIMAL(18, 2), psncnt BIGINT, emp_amt DECIMAL(18, 2),
    psn_amt DECIMAL(18, 2), fin_amt DECIMAL(18, 2), into_amt DECIMAL(18, 2), psn_into DECIMAL(18, 2),
    traf_time TIMESTAMP, latefee DECIMAL(18, 2), clct_type VARCHAR, clct_way VARCHAR,
    revs_flag VARCHAR, clct_time TIMESTAMP, arvl_date DATE, updt_time TIMESTAMP, posts BOOLEAN,
    due_m INTEGER, into_due DECIMAL(18, 2)
);
