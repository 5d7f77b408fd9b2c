"""Structured logs: JSON for machines, coloured on a terminal; a correlation id follows an event through all services."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from services.kit.settings import Settings

QUIET = ("faust", "mode", "aiokafka", "kafka", "uvicorn.access", "httpx", "httpcore")


def configure(service: str, settings: Settings) -> None:
    """Send structlog's and the standard library's records to stderr in one form."""
    console = settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    # Not rich's tracebacks: they show variables, and with them secrets.
    last: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if console
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # kafka-python warns of what is as we want it: positions are our own, so there is no group to commit to.
    logging.getLogger("kafka.coordinator").setLevel(logging.ERROR)
    structlog.contextvars.bind_contextvars(service=service)


def get(name: str) -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger


@contextmanager
def correlated(correlation_id: str) -> Iterator[None]:
    """Everything logged inside names the correlation id."""
    with structlog.contextvars.bound_contextvars(correlation_id=correlation_id):
        yield
