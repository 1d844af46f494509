"""Whose is a host of Cloud Run's own that an uptime check looks at?

Two forms lead to the same service: `SERVICE-HASH-CODE.a.run.app` with two letters for the region, and
`SERVICE-PROJECTNUMBER.REGION.run.app`; before either may stand a revision's tag and `---`. Source: Cloud Run's documentation of
URLs; Service.urls.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from sagebase_ops.gcp.run import RunService
from sagebase_ops.probe.http import host_of

OF_CLOUD_RUN = ".run.app"
_TAG = "---"
_NAMED = r"(?P<service>[a-z](?:[a-z0-9-]*[a-z0-9])?)"
_BY_CODE = re.compile(rf"{_NAMED}-[a-z0-9]+-(?P<place>[a-z]+)\.a\.run\.app")
_BY_NUMBER = re.compile(rf"{_NAMED}-\d+\.(?P<place>[a-z]+-[a-z]+\d+)\.run\.app")


class Whose(Enum):
    """A service's that Google lists; a tagged revision's of one; another region's; a service's, if Google forgot it; nobody's."""

    LISTED = "listed"
    TAGGED = "tagged"
    ELSEWHERE = "elsewhere"
    UNTOLD = "untold"
    NOBODYS = "nobodys"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a host is: the `service` that it names, and where (a region, or the two letters for one); "" where it does not."""

    whose: Whose
    service: str = ""
    place: str = ""


def owner_of(host: str, services: Sequence[RunService], region: str) -> Owner:
    """`host` in lower case; `services` are all of the region."""
    tag, _, plain = host.rpartition(_TAG)
    listed = next((one.name for one in services if plain in _hosts(one)), None)
    if listed is not None:
        return Owner(Whose.TAGGED if tag else Whose.LISTED, listed)
    form = _BY_NUMBER if _BY_NUMBER.fullmatch(plain) else _BY_CODE
    found = form.fullmatch(plain)
    if found is None:
        return Owner(Whose.NOBODYS)
    here = {region} if form is _BY_NUMBER else set(_codes(services))
    if here and found["place"] not in here:
        return Owner(Whose.ELSEWHERE, found["service"], found["place"])
    named = next((one for one in services if one.name == found["service"]), None)
    untold = named is not None and not any(map(form.fullmatch, _hosts(named)))
    return Owner(Whose.UNTOLD if untold else Whose.NOBODYS, found["service"], found["place"])


def _hosts(service: RunService) -> set[str]:
    return {host_of(url) for url in (service.uri, *service.urls)}


def _codes(services: Sequence[RunService]) -> Iterator[str]:
    """What the region is called in the hosts of its services: no list of Google's says it."""
    found = (_BY_CODE.fullmatch(host) for service in services for host in _hosts(service))
    return (one["place"] for one in found if one)
