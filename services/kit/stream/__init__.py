"""The stream: batches of events from Kafka through Faust to handlers, each batch with its effect exactly once (DESIGN: section 4)."""

from services.kit.stream.compare import Diverged
from services.kit.stream.shell import Handler, Hears, Shell
from services.kit.stream.worker import Worker

__all__ = ["Diverged", "Handler", "Hears", "Shell", "Worker"]
