"""Which uptime checks look at which watched service?"""

from collections.abc import Sequence

from sagebase_ops.checks.smoke.sites import HTTPS, Site
from sagebase_ops.gcp.alerting import UptimeCheck
from sagebase_ops.probe.http import host_of


def looking_at(site: Site, known: Sequence[UptimeCheck]) -> tuple[UptimeCheck, ...]:
    """Those of the service's own hosts, and those that are bound to the service itself."""
    return tuple(one for one in known if one.host in site.hosts or _is_bound_to(site, one))


def _is_bound_to(site: Site, check: UptimeCheck) -> bool:
    """By name and place, as far as Google says where: the same name may serve in another region or project."""
    here = {"", site.service.region or site.project.region}
    return check.service == site.service.name and check.project in {"", site.project.id} and check.location in here


def create_command(site: Site) -> str:
    """Every minute from everywhere, over TLS with its certificate looked at."""
    host, project = host_of(site.origin), site.project.id
    port = "" if site.port == HTTPS else f" --port={site.port}"
    return (
        f"gcloud monitoring uptime create {site.service.name} --resource-type=uptime-url"
        f" --resource-labels=host={host},project_id={project} --protocol=https{port} --validate-ssl=true --project={project}"
    )
