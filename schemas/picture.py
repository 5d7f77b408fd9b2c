"""The picture of the services and topics, drawn from the catalogue; ARCHITECTURE.md holds it, and a test holds it to the catalogue."""

from schemas.topics import SERVICES, TOPICS

BEGIN, END = "<!-- topics: drawn by `python -m schemas generate` -->", "<!-- /topics -->"


def mermaid() -> str:
    """A flow chart: services as boxes, topics as arrows from their one writer to each reader."""
    lines = ["flowchart LR"]
    lines += [f"    {service}[[{service}]]" for service in SERVICES if service != "dashboard"]
    lines.append("    dashboard([dashboard])")
    for writer in SERVICES:
        told: dict[str, list[str]] = {}
        for topic in TOPICS:
            if topic.writer == writer:
                for reader in topic.readers:
                    told.setdefault(reader, []).append(topic.name.split(".")[1])
        lines += [f"    {writer} -- {', '.join(names)} --> {reader}" for reader, names in told.items()]
    lines.append("    dashboard -. HTTP .-> kpi & publish & campaign & sender & accounts & ingest & dedupe")
    return "\n".join(lines)


def table() -> str:
    rows = ["| topic | writer | readers | key | events |", "|---|---|---|---|---|"]
    for topic in TOPICS:
        events = ", ".join(body.__name__ for body in topic.bodies)
        rows.append(f"| `{topic.name}` | {topic.writer} | {', '.join(topic.readers)} | `{topic.key}` | {events} |")
    return "\n".join(rows)


def section() -> str:
    return f"{BEGIN}\n```mermaid\n{mermaid()}\n```\n\n{table()}\n{END}"


def redrawn(text: str) -> str:
    """The document with its section drawn anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + section() + after
