"""What does one run see of Google Cloud? Every reader of every check, each question asked once."""

from functools import cached_property
from typing import TYPE_CHECKING

from sagebase_ops.gcp.asked import Asked

if TYPE_CHECKING:
    from sagebase_ops.gcp.alerting import AlertingReader
    from sagebase_ops.gcp.apis import ApiReader
    from sagebase_ops.gcp.billing import BillingReader
    from sagebase_ops.gcp.clients import Connections
    from sagebase_ops.gcp.dashboards import DashboardReader
    from sagebase_ops.gcp.iam import IamReader
    from sagebase_ops.gcp.log_config import LogConfigReader
    from sagebase_ops.gcp.logs import LogReader
    from sagebase_ops.gcp.monitoring import MetricReader
    from sagebase_ops.gcp.run import RunReader
    from sagebase_ops.gcp.secrets import SecretReader
    from sagebase_ops.gcp.sql import SqlReader
    from sagebase_ops.gcp.storage import StorageReader


class Cloud:
    """One run's snapshot over the process's connections, with at most `in_flight` questions at once.

    Readers are made at first use: a run without a question to an API never imports that API's library.
    """

    def __init__(self, connections: "Connections", in_flight: int = 32) -> None:
        self.connections = connections
        self.asked = Asked(in_flight)

    async def aclose(self) -> None:
        """Give up what is still being asked; the connections stay open for the next run."""
        await self.asked.aclose()

    @cached_property
    def run(self) -> "RunReader":
        from sagebase_ops.gcp.run import RunReader

        return RunReader(self.connections, self.asked)

    @cached_property
    def logs(self) -> "LogReader":
        from sagebase_ops.gcp.logs import LogReader

        return LogReader(self.connections, self.asked)

    @cached_property
    def log_config(self) -> "LogConfigReader":
        from sagebase_ops.gcp.log_config import LogConfigReader

        return LogConfigReader(self.connections, self.asked)

    @cached_property
    def metrics(self) -> "MetricReader":
        from sagebase_ops.gcp.monitoring import MetricReader

        return MetricReader(self.connections, self.asked)

    @cached_property
    def alerting(self) -> "AlertingReader":
        from sagebase_ops.gcp.alerting import AlertingReader

        return AlertingReader(self.connections, self.asked)

    @cached_property
    def dashboards(self) -> "DashboardReader":
        from sagebase_ops.gcp.dashboards import DashboardReader

        return DashboardReader(self.connections, self.asked)

    @cached_property
    def secrets(self) -> "SecretReader":
        from sagebase_ops.gcp.secrets import SecretReader

        return SecretReader(self.connections, self.asked)

    @cached_property
    def sql(self) -> "SqlReader":
        from sagebase_ops.gcp.sql import SqlReader

        return SqlReader(self.connections, self.asked)

    @cached_property
    def storage(self) -> "StorageReader":
        from sagebase_ops.gcp.storage import StorageReader

        return StorageReader(self.connections, self.asked)

    @cached_property
    def apis(self) -> "ApiReader":
        from sagebase_ops.gcp.apis import ApiReader

        return ApiReader(self.connections, self.asked)

    @cached_property
    def billing(self) -> "BillingReader":
        from sagebase_ops.gcp.billing import BillingReader

        return BillingReader(self.connections, self.asked)

    @cached_property
    def iam(self) -> "IamReader":
        from sagebase_ops.gcp.iam import IamReader

        return IamReader(self.connections, self.asked)
