"""Which uptime checks look at which watched service?"""

from collections.abc import Sequence

from sagebase_ops.checks.smoke.sites import Site
from sagebase_ops.gcp.alerting import UptimeCheck


def looking_at(site: Site, known: Sequence[UptimeCheck]) -> tuple[UptimeCheck, ...]:
    """Those of the service's own hosts, and those that are bound to the service itself."""
    return tuple(one for one in known if one.host in site.hosts or one.service == site.service.name)


def create_command(site: Site) -> str:
    """Every minute from everywhere, over TLS with its certificate looked at."""
    host, project = site.origin.removeprefix("https://"), site.project.id
    return (
        f"gcloud monitoring uptime create {site.service.name} --resource-type=uptime-url"
        f" --resource-labels=host={host},project_id={project} --protocol=https --validate-ssl=true --project={project}"
    )
