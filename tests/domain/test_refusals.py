"""What a person reads where Google would not answer: said once, in the language of the digest."""

from zoneinfo import ZoneInfo

import pytest

from sagebase_ops.domain.refusals import details_of, refused
from sagebase_ops.domain.results import Target
from sagebase_ops.errors import GcpErrorKind
from sagebase_ops.gcp.errors import Question, failure
from sagebase_ops.language.sentences import finding_text, note_text

QUESTION = Question("run.googleapis.com", "Services.ListServices", "run.services.list", "prod")
TARGET = Target("project", "prod")
TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize("kind", GcpErrorKind)
def test_a_refusal_is_a_sentence_of_the_digests_language_and_googles_own_words(kind: GcpErrorKind) -> None:
    finding = refused(TARGET, failure(kind, "why\nnot", QUESTION))
    assert finding_text(finding, "ja", TOKYO).startswith("確認できません：")
    assert finding_text(finding, "en", TOKYO).startswith("could not look: ")
    assert [note_text(note, "ja", TOKYO) for note in finding.notes] == ["原文（Services.ListServices）：why not"]


def test_where_nothing_came_over_the_wire_nothing_is_quoted() -> None:
    assert refused(TARGET, failure(GcpErrorKind.DEADLINE, "", QUESTION)).notes == ()


def test_what_the_caller_knows_stays_in_the_finding_and_the_refusal_says_why() -> None:
    error = failure(GcpErrorKind.PARTIAL, "us-east1", QUESTION)
    finding = refused(TARGET, error, link="https://console", asked={"filter": "x"})
    asked = {"api": "run.googleapis.com", "method": "Services.ListServices", "filter": "x"}
    assert (finding.link, finding.asked, finding.reason) == ("https://console", asked, "partial")


def test_below_another_finding_a_refusal_says_of_which_kind_it_is() -> None:
    kind, words = details_of(failure(GcpErrorKind.QUOTA, "Quota exceeded", QUESTION))
    assert "割り当て" in note_text(kind, "ja", TOKYO)
    assert note_text(words, "en", TOKYO) == "verbatim (Services.ListServices): Quota exceeded"
