"""The words that people put above columns, as data: which field of a fact they name."""

import re
import unicodedata
from functools import cache, lru_cache

from app.domain.facts import TABLES, FactTable

KEYS: dict[str, tuple[str, ...]] = {
    "day": ("日期", "时间", "统计日期", "数据日期", "填报日期", "业务日期", "day", "date"),
    "cohort_day": ("批次日期", "添加日期", "新增日期", "日期", "cohort day", "cohort", "date"),
    "month": ("月份", "月", "年月", "目标月份", "month"),
    "unit": ("单元", "团队", "部门", "小组", "门店", "账号", "组织", "事业部", "项目", "组织单元", "unit", "team"),
    "channel": ("引流渠道", "渠道", "来源", "来源渠道", "添加渠道", "加粉渠道", "获客渠道"),
    "touchpoint": ("成交触点", "触点", "渠道", "成交渠道", "推送渠道", "触达渠道", "touchpoint", "channel"),
    "source": ("引流渠道", "来源", "来源渠道", "获客渠道", "source", "source channel"),
    "customer_kind": ("客户类型", "客群", "新老客", "客户分类", "用户类型", "customer kind"),
    "day_n": ("第几日", "第几天", "留存天数", "留存日", "day n", "day"),
    "metric": ("指标", "指标名称", "目标项", "metric"),
}
MEASURES: dict[str, tuple[str, ...]] = {
    "reach": ("触达数", "触达", "触达人数", "触达量", "发送申请数", "申请数", "发卡量", "曝光人数"),
    "adds": (
        "新增好友",
        "新增好友数",
        "日增好友",
        "日增好友数",
        "新增客户数",
        "新增客户",
        "新增",
        "加粉数",
        "新增粉丝",
    ),
    "losses": ("流失好友", "流失好友数", "流失客户数", "流失客户", "流失", "流失数", "流失人数", "掉粉数"),
    "retained": ("留存人数", "留存", "留存数", "留存好友"),
    "gmv": ("GMV", "成交额", "销售额", "成交金额", "营收", "销售金额", "收入", "支付金额", "营业额"),
    "orders": ("订单数", "订单", "订单量", "成交订单数", "支付订单数", "单量"),
    "buyers": ("购买人数", "成交人数", "支付人数", "购买客户数", "下单人数"),
    "refunds": ("退款", "退款金额", "退款额"),
    "member_gmv": ("会员GMV", "会员成交额", "会员销售额"),
    "member_orders": ("会员订单数", "会员订单", "会员订单量"),
    "pushes": ("推送量", "推送数", "推送次数", "推送人数", "发送量"),
    "push_cost": ("推送成本", "推送费用", "成本"),
    "push_gmv": ("推送GMV", "推送成交额", "推送销售额", "推送营收"),
    "push_losses": ("推送后流失", "推送流失", "推送流失数"),
    "cumulative": ("累计好友", "累计好友数", "累计客户数", "累计粉丝", "累计"),
    "current": ("现好友", "现好友数", "客户总数", "当前好友", "当前好友数", "好友总数", "现有好友", "在册好友"),
    "value": ("目标值", "目标", "本月目标", "月目标"),
}
DERIVED = (
    "净增 净增好友 净增好友数 净增客户数 合计 总计 小计 汇总 总留存率 留存率 月流失率 流失率 日流失率 加粉率 "
    "通过率 客单价 转化率 退款率 复购率 完成率 环比 同比 占比 星期 周 周几 备注 说明 序号 编号 no remark note total"
)
TOTALS = frozenset(
    "合计 总计 小计 汇总 总和 共计 本月合计 月合计 平均 平均值 均值 日均 total sum average".split()  # noqa: SIM905 (a list of words)
)
"""What stands in the first columns of a row that only adds up others."""
LONGEST_TOTAL = 10

CODE_SUFFIX = ("代码", "编码", " code", "code")
_REMARK = re.compile(r"[(\[【].*?[)\]】]")
_WAN = re.compile(r"[(\[【/]\s*万")


@lru_cache(maxsize=4096)
def plain(header: str) -> str:
    """Return a header without what does not change its meaning: width, case, space, a remark in brackets."""
    text = _REMARK.sub("", unicodedata.normalize("NFKC", header)).lower()
    return re.sub(r"[\s_:：*]+", "", text)


def counts_in_wan(header: str) -> bool:
    """Say whether a header says that its numbers count in 万: 金额（万元）."""
    return _WAN.search(unicodedata.normalize("NFKC", header)) is not None


def is_total(text: str) -> bool:
    """Say whether a cell names a row of totals."""
    return len(text) <= LONGEST_TOTAL and not text[:1].isdigit() and plain(text) in TOTALS


def is_derived(header: str) -> bool:
    """Say whether a header names what is computed or only remarked."""
    return plain(header) in _derived()


def names_code(header: str) -> bool:
    """Say whether a column holds codes, which win over names beside them."""
    return plain(header).endswith(tuple(plain(suffix) for suffix in CODE_SUFFIX))


def field_of(kind: str, header: str) -> str:
    """Return the field of a kind of fact that a header names; "" for none."""
    return _words(kind).get(plain(header), "")


def measure_in(kind: str, text: str) -> str:
    """Return the measure whose word stands in a longer text, the longest word first; "" for none."""
    words = {plain(word): key for key in _measure_keys(TABLES[kind]) for word in MEASURES[key]}
    looked = plain(text)
    return next((words[word] for word in sorted(words, key=len, reverse=True) if word in looked), "")


@cache
def _derived() -> frozenset[str]:
    return frozenset(map(plain, DERIVED.split()))


def _measure_keys(table: FactTable) -> list[str]:
    return [measure.key for measure in table.measures]


@cache
def _words(kind: str) -> dict[str, str]:
    """Return every word of a kind of fact: names of its declaration first, then what people say."""
    table = TABLES[kind]
    found: dict[str, str] = {}
    for dim in table.dims:
        for word in (dim.key, dim.name.zh, dim.name.en):
            found.setdefault(plain(word), dim.key)
    for measure in table.measures:
        for word in (measure.key, measure.name.zh, measure.name.en, *MEASURES[measure.key]):
            found.setdefault(plain(word), measure.key)
    for key in table.key:
        for word in (key, *KEYS[key]):
            found.setdefault(plain(word), key)
            for suffix in CODE_SUFFIX:
                found.setdefault(plain(word + suffix), key)
    return found
