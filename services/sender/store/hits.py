"""Every opening and click, as it came."""

from datetime import datetime

from sqlalchemy import Connection

from services.kit.database import run
from services.sender.domain.links import Link
from services.sender.domain.visits import RULE

MOST_AGENT = 500


def keep(connection: Connection, link: Link, at: datetime, user_agent: str | None, *, machine: bool) -> None:
    run(
        connection,
        """INSERT INTO hits (workspace_id, outreach_id, purpose, number, at, user_agent, by_machine, rule)
           VALUES (:w, :o, :p, :n, :at, :agent, :machine, :rule)""",
        w=link.workspace_id,
        o=link.outreach_id,
        p=link.purpose.name.lower(),
        n=link.number,
        at=at,
        agent=user_agent and user_agent.replace("\x00", "")[:MOST_AGENT],
        machine=machine,
        rule=RULE,
    )
