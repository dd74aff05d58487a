"""ConText: which cues reach which mention, by medspaCy's algorithm over our cues.

Cues are paired with mentions sentence by sentence, so that the cost stays linear in the note; the
scopes, terminations and prunings are medspaCy's own.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from medspacy.context import ConText, ConTextGraph, ConTextModifier, ConTextRule
from spacy.language import Language
from spacy.tokens import Doc, Span

from abstraction.pipeline.answers import AnswerGrammar
from abstraction.pipeline.cues import Cue
from abstraction.pipeline.lines import Lines
from abstraction.pipeline.matching import CompactMatcher, Match, longest
from abstraction.pipeline.packs import SHIPPED, rule_pack
from abstraction.pipeline.targets import GROUP
from nlp_rules.loader import Cues

if not Doc.has_extension("cues"):
    Doc.set_extension("cues", default=())

_EFFECTS = {
    "terminate": "TERMINATE",
    "pseudo": "PSEUDO",
    "clause_end": "PSEUDO",
    "verb_end": "PSEUDO",
    "semicolon": "PSEUDO",
    "cause": "PSEUDO",
}
_PARTICIPLES = frozenset({"VERB_END", "AFFIRMED"})
_EVENTS = frozenset({"ACTIVE", "STOPPED", "HELD", "HISTORICAL"})
"""What a drug's story tells one after the other."""
_STORY = frozenset({"ACTIVE", "STOPPED", "HELD"})
_PLANS = frozenset({"PLANNED", "CONSIDERED"})
"""What a drug's refusal is told after: "requested but never given"."""
_REASONS = frozenset(
    {"INEFFICACY", "INTOLERANCE", "COMPLETED", "PREGNANCY_REASON", "ACCESS_REASON", "OTHER_REASON"}
)
_RESPONSES = frozenset({"PARTIAL", "COMPLETE"})
_REFUSALS = frozenset({"DECLINED", "NEVER_GIVEN", "ACCESS_DENIED"})
_CLAUSES = frozenset({"VERB_END", "CLAUSE_END"})
"""What begins another clause of the same story."""
_PERSONS = frozenset({"FAMILY", "OTHER_PERSON"})
_ENDS = frozenset({"STOPPED", "HELD"})
_JOINED = re.compile(r"\s{0,3}(?:and|&|\+|/|und|et)\s{0,3}", re.IGNORECASE)
"""Between drugs that are told of as one."""
_BRACKET = 80
"""Characters of a bracket to one side of a word in it, at most."""
_DENIED = frozenset({"negated", "never_given"})
_DENIALS = frozenset({"NEGATED", "NEVER_GIVEN"})
_THOUGHTS = frozenset({"CONSIDERED", "PLANNED"})
"""What comes before a refusal."""
_TOLD_LATER = _STORY | _REASONS | _RESPONSES | _REFUSALS
"""What a sentence without a drug can say of the drug before it."""
_TOLD_LATER_BY = -12
"""How much nearer such a sentence stands: it is the later word."""
_PREPOSITION = 2
"""Letters of a preposition that stands before a day."""
_LONGEST_DATE = 40
"""Characters of the longest date."""
_SENTENCES = 2
"""Sentences in a row that go on about the drug of the one before them."""
_BESIDE_WORDS = 2
"""Words between a verb and its object: "stopped her MMF"."""
_FEW = 2
"""Drugs of a sentence of which the last one is still meant by the next sentence."""
_JOINT = 40
"""Characters beside a cue that show what it goes on with."""
_MORE = re.compile(r"[^\w\n]*\w")
"""A word behind a cue in its line: the line is no title."""
_BULLET = re.compile(r"[-*•·>#|]|\d{1,2}[.)]\s")
_WORD = re.compile(r"\w\S*")
_THERAPY = "therapy"
_RESULT = "measurement"
_DIRECTIONS = {"forward": "FORWARD", "backward": "BACKWARD", "both": "BIDIRECTIONAL"}


class Modifier(ConTextModifier):
    """medspaCy's modifier with an exact idea of overlap.

    A cue inside a mention never modifies it; one that runs into it does ("no active" of "active
    bleeding").  A scope that encloses another is seen to overlap it.  ``sequel``: it tells what
    happened next, and what is told before it does not end its reach ("started, then stopped").
    ``nearest``: the mention before it, which a refusal reaches past any turn of the sentence
    ("requested, but the count fell and it was never given").
    """

    sequel = False
    nearest: tuple[int, int] | None = None

    def modifies(self, target: Span) -> bool:
        start, end = self.modifier_span
        if end <= target.start or target.end <= start:
            return bool(super().modifies(target))
        if not self.allows(target.label_.upper()):
            return False
        leads = self.direction in ("FORWARD", "BIDIRECTIONAL")
        trails = self.direction in ("BACKWARD", "BIDIRECTIONAL")
        return bool(
            (leads and start < target.start and end < target.end)
            or (trails and target.start < start and target.end < end)
        )

    def _turns_back(self, start: int, end: int) -> bool:
        """Whether a refusal is told of the mention before a turn of the sentence."""
        if not self.sequel or self.category not in _REFUSALS or self.nearest is None:
            return False
        return self.nearest[1] <= start and end <= self._start

    def _goes_past(self, other: ConTextModifier) -> bool:
        """Whether what happened next looks back past ``other``: "offered but not taken up"."""
        earlier = _THOUGHTS if self.category in _REFUSALS else _EVENTS
        turn = other.direction == "TERMINATE" or other.category in _CLAUSES
        return turn or other.category in earlier

    def limit_scope(self, other: ConTextModifier) -> bool:
        """Ends the scope at ``other`` where it stands inside it and may end it.

        A verb right behind the cue is its participle and ends nothing: "no demonstrated X".

        As medSpaCy's, but by the place of ``other`` itself: medSpaCy compares the two scopes, and
        misses one that encloses the other.
        """
        (low, high), (start, end) = self.scope_span, other.modifier_span
        ends = other.direction == "TERMINATE" or other.category in self.rule.terminated_by
        apart = other.category == "SEMICOLON" and end < self._start
        other_drug = self.nearest is not None and end <= self.nearest[0]
        before = apart and not other_drug
        ends = (ends or (self.direction == "BACKWARD" and apart)) and not (before and self.sequel)
        alike = other.category == self.category and other.allowed_types == self.allowed_types
        if self.direction == "TERMINATE" or not (ends or alike) or end <= low or high <= start:
            return False
        if other.category in _PARTICIPLES and start == self._end:
            return False
        passes = self._goes_past(other) or other.category in _EVENTS | _PLANS
        if self.sequel and end <= self._start and passes:
            return False
        if self.nearest is not None and self._turns_back(start, end):
            self._scope_start = max(low, self.nearest[0])
            return bool(self.scope_span != (low, high))
        if self.direction in ("FORWARD", "BIDIRECTIONAL") and start > self._start:
            self._scope_end = min(high, start)
        if self.direction in ("BACKWARD", "BIDIRECTIONAL") and end < self._end:
            self._scope_start = max(low, end)
        return bool(self.scope_span != (low, high))


def context_rules(cues: Cues) -> list[ConTextRule]:
    """The rule file's cues as ConText rules."""
    ends: dict[str, set[str]] = defaultdict(set)
    for group in cues.exclusive:
        for category in group:
            ends[category] |= set(group) - {category}
    for ending, categories in cues.ended_by.items():
        for category in categories:
            ends[category].add(ending)
    found: list[ConTextRule] = []
    for rule in cues.cues:
        direction = _EFFECTS.get(rule.category, _DIRECTIONS[rule.direction])
        found.extend(
            ConTextRule(
                literal=literal,
                category=rule.category,
                direction=direction,
                max_scope=rule.scope,
                max_targets=rule.targets,
                allowed_types=set(rule.kinds) or None,
                terminated_by=ends[rule.category] or None,
            )
            for cue in rule.cues
            for literal in cues.expanded(cue)
        )
    return found


@Language.factory(
    "lupus_context",
    requires=["doc.spans", "doc.sents", "doc._.dates"],
    assigns=["doc._.cues"],
    default_config={"rules": SHIPPED},
)
class ClinicalConText(ConText):
    """Writes ``doc._.cues``: for each mention of the span group the cues that reach it."""

    def __init__(self, nlp: Language, name: str, rules: str) -> None:
        super().__init__(
            nlp, name=name, rules=None, span_attrs=None,
            input_span_type="group", span_group_name=GROUP,
        )  # fmt: skip
        # medspaCy keeps its matcher private; ours is blind to line breaks inside a cue.
        self._ConText__matcher = self._matcher = CompactMatcher(nlp, "LOWER")
        pack = rule_pack(rules)
        self.add(context_rules(pack.context))
        self._answers = AnswerGrammar(pack.answers)
        self._sequel_before = re.compile(pack.context.sequel_before, re.IGNORECASE)
        self._sequel_behind = re.compile(pack.context.sequel_behind, re.IGNORECASE)
        self._since = frozenset(pack.dates.since)
        self._no_sequel = frozenset(pack.context.no_sequel)
        self._denies_no_more = re.compile(pack.context.denies_no_more, re.IGNORECASE)
        self._limits_denial = re.compile(pack.context.limits_denial, re.IGNORECASE)
        self._undone = re.compile(pack.context.undone, re.IGNORECASE)
        self._goes_on = re.compile(pack.context.goes_on, re.IGNORECASE)

    def __call__(self, doc: Doc) -> Doc:
        targets = list(doc.spans[GROUP])
        doc._.cues = [() for _ in targets]
        if not targets:
            doc._.cues = ()
            return doc
        starts = [sentence.start for sentence in doc.sents]
        by_sentence: dict[int, list[int]] = defaultdict(list)
        for number, target in enumerate(targets):
            by_sentence[bisect_right(starts, target.start)].append(number)
        matches: dict[int, list[Match]] = defaultdict(list)
        for match in self._matcher(doc):
            sentence = bisect_right(starts, match[1])
            if any(number in by_sentence for number in range(sentence - _SENTENCES, sentence + 1)):
                matches[sentence].append(match)
        lines = Lines.of(doc.text)
        cues: list[list[Cue]] = [[] for _ in targets]
        for sentence, numbers in by_sentence.items():
            for kind in dict.fromkeys(targets[n].label_ for n in numbers):
                alike = [n for n in numbers if targets[n].label_ == kind]
                mentions = [targets[n] for n in alike]
                place = {id(targets[n]): n for n in alike}
                for target, modifier in self._edges(doc, mentions, matches[sentence], kind, lines):
                    cue = self._limited(doc, target, _cue(doc, target, modifier, mentions))
                    if cue is None:
                        continue
                    dates = doc.text[cue.start : cue.end].lower() in self._since
                    cues[place[id(target)]].append(replace(cue, opens_date=dates))
        for sentence, numbers in by_sentence.items():
            drugs = [n for n in numbers if targets[n].label_ == _THERAPY]
            for further in range(sentence + 1, sentence + 1 + _SENTENCES):
                others = [targets[n].label_ for n in by_sentence.get(further, ())]
                if not drugs or _THERAPY in others:
                    break
                last = targets[drugs[-1]]
                told = list(self._sequel(doc, last, len(drugs), matches.get(further, ())))
                cues[drugs[-1]] += told
                if not told:
                    break
        found = list(self._answers.cues(doc.text, doc._.targets))
        spent = sorted({(c.start, c.end) for _, c in found if c.answers and not c.before})
        cues = [_unspent(reaching, spent) for reaching in cues]
        for number, cue in found:
            cues[number].append(cue)
        doc._.cues = tuple(
            tuple(sorted(set(c), key=lambda cue: (cue.start, cue.end, cue.category))) for c in cues
        )
        return doc

    def _edges(
        self, doc: Doc, mentions: list[Span], matches: Sequence[Match], kind: str, lines: Lines
    ) -> Sequence[tuple[Span, ConTextModifier]]:
        """Which cue reaches which mention of one kind.

        A cue that is not for this kind takes no part: "never received" of drugs must not hide the
        "never" of a diagnosis.  What one line says of its own drug reaches no drug of the next.
        """
        drugged = {lines.at(m.start_char) for m in mentions} if kind == _THERAPY else set()
        if len(drugged) > 1:
            matches = [m for m in matches if not _crosses(doc, m, lines, drugged)]
        rules = [self._matcher.rule_map[self.nlp.vocab.strings[match[0]]] for match in matches]
        own = {
            match: rule
            for match, rule in zip(matches, rules, strict=True)
            if (rule.allowed_types is None or kind.upper() in rule.allowed_types)
            and not any(m.start <= match[1] and match[2] <= m.end for m in mentions)
            and not (kind == _THERAPY and self._leads_date(doc, match))
            and not (kind == _THERAPY and self._parts_nothing(doc, match, rule, mentions))
        }
        modifiers = [
            Modifier(own[match], match[1], match[2], doc) for match in longest(_not_overruled(own))
        ]
        if kind == _THERAPY:
            for number, modifier in enumerate(modifiers):
                told = _told_before(modifiers[:number])
                explains = modifier.category in _REFUSALS and told in _STORY
                modifier.sequel = not explains and self._is_sequel(doc, modifier)
                modifier.nearest = _nearest_before(mentions, modifier)
            for modifier in modifiers:
                modifier.sequel = modifier.sequel or _explains(modifier, modifiers, mentions)
        graph = ConTextGraph(targets=mentions, modifiers=modifiers)
        graph.update_scopes()
        graph.apply_modifiers()
        edges = [edge for edge in graph.edges if not self._denied_too_far(doc, *edge)]
        edges = _of_the_bracket(doc, mentions, graph.modifiers, edges)
        if kind == _THERAPY:
            edges = [edge for edge in edges if not _bracketed_elsewhere(doc, *edge)]
            edges = _one_way(doc, mentions, edges)
            edges += _ended_together(doc, mentions, edges)
        if len(drugged) < 2:
            return edges
        return [
            (target, modifier)
            for target, modifier in edges
            if (line := lines.at(_first_char(doc, modifier))) == lines.at(target.start_char)
            or line not in drugged
        ]

    def _denied_too_far(self, doc: Doc, target: Span, modifier: ConTextModifier) -> bool:
        """Whether a list of drugs has begun between a denial and ``target``: what stands there is
        taken, or treated, and not denied."""
        _, end = modifier.modifier_span
        if modifier.category not in _DENIALS or end > target.start:
            return False
        return bool(self._denies_no_more.search(doc.text, doc[end].idx, target.start_char))

    def _limited(self, doc: Doc, target: Span, cue: Cue) -> Cue | None:
        """A denial of a certain time or place leaves open whether it was ever so; none is left of
        one that says that a test was not done."""
        if not cue.before or cue.category not in _DENIED:
            return cue
        if target.label_ == _RESULT:
            return None if self._undone.match(doc.text, target.end_char) else cue
        if self._limits_denial.match(doc.text, target.end_char):
            return replace(cue, category="possible")
        return cue

    def _parts_nothing(
        self, doc: Doc, match: Match, rule: ConTextRule, mentions: Sequence[Span]
    ) -> bool:
        """Whether a word that would end every reach only dates the sentence's last drug, of which
        the sentence may go on to tell: "HCQ since 2019, held since May"."""
        _, start, end = match
        if rule.direction != "TERMINATE" or doc[start:end].text.lower() not in self._since:
            return False
        return all(mention.end <= start for mention in mentions)

    @staticmethod
    def _leads_date(doc: Doc, match: Match) -> bool:
        """Whether a cue is the preposition of a date: "given on 3 March, then MMF"."""
        _, start, end = match
        word = doc[start]
        if end - start > 1 or len(word) > _PREPOSITION or doc._.dates is None:
            return False
        behind = word.idx + len(word)
        found = doc._.dates.within(behind, behind + _LONGEST_DATE)
        return bool(found) and not doc.text[behind : found[0].start].strip()

    def _is_sequel(self, doc: Doc, modifier: Modifier) -> bool:
        """Whether a cue behind a drug tells what happened next, and of no other drug."""
        if modifier.direction != "BACKWARD" or modifier.category not in _STORY | _REFUSALS:
            return False
        start, end = modifier.modifier_span
        if doc[start:end].text.lower() in self._no_sequel:
            return False
        first, last = doc[start].idx, doc[end - 1].idx + len(doc[end - 1])
        return self._may_follow(doc.text, first, last)

    def _happens_next(self, doc: Doc, match: Match, rule: ConTextRule) -> bool:
        _, start, end = match
        return (
            rule.category in _STORY
            and rule.direction != "FORWARD"
            and self._may_follow(doc.text, doc[start].idx, doc[end - 1].idx + len(doc[end - 1]))
        )

    def _may_follow(self, text: str, start: int, end: int) -> bool:
        before = self._sequel_before.search(text, max(0, start - _JOINT), start)
        return bool(before) and self._names_no_other(text, start, end)

    def _names_no_other(self, text: str, start: int, end: int) -> bool:
        """Whether no other drug or habit follows a cue: "stopped for", not "stopped smoking"."""
        words = [found.end() for found in _WORD.finditer(text, start, end)]
        return any(self._sequel_behind.match(text[stop : stop + _JOINT]) for stop in words[-2:])

    def _sequel(
        self, doc: Doc, target: Span, drugs: int, matches: Sequence[Match]
    ) -> Iterator[Cue]:
        """The cues of a sentence that goes on about the last drug of the one before it: "Taken off
        it in May.", "Stopped for nausea."."""
        own = {
            match: rule
            for match in matches
            if (rule := self._matcher.rule_map[self.nlp.vocab.strings[match[0]]]).category
            in _TOLD_LATER
            and (rule.allowed_types is None or _THERAPY.upper() in rule.allowed_types)
        }
        meant = longest(own)
        if not meant:
            return
        text = doc.text
        top = doc[meant[0][1]].sent.start_char
        if drugs > _FEW or "\n\n" in text[target.end_char : top] or _BULLET.match(text, top):
            return
        lead = self._goes_on.match(text, top)
        opens = lead.end() if lead else top
        first = meant[0]
        start, end = doc[first[1]].idx, doc[first[2] - 1].idx + len(doc[first[2] - 1])
        title = "\n" in text[target.end_char : top] and not _MORE.match(text, end)
        if start > opens or title:
            return
        opener = own[first].category
        verb = opener in _STORY | _REFUSALS or opener == "COMPLETED"
        if verb and not self._names_no_other(text, start, end):
            return
        if opener in _REFUSALS and own[first].direction == "FORWARD":
            return
        for match in meant:
            told = own[match].category in _REASONS | _RESPONSES
            if match != first and not told and not self._happens_next(doc, match, own[match]):
                continue
            yield Cue(
                category=own[match].category.lower(),
                start=doc[match[1]].idx,
                end=doc[match[2] - 1].idx + len(doc[match[2] - 1]),
                distance=_TOLD_LATER_BY + (match[1] - first[1]),
                before=False,
                sequel=True,
            )


def _nearest_before(mentions: Sequence[Span], modifier: ConTextModifier) -> tuple[int, int] | None:
    before = [m for m in mentions if m.end <= modifier.modifier_span[0]]
    last = max(before, key=lambda m: m.end, default=None)
    return None if last is None else (last.start, last.end)


def _told_before(modifiers: Sequence[ConTextModifier]) -> str | None:
    """What was last told of a drug: a refusal behind its end is the reason for that."""
    told = (m.category for m in reversed(modifiers) if m.category in _STORY | _PLANS)
    return next(told, None)


def _explains(modifier: Modifier, modifiers: Sequence[Modifier], mentions: Sequence[Span]) -> bool:
    """Whether a reason stands behind the word for what happened next, which it reaches with: "but
    was stopped for nausea"."""
    if modifier.direction != "BACKWARD" or modifier.category not in _REASONS:
        return False
    start = modifier.modifier_span[0]
    ends = [
        other.modifier_span[1]
        for other in modifiers
        if other.sequel and other.category == "STOPPED" and other.modifier_span[1] <= start
    ]
    return bool(ends) and not any(max(ends) <= mention.start < start for mention in mentions)


def _first_char(doc: Doc, modifier: ConTextModifier) -> int:
    return int(doc[modifier.modifier_span[0]].idx)


_Edge = tuple[Span, ConTextModifier]


def _one_way(doc: Doc, mentions: Sequence[Span], edges: Sequence[_Edge]) -> list[_Edge]:
    """The edges without those to the wrong side of a cue that can look both ways: "HCQ 200 mg,
    stopped MMF" stops the second drug alone, "MTX not started, HCQ" the first."""
    ways: dict[tuple[int, int, str], set[str]] = defaultdict(set)
    for _, modifier in edges:
        ways[(*modifier.modifier_span, modifier.category)].add(modifier.direction)
    kept = []
    for target, modifier in edges:
        start, end = modifier.modifier_span
        if (
            modifier.category not in _STORY | _REFUSALS
            or {"FORWARD", "BACKWARD"} - ways[(start, end, modifier.category)]
        ):
            kept.append((target, modifier))
            continue
        ahead = next((m for m in mentions if m.start >= end), None)
        back = next((m for m in reversed(mentions) if m.end <= start), None)
        leads = ahead is not None and ahead.start - end <= _BESIDE_WORDS
        leads = leads and not _divided(doc, end, ahead.start if ahead else end)
        trails = back is not None and not _divided(doc, back.end, start)
        if leads and not trails and target.end <= start:
            continue
        if trails and not leads and target.start >= end:
            continue
        kept.append((target, modifier))
    return kept


def _ended_together(doc: Doc, mentions: Sequence[Span], edges: Sequence[_Edge]) -> list[_Edge]:
    """The drugs joined to the one that a word right behind it ends: "MMF and HCQ off since May".

    A dose between them parts them: "pred 5 mg and tacrolimus stopped" may tell of the second alone.
    """
    reached = {(target.start, modifier.modifier_span) for target, modifier in edges}
    ordered = sorted(mentions, key=lambda mention: mention.start)
    more: list[_Edge] = []
    for target, modifier in edges:
        if modifier.category not in _ENDS or modifier.modifier_span[0] < target.end:
            continue
        place = ordered.index(target)
        while place and _JOINED.fullmatch(
            doc.text, ordered[place - 1].end_char, ordered[place].start_char
        ):
            place -= 1
            if (ordered[place].start, modifier.modifier_span) not in reached:
                more.append((ordered[place], modifier))
    return more


def _divided(doc: Doc, start: int, end: int) -> bool:
    return any(token.text in _WEIGHTS or "\n" in token.text for token in doc[start:end])


def _bracketed_elsewhere(doc: Doc, target: Span, modifier: ConTextModifier) -> bool:
    """Whether a cue stands in brackets behind another item of the list than ``target``: "MMF,
    AZA (stopped)", "MTX (ineffective), MMF"."""
    start, end = modifier.modifier_span
    if modifier.category not in _STORY | _REASONS | _RESPONSES:
        return False
    if end <= target.start:
        return _closes_bracket(doc, start, end, target.start)
    if start <= target.end or doc[start - 1].text != "(":
        return False
    return any(token.text in _WEIGHTS for token in doc[target.end : start - 1])


def _of_the_bracket(
    doc: Doc, mentions: Sequence[Span], modifiers: Sequence[ConTextModifier], edges: list[_Edge]
) -> list[_Edge]:
    """A person or a plan named in a bracket with a mention has that one and no other: "cancer:
    none (grandfather, lymphoma)", "no biologic (belimumab pending)"."""
    for modifier in modifiers:
        if modifier.category not in _PERSONS | _THOUGHTS:
            continue
        bracket = _bracket_around(doc.text, doc[modifier.modifier_span[1] - 1].idx)
        if bracket is None:
            continue
        start, end = bracket
        if any(start < named.start_char and named.end_char <= end for named in doc.spans[GROUP]):
            inside = [m for m in mentions if start < m.start_char and m.end_char <= end]
            edges = [edge for edge in edges if edge[1] is not modifier]
            edges += [(mention, modifier) for mention in inside]
    return edges


def _bracket_around(text: str, place: int) -> tuple[int, int] | None:
    """The nearest round bracket of a few words that holds ``place``."""
    start = text.rfind("(", max(0, place - _BRACKET), place)
    end = text.find(")", place, place + _BRACKET)
    return (start, end) if start >= 0 and end >= 0 and ")" not in text[start:place] else None


def _closes_bracket(doc: Doc, start: int, end: int, limit: int) -> bool:
    """Whether the words ``[start, end)`` stand in a bracket that closes before ``limit``, with
    something before it that it is about."""
    behind = [token.text for token in doc[end:limit]]
    before = [token.text for token in doc[max(0, start - _IN_BRACKETS) : start]]
    if ")" not in behind or "(" in behind[: behind.index(")")]:
        return False
    last = max((i for i, text in enumerate(before) if text == "("), default=-1)
    return last > 0 and ")" not in before[last:]


def _crosses(doc: Doc, match: Match, lines: Lines, drugged: set[int]) -> bool:
    """Whether a cue is made of the end of one drug's line and the beginning of the next line."""
    _, start, end = match
    line = lines.at(doc[start].idx)
    return line in drugged and line != lines.at(doc[end - 1].idx)


def _not_overruled(rules: Mapping[Match, ConTextRule]) -> list[Match]:
    """Without the cues that a phrase holding the last of their words takes the meaning from:
    "there is no" of "there is no change in"."""
    phrases = [match for match, rule in rules.items() if rule.category == "PSEUDO"]
    return [
        (name, start, end)
        for name, start, end in rules
        if not any(start < first < end < last for _, first, last in phrases)
    ]


def _unspent(cues: Sequence[Cue], spent: Sequence[tuple[int, int]]) -> list[Cue]:
    """Without the words that have answered what stood before them: they deny nothing after.

    ``spent``: the answers' characters, sorted.
    """

    def is_spent(cue: Cue) -> bool:
        last = bisect_right(spent, (cue.start, cue.end + 1)) - 1
        return last >= 0 and spent[last][0] <= cue.start and cue.end <= spent[last][1]

    return [cue for cue in cues if not (cue.before and is_spent(cue))]


_WEIGHTS = {",": 2, ";": 5}
_RIVAL = 5
_IN_BRACKETS = 8
"""Words of a bracket before the cue in it."""
_HEAD = 4
"""How much farther a heading is than a word beside the mention."""


def _cue(doc: Doc, target: Span, modifier: ConTextModifier, mentions: Sequence[Span]) -> Cue:
    start, end = modifier.modifier_span
    before = end <= target.start
    low, high = (end, target.start) if before else (target.end, start)
    gap = [token.text for token in doc[low : max(low, high)] if not token.is_space]
    words = sum(_WEIGHTS.get(text, 1) for text in gap)
    head = before and doc[end - 1].text == ":"
    between = sum(low <= other.start and other.end <= high for other in mentions)
    sequel = isinstance(modifier, Modifier) and modifier.sequel
    later = sequel and modifier.category in _REFUSALS and not between
    return Cue(
        category=modifier.category.lower(),
        start=doc[start].idx,
        end=doc[end - 1].idx + len(doc[end - 1]),
        distance=words + _RIVAL * between + (_HEAD if head else 0) + (later and _TOLD_LATER_BY),
        before=before,
        separated=any(text in _WEIGHTS for text in gap),
        rivals=between,
        sequel=sequel,
    )
