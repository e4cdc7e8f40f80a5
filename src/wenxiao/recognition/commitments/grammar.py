"""The pattern of time expressions. Every repeat in it is bounded, so a search is linear in the text.

One alternative for each form of the domain's table, named after it; `dates` gives each its meaning.
"""

from __future__ import annotations

import re

from wenxiao.recognition.commitments.settings import Settings, any_of
from wenxiao.recognition.numerals import NUMERAL

S = r"\s{0,2}"
NUM = rf"(?:\d{{1,4}}|[{NUMERAL}]{{1,5}})"
DASH = r"(?:--?|－|—{1,2}|–|~|～|至|到|、|/)"
YEAR = (
    r"(?:(?<!\d)(?:19|20)\d\d|[一二][〇○零O九0][〇○零O一二三四五六七八九][〇○零O一二三四五六七八九]"
    r"|[今本明后去次来](?=\s?年)|下一(?=\s?年)|(?<=[^\d])当(?=\s?年))"
)
#: A year of two figures (26年9月, '26年底, 二六年九月). Only with a part of it behind: 26年 alone is as often a length of time.
SHORT = (
    rf"(?:(?<![\d.{NUMERAL}第共达满约近逾历超])\d\d"
    rf"|(?<![\d{NUMERAL}第共达满约近逾历超])(?:[一二][〇○零O0一二三四五六七八九]|廿[一二三四五六七八九]))"
)
DOTTED = r"[-./]\d{1,2}[-./]\d{1,2}(?![\d./-])"
#: Not after a year that is not understood (入住第26年9月), and no months of the moon or its feasts (三月三), the days of
#: which are others every year.
NOT_OPEN = rf"(?<!农历)(?<!阴历)(?<!古历)(?<![\d{NUMERAL}]年)(?!(?P<feast>[二三五六七九])月(?P=feast)(?![日号期标批轮段个次]))"
MONTH = rf"(?:(?<!\d)\d{{1,2}}|元|正|(?<![{NUMERAL}])[{NUMERAL}]{{1,3}})"
DAY = rf"(?:\d{{1,2}}|[{NUMERAL}]{{1,3}})"
PART = rf"(?:{DASH}?(?:[上中下]旬|月?底|月?末|初|中(?![考小学心]))){{1,2}}"
QUARTER = r"(?:第?[一二三四1234]|[一二三四1234]至?第?[二三四234])季度"

#: What may stand behind an expression and change its meaning.
SUFFIX = re.compile(
    rf"{S}[)）日的]?{S}(结束之?后|过后|之前|以前|前(?!期|往|提|来|后|端|述|面|景|列)|之内|以内|内(?!部|容|外)|之后|以后|后(?!续|期)|左右|前后|起|开始|期间|为止)?"
)


#: What a time expression can begin with, beside a figure, a festival or a season: a place without it costs one look, not one
#: for each form.
_FIRST = f'{NUMERAL}元正今本明后去次来下当近未最半第上中周这年月季“"'


def time_pattern(settings: Settings) -> re.Pattern[str]:
    """The pattern for the words of `settings`; its named groups are read by `dates`."""
    months = (
        rf"(?:{MONTH}(?:{S}月)?(?:份|底)?{S}{DASH}{S})?{MONTH}{S}月(?!刊|饼|子|台|报|薪|租|均|票|供|嫂|亮|牙)"
        rf"(?:{S}(?:{DAY}{S}[日号]?{S}{DASH}{S})?{DAY}{S}[日号]|份?{S}(?:{PART})?)"
    )
    days = rf"(?:{any_of(settings.festivals)})(?!{any_of(settings.named_after)})"
    named = rf"{days}|{any_of(settings.seasons)}"
    rest = rf"{months}|[上下]半年|{QUARTER}{S}(?:末|底|初)?|{named}"
    return re.compile(
        rf"(?=[\d{_FIRST}{''.join(sorted({word[0] for word in (*settings.festivals, *settings.seasons)}))}])(?:"
        r"(?P<iso>(?<!\d)20\d\d[-./]\d{1,2}[-./]\d{1,2}(?!\d))"
        rf"|(?P<shortiso>(?:(?<=['’‘])\d\d|(?<![\d./-])\d\d(?={DOTTED}{S}(?:之前|以前|前(?!期|往|提|来|后)|[日号止]))){DOTTED})"
        rf"|(?P<years>{YEAR}{S}年?{S}{DASH}{S}(?=(?:(?:19|20)\d\d|明){S}年))?"
        rf"(?P<year>{YEAR}){S}年(?![级代龄轻来均])度?{S}(?P<ofyear>{rest}|年?底|年?末|年?终|年?初|年?内|年中)?"
        rf"|(?P<short>{SHORT}){S}年{S}(?P<ofshort>{rest}|年?底|年?末|年终|年?初)"
        rf"|(?P<work>(?:{NUM}{S}{DASH}{S})?(?P<workcount>{NUM}){S}个?{S}工作日)"
        rf"|(?P<span>(?P<lead>近|未来|今后|最近)?(?:{NUM}{S}(?:个|天|日|周|年)?{S}{DASH}{S})?(?P<count>半|{NUM})"
        rf"{S}(?P<unit>年半|年|个半月|个月|(?<=[两半俩])月|(?<=(?<!十)[一二三四五六])月(?=之内|以内|内(?!部|容|外))|个?星期|个?礼拜|周|天|日|个?小时|个?季度)(?:{S}的?时间)?"
        rf"(?:(?=之内|以内|内(?!部|容|外)|之后|以后|后(?!续|期)|左右)|(?<=[天日周月])(?(lead)|(?!)))(?![前来]))"
        rf"|(?P<rest>{NOT_OPEN}(?:{rest}))"
        r"|(?P<week>下下周|[本这下]个?(?:周|星期|礼拜)|(?<![至到、每])周(?=[一二三四五六日天末](?!\s?[至到、]\s?周)))(?P<weekday>[一二三四五六日天末](?!边))?"
        rf"|(?P<relmonth>本月|当月|这个月|下个?月)份?(?:{S}(?P<relpart>{DAY}{S}[日号]|{PART}))?"
        rf"|(?P<bare>(?<!农历)年底|年末|年内|年终|年初|(?<![\d{NUMERAL}几多数半])年前|月底|月末|月内|月初|[本下]个?季度末?|季度末|[上中下]旬"
        r"|(?<![\d月])\d{1,2}[日号](?=之前|以前|前))"
        r"|(?P<today>今天|今日|今晚|今明两天|明天|明日|后天)"
        rf"|(?P<plan>[“\"]?十[二三四五六][”\"]?五?五[”\"]?(?:规划)?(?:期间|末|时期)))"
    )


#: What stands right before a unit of time, the units, and what may come between; without these, a date in figures alone
#: (`BETWEEN_FIGURES`) or one of these words there is no date.
BEFORE_UNIT, UNITS = f"{NUMERAL}半元正今本这明后去当次来下○O", "年月日号天周旬晚个小工星礼季五"
SKIPPED, BETWEEN_FIGURES = "”", "-./"
WITHOUT_FIGURES = (
    *("年底", "年末", "年内", "年终", "年初", "年前", "月底", "月末", "月内", "月初"),
    *("上旬", "中旬", "下旬", "季度", "上半年", "下半年"),
    *(f"周{day}" for day in "一二三四五六日天末"),
)


def words_of_dates(settings: Settings) -> list[str]:
    """Words that may be a date by themselves."""
    return [*WITHOUT_FIGURES, *settings.festivals, *settings.seasons]


def trigger_pattern(settings: Settings) -> re.Pattern[str]:
    """What a stretch of text must hold for `time_pattern` to find anything in it."""
    return re.compile(
        rf"[\d{BEFORE_UNIT}][\s{SKIPPED}]{{0,2}}[{UNITS}]|\d[{BETWEEN_FIGURES}]\d"
        rf"|{any_of(tuple(words_of_dates(settings)))}"
    )


def fuzzy_pattern(settings: Settings) -> re.Pattern[str]:
    """Time hints without a date: 尽快, 近期."""
    return re.compile(any_of(settings.fuzzy))
