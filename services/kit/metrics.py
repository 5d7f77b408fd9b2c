"""The names of all metrics, each with its meaning and unit; nothing else defines one (STYLE.md, practice 14)."""

from prometheus_client import Counter, Gauge, Histogram

HTTP_REQUESTS = Counter("smartleads_http_requests_total", "Requests answered, by the route's template.", ("method", "route", "status"))
HTTP_SECONDS = Histogram(
    "smartleads_http_request_seconds",
    "Seconds from a request's arrival to the end of its answer.",
    ("method", "route"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)

EVENTS_HANDLED = Counter(
    "smartleads_events_handled_total", "Events that had their effect in this process, by topic.", ("consumer", "topic")
)
EVENTS_PARKED = Counter(
    "smartleads_events_parked_total",
    "Events put to the dead letters: rejected, bug, undecodable, or behind one of these. Any but `behind` is an alarm.",
    ("consumer", "topic", "kind"),
)
EVENTS_WAITING = Gauge("smartleads_parked_events", "Events that stand in the dead letters now.", ("consumer",))
BATCH_SECONDS = Histogram(
    "smartleads_batch_seconds",
    "Seconds from an opened batch to its commit, handler and retries by halves included.",
    ("consumer", "topic"),
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)
BATCH_RETRIES = Counter(
    "smartleads_batch_retries_total", "Batches that will be read again, as something was unavailable.", ("consumer", "topic")
)
LAG = Gauge(
    "smartleads_lag_events",
    "Events between the stored position and the end of a partition that this process has.",
    ("consumer", "topic", "partition"),
)
