"""Headcounts, money claimed back after audits, inspections."""

# ruff: noqa: E501  (one column a line reads better than a wrapped table)

from __future__ import annotations

from typing import ClassVar

from schemas.columns import (
    Count,
    Date,
    Money,
    Stamp,
    Text,
    Ym,
    count,
    date,
    employer,
    ident,
    money,
    person,
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


class InsuredHeadcount(Table):
    """Month-end headcount by place, scheme and person type."""

    _spec: ClassVar[Spec] = Spec(
        zh="参保人数", layer="extract", grain="一个区划一个险种一个人员类别一个月末一行",
        key=("stt_ym", "insu_admdvs", "insutype", "psn_type"), event_ym="stt_ym",
        rules=(
            RowRule("SIGN_MISMATCH", "insu_psncnt >= 0", "人数须≥0"),
            RowRule("PSN_TYPE_GROUP", "psn_type = 'ALL' OR psn_type ~ '^[0-9][0-9]$'", "人员类别须为两位大类或 ALL", "W"),
            RowRule("CLCT_ABOVE_INSU", "clct_psncnt <= insu_psncnt", "缴费人数大于参保人数", "W"),
        ),
        lookups=(SCHEME_KNOWN, SCHEME_IN_SCOPE, region_known("stt_ym // 100"), POOL_KNOWN,
            pool_match("stt_ym // 100")),
    )  # fmt: skip

    stt_ym: Ym = ym("统计月份")
    insu_admdvs: Text = text("参保所属医保区划", max_len=10, missing_reason="REGION_MISSING")
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
            RowRule("OBJ_TYPE", "(obj_type = '31' AND fixmedins_code IS NOT NULL) OR (obj_type = '11' AND psn_no IS NOT NULL) OR (obj_type = '21' AND emp_no IS NOT NULL)", "对象类别须为 31 机构、11 个人、21 单位，并有相应编号"),
            RowRule("PERSON_MASKED", "psn_no <> '***' AND emp_no <> '***'", "人员或单位编号已被遮盖，须补回原值"),
            RowRule("RETN_CLR_YM", "act_retn_amt = 0 OR retn_way <> '1' OR clr_ym IS NOT NULL", "月结扣减而无清算年月", "W"),
            RowRule("RETN_WAY", "act_retn_amt = 0 OR retn_way IN ('1', '3') OR (retn_way = '2' AND traf_sn IS NOT NULL)", "退回账户而无流水号"),
        ),
        lookups=(SCHEME_KNOWN, SCHEME_IN_SCOPE,
            region_known("coalesce(year(act_retn_date), year(crtf_date))"), POOL_KNOWN),
    )  # fmt: skip

    det_id: Text = ident("扣退ID")
    case_no: Text = ident("案件号", null=True)
    obj_type: Text = text("对象类别", max_len=3)
    fixmedins_code: Text = text("定点医药机构编号", null=True, max_len=30)
    psn_no: Text = person("人员编号", null=True, optional=True)
    emp_no: Text = employer("单位编号", null=True, optional=True)
    insu_admdvs: Text = text("参保所属医保区划", max_len=10, missing_reason="REGION_MISSING")
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


class Inspections(Table):
    """Counts of one period of inspection work: a pooling area's, or the nation's (``000000``).

    Money recovered is memo: it enters the books through ``recoveries`` and the bank alone.
    """

    _spec: ClassVar[Spec] = Spec(
        zh="监督检查统计", layer="extract", grain="一个统筹区一个期间一行",
        key=("prd_type", "stt_ym", "poolarea_no"), control_amount="retn_amt", event_ym="stt_ym",
        weakness="备查数：追回资金以追回明细与银行流水入账，不从本表入账；各地检查家次口径不一",
        rules=(
            RowRule("PRD_TYPE", "prd_type IN ('M', 'Q', 'Y')", "期间类别须为 M/Q/Y"),
            RowRule("PRD_END", "prd_type = 'M' OR (prd_type = 'Q' AND stt_ym % 100 IN (3, 6, 9, 12)) OR (prd_type = 'Y' AND stt_ym % 100 = 12)", "季度须以季末月、年度须以12月表示"),
            RowRule("SIGN_MISMATCH", "retn_amt >= 0", "追回金额须≥0"),
            RowRule("HANDLED_ABOVE_INSPECTED", "hndl_cnt <= insp_cnt", "处理家次大于检查家次", "W"),
        ),
        lookups=(
            LookupRule("POOL_UNKNOWN", "ref_pooling_area", (("poolarea_no", "poolarea_no"),), "统筹区编号不在统筹区表内", condition="poolarea_no <> '000000'"),
        ),
    )  # fmt: skip

    prd_type: Text = text("期间类别", max_len=1, note="M 月 Q 季 Y 年")
    stt_ym: Ym = ym("期末月份")
    poolarea_no: Text = text("统筹区编号", max_len=6, note="000000 = 全国")
    insp_cnt: Count = count("检查家次", unit="家次")
    hndl_cnt: Count = count("处理家次", unit="家次")
    case_cnt: Count = count("查办案件", null=True, unit="件")
    suspect_cnt: Count = count("抓获犯罪嫌疑人", null=True, unit="人")
    close_cnt: Count = count("关停机构", null=True, unit="家")
    retn_amt: Money = money("追回资金")
    updt_time: Stamp = stamp("更新时间")
