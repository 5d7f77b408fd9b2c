"""The names of all metrics, each with its meaning and unit; nothing else defines one (STYLE.md, practice 14)."""

from prometheus_client import Counter, Histogram

HTTP_REQUESTS = Counter("smartleads_http_requests_total", "Requests answered, by the route's template.", ("method", "route", "status"))
HTTP_SECONDS = Histogram(
    "smartleads_http_request_seconds",
    "Seconds from a request's arrival to the end of its answer.",
    ("method", "route"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
