"""What came in and went through the bank: premiums, statements, personal accounts."""

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
from schemas.extract_lookups import (
    POOL_KNOWN,
    SCHEME_IN_SCOPE,
    SCHEME_KNOWN,
    pool_match,
    region_known,
)
from schemas.table import LookupRule, RowRule, Spec, Table


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
            RowRule("CLCT_OBJ", "(clct_obj = 'E' AND emp_no IS NOT NULL AND psn_no IS NULL) OR (clct_obj <> 'E' AND psn_no IS NOT NULL)", "单位行须有单位编号而无人员编号，个人行须有人员编号"),
            RowRule("YM_ORDER", "accrym_begn <= accrym_end", "对应所属期起止颠倒"),
            RowRule("SIGN_MISMATCH", "revs_flag = '-' OR clct_type IN ('20', '34', '35', '991') OR (emp_clct_amt >= 0 AND psn_clct_amt >= 0 AND finsubs_amt >= 0 AND oth_clct_amt >= 0)", "只有核销、退收与基数补差可为负"),
            RowRule("CLCT_TIME", "clct_flag = '0' OR clct_time IS NOT NULL OR arvl_date IS NOT NULL", "已缴而无到账时间"),
            RowRule("REVS_FLAG", "revs_flag IN ('Z', '+', '-')", "核销标志须为 Z/+/-"),
            RowRule("TRAF_TOO_LARGE", "clct_type IN ('36', '40', '41') OR abs(traf_sumamt) <= abs(clct_sumamt)", "划入个人账户大于缴费"),
            RowRule("PERSON_MASKED", "psn_no <> '***' AND emp_no <> '***' AND psn_insu_rlts_id <> '***'", "人员或单位编号已被遮盖，须补回原值"),
            RowRule("CLCT_SUM", "clct_sumamt = emp_clct_amt + psn_clct_amt + finsubs_amt + oth_clct_amt", "缴费总额≠四项之和", "W"),
            RowRule("TRAF_SUM", "traf_sumamt = emp_clct_into_acct_amt + psn_clct_into_acct_amt + oth_clct_traf_amt + finsubs_traf_amt", "划入账户总额≠四部分之和", "W"),
            RowRule("ACCRYM_SPAN", "(insutype <> '390' OR accrym_end - accrym_begn < 100) AND (clct_type NOT IN ('30', '31', '32', '33') OR accrym_end - accrym_begn < 2000)", "居民一行超过12个月，或补收超过240个月", "W"),
            RowRule("COLLECT_ORDER", "clct_time <= intsury_time AND clct_time <= ursn_time AND intsury_time <= ursn_time", "缴费、入库、上解时间颠倒", "W"),
            RowRule("REFUND_REFERENCE", "(init_clct_detl_id IS NULL OR revs_flag = '-' OR clct_type IN ('20', '991')) AND (revs_flag <> '-' OR init_clct_detl_id IS NOT NULL)", "原缴费明细ID与核销标志、退收类型不符", "W"),
            RowRule("JM_OBJ", "insutype <> '390' OR clct_obj = 'R'", "居民险种而非居民行", "W"),
        ),
        lookups=(SCHEME_KNOWN, SCHEME_IN_SCOPE, region_known("coalesce(year(arvl_date), year(clct_time), cashym // 100)"), POOL_KNOWN,
            pool_match("coalesce(year(arvl_date), year(clct_time), cashym // 100)"),
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
    psn_insu_rlts_id: Text = person("人员参保关系ID", null=True, optional=True)
    insutype: Text = text("险种类型", max_len=6)
    psn_type: Text = text("人员类别", null=True, max_len=6)
    insutype_retr_flag: Text = text(
        "险种离退休标志", null=True, max_len=3, note="0 在职 1 退休 2 离退休", optional=True
    )
    emp_mgt_type: Text = text("单位管理类型", null=True, max_len=6, optional=True)
    emp_type: Text = text("单位类型", null=True, max_len=6, optional=True)
    insu_admdvs: Text = text("参保所属医保区划", max_len=10, missing_reason="REGION_MISSING")
    poolarea_no: Text = text("统筹区编号", max_len=6)
    cashym: Ym = ym("费款所属期")
    accrym_begn: Ym = ym("对应费款所属期起")
    accrym_end: Ym = ym("对应费款所属期止")
    clctstd: Money = money("缴费基数", null=True, optional=True)
    emp_clctstd: Money = money("单位缴费基数", null=True, optional=True)
    psn_clctstd: Money = money("个人缴费基数", null=True, optional=True)
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
    elec_taxrpt_no: Text = ident("电子税票号码", null=True, optional=True)
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
            RowRule("PERSON_MASKED", "dfr_obj_code <> '***'", "拨付对象已被遮盖，须补回原值"),
            RowRule("INTEREST_TERMS", "traf_item <> 'INTE_IN' OR (int_begndate IS NOT NULL AND int_enddate IS NOT NULL AND int_rate IS NOT NULL)", "利息行缺起止日期或利率"),
            RowRule("TWO_LINES", "(hif_acct_type <> '1' OR incexpd_dirc <> '2' OR traf_item = 'REFD_OUT' OR cntp_acct_type = '4') AND (hif_acct_type <> '2' OR incexpd_dirc <> '1' OR traf_item IN ('INTE_IN', 'BANKRET_IN', 'RETN_IN') OR cntp_acct_type = '4')", "收入户只付财政专户，支出户只收财政专户（退费、利息、银行退回除外）", "W"),
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
    fixmedins_code: Text = text(
        "收付对象机构", null=True, max_len=30, optional=True, note="预付、直接结算等往来的机构"
    )
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
        rules=(RowRule("PERSON_MASKED", "psn_no <> '***'", "人员编号已被遮盖，须补回原值"),),
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
