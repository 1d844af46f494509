"""Google's own agents are known by place and number: a name that anybody may give an account proves nothing."""

import pytest

from sagebase_ops.domain.service_agents import is_own_agent

RUN = "serviceAccount:service-12@serverless-robot-prod.iam.gserviceaccount.com"
AT = ".iam.gserviceaccount.com"


@pytest.mark.parametrize(
    ("member", "role", "own"),
    [
        (RUN, "roles/run.serviceAgent", True),
        (f"serviceAccount:service-12@gcp-sa-cloud-sql{AT}", "roles/cloudsql.serviceAgent", True),
        (f"serviceAccount:service-12@containerregistry{AT}", "roles/containerregistry.ServiceAgent", True),
        ("serviceAccount:12@cloudservices.gserviceaccount.com", "roles/editor", True),
        ("serviceAccount:12@cloudservices.gserviceaccount.com", "roles/owner", False),
        (RUN, "roles/owner", False),
        (RUN, "projects/p/roles/myserviceAgent", False),
        (RUN.replace("12", "99"), "roles/run.serviceAgent", False),
        ("serviceAccount:99@cloudservices.gserviceaccount.com", "roles/editor", False),
        (f"serviceAccount:service-12@evil{AT}", "roles/run.serviceAgent", False),
        (f"serviceAccount:service-12@gcp-sa-evil{AT}", "roles/run.serviceAgent", False),
        ("serviceAccount:12-compute@developer.gserviceaccount.com", "roles/editor", False),
    ],
)
def test_an_agent_is_our_own_by_its_place_its_number_and_its_role(member: str, role: str, *, own: bool) -> None:
    assert is_own_agent(member, role, "12") is own


def test_without_our_number_every_projects_agent_is_taken_for_ours_and_nothing_else() -> None:
    assert is_own_agent(RUN, "roles/run.serviceAgent", None)
    assert not is_own_agent(f"serviceAccount:service-12@evil{AT}", "roles/run.serviceAgent", None)
