"""Which service accounts are Google's own agents, and which are this very project's?

Anybody may name an account `service-123@…` in a project of their own, so the place behind the @ counts, and the number too:
an agent of another project acts for whoever owns that one. What is not here is for a person to approve.
Source: IAM's list of service agents; Google adds to it at any time.
"""

import re

_OF_SERVICES = """
aiplatform aiplatform-cc apigateway artifactregistry bigquerydatatransfer cloud-sql cloudbuild clouddeploy cloudkms cloudscheduler
cloudtasks containerscanning dataform dataplex discoveryengine eventarc firebase firebasestorage firestore iap logging monitoring
monitoring-notification networkconnectivity notebooks prod-dlp pubsub scc-notification secretmanager speech vertex-es vpcaccess
workflows
"""
_OLDER = """
cloud-filer cloud-ml.google.com cloud-redis cloudcomposer-accounts compute-system container-analysis container-engine-robot
containerregistry dataflow-service-producer-prod dataproc-accounts endpoints-portal firebase-rules gae-api-prod.google.com
gcf-admin-robot gcp-gae-service gs-project-accounts serverless-robot-prod service-networking sourcerepo-service-accounts
"""
HOMES = frozenset([f"gcp-sa-{name}" for name in _OF_SERVICES.split()] + _OLDER.split())
"""Google's own projects, as they stand between `@` and `.iam.gserviceaccount.com`."""

_AGENT = re.compile(r"serviceAccount:service-(?P<number>\d+)@(?P<home>[\w.-]+)\.iam\.gserviceaccount\.com")
_APIS = re.compile(r"serviceAccount:(?P<number>\d+)@cloudservices\.gserviceaccount\.com")
_DEFAULT = re.compile(r"serviceAccount:(?P<number>\d+)(-compute@developer|@cloudbuild)\.gserviceaccount\.com")
_ROLE_OF_AGENT = re.compile(r"roles/[\w.]+[sS]erviceAgent")
_EDITOR = "roles/editor"


def number_of_agent(member: str) -> str | None:
    """The number of the project for which this agent of Google's works; None for what is no agent of Google's."""
    found = _AGENT.fullmatch(member) or _APIS.fullmatch(member)
    if found is None or found.groupdict().get("home", "serverless-robot-prod") not in HOMES:
        return None
    return found["number"]


def is_own_agent(member: str, role: str, number: str | None) -> bool:
    """Whether it is an agent of the project with this number, in a role that Google itself gives such agents.

    Without the number, every project's agent is taken for ours: whoever asks has to say that he does not know it.
    """
    works_for = number_of_agent(member)
    if works_for is None or (number is not None and works_for != number):
        return False
    return bool(_ROLE_OF_AGENT.fullmatch(role)) or (role == _EDITOR and _APIS.fullmatch(member) is not None)


def is_of_project(member: str, project: str, number: str | None) -> bool:
    """Whether a service account belongs to the project: one that somebody made there, or one of Google's default ones.

    Without the number, every project's default ones are taken for ours.
    """
    if member.endswith((f"@{project}.iam.gserviceaccount.com", f":{project}@appspot.gserviceaccount.com")):
        return True
    default = _DEFAULT.fullmatch(member)
    return default is not None and number in {None, default["number"]}
