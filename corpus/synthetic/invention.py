"""Making up a patient: a course of disease that could be, drawn from life.yaml.

``invent(number, seed)`` always gives the same course for the same arguments, whatever was invented
before it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Literal

from corpus.synthetic.course import (
    Biopsy,
    Course,
    Dosing,
    Episode,
    EpisodeState,
    Locale,
    Panel,
    Precision,
    Printed,
    Sex,
    Story,
    When,
    facts_of_life,
)
from corpus.synthetic.disease_activity import finding_points, result_points

_FIRST_SCREENING = dt.date(2024, 2, 1)
_DAYS_OF_SCREENING = 900
_NEVER_TAKEN: tuple[EpisodeState, ...] = (
    "declined", "refused", "planned", "considered", "never",
)  # fmt: skip
_NEPHRITIS: tuple[Story, ...] = (
    "refractory_nephritis", "pure_class_v", "older_class_disagrees", "low_proteinuria",
    "never_mycophenolate",
)  # fmt: skip


def invent(number: int, seed: int) -> Course:
    """The course of the patient with this number in the corpus of this seed."""
    return _Invention(Random(f"course {seed} {number}"), f"s{number:04d}").course()


@dataclass(frozen=True)
class _Treatment:
    """What a story comes to: drugs, biopsies, and how active the disease is now."""

    episodes: tuple[Episode, ...]
    biopsies: tuple[Biopsy, ...] = ()
    proteinuria: Literal["none", "low", "high"] = "none"
    active: bool = True


class _Invention:
    """One patient's dice, and what life.yaml says of them."""

    def __init__(self, dice: Random, patient_id: str) -> None:
        self.dice = dice
        self.patient_id = patient_id
        self.life: Mapping[str, Any] = facts_of_life().data
        self.locale: Locale = self.weighted(self.life["locale_weights"])
        self.sex: Sex = "female" if dice.random() < self.life["women"] else "male"
        self.screening = _FIRST_SCREENING + dt.timedelta(days=dice.randrange(_DAYS_OF_SCREENING))
        self.visit_day = self.before(self.screening, 2, 18)

    def course(self) -> Course:
        birth_date = self._birth_date()
        onset = self.onset = self._onset(birth_date)
        story: Story = self.weighted(self.life["stories"])
        treatment = self._treatment(story, onset)
        said, said_earlier = self._statements(nephritis=bool(treatment.biopsies))
        serology = self._serology(pregnant=any(topic == "pregnant" for topic, _ in said))
        findings, denied = self._findings(treatment.active)
        negative = self.chance("ana_low")
        panels = self._panels(treatment, negative)
        return Course(
            patient_id=self.patient_id,
            locale=self.locale,
            sex=self.sex,
            birth_date=birth_date,
            screening=self.screening,
            leukapheresis=self._leukapheresis(),
            story=story,
            onset=When(onset, self.weighted({"year": 6, "month": 4})),
            ana_titre=self.dice.choice([80, 160, 160, 320, 320, 640, 640, 1280, 2560]),
            anti_sm=not negative and self.dice.random() < 0.3,
            antibodies_negative=negative,
            biopsies=treatment.biopsies,
            episodes=treatment.episodes,
            panels=panels,
            serology_day=self.before(self.visit_day, 0, 60),
            serology=serology,
            lvef=self._lvef(),
            echo_day=self.before(self.screening, 20, 150 if self.dice.random() < 0.9 else 400),
            fvc=self.dice.choice([52, 58, 59, 60, 61, *range(68, 108, 3)]),
            fev1=self.dice.choice([55, 59, 60, 62, *range(66, 106, 3)]),
            lung_day=self.before(self.screening, 20, 330 if self.dice.random() < 0.9 else 700),
            findings=findings,
            denied=denied,
            said=said,
            said_earlier=said_earlier,
            visit_day=self.visit_day,
            systolic=self.dice.randrange(102, 148, 2),
            diastolic=self.dice.randrange(60, 92, 2),
            temperature=round(self.dice.uniform(*self.life["temperature"]["fever" in findings]), 1),
            sledai=finding_points(findings)
            + result_points({name: one.canonical for name, one in panels[-1].results.items()}),
        )

    # --- dice ---------------------------------------------------------------------------------

    def chance(self, name: str) -> bool:
        likely: float = self.life["chances"][name]
        return self.dice.random() < likely

    def weighted(self, weights: Mapping[Any, float]) -> Any:
        return self.dice.choices(list(weights), list(weights.values()))[0]

    def before(self, day: dt.date, least: int, most: int) -> dt.date:
        return day - dt.timedelta(days=self.dice.randint(least, most))

    def when(self, day: dt.date) -> When:
        precision: Precision = self.weighted({"month": 6, "day": 3, "year": 1})
        return When(day, precision)

    # --- the person -----------------------------------------------------------------------------

    def _birth_date(self) -> dt.date:
        """Mostly of trial age; now and then within a day of a limit, or beyond it."""
        limit = self.dice.random()
        if limit < 0.06:
            return _years_before(self.screening, 56) + dt.timedelta(days=self.dice.choice([0, 1]))
        if limit < 0.10:
            return _years_before(self.screening, 16) + dt.timedelta(days=self.dice.choice([0, 1]))
        if limit < 0.16:
            return self.before(_years_before(self.screening, 57), 0, 3000)
        return self.before(_years_before(self.screening, 19), 0, 35 * 365)

    def _onset(self, birth_date: dt.date) -> dt.date:
        youngest = birth_date + dt.timedelta(days=13 * 365)
        latest = self.screening - dt.timedelta(days=3 * 365)
        earliest = max(youngest, self.screening - dt.timedelta(days=14 * 365))
        if earliest >= latest:
            return latest
        return earliest + dt.timedelta(days=self.dice.randrange((latest - earliest).days))

    def _leukapheresis(self) -> dt.date | None:
        if not self.chance("leukapheresis_known"):
            return None
        return self.screening + dt.timedelta(days=self.dice.randint(14, 30))

    # --- treatment -----------------------------------------------------------------------------

    def _treatment(self, story: Story, onset: dt.date) -> _Treatment:
        """The story's drugs and biopsies, and perhaps a drug of the first months before them."""
        told = self._story(story, onset)
        used = {episode.drug for episode in told.episodes}
        extra = (*self._given_up(onset, used), *self._held(used))
        return replace(told, episodes=(*told.episodes, *extra))

    def _story(self, story: Story, onset: dt.date) -> _Treatment:
        base = self._background(onset)
        never = self._never_taken(base)
        active: Literal["high", "low", "none"] = "high" if story in _NEPHRITIS else "none"
        if story in _NEPHRITIS:
            return self._nephritis(story, base + never, active)
        if story == "refractory_lupus":
            first, second = self.dice.sample(
                ["azathioprine", "mycophenolate", "tacrolimus", "cyclosporine", "belimumab"], 2
            )
            began = self.before(self.screening, 1300, 1700)
            changed = began + dt.timedelta(days=self.dice.randint(250, 500))
            failed = Episode(
                first, "failed", self._dose(first), self._ago(began), self._ago(changed)
            )
            now = Episode(second, "active", self._dose(second), self._ago(changed))
            return _Treatment((*base, failed, now, *_but(never, first, second)))
        if story == "no_antimalarial":
            untaken = tuple(
                Episode(drug, "never") for drug in ("hydroxychloroquine", "cyclophosphamide")
            )
            return _Treatment((*base[1:], *untaken, *never))
        if story == "new_lupus":
            return _Treatment((*base, *never))
        if story == "quiet":
            drug = self.dice.choice(["azathioprine", "mycophenolate", "methotrexate"])
            now = Episode(
                drug, "active", self._dose(drug), self.when(self.before(self.screening, 300, 900))
            )
            return _Treatment((*base, now, *_but(never, drug)), active=False)
        drug = self.dice.choice(["azathioprine", "mycophenolate", "leflunomide"])
        return _Treatment((*base, Episode(drug, "active", self._dose(drug)), *_but(never, drug)))

    def _background(self, onset: dt.date) -> tuple[Episode, ...]:
        """Hydroxychloroquine and a steroid since the start, as nearly everyone has."""
        steroid = self.life["glucocorticoids"][self.locale]
        since = When(onset + dt.timedelta(days=self.dice.randint(0, 60)), "month")
        tapered = self.before(self.screening, 50, 120) if self.chance("steroid_tapered") else None
        before = self._dose(steroid) if tapered else None
        return (
            Episode("hydroxychloroquine", "active", self._dose("hydroxychloroquine"), since),
            Episode(steroid, "active", self._dose(steroid), since, None, before, tapered),
        )

    def _held(self, used: set[str]) -> tuple[Episode, ...]:
        """A drug that is paused, and counts for no criterion of the trial."""
        others = [drug for drug in self.life["held"] if drug not in used]
        if not others or not self.chance("drug_held"):
            return ()
        return (Episode(self.dice.choice(others), "held"),)

    def _given_up(self, onset: dt.date, used: set[str]) -> tuple[Episode, ...]:
        """A drug of the first months, stopped for a side effect or for no reason told."""
        held = self.life["held"]
        others = [drug for drug in self.life["given_up"] if drug not in {*used, *held}]
        if not others or not self.chance("drug_given_up"):
            return ()
        drug = self.dice.choice(others)
        start = onset + dt.timedelta(days=self.dice.randint(10, 90))
        stop = start + dt.timedelta(days=self.dice.randint(40, 160))
        state: EpisodeState = self.dice.choice(["intolerant", "intolerant", "past"])
        return (Episode(drug, state, self._dose(drug), self._ago(start), self._ago(stop)),)

    def _never_taken(self, base: Sequence[Episode]) -> tuple[Episode, ...]:
        drugs = self.dice.sample(self.life["never_taken"], 3)
        states = self.dice.sample(_NEVER_TAKEN, 3)
        kept = self.dice.randint(0, 3)
        return tuple(
            Episode(drug, state, self._dose(drug) if state == "planned" else None)
            for drug, state in zip(drugs[:kept], states, strict=False)
        )

    def _nephritis(
        self, story: Story, base: tuple[Episode, ...], proteinuria: Literal["high", "low", "none"]
    ) -> _Treatment:
        biopsied = self.before(self.screening, 500, 900)
        newest = self._classes(pure_v=story in ("pure_class_v", "older_class_disagrees"))
        biopsies = [self._biopsy(biopsied, newest)]
        if story == "older_class_disagrees":
            biopsies.insert(0, self._biopsy(self.before(biopsied, 900, 1500), ("IV",)))
        elif self.dice.random() < 0.25:
            biopsies.insert(0, self._biopsy(self.before(biopsied, 700, 1300), ("II",)))
        started = biopsied + dt.timedelta(days=self.dice.randint(5, 20))
        pulsed = started + dt.timedelta(days=self.dice.randint(200, 260))
        done = pulsed + dt.timedelta(days=self.dice.choice([70, 75, 84, 150]))
        induction: list[Episode] = []
        if story != "never_mycophenolate":
            state: Literal["failed", "active"] = self.dice.choice(["failed", "active"])
            induction.append(
                Episode("mycophenolate", state, self._dose("mycophenolate"), self._ago(started),
                        self._ago(pulsed) if state == "failed" else None)
            )  # fmt: skip
        else:
            induction.append(Episode("mycophenolate", "never"))
        if story == "pure_class_v":
            induction.append(Episode("cyclophosphamide", "never"))
        else:
            induction.append(
                Episode("cyclophosphamide", "pulses", self._pulse("cyclophosphamide"),
                        self._ago(pulsed), self._ago(done))
            )  # fmt: skip
        if self.dice.random() < 0.3:
            given = self.before(self.screening, 20, 300)
            induction.append(
                Episode("rituximab", "infusion", self._pulse("rituximab"), When(given), When(given))
            )
        taken = [episode.drug for episode in induction]
        return _Treatment(
            (*_but(base, *taken), *induction),
            tuple(biopsies),
            "low" if story == "low_proteinuria" else proteinuria,
        )

    def _ago(self, day: dt.date) -> When:
        """A day of the course as told: the month, or the day."""
        return When(day, self.weighted({"month": 6, "day": 4}))

    def _classes(self, *, pure_v: bool) -> tuple[str, ...]:
        if pure_v:
            return ("V",)
        return self.dice.choice(
            [("III",), ("IV",), ("IV",), ("III", "V"), ("IV", "V"), ("III", "IV")]
        )

    def _biopsy(self, day: dt.date, classes: tuple[str, ...]) -> Biopsy:
        return Biopsy(day, classes, self.dice.randint(2, 16), self.dice.randint(0, 6))

    def _dose(self, drug: str) -> Dosing | None:
        forms = self.life["doses"].get(drug)
        if forms is None:
            return self._pulse(drug)
        number, unit, per_day = self.dice.choice(forms)
        return Dosing(number, unit, per_day)

    def _pulse(self, drug: str) -> Dosing | None:
        forms = self.life["pulses"].get(drug)
        return Dosing(*self.dice.choice(forms)) if forms else None

    # --- results --------------------------------------------------------------------------------

    def _panels(self, treatment: _Treatment, antibodies_negative: bool) -> tuple[Panel, ...]:
        newest = self.before(self.visit_day, 0, 5)
        if self.chance("laboratory_old"):
            newest = self.before(self.screening, 45, 90)
        older = [self.before(newest, 60, 120), self.before(newest, 130, 240)]
        days = sorted([*older[: self.dice.randint(1, 2)], newest])
        missing = [name for name in self.life["analytes"] if self.chance("analyte_missing")]
        if treatment.proteinuria == "none" or self.dice.random() < 0.7:
            missing.append("urine_protein_24h")
        forms = {name: self._form(name) for name in self.life["analytes"]}
        return tuple(
            Panel(day, {
                name: self._result(name, form, treatment, antibodies_negative)
                for name, form in forms.items() if name not in missing
            })
            for day in days
        )  # fmt: skip

    def _form(self, analyte: str) -> Mapping[str, Any]:
        system = self.life["unit_systems"][self.locale]
        units = self.life["units"]
        form: Mapping[str, Any] = units[system].get(analyte) or units["any"][analyte]
        return form

    def _result(
        self, analyte: str, form: Mapping[str, Any], treatment: _Treatment, negative: bool
    ) -> Printed:
        known = self.life["analytes"][analyte]
        renal = analyte in ("upcr", "urine_protein_24h", "urine_rbc", "urine_wbc")
        if self.chance("borderline_value"):
            canonical = float(self.dice.choice(known["border"]))
        else:
            ill = treatment.proteinuria != "none" if renal else treatment.active
            ill = (ill and self.dice.random() < 0.75) or (renal and treatment.proteinuria == "high")
            canonical = self.dice.uniform(*known["active" if ill else "usual"])
        if analyte in ("upcr", "urine_protein_24h"):
            if treatment.proteinuria == "low":
                canonical = self.dice.choice([0.3, 0.6, 0.8, 1.0])
            elif treatment.proteinuria == "high":
                canonical = max(canonical, 1.2)
        if analyte == "anti_dsdna" and negative:
            canonical = self.dice.uniform(2, 20)
        unit = self.life["canonical_units"][analyte]
        return printed(canonical, unit, form, known["low"], known["high"])

    def _lvef(self) -> tuple[int, int]:
        if self.dice.random() < 0.25:
            low = self.dice.choice([45, 50, 55, 60])
            return low, low + 5
        value = self.dice.choice([48, 49, 50, 51, *range(54, 68)])
        return value, value

    def _serology(self, *, pregnant: bool) -> Mapping[str, Literal["negative", "positive"]]:
        found: dict[str, Literal["negative", "positive"]] = {}
        for test in self.life["serology"]:
            if self.chance("serology_missing"):
                continue
            if test == "hcg":
                if self.sex == "female" and not pregnant and self.chance("hormone_test_pregnancy"):
                    found[test] = "negative"
                continue
            found[test] = "positive" if self.chance("serology_positive") else "negative"
        return found

    def _findings(self, active: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
        known: list[str] = self.life["findings"]
        weights = {
            "arthritis": 0.6,
            "acute_cutaneous_lupus": 0.45,
            "oral_ulcers": 0.35,
            "alopecia": 0.35,
        }
        present = [one for one in known if active and self.dice.random() < weights.get(one, 0.07)]
        # Myositis is close to arthritis and fever is measured: neither is denied in passing.
        undenied = {*present, "myositis", "fever"}
        free = [one for one in self.life["symptoms"] if one not in undenied]
        denied = self.dice.sample(free, self.dice.randint(2, 5))
        return tuple(present), tuple(denied)

    # --- what is said on the criteria -------------------------------------------------------------

    def _statements(
        self, *, nephritis: bool
    ) -> tuple[tuple[tuple[str, When | None], ...], tuple[tuple[str, When | None], ...]]:
        said: list[str] = []
        earlier: list[str] = []
        for subject, scenarios in self.life["scenarios"].items():
            if subject in self.life["for_women_only"] and self.sex == "male":
                continue
            chosen = self.dice.choices(scenarios, [one["weight"] for one in scenarios])[0]
            said += chosen["say"]
            earlier += chosen.get("earlier", [])
        if nephritis and "transplant_done" in said:
            said[said.index("transplant_done")] = "transplant_denied"
        if {"pregnant", "contraception_in_place"} <= set(said):
            said.remove("contraception_in_place")
        return (
            tuple((topic, self._moment(topic)) for topic in said),
            tuple((topic, self._moment(topic)) for topic in earlier),
        )

    def _moment(self, topic: str) -> When | None:
        """When what the topic tells happened; a topic that prints no day does not use it."""
        if topic == "infarction_recent":
            return When(self.before(self.visit_day, 14, 40))
        day = max(self.before(self.screening, 800, 3000), self.onset)
        return When(day, self.weighted({"year": 6, "month": 4}))


def printed(
    canonical: float,
    canonical_unit: str,
    form: Mapping[str, Any],
    low: float | None,
    high: float | None,
) -> Printed:
    """The canonical value as a laboratory prints it in the form's unit, rounded as it rounds."""
    text = _number(canonical, form)
    number = float(text.replace(",", ""))
    comparator: Literal["<", ">"] | None = None
    if number < form.get("below", number):
        comparator, number = "<", float(form["below"])
    elif number > form.get("above", number):
        comparator, number = ">", float(form["above"])
    if comparator:
        text = f"{comparator}{number:g}"
    exact = round(number * form["factor"], 10)
    flag: Literal["low", "high"] | None = None
    if low is not None and exact < low:
        flag = "low"
    elif high is not None and exact > high:
        flag = "high"
    return Printed(
        text=text,
        number=number,
        canonical=exact,
        canonical_unit=canonical_unit,
        units=tuple(form["printed"].items()),
        low=None if low is None else _number(low, form),
        high=None if high is None else _number(high, form),
        flag=flag,
        comparator=comparator,
    )


def _number(canonical: float, form: Mapping[str, Any]) -> str:
    value = canonical / form["factor"]
    step = form.get("round_to")
    if step:
        value = math.floor(value / step + 0.5) * step
    decimals: int = form["decimals"]
    return f"{value:,.0f}" if step else f"{value:.{decimals}f}"


def _but(episodes: Sequence[Episode], *drugs: str) -> tuple[Episode, ...]:
    """The episodes without those that say of a drug which is taken that it never was."""
    return tuple(
        episode
        for episode in episodes
        if episode.drug not in drugs or episode.state not in _NEVER_TAKEN
    )


def _years_before(day: dt.date, years: int) -> dt.date:
    """The same day of the calendar that many years ago; 28 February for a leap day."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
