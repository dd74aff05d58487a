"""The shapes of the rule files: what a clinician may write in them, and nothing else.

One YAML file a concern.  Every model is frozen and refuses unknown keys, so that a misspelt key is
an error with a file and a line and not a rule that silently never fires.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from nlp_rules.ucum import Linear, conversion


class Rule(BaseModel):
    """Base of every shape in a rule file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return pattern


ConceptName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")]
Pattern = Annotated[str, Field(min_length=1), AfterValidator(_compiles)]
"""A Python regular expression, matched without regard to case."""
ExactPattern = Annotated[str, Field(min_length=1), AfterValidator(_compiles)]
"""A Python regular expression, matched in the case that it is written in."""
Words = tuple[Annotated[str, Field(min_length=1)], ...]
Route = Literal[
    "oral", "intravenous", "subcutaneous", "intramuscular", "topical", "ophthalmic",
    "intra_articular", "inhaled",
]  # fmt: skip
TargetKind = Literal["diagnosis", "therapy", "measurement", "biopsy", "status", "allergen"]


Severity = Literal["mild", "moderate", "severe"]


class Term(Rule):
    """One way a concept is written.

    White space and hyphens are matched loosely ("anti-dsDNA", "anti dsDNA"), letters without
    regard to case unless ``case`` is ``exact``.  The gates settle words with several meanings:
    each is a list of regular expressions, ``before`` and ``after`` right beside the term,
    ``near`` anywhere in its sentence, ``around`` also shortly before it, ``in_note`` anywhere.
    The term's own place is ``\\0``.
    """

    text: Annotated[str, Field(min_length=1)]
    case: Literal["any", "exact"] = "any"
    only_near: tuple[Pattern, ...] = ()
    unless_near: tuple[Pattern, ...] = ()
    only_around: tuple[Pattern, ...] = Field(
        default=(), description="In its sentence, or shortly before it."
    )
    only_in_note: tuple[Pattern, ...] = Field(default=(), description="Anywhere in the note.")
    unless_in_note: tuple[Pattern, ...] = ()
    only_before: tuple[Pattern, ...] = Field(default=(), description="What must stand before it.")
    unless_before: tuple[Pattern, ...] = Field(default=(), description="What must not.")
    only_after: tuple[Pattern, ...] = Field(default=(), description="What must follow it.")
    unless_after: tuple[Pattern, ...] = Field(default=(), description="What must not.")
    route: Route | None = Field(default=None, description="The route that this name implies.")
    denies: bool = Field(default=False, description='The word itself says "not": afebrile, NKDA.')
    severity: Severity | None = Field(default=None, description="The severity that it names.")
    denied_is: Literal["negative", "normal"] | None = Field(
        default=None, description="Of a test's finding (hematuria): the result that its denial is."
    )


def _term(entry: object) -> object:
    return {"text": entry} if isinstance(entry, str) else entry


Terms = tuple[Annotated[Term, BeforeValidator(_term)], ...]


class CodeRule(Rule):
    """A code of a public terminology, listed only where its source was verified."""

    system: Literal["loinc", "rxnorm", "atc", "snomed", "icd10"]
    code: Annotated[str, Field(pattern=r"^[0-9A-Z][0-9A-Z.\-]*$")]


class ConceptRule(Rule):
    """A concept and the ways it is written."""

    concept: ConceptName
    terms: Terms = Field(min_length=1)
    codes: tuple[CodeRule, ...] = ()
    reported: bool = Field(
        default=True,
        description="False: recognised, so that its numbers go to no neighbour, but no fact.",
    )
    note: str | None = Field(default=None, description="For the reader of the file.")


class DiagnosisRule(ConceptRule):
    """A disease or manifestation; a ``chronic`` one under "past history" is still so.

    ``only_answered``: words that are no disease's name and tell of one only where their sentence
    tells its answer to treatment ("she is refractory").  ``whole``: the mentions that name all of
    it; where it is given, a denial of another one ("no abscess") is of one kind alone.
    """

    chronic: bool = True
    only_answered: bool = False
    whole: Pattern | None = None


class AnswerToTreatmentRule(Rule):
    """How a sentence tells what the treatment of a disease as a whole came to.

    In a pattern ``@`` is the mention of the disease in its sentence.  ``unless`` are sentences
    that tell it of something else, such as a trial.
    """

    concepts: tuple[ConceptName, ...] = Field(min_length=1)
    response: Literal["inadequate", "partial", "complete"]
    patterns: tuple[Pattern, ...] = Field(min_length=1)
    unless: tuple[Pattern, ...] = ()


class SeverityRule(Rule):
    """How a sentence tells how severe a disease is; ``@`` is the mention, as above."""

    concepts: tuple[ConceptName, ...] = Field(min_length=1)
    severity: Severity
    patterns: tuple[Pattern, ...] = Field(min_length=1)


class StatusRule(ConceptRule):
    """Consent, contraception, trial participation.

    ``presupposed``: to speak of it is to say that it is so ("poor adherence was discussed").
    """

    presupposed: bool = False


class Lookalike(Rule):
    """Words that contain or resemble a concept's name and are not it: found, then dropped."""

    terms: Terms = Field(min_length=1)
    note: str | None = None


class TherapyRule(ConceptRule):
    """A drug, a drug class or a procedure."""

    form: Literal["drug", "class", "procedure", "vaccine"] = "drug"


ValueKind = Literal["quantity", "titer", "presence", "percent", "score", "nyha"]


class Conversion(Rule):
    """``canonical = number * factor`` from a UCUM unit of another dimension than the canonical one;
    source: the clinical reference."""

    unit: Annotated[str, Field(min_length=1)]
    factor: Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?(/[0-9]+(\.[0-9]+)?)?$")]

    @model_validator(mode="after")
    def _divides(self) -> Self:
        _, slash, divisor = self.factor.partition("/")
        if slash and float(divisor) == 0:
            raise ValueError(f"{self.factor} divides by zero")
        return self

    @property
    def linear(self) -> Linear:
        """The factor, exactly."""
        numerator, _, denominator = self.factor.partition("/")
        return Linear(Fraction(numerator) / Fraction(denominator or "1"))


class UnprintedUnit(Rule):
    """A unit that a bare number between ``low`` and ``high`` (both included) can be in."""

    unit: Annotated[str, Field(min_length=1)]
    low: float = Field(allow_inf_nan=False)
    high: float = Field(allow_inf_nan=False)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.high < self.low:
            raise ValueError(f"the band {self.low}..{self.high} is empty")
        return self


class ScoreItemRule(Rule):
    """An item of a score: its points, and how a break-down of the total calls it."""

    id: ConceptName
    points: int = Field(ge=1)
    words: Pattern


class MeasurementRule(ConceptRule):
    """A laboratory analyte, vital sign or score, with its units and its plausible limits.

    ``plausible`` is in canonical units.  ``without_unit`` lists every unit a bare number can be
    in: where exactly one band holds it, the unit is inferred; where several do, all readings stay.
    """

    value: ValueKind
    canonical_unit: str | None = None
    conversions: tuple[Conversion, ...] = ()
    without_unit: tuple[UnprintedUnit, ...] = ()
    plausible: tuple[float, float] | None = None
    shorthand: dict[str, str] = Field(
        default={}, description="A printed unit that is short for another: g for g/(24.h)."
    )
    items: tuple[ScoreItemRule, ...] = Field(default=(), description="Of a score: its items.")

    @model_validator(mode="after")
    def _units_known(self) -> Self:
        for band in self.without_unit:
            if self.to_canonical(band.unit) is None:
                raise ValueError(f"without_unit names {band.unit!r}, which has no conversion")
        if self.plausible is not None and self.plausible[1] < self.plausible[0]:
            raise ValueError(f"the plausible limits {self.plausible} are in the wrong order")
        return self

    def to_canonical(self, unit: str) -> Linear | None:
        """From a UCUM unit to the canonical one: by UCUM within its dimension, else over a unit of
        ``conversions``; None where neither leads there."""
        if self.canonical_unit is None:
            return None
        within = conversion(unit, self.canonical_unit)
        if within is not None:
            return within
        for known in self.conversions:
            across = conversion(unit, known.unit)
            if across is not None:
                return across.then(known.linear)
        return None


class UnitRule(Rule):
    """A UCUM unit and the ways it is printed."""

    ucum: Annotated[str, Field(min_length=1)]
    printed: Words = Field(min_length=1)


class InterpretationRule(Rule):
    """Words that say how a result reads ("nonreactive" is negative)."""

    interpretation: Literal["positive", "negative", "indeterminate", "low", "normal", "high"]
    words: Words = Field(min_length=1)


ColumnRole = Literal["unit", "range", "flag", "value", "date"]


class ValueRules(Rule):
    """Comparators, fillers, reference ranges and flags, as they are printed beside a result."""

    comparators: dict[Literal["<", "<=", ">", ">="], tuple[Pattern, ...]]
    fillers: tuple[Pattern, ...]
    reference_labels: tuple[Pattern, ...]
    range_signs: tuple[Pattern, ...] = Field(min_length=1)
    at_most: tuple[Pattern, ...]
    at_least: tuple[Pattern, ...]
    flags: dict[Literal["high", "low"], Words]
    column_headings: dict[ColumnRole, Pattern]
    predicted_headings: tuple[Pattern, ...]
    criterion_after: tuple[Pattern, ...] = ()
    grouped_by_point: Words = ()
    qualifier: Pattern = Field(
        default=r"(?!)", description='Brackets of a method or specimen, in the group "inside".'
    )
    behind_a_word: Pattern = Field(
        default=r"(?!)", description='What leads from a word to its number: ", titre 1:80".'
    )
    tells_older: Pattern = Field(description='Words of an earlier value: "was", "previously".')
    spoiled_after: Pattern = Field(
        r"(?!)", description='Behind a value that is none: "(clotted sample)".'
    )
    spoiled_before: Pattern = Field(
        r"(?!)", description='Before a value that is none: "hemolysed sample:".'
    )
    before_treatment: Pattern = Field(
        r"(?!)", description='Behind the first of two values: "before transfusion".'
    )
    tells_newer: Pattern = Field(description='Words of a later value: "now", "fell to".')
    trend_filler: Pattern = Field(description="Words of no weight between the values of a trend.")
    pending_cell: Pattern = Field(
        default=r"(?!)", description="A cell of a test whose result is not there yet."
    )
    limits_before: Pattern = Field(
        default=r"(?!)", description='Before a limit that is no result: "goal", "hold if".'
    )
    limits_after: Pattern = Field(default=r"(?!)", description='Behind one: "required".')
    score_items: Pattern = Field(description="What opens the list of a score's items.")
    not_values_after: tuple[ExactPattern, ...] = Field(
        default=(), description="Right behind a number that is no value of an analyte."
    )
    between_adjective_and_analyte: Pattern
    between_analytes: ExactPattern
    between_values: ExactPattern
    functional_class: Pattern = Field(description="With the groups ``low`` and ``high``.")
    functional_class_numerals: dict[str, Annotated[int, Field(ge=1, le=4)]]


EndCategory = Literal["clause_end", "semicolon", "verb_end", "cause"]
"""What ends the scope of other cues, as ``ended_by`` tells."""
CueCategory = Literal[
    "negated", "possible", "conditional", "hypothetical", "planned", "considered", "family",
    "donor", "other_person", "historical", "resolved", "active", "stopped", "held", "declined",
    "access_denied", "never_given", "unfit", "affirmed", "inefficacy", "intolerance", "completed",
    "pregnancy_reason", "access_reason", "other_reason", "pending", "allergy", "hearsay",
    "corrected", "education", "partial",
    "complete", "payer", "former", "past_tense", "sought", "condition", "suggestive", "consistent",
    "reacted", "tolerated",
]  # fmt: skip


class CueRule(Rule):
    """Cues of one meaning: ConText modifiers, each with the direction it works in.

    ``scope`` limits a cue to so many words, ``targets`` to so many mentions, the nearest first;
    ``kinds`` to some kinds of fact.  ``pseudo`` lists
    phrases that contain a cue and are none ("no change in"), ``terminate`` what ends every scope.
    ``{kin}`` in a cue stands for each of the file's ``words`` of that name.
    """

    category: CueCategory | EndCategory | Literal["terminate", "pseudo"]
    direction: Literal["forward", "backward", "both"] = "forward"
    scope: int | None = Field(default=None, gt=0)
    targets: int | None = Field(default=None, gt=0)
    kinds: tuple[TargetKind, ...] = ()
    cues: Words = Field(min_length=1)


class FormRules(Rule):
    """Words of forms: heads of lists and of columns."""

    denied_head: Pattern = Field(default=r"(?!)", description="Heads a list of what is not there.")
    denied_lead: Pattern = Field(default=r"(?!)", description="The same inside a sentence.")
    other_head: Pattern = Field(default=r"(?!)", description="Ends such a list.")
    absent_columns: Words = ()
    present_columns: Words = ()


class AnswerRules(Rule):
    """How forms answer a list of labels, the sign of a denied one, and how drugs are switched.

    ``denied`` answers every label of its item, ``denied_label`` the one it stands right behind,
    ``denied_list`` the list that ends there, ``denied_sentence`` everything that was asked in the
    sentence.
    """

    kinds: tuple[TargetKind, ...]
    denied: tuple[Pattern, ...]
    denied_label: tuple[Pattern, ...] = ()
    denied_list: tuple[Pattern, ...] = ()
    denied_sentence: tuple[Pattern, ...] = ()
    between_items: Pattern = r"(?!)"
    last_joint: Pattern = r"(?!)"
    affirmed: tuple[Pattern, ...] = ()
    switch_before: Pattern = r"(?!)"
    switch_planned: Pattern = r"(?!)"
    switch_between: Pattern = r"(?!)"
    denied_before: Pattern = Field(
        default=r"(?!)", description="Right before a mention: it denies that one alone."
    )
    forms: FormRules = FormRules()


class SectionRule(Rule):
    """A section of a note, its titles, and what standing in it implies."""

    section: ConceptName
    titles: Words = Field(min_length=1)
    implies: tuple[
        Literal[
            "family",
            "past",
            "resolved",
            "planned",
            "allergy",
            "education",
            "medication_list",
            "stopped",
            "held",
            "never_taken",
            "criteria",
        ],
        ...,
    ] = ()


class SentenceRules(Rule):
    """Where a sentence does not end.

    ``abbreviations`` are in lower case, without their last full stop; ``runs_on`` is what ends a
    line that the next one carries on, ``opens_line`` what never carries one on; ``named_by_letter``
    is what a letter names, whose full stop is no initial's ("No class V. Creatinine 1.1").
    """

    abbreviations: Words
    named_by_letter: tuple[Pattern, ...] = ()
    runs_on: tuple[Pattern, ...] = ()
    opens_line: tuple[ExactPattern, ...] = ()
    carries_on: tuple[Pattern, ...] = Field(
        (), description="Two lines of which the second belongs to the first, break included."
    )


TimeUnit = Literal["day", "week", "fortnight", "month", "year"]


class EventRule(Rule):
    """An event whose day a note gives once, and what tells that something was so then."""

    date_before: Pattern = Field(description='Before its date: "admitted on".')
    date_behind: Pattern = Field(r"(?!)", description='Behind it: "In May she was admitted".')
    told: Pattern = Field(description='"on admission"')
    told_undated: Pattern = Field(
        r"(?!)", description='The same in a report without a day of its own: "laboratory findings".'
    )


class DatesRule(Rule):
    """How dates are told: month names, number words, and the words around a date.

    ``parts_of_year`` gives first and last month, ``parts_of_month`` first and last day (31 is the
    month's own last), ``seasons`` the first month of three, ``weekdays`` Monday as 0.
    """

    months: dict[str, Annotated[int, Field(ge=1, le=12)]]
    parts_of_year: dict[str, tuple[int, int]]
    parts_of_month: dict[str, tuple[int, int]]
    seasons: dict[str, Annotated[int, Field(ge=1, le=12)]]
    weekdays: dict[str, Annotated[int, Field(ge=0, le=6)]]
    since: Words
    until: Words
    until_at_once: Pattern = Field(default=r"(?!)", description="Right before a date: until it.")
    last_given: Words = ()
    first_given: Words = ()
    between_start_and_stop: tuple[ExactPattern, ...]
    between_listed_days: Pattern = Field(
        description='Between days that share the year of the last: "3 March and 17 April 2019".'
    )
    numbers: dict[str, Annotated[float, Field(gt=0)]]
    time_units: dict[str, TimeUnit]
    about: tuple[Pattern, ...]
    ago: Words
    yesterday: Words
    tomorrow: Words
    today: tuple[Pattern, ...]
    windows: Words = Field(
        min_length=1, description='Behind the length of a time that ends now: "30-day look-back".'
    )
    before_bare_month: Words = Field(min_length=1)
    before_bare_season: Words = Field(min_length=1)
    before_day_dash_month: Words = Field(default=("since",), min_length=1)
    no_range_of_days: Words = Field(
        default=(), description='Pairs such as "6/9 to 6/12" that are no days: visual acuities.'
    )
    ahead: Pattern = Field(description='Before a date that lies ahead: "next review".')
    restarts: Pattern = Field(r"(?!)", description='Before a month that comes: "restart in March".')
    birth_before: Pattern = Field(description="Before a date of birth, which is no date here.")
    no_period_before: Pattern = Field(description='Before a prescribed time: "500 mg for 7 days".')
    leads_day_slash_month: Pattern = Field(description='Before "12/28" that is a day.')
    recent_fraction_days: int = Field(
        gt=0, description='The same of "1/3", which is more often a fraction.'
    )
    idioms: Words = Field(default=(), description="Days only behind a word that leads to one.")
    recent_days: int = Field(gt=0, description='"12/28" alone is a day this long after it.')
    headed_sections: tuple[ConceptName, ...]
    administered: tuple[ConceptName, ...] = Field(
        default=(), description="Drugs that are given on single days: a lone day is that of a dose."
    )
    pauses: Pattern = Field(
        default=r"(?!)", description='Before days without the drug: "with a break in".'
    )
    goes_on: Pattern = Field(
        default=r"(?!)", description="In a dated line: what was taken before it already."
    )
    resumed: Pattern = Field(default=r"(?!)", description="Behind the end of a pause: resumed.")
    day_of_event: Pattern = Field(
        default=r"(?!)", description='Behind the day of something else: "20 May visit".'
    )
    again: Pattern = Field(
        default=r"(?!)", description="Before a date: the drug before it alone was taken up then."
    )
    measured: Pattern = Field(
        default=r"(?!)", description="Right behind a drug: its level was measured, no day is its."
    )
    biopsied: Pattern = Field(default=r"(?!)", description="Before a date: it is a biopsy's.")
    by_event: Pattern = Field(default=r"(?!)", description='Before a day that dates by it: "at".')
    column_start: Pattern = Field(default=r"(?!)", description="Heads a column of starts.")
    column_stop: Pattern = Field(default=r"(?!)", description="Heads a column of stops.")
    column_no_course: Pattern = Field(
        default=r"(?!)", description="Heads a column of dates that begin and end no course."
    )
    course_before: Pattern = Field(
        default=r"(?!)", description='Between so many doses and their drug: "three pulses of IV".'
    )
    in_sessions: tuple[ConceptName, ...] = Field(
        default=(), description="Procedures with a course of sessions."
    )
    to_present: Pattern = r"(?!)"
    no_stop: Pattern = r"(?!)"
    last_taken: Pattern = Field(
        default=r"(?!)", description='Before the day of the last tablet: "last taken".'
    )
    ends_list: Pattern = r";"
    heading_words: Pattern
    inline_heading: Pattern
    collected: Pattern
    results_words: Pattern = Field(description="What makes a heading one of results.")
    heading_openers: Pattern = Field(description='Before the words of a heading: "her latest".')
    case_report: Pattern = Field(description="A report that tells a story, whatever its own date.")
    arrives: Pattern = Field(description='In a story, what begins a part of it: "was admitted".')
    one_study: Pattern = Field(description="An examination whose day is that of nothing else.")
    announces: Pattern = Field(description="Results, in a sentence that only dates them.")
    other_dates: Pattern = Field(
        description='Right before a date that is no sample\'s: "reported".'
    )
    behind_heading_date: Pattern = Field(description='Behind the date of a heading: ", 08:00):".')
    opens_line: Pattern = Field(description="Before a date that begins a line.")
    events: tuple[EventRule, ...] = ()
    not_headings: Pattern
    not_dates_before: tuple[Pattern, ...] = ()
    not_dates_after: tuple[Pattern, ...] = ()


class HistologyName(Rule):
    """A pattern of lupus nephritis told in words, and each set of classes that it can mean."""

    pattern: Pattern
    readings: tuple[tuple[Literal["I", "II", "III", "IV", "V", "VI"], ...], ...] = Field(
        min_length=1
    )


class BiopsyRules(Rule):
    """How kidney biopsy classes are written, and what must not be taken for one."""

    class_words: Words
    doubtful_class_words: Words = ()
    numerals: dict[str, Literal["I", "II", "III", "IV", "V", "VI"]]
    renal_context: tuple[Pattern, ...]
    note_context: tuple[Pattern, ...]
    own_scale: tuple[Pattern, ...] = Field(
        default=(),
        description="Forms that no other scale has; matched from the phrase's first character.",
    )
    lower_bound: tuple[Pattern, ...] = Field(
        default=(), description='Before the phrase: "at least".'
    )
    not_after: tuple[Pattern, ...]
    not_before: tuple[Pattern, ...]
    intravenous_after: tuple[Pattern, ...]
    bare_numeral_beside: tuple[Pattern, ...] = Field(
        description="What makes a numeral without a class word a class; the numeral is \\0."
    )
    bare_numeral_not_after: tuple[Pattern, ...]
    kidney_biopsy: tuple[Pattern, ...]
    any_biopsy: tuple[Pattern, ...] = ()
    other_organ: tuple[Pattern, ...] = ()
    native: Pattern = r"(?!)"
    allograft: tuple[Pattern, ...]
    isn_rps: tuple[Pattern, ...]
    who: tuple[Pattern, ...]
    biopsy_words: tuple[Pattern, ...]
    subclasses: dict[str, Literal["I", "II", "III", "IV", "V", "VI"]] = {}
    histology_names: tuple[HistologyName, ...] = Field(
        default=(), description="Longer names first: what one has read, the next leaves alone."
    )
    lupus_nephritis: Pattern = Field(
        default=r"(?!)", description="What {lupus} stands for in the histology names."
    )
    transformation: Pattern = Field(
        default=r"(?!)", description="Says in a sentence that one class became another."
    )
    became: Pattern = Field(default=r"(?!)", description="All that stands between those two.")
    joiners: tuple[Pattern, ...]
    choices: tuple[Pattern, ...]
    versus: Pattern = Field(default=r"(?!)", description="A choice that stays open.")
    separators: tuple[Pattern, ...]
    activity_index: tuple[Pattern, ...]
    chronicity_index: tuple[Pattern, ...]


class FrequencyRule(Rule):
    """A way to write how often, as administrations a day."""

    per_day: float
    words: Words = Field(min_length=1)
    exact: tuple[ExactPattern, ...] = Field((), description="In this case alone: ON, a scan's BlD.")
    adjectives: Words = Field((), description='Before the drug too: "weekly methotrexate".')


class ShareRule(Rule):
    """Words for one part of the day or the week; ``per_day`` as a fraction, null for the rest."""

    of: Literal["day", "week", "alternate"]
    per_day: Annotated[str, Field(pattern=r"^[1-9](/7|/2)?$")] | None = "1"
    words: tuple[Pattern, ...] = Field(min_length=1)

    @property
    def times(self) -> Fraction | None:
        """How often a day; None for what the other parts leave."""
        return Fraction(self.per_day) if self.per_day else None


class DividedDoseRules(Rule):
    """Amounts that differ by the part of the day or the week: "10 mg mane 5 mg nocte"."""

    shares: tuple[ShareRule, ...] = ()
    gap: tuple[Pattern, ...] = Field((), description="Between an amount and its part of the day.")
    between: tuple[Pattern, ...] = Field((), description="Between two such pairs.")
    lead: tuple[Pattern, ...] = Field((), description="Between a strength and the tablets.")
    in_turn: tuple[Pattern, ...] = Field((), description="Between two amounts taken in turn.")
    says_in_turn: tuple[Pattern, ...] = Field((), description="Which of these say so alone.")


class DoseStepRules(Rule):
    """The words around the further doses of a drug that is named once."""

    now: Pattern = Field(r"(?!)", description='"now 1 g"')
    then: Pattern = Field(r"(?!)", description='"then 20 mg"')
    to: Pattern = Field(r"(?!)", description='"down to 10 mg"')
    begins: Pattern = Field(r"(?!)", description="Before the date that a step begins on.")
    ends: Pattern = Field(r"(?!)", description="Before the date that a step ends on.")
    anew: Pattern = Field(r"(?!)", description="Between a date and a dose that has its own behind.")
    no_step: Pattern = Field(r"(?!)", description='Before a number that is no dose: "by 5 mg".')
    spent: Pattern = Field(r"(?!)", description='How long a dose lasts: "x 1 week".')
    between: tuple[Pattern, ...] = Field((), description="Words that may stand between two steps.")


class DurationRules(Rule):
    """How long a course is told to have lasted."""

    short_units: dict[str, TimeUnit] = {}
    lasting: Pattern = Field(r"(?!)", description='Before the length: "for", "lasted".')
    recent: Pattern = Field(r"(?!)", description='Of a length up to now: "the past".')
    after: Pattern = Field(r"(?!)", description='Behind a stop: "after 6 weeks".')
    between: Pattern = Field(r"(?!)", description="Words between a drug and the length.")
    course: Pattern = Field(r"(?!)", description='Between the length and its drug: "course of".')
    course_of: Pattern = Field(r"(?!)", description="In the latter, what says that it is one.")
    behind_bare: Pattern = Field(r"(?!)", description='Behind a length without a word: "in".')
    not_before: Pattern = Field(r"(?!)", description='Before what is no length: "every".')
    not_behind: Pattern = Field(r"(?!)", description='Behind what is no length: "ago".')


class PartsRule(Rule):
    """How a dose that is told for the whole day is divided."""

    parts: int = Field(ge=2)
    words: tuple[Pattern, ...] = Field(min_length=1)


class DosingRules(Rule):
    """Dose units, frequencies and routes as they are written on charts.

    ``dose_units`` gives milligrams in one unit, null where the unit does not tell the amount of
    drug; ``ucum`` the unit's UCUM name, by its spelling in lower case without white space.
    """

    courses: tuple[Pattern, ...] = ()
    single: tuple[Pattern, ...] = Field((), description="What says that a drug was given once.")
    changed_to_unless: Pattern = Field(r"(?!)", description="What makes of that a plan.")
    changed_to: Pattern = Field(r"(?!)", description='Between two drugs: "switched to".')
    next_on: Pattern = Field(
        r"(?!)", description='Before the day of the next drug: "switched on"; group ``change``.'
    )
    next_by: Pattern = Field(r"(?!)", description='Between that day and the next drug: "to".')
    changes: Pattern = r"(?!)"
    dose_steps: DoseStepRules = DoseStepRules()
    durations: DurationRules = DurationRules()
    divided: DividedDoseRules = DividedDoseRules()
    taken_daily: tuple[ConceptName, ...] = Field(
        (), description='Drugs of which "x 2" and "2 x 50 mg" count times a day, and no course.'
    )
    times_before: Pattern = Field(r"(?!)", description='Before a dose: "2 x 50 mg".')
    times_a_day_before: Pattern = Field(r"(?!)", description='Before a dose: "2dd 500 mg".')
    times_after: Pattern = Field(r"(?!)", description='Behind a dose: "540 mg x 2".')
    at_once: tuple[ConceptName, ...] = Field(
        (), description='Drugs of which "6 x 2.5 mg" counts tablets that are taken together.'
    )
    apart: ExactPattern = Field(r"(?!)", description="Between a drug and a dose apart from it.")
    bare_before: Pattern = Field(r"(?!)", description='Before the drug: "on 5 of".')
    in_parts: tuple[PartsRule, ...] = ()
    of_next: Pattern = Field(r"(?!)", description='Between a dose and its drug: "mg of".')
    dose_in_name: ExactPattern = Field(r"(?!)", description='A name that ends with a dose: "P10".')
    a_day: Pattern = Field(r"(?!)", description='The end of a unit that counts a day: "/day".')
    directions: Pattern = Field(r"(?!)", description='Between a strength and "Take 3 tablets".')
    whole_dose: Pattern = Field(r"(?!)", description="Beside an amount that is no single dose.")
    in_all: Pattern = Field(r"(?!)", description='Beside what tablets come to: "(60 mg total)".')
    next_item: tuple[ExactPattern, ...] = Field((), description="Where another item begins.")
    tablets: Pattern = r"(?!)"
    counts: dict[str, float] = {}
    forms: tuple[Pattern, ...] = ()
    forms_before: tuple[Pattern, ...] = ()
    not_doses_after: tuple[ExactPattern, ...] = ()
    next_therapy: tuple[ExactPattern, ...] = ()
    between_therapies: tuple[ExactPattern, ...] = ()
    dose_units: dict[str, float | None]
    ucum: dict[str, str] = {}
    frequencies: tuple[FrequencyRule, ...]
    routes: dict[Route, Words]


class DemographicRules(Rule):
    """Patterns with the named groups ``number`` (age), ``text`` (sex) or ``date`` (birth date).

    ``{mr}`` in a pattern stands for the word of that name.
    """

    words: dict[str, Pattern] = Field(
        default_factory=dict, description="What the patterns name in braces."
    )
    age: tuple[Pattern, ...]
    male: tuple[Pattern, ...]
    female: tuple[Pattern, ...]
    male_by_title: tuple[Pattern, ...] = ()
    female_by_title: tuple[Pattern, ...] = ()
    birth_date: tuple[Pattern, ...]
    not_the_patient_now: tuple[Pattern, ...] = Field(
        default=(), description="Around the match, which is \\0: another person, another time."
    )
