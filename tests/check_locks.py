"""Do the lock files hold a hash for each package, and the name of no host?"""

import json
import re
import sys
from pathlib import Path

LOCKS = ("requirements.lock", "requirements-dev.lock")
SERVERS = Path(__file__).parent / "servers" / "package-lock.json"


def wrong(lock: Path) -> list[str]:
    text = lock.read_text()
    packages = re.split(r"\n(?=[a-z0-9])", text)
    unhashed = [package.split("=")[0] for package in packages if "--hash=sha256:" not in package]
    hosts = re.findall(r"(?m)^.*(?:://|--index-url|--find-links).*$", text)
    return [
        f"{lock}: {what}"
        for what in (*(f"{name} has no hash" for name in unhashed), *(f"names a host: {line}" for line in hosts))
    ]


def wrong_servers() -> list[str]:
    text = SERVERS.read_text()
    packages = {name: one for name, one in json.loads(text)["packages"].items() if name}
    unhashed = [f"{name} has no hash" for name, one in packages.items() if "sha512-" not in one.get("integrity", "")]
    return [f"{SERVERS.name}: {what}" for what in (*unhashed, *(["names a host"] if "://" in text else []))]


if __name__ == "__main__":
    sys.exit("\n".join([*(line for name in LOCKS for line in wrong(Path(name))), *wrong_servers()]) or None)
