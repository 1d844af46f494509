"""How the program logs: one event a line on standard error, as JSON that Cloud Logging reads, or for a terminal."""

import logging
import os
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

_SECRETS = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|ya29\.[\w.-]+|(?<=Bearer )[\w.~+/-]+=*|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)
_NOISY = ("apscheduler", "httpx", "httpcore", "slack_sdk", "uvicorn", "google", "urllib3", "asyncio")

Event = MutableMapping[str, Any]
"""A log event: any fields."""


def set_up_logging(log_format: str | None, level: str) -> None:
    """Send structlog's and the standard library's events to standard error. `log_format` None: by the terminal."""
    as_json = log_format == "json" or (log_format is None and not sys.stderr.isatty())
    shared: list[Any] = [  # structlog's processors have no common type
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.format_exc_info if as_json or level == "DEBUG" else _in_one_line,
        _without_secrets,
    ]
    last = [_for_cloud_logging, structlog.processors.JSONRenderer(ensure_ascii=False)] if as_json else [_console()]
    handler = _StandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
        )
    )
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")  # read when grpc loads; it prints past every handler
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    logging.getLogger("grpc").setLevel(logging.CRITICAL)  # what it cannot read is a finding; it would log a traceback
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


class _StandardError(logging.StreamHandler[TextIO]):
    """Whatever standard error is at the time: live progress stands in for it, to keep its line below what is logged."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def _console() -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), timestamp_key="time")


def _for_cloud_logging(_logger: object, _method: str, event: Event) -> Event:
    """The keys that Cloud Logging lifts into its own fields. Source: Cloud Logging, structured logging."""
    event["severity"] = str(event.pop("level", "info")).upper()
    event["message"] = event.pop("event", "")
    return event


def _in_one_line(_logger: object, _method: str, event: Event) -> Event:
    """A person at a terminal is told what failed; where in the code, SAGEBASE_OPS_LOG_LEVEL=DEBUG tells."""
    failure = event.pop("exc_info", None)
    error = failure if isinstance(failure, BaseException) else sys.exc_info()[1]
    if failure and error is not None:
        event["error"] = f"{type(error).__name__}: {error}"
    return event


def _without_secrets(_logger: object, _method: str, event: Event) -> Event:
    return {key: _masked(value) for key, value in event.items()}


def _masked(value: object) -> object:
    return _SECRETS.sub("***", value) if isinstance(value, str) else value
