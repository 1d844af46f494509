"""Do both lock files hold a hash for each package, and the name of no host?"""

import re
import sys
from pathlib import Path

LOCKS = ("requirements.lock", "requirements-dev.lock")


def wrong(lock: Path) -> list[str]:
    text = lock.read_text()
    packages = re.split(r"\n(?=[a-z0-9])", text)
    unhashed = [package.split("=")[0] for package in packages if "--hash=sha256:" not in package]
    hosts = re.findall(r"(?m)^.*(?:://|--index-url|--find-links).*$", text)
    return [
        f"{lock}: {what}"
        for what in (*(f"{name} has no hash" for name in unhashed), *(f"names a host: {line}" for line in hosts))
    ]


if __name__ == "__main__":
    sys.exit("\n".join(line for name in LOCKS for line in wrong(Path(name))) or None)
