"""Run with the Cloud SDK's folder: reads a Service (JSON, standard input) as gcloud would, prints what it does not know.

Google's description of the API is the SDK's generated classes (Cloud Run Admin API v1). It needs a process of its own, since
the SDK brings libraries that are named like ours.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

root = Path(sys.argv[1])
sys.path[:0] = [str(root / "lib" / "third_party"), str(root / "lib")]

from apitools.base.py import encoding  # type: ignore[import-not-found] # noqa: E402 (found only now)
from googlecloudsdk.generated_clients.apis.run.v1 import run_v1_messages as api  # type: ignore[import-not-found] # noqa: E402 (the same)


def unknown(message: Any, path: str = "") -> list[str]:  # Any: a class that the SDK generated
    """Fields that Google's description does not have, at any depth."""
    found = [f"{path}{name}" for name in message.all_unrecognized_fields()]
    for field in message.all_fields():
        values = getattr(message, field.name)
        for value in values if isinstance(values, list) else [values]:
            if hasattr(value, "all_fields"):
                found += unknown(value, f"{path}{field.name}.")
    return found


def annotations() -> dict[str, str]:
    """By name, the kinds of resource that take it, in the words of the description."""
    words = re.sub(r"-\s+", "-", api.ObjectMeta.__doc__ or "")
    return dict(re.findall(r"`([\w.]+/[\w-]+)`:\s+([\w ,]+)", re.sub(r"\s+", " ", words)))


service = encoding.JsonToMessage(api.Service, sys.stdin.read())
print(json.dumps({"unknown": unknown(service), "annotations": annotations(), "read": encoding.MessageToDict(service)}))  # noqa: T201
