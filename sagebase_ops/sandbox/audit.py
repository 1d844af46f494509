"""The activity log: who changed what, as entries beside those of the services."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from google.cloud.audit.audit_log_pb2 import AuditLog
from google.cloud.logging_v2.types import ListLogEntriesResponse
from google.iam.v1.logging.audit_data_pb2 import AuditData

from sagebase_ops.sandbox.iam_scenario import Change
from sagebase_ops.sandbox.query import MISSING, Field

LOG = "cloudaudit.googleapis.com%2Factivity"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One pretend entry of the audit log, with the same doors as an entry of a service."""

    time: datetime
    number: int
    source: Change
    project: str

    @property
    def text(self) -> str:
        return ""

    def value(self, field: Field) -> Any:  # Any: text, a time, or MISSING
        known = {
            ("severity",): "NOTICE",
            ("timestamp",): self.time,
            ("logName",): f"projects/{self.project}/logs/{LOG}",
            ("insertId",): f"audit{self.number:08d}",
            ("resource", "type"): "project",
            ("resource", "labels", "project_id"): self.project,
            ("protoPayload", "methodName"): self.source.method,
            ("protoPayload", "serviceName"): self.source.service,
            ("protoPayload", "resourceName"): self._resource(),
            ("protoPayload", "authenticationInfo", "principalEmail"): self.source.who,
        }
        return known.get(tuple(field), MISSING if field[0] in {"protoPayload", "resource", "labels"} else "")

    def _resource(self) -> str:
        return self.source.resource.replace("{project}", self.project)

    def message(self) -> Any:  # Any: a raw LogEntry
        entry = ListLogEntriesResponse.pb()().entries.add()
        entry.log_name, entry.insert_id = f"projects/{self.project}/logs/{LOG}", f"audit{self.number:08d}"
        entry.resource.type = "project"
        entry.resource.labels.update({"project_id": self.project})
        entry.severity = 300
        entry.timestamp.FromDatetime(self.time)
        entry.receive_timestamp.FromDatetime(self.time + timedelta(seconds=1))
        entry.proto_payload.Pack(self._audit())
        return entry

    def _audit(self) -> Any:  # Any: a raw AuditLog
        audit = AuditLog(
            service_name=self.source.service, method_name=self.source.method, resource_name=self._resource()
        )
        audit.status.code = self.source.code
        audit.authentication_info.principal_email = self.source.who
        data = AuditData()
        for action, grants in (("ADD", self.source.added), ("REMOVE", self.source.removed)):
            for grant in grants:
                member, role = grant.replace("{project}", self.project).split(" ", 1)
                delta = data.policy_delta.binding_deltas.add(action=action, member=member, role=role)
                if self.source.condition:
                    delta.condition.title, delta.condition.expression = self.source.condition, self.source.expression
        if data.policy_delta.binding_deltas:
            audit.service_data.Pack(data)
        return audit
