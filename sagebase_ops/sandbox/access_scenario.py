"""What a scenario says of requests in the request log."""

from datetime import timedelta

from sagebase_ops.sandbox.scenario_parts import Part, Span


class Visit(Part):
    """Who asked for what, and how long it took. `{n}` in path and source is a running number (in a source up to 200)."""

    path: str = "/"
    source: str = "203.0.113.{n}"
    took: Span = timedelta(0)
    agent: str = "Mozilla/5.0"
    method: str = "GET"
