"""What was paid for care: settlements of persons and clearing with institutions."""

# ruff: noqa: E501  (one column a line reads better than a wrapped table)

from __future__ import annotations

from typing import ClassVar

from schemas.columns import (
    Date,
    Money,
    Ratio,
    Stamp,
    Text,
    Ym,
    date,
    ident,
    money,
    person,
    ratio,
    stamp,
    text,
    ym,
)
from schemas.extract_lookups import (
    POOL_KNOWN,
    SCHEME_IN_SCOPE,
    SCHEME_KNOWN,
    pool_match,
    region_known,
)
from schemas.table import LookupRule, RowRule, Spec, Table


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
            RowRule("TIME_RANGE", "setl_time >= CAST('2000-01-01' AS TIMESTAMP) AND setl_time < CAST('2100-01-01' AS TIMESTAMP)", "结算时间早于2000年或晚于2099年"),
            RowRule("SIGN_MISMATCH", "(init_setl_id IS NULL AND medfee_sumamt >= 0) OR (init_setl_id IS NOT NULL AND medfee_sumamt <= 0)", "正向结算须≥0，冲销须≤0"),
            RowRule("SIGN_MISMATCH", "(medfee_sumamt >= 0 AND hifp_pay >= 0 AND cvlserv_pay >= 0 AND hifes_pay >= 0 AND hifmi_pay >= 0 AND hifob_pay >= 0 AND hifdm_pay >= 0 AND maf_pay >= 0 AND othfund_pay >= 0 AND fund_pay_sumamt >= 0 AND psn_pay >= 0 AND acct_pay >= 0 AND cash_payamt >= 0 AND ownpay_hosp_part >= 0) OR (medfee_sumamt <= 0 AND hifp_pay <= 0 AND cvlserv_pay <= 0 AND hifes_pay <= 0 AND hifmi_pay <= 0 AND hifob_pay <= 0 AND hifdm_pay <= 0 AND maf_pay <= 0 AND othfund_pay <= 0 AND fund_pay_sumamt <= 0 AND psn_pay <= 0 AND acct_pay <= 0 AND cash_payamt <= 0 AND ownpay_hosp_part <= 0)", "同一行金额方向不一致"),
            RowRule("REFD_FLAG", "refd_setl_flag IN ('0', '1', '2') AND (init_setl_id IS NULL OR refd_setl_flag <> '0')", "退费标志与原结算ID不符"),
            RowRule("OUTMED_COPY", "out_flag <> '2'", "就医地副本，不计入参保地，另存计数", "O"),
            RowRule("AMT_IDENTITY", "abs(medfee_sumamt - (fund_pay_sumamt + psn_pay + ownpay_hosp_part)) <= {cent}", "A1 总额≠基金+个人+医院负担"),
            RowRule("AMT_IDENTITY", "abs(psn_pay - (acct_pay + cash_payamt)) <= {cent}", "A2 个人支付≠账户+现金"),
            RowRule("AMT_IDENTITY", "abs(fund_pay_sumamt - (hifp_pay + cvlserv_pay + hifes_pay + hifmi_pay + hifob_pay + hifdm_pay + maf_pay + othfund_pay)) <= {cent}", "A3 基金合计≠各基金之和"),
            RowRule("JM_ACCT_PAY", "insutype <> '390' OR acct_pay = 0", "居民结算使用个人账户（共济），账户所属未知，暂挂", "H"),
            RowRule("PERSON_MASKED", "psn_no <> '***'", "人员编号已被遮盖，须补回原值"),
            RowRule("A5_MUTUAL_AID", "abs(acct_mulaid_pay) <= abs(acct_pay)", "A5 共济支付大于账户支付", "W"),
            RowRule("A6_COST_SPLIT", "medfee_sumamt = fulamt_ownpay_amt + overlmt_selfpay + preselfpay_amt + inscp_amt", "A6 费用分项合计不等于总额", "W"),
            RowRule("RATIO_RANGE", "pool_prop_selfpay >= 0 AND pool_prop_selfpay <= 1", "统筹支付比例不在0–1之间", "W"),
            RowRule("PSN_TYPE_SCHEME", "(insutype <> '310' OR psn_type ~ '^1[12][0-9]*$') AND (insutype <> '390' OR psn_type ~ '^1[456][0-9]*$')", "人员类别与险种不符", "W"),
            RowRule("FIXMEDINS_FORM", "fixmedins_code ~ '^[HP][0-9]{11}$'", "机构编号形式不符", "W"),
            RowRule("UPDT_BEFORE_CRTE", "updt_time >= crte_time", "更新时间早于创建时间", "W"),
        ),
        lookups=(
            SCHEME_KNOWN, SCHEME_IN_SCOPE, region_known("year(setl_time)"), POOL_KNOWN,
            pool_match("year(setl_time)"),
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
        "参保所属医保区划", max_len=10, missing_reason="REGION_MISSING", aliases=("insuplc_admdvs",)
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
