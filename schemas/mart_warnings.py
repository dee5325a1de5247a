"""Early warning: rules reached, scores, forecasts, and the steps taken."""

# ruff: noqa: E501  (one column a line reads better than a wrapped table)

from __future__ import annotations

from typing import ClassVar

from schemas.columns import (
    Count,
    Date,
    Flag,
    Money,
    Number,
    Stamp,
    Text,
    Ym,
    count,
    date,
    flag,
    money,
    number,
    stamp,
    text,
    ym,
)
from schemas.mart import BOOK, LEDGER, mart
from schemas.table import Spec, Table


class FctWarning(Table):
    """Warnings, month by month while they are open, each with what it takes to compute it again."""

    _spec: ClassVar[Spec] = mart("预警", "一条规则一个序列一个月一行", "book", "rule_id", "series_id", "period_ym",
        weakness="阈值多为本项目默认值[D]、未核实[U]或凭记忆[mem]，见 rule_source；支出得分看不出各地同时发生的缓慢上升")  # fmt: skip

    book: Text = text(BOOK)
    warning_id: Text = text("预警标识", note="同一序列一次起报一个，各月相同")
    rule_id: Text = text("规则编号")
    rule_zh: Text = text("规则名称")
    series_id: Text = text("序列标识", note="账套-基金、科目、支出类别或机构；省-险种-支出类别")
    series_type: Text = text("序列类别", note="ledger/account/class/institution/province")
    ledger_id: Text = text(LEDGER, note="省级预警为省代码-险种，同基金指标的范围标识")
    poolarea_no: Text = text("统筹区编号", note="省级预警为省代码")
    insutype: Text = text("险种")
    fund: Text = text("基金")
    spending_class: Text = text("支出类别", null=True)
    fixmedins_code: Text = text("定点医药机构编号", null=True)
    period_ym: Ym = ym("月份")
    period_start_date: Date = date("月初日期")
    opened_ym: Ym = ym("起报月份")
    last_ym: Ym = ym("最近达到月份", note="不晚于本月")
    state_ym: Ym = ym("等级起始月份", note="自该月起为现等级")
    level: Text = text("等级", note="blue/yellow/orange/red/grey")
    level_order: Count = count("等级序")
    is_raised: Flag = flag("本月达到", note="否 = 尚未解除")
    is_confirmed: Flag = flag(
        "已确认", note="近三个可判断月达到的月数足够；未确认的只列入清单，不通知"
    )
    measure: Text = text("取数")
    comparison: Text = text("比较")
    value: Number = number("数值", null=True)
    threshold: Number = number("阈值", null=True)
    unit: Text = text("单位")
    amount_amt: Money = money("所判断金额", null=True)
    base_amt: Money = money("对照金额", null=True)
    excess_amt: Money = money("影响金额", null=True, note="该规则自己的口径，见事由")
    monthly_amt: Money = money(
        "每月影响金额",
        null=True,
        note="影响金额按 rule_warning_measure 的分摊月数摊到每月；结余过多等不是损失的为空",
    )
    relative_pct: Number = number("偏离比例", null=True, unit="%")
    peer_cnt: Count = count("可比对象数", null=True, unit="个")
    is_suppressed: Flag = flag("并入省级预警", note="不超过全省共同上升的部分")
    linked_warning_id: Text = text("所属省级预警", null=True)
    worklist_no: Count = count(
        "清单序号", null=True, note="当月按每月影响金额；灰色与并入省级的不列"
    )
    state: Text = text(
        "状态",
        note="opened 待受理 acknowledged 已受理 reported 已报告 measures_proposed 已提出措施 closed 已办结 dismissed 已排除",
    )
    owner: Text = text("责任人", note="责任岗位，或所指派的人")
    due_date: Date = date("办理期限", null=True, note="已办结、已排除的为空")
    reason_zh: Text = text("事由")
    action_zh: Text = text("处置")
    rule_valid_from: Date = date("规则版本", note="阈值生效日期")
    rule_source: Text = text("阈值依据")
    data_through_ym: Ym = ym("数据截至")
    recompute_sql: Text = text("复算SQL", null=True, note="在发布目录上运行，得到数值")


class FctSpendingScore(Table):
    """The spending score of every series and month with its parts, and why a month is not judged."""

    _spec: ClassVar[Spec] = mart("支出得分", "一个序列一个月一行", "series_id", "period_ym",
        weakness="机构等级未随数据提供，可比机构按省、险种与机构类别（编号首字母）")  # fmt: skip

    series_id: Text = text("序列标识")
    series_type: Text = text("序列类别", note="class/institution/province")
    peer_group: Text = text("可比组", note="省-险种-支出类别或机构类别")
    poolarea_no: Text = text("统筹区编号", note="省级为省代码")
    insutype: Text = text("险种")
    spending_class: Text = text("支出类别", null=True)
    fixmedins_code: Text = text("定点医药机构编号", null=True)
    period_ym: Ym = ym("结算月份")
    period_start_date: Date = date("月初日期")
    amount_amt: Money = money("金额", null=True)
    score: Number = number("得分", null=True, unit="分")
    excess_pct: Number = number("高出比例", null=True, unit="%")
    excess_amt: Money = money("高出金额", null=True)
    peer_cnt: Count = count("可比对象数", null=True, unit="个")
    history_cnt: Count = count("历史月数", null=True, unit="个")
    is_alone: Flag = flag("只看自身", note="可比对象不足")
    first_deviation: Count = count("偏离一", null=True, unit="百万分之一", note="对数；可为负")
    first_scale: Count = count("偏离一尺度", null=True, unit="百万分之一")
    second_deviation: Count = count("偏离二", null=True, unit="百万分之一", note="对数；可为负")
    second_scale: Count = count("偏离二尺度", null=True, unit="百万分之一")
    finding_cnt: Count = count("数据检查未过项数", unit="项")
    finding_zh: Text = text("数据检查", null=True)
    is_blocking: Flag = flag("不判断")


class FctBankPair(Table):
    """Which accounts the bank accounts were booked against, and whether the pair is allowed."""

    _spec: ClassVar[Spec] = mart("收付账户对应科目", "一个账套一个月一个收付账户一对借贷科目一行",
        "ledger_id", "period_ym", "account_code", "debit_account", "credit_account")  # fmt: skip

    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_ym: Ym = ym("月份")
    period_start_date: Date = date("月初日期")
    account_code: Text = text("收付账户", note="两方都是收付账户时为借方")
    debit_account: Text = text("借方科目")
    credit_account: Text = text("贷方科目")
    is_allowed: Flag = flag("在白名单内")
    entry_cnt: Count = count("分录数", unit="笔")
    entry_amt: Money = money("金额")


class FctInstitutionBudget(Table):
    """An institution's budget of the year against what its settlements have used of it."""

    _spec: ClassVar[Spec] = mart("机构预算执行", "一个账套一家机构一个月一行", "ledger_id", "fixmedins_code", "period_ym",
        weakness="按结算月份的统筹基金支出，不是清算后的应付数")  # fmt: skip

    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    fixmedins_code: Text = text("定点医药机构编号")
    period_ym: Ym = ym("月份")
    period_start_date: Date = date("月初日期")
    budget_amt: Money = money("全年预算", note="月末前已批准的最后版本")
    ytd_amt: Money = money("本年累计支出")
    pace_pct: Number = number("超进度", unit="百分点", note="累计支出占预算 − 月数/12")


class FctRiskFund(Table):
    """The risk fund of a residents' ledger: level, use of the year, and how long it stands below."""

    _spec: ClassVar[Spec] = mart("风险基金", "一个账套一个月一行", "ledger_id", "period_ym",
        weakness="归还计划不在数据内：以低于此前最高余额的月数代替")  # fmt: skip

    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    period_ym: Ym = ym("月份")
    period_start_date: Date = date("月初日期")
    balance_amt: Money = money("风险基金结余", note="3101 月末余额")
    year_open_amt: Money = money("年初余额")
    raised_amt: Money = money("本年筹资", note="4001、4101 本年累计")
    used_amt: Money = money("本年动用", note="E78")
    entitled_amt: Money = money("可动用数", note="本年累计缺口与年初余额的较小者")
    short_month_cnt: Count = count("未补足月数", unit="个", note="低于此前最高余额的连续月数")


class FctForecast(Table):
    """Known months, and the months ahead of the last one, of every ledger's pooled fund."""

    _spec: ClassVar[Spec] = mart("结存预测", "一个序列一个基准月一个前瞻月一行", "book", "series_id", "period_ym", "horizon_cnt",
        weakness="支出按上年同月与增速外推，收入只计批准预算所列项目；逐月路径只列最后一个基准月，跌破月份各基准月都列")  # fmt: skip

    book: Text = text(BOOK)
    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    fund: Text = text("基金", note="POOL/NA")
    series_id: Text = text("序列标识", note="账套-基金")
    period_ym: Ym = ym("基准月", note="预测只用当月末已知的数据与已批准的预算")
    period_start_date: Date = date("基准月月初日期")
    horizon_cnt: Count = count("前瞻月数", unit="月", note="0 = 基准月本身，为账簿数")
    target_ym: Ym = ym("所指月份")
    income_basis: Text = text(
        "收入依据",
        note="actual 账簿 budget 当年批准预算 repeated 最近一个已批准年度的同月 history 上年同月实收",
    )
    income_amt: Money = money("收入")
    other_net_amt: Money = money(
        "其他变动", note="上解与补助下级（减）；以后年度预缴保费计入（减）或到期转为可用（加）"
    )
    outlay_amt: Money = money("支出", note="不含上解、补助下级")
    mean_outlay_amt: Money = money("近12个月月均支出", note="截至所指月份；不足12个月按已有月份")
    reserve_amt: Money = money("可用结存", note="不含以后年度预缴保费；中位路径")
    reserve_early_amt: Money = money("可用结存（偏早）", note="80%区间下限")
    reserve_late_amt: Money = money("可用结存（偏晚）", note="80%区间上限")
    payable_months: Number = number("可支付月数", null=True, unit="月", note="中位路径")


class FctForecastCrossing(Table):
    """In which month the reserve of a fund falls below 6, 3 and 0 payable months."""

    _spec: ClassVar[Spec] = mart("结存跌破预测", "一个序列一个基准月一条线一行", "book", "series_id", "period_ym", "line",
        weakness="36个月以内；结存用尽的预测在公开序列上平均偏晚约2个月，不作承诺")  # fmt: skip

    book: Text = text(BOOK)
    ledger_id: Text = text(LEDGER)
    poolarea_no: Text = text("统筹区编号")
    insutype: Text = text("险种")
    fund: Text = text("基金", note="POOL/NA")
    series_id: Text = text("序列标识", note="账套-基金")
    period_ym: Ym = ym("基准月", note="预测只用当月末已知的数据与已批准的预算")
    period_start_date: Date = date("基准月月初日期")
    line: Count = count("线", unit="月", note="6/3/0 个可支付月数")
    point_cnt: Count = count(
        "跌破前的月数", null=True, unit="月", note="1 = 下月；空 = 36个月内不跌破"
    )
    early_cnt: Count = count("跌破前的月数（偏早）", null=True, unit="月")
    late_cnt: Count = count("跌破前的月数（偏晚）", null=True, unit="月")
    point_ym: Ym = ym("跌破月份", null=True)
    early_ym: Ym = ym("跌破月份（偏早）", null=True, note="80%区间的起")
    late_ym: Ym = ym("跌破月份（偏晚）", null=True, note="80%区间的止")
    horizon_cnt: Count = count("前瞻月数", unit="月")
    is_below: Flag = flag("基准月已在线下")
    reserve_amt: Money = money("可用结存")
    mean_outlay_amt: Money = money("近12个月月均支出")
    payable_months: Number = number("可支付月数", null=True, unit="月")
    income_basis: Text = text("收入依据", note="未来12个月中依据最弱的：budget/repeated/history")
    growth_pct: Number = number("年增速", unit="%", note="对数增速，已向同类中位数收缩一半")
    volatility_pct: Number = number("波动", unit="%", note="半年内年增速的变动")
    history_cnt: Count = count("历史月数", unit="月")
    peer_cnt: Count = count("同类序列数", unit="个", note="同省同险种，含本身")
    text_zh: Text = text("说明")


class FctWarningEvent(Table):
    """What was done about each warning, step by step: the append-only log of the procedure."""

    _spec: ClassVar[Spec] = mart("预警处理记录", "一个步骤一行", "event_no")

    event_no: Count = count("序号", note="登记次序")
    warning_id: Text = text("预警标识")
    rule_id: Text = text("规则编号")
    series_id: Text = text("序列标识")
    period_ym: Ym = ym("预警月份", note="处理时该预警的最近月份")
    level: Text = text("等级", note="处理时的等级")
    level_order: Count = count("等级序")
    step: Text = text("步骤", note="ack/assign/report/propose/close/dismiss/reopen")
    state_from: Text = text("起始状态")
    state_to: Text = text("到达状态")
    by_whom: Text = text("经办人")
    event_at: Stamp = stamp("时间")
    reason: Text = text("排除原因", null=True, note="rule_dismissal 的原因代码")
    note: Text = text("说明", null=True, note="措施、重开原因等；不得含个人信息")
    owner: Text = text("责任人", note="责任岗位或所指派的人")
    due_date: Date = date("办理期限", null=True)
    quiet_through_ym: Ym = ym("静默至", null=True, note="到此月为止等级不升即不再提示")


class FctWarningPrecision(Table):
    """How many warnings of a rule turned out right, by the month they opened in."""

    _spec: ClassVar[Spec] = mart("预警准确率", "一个账簿一条规则一个起报月份一行", "book", "rule_id", "period_ym",
        weakness="只有已办结、已报告或已排除的才算数；未处理的不计入分母")  # fmt: skip

    book: Text = text(BOOK)
    rule_id: Text = text("规则编号")
    period_ym: Ym = ym("起报月份")
    period_start_date: Date = date("月初日期")
    raised_cnt: Count = count("起报数", unit="件")
    confirmed_cnt: Count = count(
        "属实数", unit="件", note="已报告、已提出措施、已办结，或排除原因算作属实"
    )
    false_cnt: Count = count("误报数", unit="件", note="排除原因算作误报")
    excluded_cnt: Count = count("不计数", unit="件", note="排除原因不计入准确率")
    undecided_cnt: Count = count("未定数", unit="件", note="待受理或已受理")
    decided_cnt: Count = count("已定数", unit="件", note="属实＋误报，准确率的分母")
    precision_pct: Number = number("准确率", null=True, unit="%", note="属实÷已定；没有已定时为空")
