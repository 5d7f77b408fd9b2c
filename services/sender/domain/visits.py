"""Whether a person or a machine opened a mail or followed a link: proxies prefetch pictures, and security gateways try links."""

import re

RULE = 1

_machines = re.compile(
    r"bot|crawl|spider|scan|preview|proxy|prefetch|barracuda|proofpoint|mimecast|safelinks|symantec|trendmicro"
    r"|curl|wget|python|go-http|java/|libwww|okhttp|headless",
    re.IGNORECASE,
)


def by_machine(user_agent: str | None) -> bool:
    """By its User-Agent. Apple's mail privacy proxy sends the bare `Mozilla/5.0`; a person's program says more than that."""
    agent = (user_agent or "").strip()
    if "GoogleImageProxy" in agent:
        # Gmail fetches through it, but only when a person opens the mail.
        return False
    return agent in {"", "Mozilla/5.0"} or _machines.search(agent) is not None
