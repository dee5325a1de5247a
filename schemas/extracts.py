"""The extracts of a pooling area, as the platform names them (design: docs/extracts.md).

Every table here is a raw file's layout. After the first step person and employer ids are keyed
hashes (``psn_no_hash``), and four columns stand before the row's own: ``source_sha``, ``src_row``,
``event_ym``, ``late_flag``.
"""

# ruff: noqa: E501  (one column a line reads better than a wrapped table)

from __future__ import annotations

from typing import ClassVar

from schemas.columns import (
    Count,
    Date,
    Money,
    Ratio,
    Stamp,
    Text,
    Ym,
    count,
    date,
    employer,
    ident,
    money,
    person,
    ratio,
    stamp,
    text,
    ym,
)
from schemas.table import LookupRule, RowRule, Spec, Table

REGION = LookupRule(
    "REGION_UNKNOWN", "ref_region_code", (("insu_admdvs", "region_code"),), "参保区划不在区划表内"
)
POOL_KNOWN = LookupRule(
    "POOL_UNKNOWN",
    "ref_pooling_area",
    (("poolarea_no", "poolarea_no"),),
    "统筹区编号不在统筹区表内",
)
POOL_MATCH = LookupRule(
    "POOL_MISMATCH", "ref_pooling_area_member", (("insu_admdvs", "region_code"), ("poolarea_no", "poolarea_no")),
    "参保区划与统筹区不符，暂挂", disposition="held",
)  # fmt: skip
SCHEME_KNOWN = LookupRule(
    "INSUTYPE_UNKNOWN", "ref_insutype", (("insutype", "insutype"),), "险种代码未知"
)
SCHEME_IN_SCOPE = LookupRule(
    "OUT_OF_SCOPE",
    "ref_insutype_in_scope",
    (("insutype", "insutype"),),
    "险种不在本系统范围",
    disposition="out_of_scope",
)


class Settlements(Table):
    """One settlement leg. A reversal is a new row with negative amounts that names its original.

    Known weakness: rows of 零星报销 (setl_type 1) arrive months late; enddate may lie after
    setl_time by seconds, so only dates are compared.
    """

    _spec: ClassVar[Spec] = Spec(
        zh="医保结算", layer="extract", grain="一次结算（正向或冲销）一行", key=("rid",),
        control_amount="medfee_sumamt", event_ym="year(setl_time) * 100 + month(setl_time)",
        weakness="A6 分项合计未经实数据确认，只报告比例；部分退费是否存在未知",
        rules=(
            RowRule("SELF_REFERENCE", "init_setl_id <> setl_id", "原结算ID不得等于本结算ID"),
            RowRule("DATE_ORDER", "begndate <= enddate", "开始日期晚于结束日期"),
            RowRule("TIME_RANGE", "setl_time >= CAST('2000-01-01' AS TIMESTAMP)", "结算时间早于2000年"),
            RowRule("SIGN_MISMATCH", "(init_setl_id IS NULL AND medfee_sumamt >= 0) OR (init_setl_id IS NOT NULL AND medfee_sumamt <= 0)", "正向结算须≥0，冲销须≤0"),
            RowRule("SIGN_MISMATCH", "(medfee_sumamt >= 0 AND hifp_pay >= 0 AND cvlserv_pay >= 0 AND hifes_pay >= 0 AND hifmi_pay >= 0 AND hifob_pay >= 0 AND hifdm_pay >= 0 AND maf_pay >= 0 AND othfund_pay >= 0 AND fund_pay_sumamt >= 0 AND psn_pay >= 0 AND acct_pay >= 0 AND cash_payamt >= 0 AND ownpay_hosp_part >= 0) OR (medfee_sumamt <= 0 AND hifp_pay <= 0 AND cvlserv_pay <= 0 AND hifes_pay <= 0 AND hifmi_pay <= 0 AND hifob_pay <= 0 AND hifdm_pay <= 0 AND maf_pay <= 0 AND othfund_pay <= 0 AND fund_pay_sumamt <= 0 AND psn_pay <= 0 AND acct_pay <= 0 AND cash_payamt <= 0 AND ownpay_hosp_part <= 0)", "同一行金额方向不一致"),
            RowRule("REFD_FLAG", "refd_setl_flag IN ('0', '1', '2') AND (init_setl_id IS NULL OR refd_setl_flag <> '0')", "退费标志与原结算ID不符"),
            RowRule("OUTMED_COPY", "out_flag <> '2'", "就医地副本，不计入参保地"),
            RowRule("AMT_IDENTITY", "medfee_sumamt = fund_pay_sumamt + psn_pay + ownpay_hosp_part", "A1 总额≠基金+个人+医院负担"),
            RowRule("AMT_IDENTITY", "psn_pay = acct_pay + cash_payamt", "A2 个人支付≠账户+现金"),
            RowRule("AMT_IDENTITY", "fund_pay_sumamt = hifp_pay + cvlserv_pay + hifes_pay + hifmi_pay + hifob_pay + hifdm_pay + maf_pay + othfund_pay", "A3 基金合计≠各基金之和"),
            RowRule("JM_ACCT_PAY", "insutype <> '390' OR acct_pay = 0", "居民结算使用个人账户（共济），账户所属未知，暂挂", "H"),
            RowRule("A5_MUTUAL_AID", "abs(acct_mulaid_pay) <= abs(acct_pay)", "A5 共济支付大于账户支付", "W"),
            RowRule("A6_COST_SPLIT", "medfee_sumamt = fulamt_ownpay_amt + overlmt_selfpay + preselfpay_amt + inscp_amt", "A6 费用分项合计不等于总额", "W"),
            RowRule("FIXMEDINS_FORM", "fixmedins_code ~ '^[HP][0-9]{11}$'", "机构编号形式不符", "W"),
            RowRule("UPDT_BEFORE_CRTE", "updt_time >= crte_time", "更新时间早于创建时间", "W"),
        ),
        lookups=(
            SCHEME_KNOWN, SCHEME_IN_SCOPE, REGION, POOL_KNOWN, POOL_MATCH,
            LookupRule("MED_TYPE_UNMAPPED", "ref_med_class", (("left(med_type, 2)", "med_prefix"),), "医疗类别未映射，暂挂", disposition="held"),
        ),
    )  # fmt: skip

    rid: Text = ident("数据唯一记录号")
    setl_id: Text = ident("结算ID", max_len=30)
    init_setl_id: Text = ident("原结算ID", null=True, max_len=30)
    mdtrt_id: Text = ident("就诊ID", max_len=30)
    psn_no: Text = person("人员编号")
    insutype: Text = text("险种类型", max_len=6)
    psn_type: Text = text("人员类别", max_len=6)
    insu_admdvs: Text = text(
        "参保所属医保区划", max_len=6, missing_reason="REGION_MISSING", aliases=("insuplc_admdvs",)
    )
    poolarea_no: Text = text("统筹区编号", max_len=6)
    fix_blng_admdvs: Text = text("定点归属医保区划", null=True, max_len=6, optional=True)
    fixmedins_code: Text = text("定点医药机构编号", max_len=30)
    med_type: Text = text("医疗类别", max_len=6)
    setl_type: Text = text("结算类别", null=True, max_len=6, optional=True)
    pay_loc: Text = text("支付地点类别", null=True, max_len=6, optional=True)
    out_flag: Text = text("异地标志", null=True, max_len=3, optional=True)
    clr_type: Text = text("清算类别", null=True, max_len=6, optional=True)
    clr_way: Text = text("清算方式", null=True, max_len=6, optional=True)
    clr_optins: Text = text("清算经办机构", null=True, max_len=6, optional=True)
    begndate: Date = date("开始日期")
    enddate: Date = date("结束日期")
    setl_time: Stamp = stamp("结算时间")
    medfee_sumamt: Money = money("医疗费总额", aliases=("med_fee_sumamt",))
    fulamt_ownpay_amt: Money = money("全自费金额")
    overlmt_selfpay: Money = money("超限价自费费用")
    preselfpay_amt: Money = money("先行自付金额")
    inscp_amt: Money = money("符合政策范围金额", aliases=("inscp_scp_amt",))
    act_pay_dedc: Money = money("实际支付起付线")
    hifp_pay: Money = money("统筹基金支出", aliases=("hlfp_pay", "hifp_payamt"))
    cvlserv_pay: Money = money("公务员医疗补助")
    hifes_pay: Money = money("企业补充医疗保险")
    hifmi_pay: Money = money("居民大病保险")
    hifob_pay: Money = money("职工大额医疗费用补助")
    hifdm_pay: Money = money("伤残人员医疗保障基金", default="0", optional=True)
    maf_pay: Money = money("医疗救助")
    othfund_pay: Money = money("其他基金支付", aliases=("oth_pay",))
    fund_pay_sumamt: Money = money("基金支付总额")
    psn_pay: Money = money("个人支付金额", aliases=("psn_part_amt", "psn_part_am"))
    acct_pay: Money = money("个人账户支出", aliases=("acct_payamt",))
    cash_payamt: Money = money("现金支付金额", aliases=("psn_cash_pay", "psncash_pay"))
    ownpay_hosp_part: Money = money(
        "医院负担金额", default="0", aliases=("hosp_part_amt",), optional=True
    )
    acct_mulaid_pay: Money = money(
        "账户共济支付金额", default="0", note="已含在个人账户支出内", optional=True
    )
    pool_prop_selfpay: Ratio = ratio(
        "基本医疗统筹支付比例", null=True, note="名为金额，实为比例，不得汇总", optional=True
    )
    refd_setl_flag: Text = text("退费结算标志", max_len=3)
    vali_flag: Text = text("有效标志", max_len=3)
    clr_ym: Ym = ym("清算年月", null=True, optional=True)
    crte_time: Stamp = stamp("创建时间")
    updt_time: Stamp = stamp("更新时间")


class Clearing(Table):
    """One cleared application of an institution for a month, an insurance type and a clearing type."""

    _spec: ClassVar[Spec] = Spec(
        zh="医药机构清算", layer="extract", grain="一次清算申请一行", key=("fee_clr_id",),
        control_amount="act_dfr_amt", event_ym="clr_ym",
        weakness="应拨与申报、扣款、预留的关系为推断，只报告比例",
        rules=(
            RowRule("CLR_ACT_DFR", "act_dfr_amt = fund_appy_sum - det_sumamt - dpst_sumamt", "实际拨付≠申报−扣款−预留", "W"),
            RowRule("DATE_ORDER", "filing_date <= pay_date", "拨付早于申报"),
        ),
        lookups=(SCHEME_KNOWN, SCHEME_IN_SCOPE, POOL_KNOWN),
    )  # fmt: skip

    clr_appy_evt_id: Text = ident("清算申请事件ID")
    fee_clr_id: Text = ident("费用清算ID")
    fixmedins_code: Text = text("定点医药机构编号", max_len=30)
    poolarea_no: Text = text("统筹区编号", max_len=6)
    insutype: Text = text("险种类型", max_len=6)
    clr_type: Text = text("清算类别", max_len=6)
    clr_type_lv2: Text = text("清算类别二级", null=True, max_len=6, optional=True)
    clr_way: Text = text("清算方式", null=True, max_len=6)
    clr_ym: Ym = ym("清算年月")
    clr_stas: Text = text("清算状态", max_len=6)
    medfee_sumamt: Money = money("医疗费总额")
    fund_appy_sum: Money = money("基金申报金额")
    det_sumamt: Money = money("扣款金额")
    dpst_sumamt: Money = money("预留金")
    dfr_amt: Money = money("应拨付金额")
    act_dfr_amt: Money = money("实际拨付金额")
    acct_pay: Money = money("个人账户支出")
    filing_date: Date = date("申报日期", null=True)
    pay_date: Date = date("拨付日期", null=True)
    updt_time: Stamp = stamp("更新时间")


class Contributions(Table):
    """One premium row: an employer's month (E), an employee's month (S) or a resident's year (R).

    E and S rows of one employer and month tell the same money twice: only E rows post.
    """

    _spec: ClassVar[Spec] = Spec(
        zh="缴费明细", layer="extract", grain="一个缴费对象一个费款所属期一行", key=("rid",),
        control_amount="clct_sumamt",
        event_ym="coalesce(year(arvl_date) * 100 + month(arvl_date), year(clct_time) * 100 + month(clct_time), cashym)",
        weakness="缴费总额是否含利息、滞纳金未经确认，只报告比例",
        rules=(
            RowRule("CLCT_OBJ", "clct_obj IN ('E', 'S', 'R')", "缴费对象须为 E/S/R"),
            RowRule("CLCT_OBJ", "(clct_obj = 'E' AND emp_no IS NOT NULL) OR (clct_obj <> 'E' AND psn_no IS NOT NULL)", "单位行缺单位编号，或个人行缺人员编号"),
            RowRule("YM_ORDER", "accrym_begn <= accrym_end", "对应所属期起止颠倒"),
            RowRule("SIGN_MISMATCH", "revs_flag = '-' OR clct_type IN ('20', '34', '35', '991') OR (emp_clct_amt >= 0 AND psn_clct_amt >= 0 AND finsubs_amt >= 0 AND oth_clct_amt >= 0)", "只有核销、退收与基数补差可为负"),
            RowRule("CLCT_TIME", "clct_flag = '0' OR clct_time IS NOT NULL OR arvl_date IS NOT NULL", "已缴而无到账时间"),
            RowRule("REVS_FLAG", "revs_flag IN ('Z', '+', '-')", "核销标志须为 Z/+/-"),
            RowRule("TRAF_TOO_LARGE", "clct_type IN ('36', '40', '41') OR abs(traf_sumamt) <= abs(clct_sumamt)", "划入个人账户大于缴费"),
            RowRule("CLCT_SUM", "clct_sumamt = emp_clct_amt + psn_clct_amt + finsubs_amt + oth_clct_amt", "缴费总额≠四项之和", "W"),
            RowRule("JM_OBJ", "insutype <> '390' OR clct_obj = 'R'", "居民险种而非居民行", "W"),
        ),
        lookups=(SCHEME_KNOWN, SCHEME_IN_SCOPE, REGION, POOL_KNOWN, POOL_MATCH,
            LookupRule("CLCT_WAY_UNKNOWN", "ref_clct_way", (("coalesce(clct_way, '01')", "clct_way"),), "征收方式未知，无法确定收款账户")),
    )  # fmt: skip

    rid: Text = ident("数据唯一记录号")
    clct_detl_id: Text = ident(
        "缴费明细ID", aliases=("emp_clct_detl_id", "staf_clct_detl_id", "rsdt_clct_detl_id")
    )
    init_clct_detl_id: Text = ident("原缴费明细ID", null=True, aliases=("init_rsdt_clct_detl_id",))
    clct_obj: Text = text("缴费对象", max_len=2, note="E 单位 S 职工 R 居民")
    emp_no: Text = employer("单位编号", null=True)
    psn_no: Text = person("人员编号", null=True)
    insutype: Text = text("险种类型", max_len=6)
    psn_type: Text = text("人员类别", null=True, max_len=6)
    emp_mgt_type: Text = text("单位管理类型", null=True, max_len=6, optional=True)
    emp_type: Text = text("单位类型", null=True, max_len=6, optional=True)
    insu_admdvs: Text = text("参保所属医保区划", max_len=6, missing_reason="REGION_MISSING")
    poolarea_no: Text = text("统筹区编号", max_len=6)
    cashym: Ym = ym("费款所属期")
    accrym_begn: Ym = ym("对应费款所属期起")
    accrym_end: Ym = ym("对应费款所属期止")
    clctstd: Money = money("缴费基数", null=True, optional=True)
    clct_psncnt: Count = count("缴费人数", null=True, unit="人", optional=True)
    emp_clct_amt: Money = money("单位缴费金额")
    psn_clct_amt: Money = money("个人缴费金额")
    finsubs_amt: Money = money("财政补助金额", note="不入保费；补助由 FINSUBS_IN 入账")
    oth_clct_amt: Money = money("其他缴费金额")
    clct_sumamt: Money = money("缴费总金额")
    emp_clct_into_acct_amt: Money = money("单位缴费划入账户", null=True, optional=True)
    psn_clct_into_acct_amt: Money = money("个人缴费划入账户", null=True, optional=True)
    oth_clct_traf_amt: Money = money("其他缴费划入账户", null=True, optional=True)
    finsubs_traf_amt: Money = money("财政补助划入账户", null=True, optional=True)
    traf_sumamt: Money = money(
        "划入个人账户总额", null=True, note="已缴职工行为空 = 归属未知，入待转"
    )
    traf_time: Stamp = stamp("划账时间", null=True)
    inte: Money = money("利息", default="0")
    latefee: Money = money("滞纳金", default="0")
    clct_type: Text = text("缴费类型", max_len=6)
    clct_way: Text = text("征收方式", null=True, max_len=6)
    clct_flag: Text = text("到账标志", max_len=3)
    revs_flag: Text = text("核销标志", max_len=3)
    clct_time: Stamp = stamp("缴费时间", null=True)
    arvl_date: Date = date("到账日期", null=True)
    intsury_time: Stamp = stamp("入国库时间", null=True)
    ursn_time: Stamp = stamp("上解时间", null=True)
    arvl_bchno: Text = ident("到账批次号", null=True, optional=True)
    updt_time: Stamp = stamp("更新时间")


class FundTransfers(Table):
    """One line of a bank statement of the fund: revenue, fiscal, expenditure account or treasury."""

    _spec: ClassVar[Spec] = Spec(
        zh="基金账户收付流水", layer="extract", grain="一个账户一笔收付一行", key=("traf_sn",),
        control_amount="amt", event_ym="year(acen_date) * 100 + month(acen_date)",
        weakness="平台无银行流水表，本表为按平台命名的约定",
        rules=(
            RowRule("ACCT_TYPE", "hif_acct_type IN ('1', '2', '3', '4', '5')", "账户类别须为 1–5"),
            RowRule("DIRECTION", "incexpd_dirc IN ('1', '2')", "收支方向须为 1/2"),
            RowRule("SIGN_MISMATCH", "amt > 0 OR fin_vali_flag = '-'", "金额须为正"),
            RowRule("FIN_VALI_FLAG", "fin_vali_flag IN ('Z', 'F', '+', '-')", "财务有效标志须为 Z/F/+/-"),
            RowRule("INTEREST_TERMS", "traf_item <> 'INTE_IN' OR (int_begndate IS NOT NULL AND int_enddate IS NOT NULL AND int_rate IS NOT NULL)", "利息行缺起止日期或利率"),
        ),
        lookups=(SCHEME_KNOWN, SCHEME_IN_SCOPE, POOL_KNOWN,
            LookupRule("TRAF_ITEM_UNMAPPED", "ref_traf_item", (("traf_item", "traf_item"),), "收付项目未映射")),
    )  # fmt: skip

    traf_sn: Text = ident("流水号")
    init_traf_sn: Text = ident("原流水号", null=True)
    poolarea_no: Text = text("统筹区编号", max_len=6)
    insutype: Text = text("险种类型", max_len=6)
    fund_code: Text = text("基金款项代码", null=True, max_len=6, note="保费、利息行为空 = 归属未知")
    hif_acct_type: Text = text(
        "账户类别", max_len=3, note="1 收入户 2 支出户 3 收支户 4 财政专户 5 国库"
    )
    cntp_acct_type: Text = text("对方账户类别", null=True, max_len=3)
    traf_item: Text = text("收付项目", max_len=20)
    incexpd_dirc: Text = text("收支方向", max_len=3, note="1 收 2 付")
    amt: Money = money("金额")
    balc: Money = money("账户余额", null=True)
    acen_date: Date = date("登账日期")
    val_date: Date = date("起息日期", null=True)
    int_begndate: Date = date("计息开始", null=True)
    int_enddate: Date = date("计息结束", null=True)
    int_rate: Ratio = ratio("年利率", null=True)
    dfr_souc: Text = text("拨付来源", null=True, max_len=6)
    dfr_obj: Text = text("拨付对象类别", null=True, max_len=6)
    dfr_obj_code: Text = person("拨付对象", null=True, note="机构编号或人员编号，一律散列")
    fin_dspo_flag: Text = text("财务处理标志", null=True, max_len=6)
    fee_clr_id: Text = ident("费用清算ID", null=True)
    docno: Text = ident("单据号", null=True)
    clr_ym: Ym = ym("清算年月", null=True)
    cntp_admdvs: Text = text("对方医保区划", null=True, max_len=6, optional=True)
    term_flag: Text = text("定期标志", null=True, max_len=3, optional=True)
    mat_date: Date = date("到期日", null=True, optional=True)
    approval_id: Text = ident("批准文号", null=True, optional=True)
    fin_vali_flag: Text = text("财务有效标志", max_len=3)
    bank_type_code: Text = text("银行行别", null=True, max_len=6, optional=True)
    bankacct_mask: Text = text("银行账号后四位", null=True, max_len=4, optional=True)
    updt_time: Stamp = stamp("更新时间")


class AccountDetails(Table):
    """The platform's personal-account ledger: one movement of one person's account."""

    _spec: ClassVar[Spec] = Spec(
        zh="个人账户收支明细", layer="extract", grain="一人一笔账户收支一行", key=("rid",),
        control_amount="amt", event_ym="acct_ym",
        weakness="余额为平台口径，不参与入账，只用于核对",
        lookups=(POOL_KNOWN,),
    )  # fmt: skip

    rid: Text = ident("数据唯一记录号")
    psn_no: Text = person("人员编号")
    poolarea_no: Text = text("统筹区编号", max_len=6)
    acct_ym: Ym = ym("账户年月")
    acct_incexpd_type: Text = text("账户收支类型", max_len=6)
    amt: Money = money("金额")
    balc: Money = money("余额")
    updt_time: Stamp = stamp("更新时间")


class Vouchers(Table):
    """One line of a manual voucher: opening balances, approvals, decisions."""

    _spec: ClassVar[Spec] = Spec(
        zh="手工凭证", layer="extract", grain="一张凭证一行分录", key=("voucher_no", "line_no", "poolarea_no", "insutype"),
        control_amount="debit_amt", event_ym="year(posting_date) * 100 + month(posting_date)",
        rules=(
            RowRule("VOUCHER_SIDE", "(debit_amt = 0 AND credit_amt <> 0) OR (debit_amt <> 0 AND credit_amt = 0)", "一行只能有借方或贷方"),
            RowRule("FUND_CODE", "fund IN ('POOL', 'PA', 'PEND', 'NA')", "基金须为 POOL/PA/PEND/NA"),
            RowRule("MAKER_CHECKER", "checker IS NOT NULL AND maker <> checker", "缺复核人，或制单与复核为同一人"),
        ),
        lookups=(SCHEME_KNOWN, SCHEME_IN_SCOPE, POOL_KNOWN,
            LookupRule("ACCOUNT_UNKNOWN", "ref_account", (("account_code", "account_code"), ("insutype", "insutype")), "科目不在该险种科目表内")),
    )  # fmt: skip

    voucher_no: Text = ident("凭证号")
    line_no: Count = count("行号")
    poolarea_no: Text = text("统筹区编号", max_len=6)
    insutype: Text = text("险种类型", max_len=6)
    posting_date: Date = date("记账日期")
    event_id: Text = text("事项编号", max_len=40, note="OPEN = 期初余额")
    account_code: Text = text("科目编码", max_len=8)
    debit_amt: Money = money("借方金额")
    credit_amt: Money = money("贷方金额")
    fund: Text = text("基金", max_len=4)
    cntp_code: Text = text("往来单位", null=True, max_len=30)
    psn_no: Text = person("人员编号", null=True, optional=True)
    doc_no: Text = ident("单据号", null=True, optional=True)
    summary: Text = text("摘要", null=True)
    maker: Text = text("制单", sensitivity="employer")
    checker: Text = text("复核", null=True, sensitivity="employer")
    approval_id: Text = ident("批准文号", null=True, optional=True)
    orig_period_ym: Ym = ym("原所属期", null=True, optional=True)
    updt_time: Stamp = stamp("更新时间")


class Budget(Table):
    """One budget line of a year (stt_mon 19) or a month (01–12)."""

    _spec: ClassVar[Spec] = Spec(
        zh="基金预算", layer="extract", grain="一个统筹区一个险种一个预算项目一个期间一行",
        key=("budg_year", "budg_ver", "poolarea_no", "insutype", "incexpd_dirc", "budg_item", "stt_mon"),
        control_amount="budg_amt", event_ym="budg_year * 100 + 1",
        rules=(
            RowRule("SIGN_MISMATCH", "budg_amt >= 0", "预算金额须≥0"),
            RowRule("DIRECTION", "incexpd_dirc IN ('1', '2')", "收支方向须为 1/2"),
            RowRule("STT_MON", "stt_mon IN ('01','02','03','04','05','06','07','08','09','10','11','12','19')", "期间须为 01–12 或 19"),
        ),
        lookups=(SCHEME_KNOWN, SCHEME_IN_SCOPE, POOL_KNOWN),
    )  # fmt: skip

    budg_year: Count = count("预算年度")
    budg_ver: Text = text("预算版本", max_len=10, note="B0 年初，A1… 调整")
    poolarea_no: Text = text("统筹区编号", max_len=6)
    insutype: Text = text("险种类型", max_len=6)
    incexpd_dirc: Text = text("收支方向", max_len=3)
    budg_item: Text = text("预算项目", max_len=40)
    stt_mon: Text = text("期间", max_len=2)
    budg_amt: Money = money("预算金额")
    fixmedins_code: Text = text("定点医药机构编号", null=True, max_len=30, optional=True)
    aprv_date: Date = date("批准日期", null=True)
    updt_time: Stamp = stamp("更新时间")


class FundPlan(Table):
    """The spending plan of a month: what was asked of the fiscal account and what was approved."""

    _spec: ClassVar[Spec] = Spec(
        zh="用款计划", layer="extract", grain="一个统筹区一个险种一个月一个项目一行",
        key=("plan_ym", "poolarea_no", "insutype", "item"),
        control_amount="aprv_amt", event_ym="plan_ym",
        rules=(RowRule("SIGN_MISMATCH", "appy_amt >= 0 AND aprv_amt >= 0", "金额须≥0"),),
        lookups=(SCHEME_KNOWN, SCHEME_IN_SCOPE, POOL_KNOWN),
    )  # fmt: skip

    plan_ym: Ym = ym("计划月份")
    poolarea_no: Text = text("统筹区编号", max_len=6)
    insutype: Text = text("险种类型", max_len=6)
    item: Text = text("项目", max_len=40)
    appy_amt: Money = money("申请金额")
    aprv_amt: Money = money("批准金额")
    aprv_date: Date = date("批准日期", null=True)
    updt_time: Stamp = stamp("更新时间")


class InsuredHeadcount(Table):
    """Month-end headcount by place, scheme and person type."""

    _spec: ClassVar[Spec] = Spec(
        zh="参保人数", layer="extract", grain="一个区划一个险种一个人员类别一个月末一行",
        key=("stt_ym", "insu_admdvs", "insutype", "psn_type"), event_ym="stt_ym",
        rules=(
            RowRule("SIGN_MISMATCH", "insu_psncnt >= 0", "人数须≥0"),
            RowRule("CLCT_ABOVE_INSU", "clct_psncnt <= insu_psncnt", "缴费人数大于参保人数", "W"),
        ),
        lookups=(SCHEME_KNOWN, SCHEME_IN_SCOPE, REGION, POOL_KNOWN, POOL_MATCH),
    )  # fmt: skip

    stt_ym: Ym = ym("统计月份")
    insu_admdvs: Text = text("参保所属医保区划", max_len=6, missing_reason="REGION_MISSING")
    poolarea_no: Text = text("统筹区编号", max_len=6)
    insutype: Text = text("险种类型", max_len=6)
    psn_type: Text = text("人员类别", max_len=6, note="两位大类，或 ALL")
    insu_psncnt: Count = count("参保人数", unit="人")
    clct_psncnt: Count = count("缴费人数", null=True, unit="人")
    new_insu_cnt: Count = count("新增人数", null=True, unit="人")
    paus_insu_cnt: Count = count("暂停人数", null=True, unit="人")
    nwb_cnt: Count = count("新生儿人数", null=True, unit="人", optional=True)
    big_stdt_cnt: Count = count("大学生人数", null=True, unit="人", optional=True)
    updt_time: Stamp = stamp("更新时间")


class Recoveries(Table):
    """Money claimed back after an audit. Cumulative: each version posts what it adds."""

    _spec: ClassVar[Spec] = Spec(
        zh="追回资金", layer="extract", grain="一项追回一个版本一行（累计数；各版本入账其增加额）", key=("det_id",),
        control_amount="act_retn_amt",
        event_ym="coalesce(year(act_retn_date) * 100 + month(act_retn_date), year(crtf_date) * 100 + month(crtf_date))",
        weakness="罚款（penl_amt）入国库，不进基金", keeps_versions=True,
        rules=(
            RowRule("SIGN_MISMATCH", "crtf_amt > 0 AND act_retn_amt >= 0 AND act_retn_amt <= crtf_amt", "须 0≤实退≤认定"),
            RowRule("RETN_DATE", "act_retn_amt = 0 OR act_retn_date IS NOT NULL", "已退回而无退回日期"),
            RowRule("DETD_STAS", "(detd_stas = '10' AND act_retn_amt = 0) OR (detd_stas = '20' AND act_retn_amt > 0 AND act_retn_amt < crtf_amt) OR (detd_stas = '30' AND act_retn_amt = crtf_amt)", "扣退状态与金额不符"),
            RowRule("RETN_WAY", "act_retn_amt = 0 OR retn_way IN ('1', '3') OR (retn_way = '2' AND traf_sn IS NOT NULL)", "退回账户而无流水号"),
        ),
        lookups=(SCHEME_KNOWN, SCHEME_IN_SCOPE, POOL_KNOWN),
    )  # fmt: skip

    det_id: Text = ident("扣退ID")
    case_no: Text = ident("案件号", null=True)
    obj_type: Text = text("对象类别", max_len=3)
    fixmedins_code: Text = text("定点医药机构编号", null=True, max_len=30)
    psn_no: Text = person("人员编号", null=True, optional=True)
    emp_no: Text = employer("单位编号", null=True, optional=True)
    insu_admdvs: Text = text("参保所属医保区划", max_len=6, missing_reason="REGION_MISSING")
    poolarea_no: Text = text("统筹区编号", max_len=6)
    insutype: Text = text("险种类型", max_len=6)
    det_type: Text = text("扣款类型", max_len=6)
    chk_det_souc: Text = text("扣款来源", null=True, max_len=6)
    vola_type: Text = text("违规类型", null=True, max_len=20)
    vola_dscr: Text = text("违规说明", null=True)
    setl_id: Text = ident("结算ID", null=True, max_len=30)
    ocur_ym: Ym = ym("违规发生月份", null=True)
    crtf_date: Date = date("认定日期")
    crtf_amt: Money = money("认定应追回")
    act_retn_date: Date = date("实际退回日期", null=True)
    act_retn_amt: Money = money("实际退回金额")
    penl_amt: Money = money("罚款", default="0", optional=True)
    detd_stas: Text = text("扣退状态", max_len=6)
    retn_way: Text = text("退回方式", null=True, max_len=3)
    traf_sn: Text = ident("流水号", null=True)
    clr_ym: Ym = ym("清算年月", null=True)
    updt_time: Stamp = stamp("更新时间")


EXTRACTS: tuple[type[Table], ...] = (
    Settlements,
    Clearing,
    Contributions,
    FundTransfers,
    AccountDetails,
    Vouchers,
    Budget,
    FundPlan,
    InsuredHeadcount,
    Recoveries,
)
