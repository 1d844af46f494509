"""Cloud Billing and BigQuery: who pays, and the jobs that ask the billing export."""

import json
from dataclasses import dataclass
from typing import Any, TypeAlias

from starlette.requests import Request

from sagebase_ops.sandbox import billing_query
from sagebase_ops.sandbox.billing_query import exports_of
from sagebase_ops.sandbox.billing_scenario import Billing
from sagebase_ops.sandbox.refusals import RefusalError, not_found
from sagebase_ops.sandbox.rest_answers import Json
from sagebase_ops.sandbox.world import World

BIGQUERY, BILLING = "bigquery.googleapis.com", "cloudbilling.googleapis.com"
PERMISSIONS = {
    "cloudbilling.projects.getBillingInfo": "resourcemanager.projects.get",
    "bigquery.jobs.query": "bigquery.jobs.create",
    "bigquery.jobs.getQueryResults": "bigquery.jobs.create",
}
_READ = "bigquery.tables.getData"
_MULTI_REGIONS = {"US", "EU"}
_MOST = 100_000


def _no_permission_to_query(project: str, billing: Billing) -> RefusalError:
    table = f"{project}:{billing.dataset}.{next(iter(exports_of(billing)))}"
    text = f"Access Denied: Table {table}: User does not have permission to query table {table}, or perhaps it does not exist."
    return RefusalError("PERMISSION_DENIED", text, legacy="accessDenied")


@dataclass
class _Job:
    fields: list[Json]
    rows: list[Json]
    unfinished: int


Path: TypeAlias = tuple[str, str, str, Any, str]
"""Path, API, method, what makes the answer (Any: the Make of rest.py, which imports this), verb."""


def paths() -> list[Path]:
    """Every path of both APIs, with a BigQuery that remembers its jobs."""
    warehouse = _Warehouse()
    jobs = "/bigquery/v2/projects/{project}/queries"
    info = "/v1/projects/{project}/billingInfo"
    table = "/bigquery/v2/projects/{project}/datasets/{dataset}/tables/{table}"
    return [
        (info, BILLING, "cloudbilling.projects.getBillingInfo", _account, "GET"),
        (table, BIGQUERY, "bigquery.tables.get", _table, "GET"),
        (jobs, BIGQUERY, "bigquery.jobs.query", warehouse.query, "POST"),
        (f"{jobs}/{{job}}", BIGQUERY, "bigquery.jobs.getQueryResults", warehouse.results, "GET"),
    ]


def _account(world: World, request: Request) -> Json:
    project, billing = str(request.path_params["project"]), world.scenario.billing
    named = {"billingAccountName": f"billingAccounts/{billing.account}", "billingEnabled": True}
    name = f"projects/{project}/billingInfo"
    return {"name": name, "projectId": project, **(named if billing.enabled else {})}


def _table(world: World, request: Request) -> Json:
    billing, given = world.scenario.billing, request.path_params
    place = f"{given['project']}:{given['dataset']}"
    if given["dataset"] != billing.dataset:
        raise not_found(f"Not found: Dataset {place}")
    delay = exports_of(billing).get(given["table"])
    if delay is None:
        raise not_found(f"Not found: Table {place}.{given['table']}")
    field = {"field": billing.partition_field} if billing.partition_field else {}
    return {
        "kind": "bigquery#table",
        "id": f"{place}.{given['table']}",
        "tableReference": {"projectId": given["project"], "datasetId": given["dataset"], "tableId": given["table"]},
        "numBytes": str(billing.bytes),
        **({} if billing.age is None else {"creationTime": str(int((world.now() - billing.age).timestamp() * 1000))}),
        "lastModifiedTime": str(int((world.now() - delay).timestamp() * 1000)),
        "type": "TABLE",
        "location": billing.location,
        "timePartitioning": {"type": "DAY", **field},
    }


class _Warehouse:
    """The queries that were asked, by their numbers."""

    def __init__(self) -> None:
        self._jobs: list[_Job] = []

    async def query(self, world: World, request: Request) -> Json:
        """The job is refused where its table may not be read, in words of its own that name no permission."""
        if world.denies(_READ):
            raise _no_permission_to_query(str(request.path_params["project"]), world.scenario.billing)
        body = json.loads(await request.body() or b"{}")
        fields, rows = billing_query.answer(world, body)
        self._jobs.append(_Job(fields, rows, world.scenario.billing.unfinished))
        most = int(body.get("maxResults", _MOST))
        return self._page(world, str(request.path_params["project"]), len(self._jobs) - 1, 0, most)

    def results(self, world: World, request: Request) -> Json:
        """Outside of the multi-regions a job is found only where its location is said."""
        given, name = request.query_params, str(request.path_params["job"])
        number, place = int(name.removeprefix("job_")), world.scenario.billing.location
        if number >= len(self._jobs) or (place not in _MULTI_REGIONS and given.get("location") != place):
            raise not_found(f"Not found: Job {name}")
        first, most = int(given.get("pageToken") or 0), int(given.get("maxResults", _MOST))
        return self._page(world, str(request.path_params["project"]), number, first, most)

    def _page(self, world: World, project: str, number: int, first: int, most: int) -> Json:
        job, billing = self._jobs[number], world.scenario.billing
        reference = {"projectId": project, "jobId": f"job_{number}", "location": billing.location}
        answer: Json = {"kind": "bigquery#queryResponse", "jobReference": reference}
        if job.unfinished:
            job.unfinished -= 1
            return {**answer, "jobComplete": False}
        rows, end = job.rows[first : first + most], first + most
        return {
            **answer,
            "jobComplete": True,
            "schema": {"fields": job.fields},
            "totalRows": str(len(job.rows)),
            "totalBytesProcessed": str(billing.bytes),
            **({"rows": rows} if rows else {}),
            **({"pageToken": str(end)} if end < len(job.rows) else {}),
        }
