"""A refusal by Google becomes a finding that says what could not be looked at, and the command that mends it."""

import pytest

from sagebase_ops.domain.refusals import WORDS, refused
from sagebase_ops.domain.results import Target, Verdict
from sagebase_ops.errors import GcpError, GcpErrorKind


@pytest.mark.parametrize("kind", GcpErrorKind)
def test_every_kind_of_refusal_has_words_in_both_languages(kind: GcpErrorKind) -> None:
    values = {"api": "run.googleapis.com", "permission": "run.services.list"}
    for words in (WORDS[kind].ja, WORDS[kind].en):
        assert "{" not in words.format(**values)


def test_a_refusal_is_unknown_with_its_kind_its_remedy_and_its_own_words() -> None:
    error = GcpError(GcpErrorKind.QUOTA, "said so", api="run.googleapis.com", method="M", remedy="gcloud x")
    finding = refused(Target("run_service", "web"), error)
    assert (finding.verdict, finding.reason, finding.remedy) == (Verdict.UNKNOWN, "quota", "gcloud x")
    assert finding.notes[0].values["message"] == "said so"
    assert finding.asked == {"api": "run.googleapis.com", "method": "M"}
