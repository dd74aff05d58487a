"""What dates look like: one pattern for each form, each named as its reader is."""

from __future__ import annotations

import re
from collections.abc import Iterable

from abstraction.pipeline.sieve import Sifted, sifted
from nlp_rules.schema import DatesRule

YEAR = r"(?:19|20)\d{2}"
SHORT_YEAR = r"['’‘]\s?\d{2}(?!\d)"
_ORDINAL = r"(?:st|nd|rd|th)?"
_NO_DOSE = r"(?!\s*(?:mg|g\b|mcg|mmol|%|:\d|/))"

SEPARATED = (
    r"(?:(?<![\d/.-])|(?<=/\d\d-)|(?<=/\d{4}-)|(?<=[\s(]\d-)|(?<=[\s(]\d\d-))"
    r"\d{1,2}(?:(?P<separator>[/.\-])\d{1,2}(?P=separator)"
    r"(?:\d{4}|\d{2})|\s?/\s?\d{1,2}\s?/\s?(?:\d{4}|\d{2})|\.\s\d{1,2}\.\s\d{4})(?!\d)"
)
"""Day, month and year as numbers, in either order of the first two."""
DAY_SLASH_MONTH = r"(?:(?<![\d/.,-])|(?<=/\d-)|(?<=/\d\d-))\d{1,2}/\d{1,2}(?![\d/]|[.,]\d)"


_DAY_DASH = r"(?<![\d/.,-])(?:0[1-9]|[12]\d|3[01])-(?:0[1-9]|[12]\d|3[01])(?![\d/.,-]\d|\d)"
_DASH_JOINT = r"\s?(?:[~–]|to|until|till)\s?"


def words(of: Iterable[str]) -> str:
    """A pattern for any of these words, the longest first."""
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in _longest_first(of))


def _longest_first(of: Iterable[str]) -> list[str]:
    return sorted(of, key=lambda word: (-len(word), word))


def count_pattern(rules: DatesRule, name: str) -> str:
    """A number in digits or words, or a range of them ("2-3"), in the groups ``name`` and
    ``name_to``."""
    number = rf"\d{{1,3}}(?:\.5)?|{words(rules.numbers)}"
    return rf"(?P<{name}>{number})(?:\s?(?:-|–|to|or)\s?(?P<{name}_to>{number}))?"


def _year_behind(name: str) -> str:
    return rf"[\s,/-]{{0,3}}(?:of\s)?(?P<{name}>{YEAR}|{SHORT_YEAR})"


def date_forms(rules: DatesRule) -> Sifted:
    """Every form of a date, each in a group with the name of its reader."""
    month = rf"(?:{words(rules.months)})(?![^\W\d_])\.?"
    season = words(rules.seasons)
    weekday = words(rules.weekdays)
    about = "|".join(rules.about)
    unit = rf"(?:{words(rules.time_units)})s?\.?"
    bare_month_after = "|".join(rf"(?<=\b{re.escape(word)}\s)" for word in rules.before_bare_month)
    dash_joints = "|".join(
        rf"(?<=\d\d-\d\d{before}{joint}{behind})"
        for joint in ("~", "–", "to", "until", "till")
        for before in ("", r"\s")
        for behind in ("", r"\s")
    )
    dash_lead = "|".join(rf"(?<=\b{word}\s)" for word in rules.before_day_dash_month)
    lead = "|".join(rf"(?<=\b{re.escape(word)}\s)" for word in rules.before_bare_season)
    return sifted(
        rf"""
        (?<![^\W\d_])(?:
        (?P<iso>(?<![\d/.-]){YEAR}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])(?!\d))
      | (?P<compact>(?<![\w/.-]){YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?![\w/.-]))
      | (?P<numeric>{SEPARATED})
      | (?P<listed_number>
          (?<![\d/.,:-])\b\d{{1,2}}(?=(?:(?:,\s?\d{{1,2}}){{0,8}},?\s(?:and|&|und|y|e|et)\s|[-–]|\sto\s)
          (?P<listed_date>\d{{1,2}}(?P<listed_by>[/.])\d{{1,2}}(?P=listed_by)(?:\d{{4}}|\d{{2}}))(?!\d)))
      | (?P<listed_day>
          (?<![\d/.-])\b\d{{1,2}}{_ORDINAL}(?=(?:,\s?\d{{1,2}}{_ORDINAL}){{0,8}},?\s(?:and|&)\s
          \d{{1,2}}{_ORDINAL}\s(?:of\s)?(?P<listed_month>{month})
          (?:[\s,]{{0,2}}(?P<listed_year>{YEAR}|{SHORT_YEAR}))?))
      | (?P<days_of_month>
          (?<![\d/.,-])\b(?P<first_day>\d{{1,2}}){_ORDINAL}
          \s?(?:-|–|/|to)\s?(?P<last_day>\d{{1,2}}){_ORDINAL}(?:\s+of)?[\s-]{{1,2}}
          (?P<days_month>{month})(?:[\s,-]{{0,3}}(?P<days_year>{YEAR}|{SHORT_YEAR}))?
        | \b(?P<month_of_days>{month})\s(?P<day_from>\d{{1,2}}){_ORDINAL}\s?(?:-|–|to)\s?
          (?P<day_to>\d{{1,2}}){_ORDINAL}(?!\d|[/.-]\d)\b(?!\s*(?:mg|g\b|mmol))
          (?:,?\s{{0,2}}(?P<year_of_days>{YEAR}|{SHORT_YEAR}))?)
      | (?P<day_month>
          (?<![\d/.])(?<!\b[x×]\s)\b(?!\d{{1,2}}\s+{month}\s+\d{{1,2}}{_ORDINAL},?\s+{YEAR})
          \d{{1,2}}{_ORDINAL}(?:\s+of)?[\s/-]{{0,2}}{month}
          (?:[\s,/-]{{0,3}}(?:{YEAR}|{SHORT_YEAR})|[\s/-]{{1,2}}\d{{2}}\b{_NO_DOSE}
            (?![.,]\d|\s?(?:-|–|to)\s?\d|\s+(?:{month})))?)
      | (?P<month_day>
          \b{month}\s{{0,2}}\d{{1,2}}{_ORDINAL}\b(?!\s*(?:mg|g\b|mmol)|[.,]\d|[/:]\d)
          (?:,?\s{{0,2}}(?:{YEAR}|{SHORT_YEAR}))?)
      | (?P<part_of_month>
          \b(?:{words(rules.parts_of_month)})[\s-]{{1,2}}(?:of\s)?(?:the\smonth\sof\s)?{month}
          (?:{_year_behind("part_month_year")})?)
      | (?P<month_of_range>
          \b{month}(?=\s?(?:-|–|/|&|to|and|until|through)\s?
          (?P<range_month>{month}){_year_behind("range_year")}))
      | (?P<month_year>\b{month}(?:[\s,/-]{{0,3}}(?:of\s)?(?:{YEAR}|{SHORT_YEAR})
          |/\d{{2}}(?![\d/.-]\d|\d|%)))
      | (?P<month_last_year>\b{month}\s(?:of\s)?last\syear\b)
      | (?P<bare_month>(?:{bare_month_after}){month}(?![\s,-]{{0,3}}\d)
          |(?<=\(){month}(?=[):;,]))
      | (?P<year_month>
          (?:(?<![\d/.-])|(?<=/\d-)|(?<=/\d\d-)){YEAR}(?:[-./](?:0[1-9]|1[0-2])|/[1-9])
          (?!\d|[-./]\d(?!\d{{3}})|(?<=-\d\d)/{YEAR}(?![-./]\d)))
      | (?P<short_year_month>
          (?<![\w'’‘])['’‘](?:1[3-9]|2\d)[-./](?:1[0-2]|0?[1-9])(?!\w|[-./]\d))
      | (?P<winter>
          \bwinter\s(?:of\s)?(?P<winter_from>{YEAR})(?:\s?[-/–]\s?(?P<winter_to>\d{{4}}|\d{{2}}))?
          (?!\d))
      | (?P<decade>
          \b(?:(?P<decade_part>early|mid|late)[\s-]{{1,2}})?(?:the\s)?
          (?P<ten_years>(?:19|20)\d0|['’‘]?[3-9]0)['’]?s\b)
      | (?P<part>
          \b(?:{words(rules.parts_of_year)})[\s/-]{{0,2}}(?:in\s|of\s)?(?:{YEAR}|{SHORT_YEAR})(?!-\d))
      | (?P<season>
          \b(?:(?P<season_said>last|this\spast|this|past)\s)(?P<season_name>{season})\b
        | (?:{lead})(?P<bare_season>{season})\b(?!\s(?:risk|precaution|from|on|onto)))
      | (?P<month_slash_year>
          (?:(?<![\d/.:-])|(?<=/{YEAR}-)|(?<=\b{YEAR}-))(?:0?[1-9]|1[0-2])\s?/\s?{YEAR}(?![\d/]|-\d\d-))
      | (?P<month_dot_year>(?<![\d/.,:-])(?:0[1-9]|1[0-2])\.{YEAR}(?![\d/]|[.,-]\d))
      | (?P<month_short_year>(?<![\d/.,:-])(?:0?[1-9]|1[0-2])/[7-9]\d(?![\d/]|[.,-]\d))
      | (?P<day_dot_month>
          (?:(?<=^)|(?<=\n)|(?<=\s\s)|(?<=\t)|(?<=[/(;|]\s)|(?<=\()|(?<=\bam\s)|(?<=\bvom\s)|(?<=\bseit\s)|(?<=\bbis\s)
            |(?<=\bon\s)|(?<=\bsince\s)|(?<=\bfrom\s)|(?<=\bof\s)|(?<=\buntil\s)|(?<=\blab\s)
            |(?<=\blabs\s)|(?<=\blabor\s)|(?<=\btee\s)|(?<=\btte\s)|(?<=\becho\s)|(?<=\bbal\s)
            |(?<=\bct\s)|(?<=\bmrt\s)|(?<=\bmri\s)|(?<=\bbloods\s))
          (?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?=[\s:),])
        | (?:(?<=\bon\s)|(?<=\badmission\s)|(?<=\bcontrol\s)|(?<=\bdischarge\s))
          (?:0[1-9]|[12]\d|3[01])\.(?:0[1-9]|1[0-2])(?=[\s:),])
        | (?<![\d.])(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?=(?:{rules.between_listed_days})
          (?:\d{{1,2}}\.\d{{1,2}}\.(?:{rules.between_listed_days})){{0,8}}
          \d{{1,2}}\.\d{{1,2}}\.(?:\d{{4}}|\d{{2}})(?!\d)))
      | (?P<month_dot_day>
          (?:(?<=\bon\s)|(?<=\bfrom\s)|(?<=\bsince\s)|(?<=\buntil\s)|(?<=\band\s)|(?<=\bto\s)|(?<=\bof\s)
            |(?<=\bafter\s)|(?<=\bby\s)|(?<=\(till\s)|(?<=\()|(?<=,\s)|(?<=~))
          (?:0[1-9]|1[0-2])\.(?:0[1-9]|[12]\d|3[01])(?=[\s:),.;]|$)(?!\.\d|\s?(?:mg|g\b|%|[a-z]{{1,4}}/)))
      | (?P<day_dash_month>
          (?:{_DAY_DASH}(?={_DASH_JOINT}{_DAY_DASH})|(?:{dash_joints}){_DAY_DASH}
          |(?:{dash_lead})(?=0|\d\d-0){_DAY_DASH}(?=[\s),;:.]|$))
          (?!\s?(?:mg|g\b|%|mmol|mcg|ml|tab|day|week|month|year|hour)))
      | (?P<six_digits>
          (?:(?<=\btaken\s)|(?<=\blab\s)|(?<=\blabs\s)|(?<=\bprov\s)|(?<=\bdated\s)
            |(?<=\bcomparison\s)|(?<=\bsample\s)|(?<=\bon\s))
          \d{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d|[.,]\d))
      | (?P<day_before_yesterday>\bday\sbefore\syesterday\b)
      | (?P<ago>
          \b(?:(?:{about})\s*)?{count_pattern(rules, "count")}\s*(?:\+\s*)?
          (?P<unit>{unit})\s+(?:{words(rules.ago)})\b
        | \b(?P<count_shorthand>\d{{1,2}})/(?P<unit_shorthand>12|52|7)\s(?:{words(rules.ago)})\b)
      | (?P<later>
          \b(?:{count_pattern(rules, "later_count")}\s(?P<later_unit>{unit})\slater
          |the\s(?:next|following)\s(?P<next_unit>day|week|month|morning))\b)
      | (?P<day_after>
          \b(?:POD|post-?op(?:erative)?\sday|day)\s?(?:\#|no\.?|\+)\s?(?P<days_after>\d{{1,3}})\b
        | \bPOD\s?(?P<pod>\d{{1,3}})\b)
      | (?P<at_age>
          \b(?:(?<=at\s)|(?<=since\s)|(?<=from\s)|(?<=dx\s)|(?<=onset\s)|(?<=diagnosed\s)
            |(?<=SLE\s)|(?<=lupus\s))(?:the\s)?age(?:d)?\s(?:of\s)?(?P<age>\d{{1,2}})\b
          (?!\s?(?:-|–|to)\s?\d))
      | (?P<last>
          \b(?P<which>last|this|earlier\sthis)\s(?P<last_unit>week|month|year)\b
        | \b(?:{words(rules.yesterday)})\b)
      | (?P<weekday_and_day>
          \b(?:{weekday}),?\s(?:the\s)?(?P<day_of_weekday>\d{{1,2}})(?:st|nd|rd|th)\b
          (?!\s(?:of\s)?{month}))
      | (?P<weekday>
          (?:(?<=\blast\s)|(?<=\bon\s)|(?<=\bsince\s)|(?<=\bfrom\s)|(?<=\bpast\s)|(?<=\bthis\s)
            |(?<![-/–\w]))(?P<day_name>{weekday})(?![\w/–-]|s\b))
      | (?P<tomorrow>\b(?:{words(rules.tomorrow)})\b)
      | (?P<today>\b(?:{"|".join(rules.today)})\b)
      | (?P<years>
          (?<![\d/.,$-])\b{YEAR}(?=[-–](?:1[3-9]|[2-9]\d)(?![\d/.-]))
        | (?<=(?:19|20)\d\d[-–])(?:1[3-9]|[2-9]\d)(?![\d/.-]|\s?%))
      | (?P<year>
          (?:(?<![\d/.,$-])|(?<=(?:19|20)\d\d[-–])|(?<=\bUNK-))\b{YEAR}(?:ish|\b)
          (?![/\d]|(?!{rules.to_present})[-–](?!(?:19|20)\d\d\b|\d\d/{YEAR})|\.\d|\s*(?:mg|mL|g\b|kcal|ml)))
      | (?P<short_year>(?<![\w'’‘]){SHORT_YEAR}(?!['’s\w]|\s?(?:yo\b|y/o)))
      | (?P<day_slash_month>{DAY_SLASH_MONTH})
        )
        """,
        re.VERBOSE | re.IGNORECASE,
    )


def period_forms(rules: DatesRule) -> Sifted:
    """Times that end with the note: "for the past two years", "x 8 months", "for 3/7"."""
    unit = rf"(?:{words(rules.time_units)})s?"
    about = rf"(?:(?:{'|'.join(rules.about)}|some)\s*)?"
    recent = r"(?:past|last|previous|preceding|prior)"
    return sifted(
        rf"""
        \b(?:(?:for|over|during|in|within|through)\s+)?(?:the\s+)?{recent}\s+{about}
          (?:(?:{count_pattern(rules, "recent")})\s*-?\s*)?(?P<recent_unit>{unit})\b
      | \b(?:for|x|×)\s*(?:a\stotal\sof\s)?{about}
          (?:{count_pattern(rules, "lasting")})\s*-?\s*(?P<lasting_unit>{unit})\b(?:\s+now\b)?
      | \b(?:for|over|x|×|past|last)\s*(?:the\s(?:past|last)\s)?
          (?P<shorthand>\d{{1,2}})/(?P<shorthand_unit>12|52|7)(?![\d/])
      | \b{count_pattern(rules, "window")}\s?-?\s?(?P<window_unit>{unit})\s
          (?:{words(rules.windows)})\b
      | \bwithin\s{count_pattern(rules, "within")}\s?-?\s?(?P<within_unit>{unit})\sof\s
          (?:{"|".join(rules.today)})\b
        """,
        re.VERBOSE | re.IGNORECASE,
    )
