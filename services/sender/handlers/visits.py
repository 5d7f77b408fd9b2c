"""Openings and clicks: kept raw, told once by a person and once by a machine."""

from collections.abc import Iterable

from schemas.sender import MailClicked, MailOpened
from services.kit.events import Told, Work
from services.sender.domain.links import Link, Purpose
from services.sender.domain.visits import by_machine
from services.sender.handlers.people import standing
from services.sender.handlers.telling import news, tell
from services.sender.store import hits


def visit(link: Link, user_agent: str | None, work: Work) -> Iterable[Told]:
    found, machine = standing(work, link.outreach_id), by_machine(user_agent)
    hits.keep(work.connection, link, work.now, user_agent, machine=machine)
    kind = MailOpened if link.purpose is Purpose.OPEN else MailClicked
    return news(work, [tell(found.facts, kind(**found.facts.named(), at=work.now, by_machine=machine))])
