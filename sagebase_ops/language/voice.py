"""One language and one zone, through which everything of one telling is said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Note, Sentence, Value, Verdict
from sagebase_ops.domain.runs import Run
from sagebase_ops.language.amounts import amount, clock, day, moment, pair
from sagebase_ops.language.plain import clean
from sagebase_ops.language.sentences import fill, finding_text, note_text
from sagebase_ops.language.words import APART, ENVIRONMENTS, KINDS, LISTED, MARKS, VERDICTS, zone_of


@dataclass(frozen=True, slots=True)
class Voice:
    """Everything comes back as one clean line of plain text; the caller escapes it for where it goes."""

    language: str
    zone: tzinfo

    @classmethod
    def of(cls, run: Run) -> "Voice":
        return cls(run.language, zone_of(run.timezone))

    def say(self, sentence: Sentence, **values: Value) -> str:
        return clean(fill(sentence, values, self.language, self.zone))

    def aside(self, sentence: Sentence, **values: Value) -> str:
        """Something in brackets, to stand right behind other words: only English has a space before it."""
        return ("" if self.language == "ja" else " ") + self.say(sentence, **values)

    def lines(self, sentence: Sentence) -> list[str]:
        """A text of several lines, such as a runbook, without the empty ones."""
        return [clean(line) for line in fill(sentence, {}, self.language, self.zone).splitlines() if line.strip()]

    def finding(self, finding: Finding) -> str:
        """What was seen, in one sentence."""
        return clean(finding_text(finding, self.language, self.zone))

    def note(self, note: Note) -> str:
        return clean(note_text(note, self.language, self.zone))

    def verdict(self, verdict: Verdict) -> str:
        """`✕ 不合格`: the shape and the word, so that no colour is needed."""
        return f"{MARKS[verdict]} {self.say(VERDICTS[verdict])}"

    def count(self, verdict: Verdict, count: int) -> str:
        """`不合格 2` or `2 failed`."""
        word = self.say(VERDICTS[verdict])
        return f"{word} {count}" if self.language == "ja" else f"{count} {word}"

    def environment(self, name: str) -> str:
        return self.say(ENVIRONMENTS[name]) if name in ENVIRONMENTS else clean(name)

    def kind(self, name: str) -> str:
        return self.say(KINDS[name]) if name in KINDS else clean(name)

    def measured(self, finding: Finding) -> tuple[str, str]:
        """The value and the limit, empty where there is none."""
        if finding.value and finding.limit:
            return pair(finding.value, finding.limit, self.language)
        value, limit = (amount(found, self.language) if found else "" for found in (finding.value, finding.limit))
        return value, limit

    def seen(self, finding: Finding) -> tuple[str, str]:
        """A number as such, with its limit; what has none, or was not judged by it, in its sentence alone."""
        judged = finding.verdict not in {Verdict.UNKNOWN, Verdict.SKIPPED}
        return self.measured(finding) if judged and finding.is_about_its_number else (self.finding(finding), "")

    def duration(self, seconds: float) -> str:
        return amount(Quantity(seconds, "s"), self.language)

    def moment(self, time: datetime) -> str:
        """`2026-11-24 09:00 JST`."""
        return moment(time, self.zone)

    def clock(self, time: datetime, now: datetime) -> str:
        """`09:30 JST`, with the date where it is not today's."""
        return clock(time, self.zone, now)

    def day(self, time: datetime) -> str:
        """`2026-11-24`."""
        return day(time, self.zone)

    def listed(self, names: Iterable[str]) -> str:
        return LISTED[self.language].join(names)

    def joined(self, sentences: Iterable[str]) -> str:
        """Sentences one after the other: Japanese has no space between them."""
        return ("" if self.language == "ja" else " ").join(sentences)

    def apart(self, facts: Iterable[str]) -> str:
        """Facts that have nothing to do with each other, in one line; empty ones are left out."""
        return APART[self.language].join(fact for fact in facts if fact)
