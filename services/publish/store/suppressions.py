"""Suppressions as they stand: what new contacts are held against, and what has still to be carried out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from schemas.publish import Suppressed, SuppressionScope
from services.kit.database import as_json, rows, run
from services.publish.domain.suppressions import Cause, Source
from services.publish.store.golden import texts

KEEP = """
INSERT INTO suppressions (workspace_id, suppression_id, scope, campaign_id, by, digest, contact_id, channel, reason, source, value,
                          active, settled, changed_at)
SELECT workspace_id, suppression_id, scope, campaign_id, by, digest, contact_id, channel, reason, source, value, true, settled, :now
FROM json_to_recordset(:suppressions) AS new (
    workspace_id uuid, suppression_id uuid, scope text, campaign_id uuid, by text, digest text, contact_id uuid, channel text,
    reason text, source text, value text, settled boolean)
ON CONFLICT (workspace_id, suppression_id) DO UPDATE SET
    reason = EXCLUDED.reason, value = EXCLUDED.value, active = true, settled = EXCLUDED.settled, changed_at = EXCLUDED.changed_at
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A suppression with what its event does not say: why it came, and as what somebody entered it."""

    workspace_id: UUID
    body: Suppressed
    source: Source
    value: str | None = None


def keep(connection: Connection, entries: Iterable[Entry], now: datetime) -> None:
    """Those of lists are still to be carried out; the others stand as they are."""
    new = as_json(
        {
            **entry.body.model_dump(mode="json"),
            "workspace_id": entry.workspace_id,
            "source": entry.source,
            "value": entry.value,
            "settled": entry.source != Source.LIST,
        }
        for entry in entries
    )
    run(connection, KEEP, suppressions=new, now=now)


def lifted(connection: Connection, keys: Iterable[tuple[UUID, UUID]], now: datetime) -> None:
    """Of (workspace, suppression): no longer active, and still to be carried out."""
    run(
        connection,
        """UPDATE suppressions SET active = false, settled = false, changed_at = :now
           FROM json_to_recordset(:keys) AS new (workspace_id uuid, suppression_id uuid)
           WHERE suppressions.workspace_id = new.workspace_id AND suppressions.suppression_id = new.suppression_id""",
        keys=as_json({"workspace_id": w, "suppression_id": s} for w, s in keys),
        now=now,
    )


def barring(connection: Connection, marks: Mapping[UUID, Iterable[str]]) -> dict[tuple[UUID, str], str]:
    """Which of these digests, by workspace, an exclusion list has: (workspace, digest) → reason. Not those of single campaigns."""
    found = rows(
        connection,
        """SELECT workspace_id, digest, reason
           FROM json_to_recordset(:wanted) AS wanted (workspace_id uuid, digest text) JOIN suppressions USING (workspace_id, digest)
           WHERE active AND source = 'list' AND scope <> 'campaign' ORDER BY reason""",
        wanted=as_json({"workspace_id": w, "digest": d} for w, digests in marks.items() for d in digests),
    )
    return {(row.workspace_id, row.digest): row.reason for row in found}


@dataclass(frozen=True, slots=True)
class Standing:
    """A suppression as it stands in the table."""

    workspace_id: UUID
    body: Suppressed
    source: Source
    value: str | None
    active: bool

    @property
    def excludes(self) -> bool:
        """Whether the contacts that it means are excluded."""
        return self.source == Source.LIST and self.body.scope != SuppressionScope.CAMPAIGN

    @property
    def cause(self) -> Cause:
        return Cause(self.source, self.body.reason, self.body.scope, self.body.campaign_id, self.body.channel)


def standing(row: Any) -> Standing:
    body = Suppressed.model_validate({name: getattr(row, name) for name in Suppressed.model_fields})
    return Standing(row.workspace_id, body, Source(row.source), row.value, row.active)


def of_contacts(connection: Connection, homes: Mapping[UUID, UUID]) -> list[Standing]:
    """What was suppressed for these contacts (each with its workspace) themselves, whatever their addresses."""
    found = rows(
        connection,
        """SELECT suppressions.* FROM json_to_recordset(:keys) AS wanted (workspace_id uuid, contact_id uuid)
           JOIN suppressions USING (workspace_id, contact_id) WHERE active AND by = 'contact'""",
        keys=as_json({"workspace_id": w, "contact_id": c} for c, w in homes.items()),
    )
    return [standing(row) for row in found]


def unsettled(connection: Connection, most: int) -> list[Standing]:
    found = rows(
        connection,
        "SELECT * FROM suppressions WHERE NOT settled ORDER BY workspace_id, suppression_id LIMIT :most FOR UPDATE",
        most=most,
    )
    return [standing(row) for row in found]


def settle(connection: Connection, done: Iterable[Standing]) -> None:
    run(
        connection,
        """UPDATE suppressions SET settled = true
           FROM json_to_recordset(:keys) AS done (workspace_id uuid, suppression_id uuid)
           WHERE suppressions.workspace_id = done.workspace_id AND suppressions.suppression_id = done.suppression_id""",
        keys=as_json({"workspace_id": s.workspace_id, "suppression_id": s.body.suppression_id} for s in done),
    )


def contacts_meant(connection: Connection, by: Iterable[Standing], most: int) -> dict[tuple[UUID, UUID], str]:
    """The contacts not yet excluded that these suppressions mean, at most so many: (workspace, contact) → reason."""
    found = rows(
        connection,
        """SELECT DISTINCT ON (workspace_id, contact_id) workspace_id, contact_id, reason
           FROM json_to_recordset(:wanted) AS wanted (workspace_id uuid, digest text, reason text)
                JOIN (SELECT workspace_id, contact_id, unnest(marks) AS digest FROM contacts
                      WHERE state IN ('proposed', 'published', 'approved') AND workspace_id = ANY(CAST(:homes AS uuid[]))) AS live
                     USING (workspace_id, digest)
           ORDER BY workspace_id, contact_id, reason LIMIT :most""",
        wanted=as_json({"workspace_id": s.workspace_id, "digest": s.body.digest, "reason": s.body.reason} for s in by),
        homes=texts({s.workspace_id for s in by}),
        most=most,
    )
    return {(row.workspace_id, row.contact_id): row.reason for row in found}


def siblings(connection: Connection, workspace_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """The other workspaces of each one's client."""
    found = rows(
        connection,
        """SELECT own.workspace_id, array_agg(other.workspace_id ORDER BY other.workspace_id) AS others
           FROM workspaces own JOIN workspaces other USING (client_id)
           WHERE own.workspace_id = ANY(CAST(:ids AS uuid[])) AND other.workspace_id <> own.workspace_id GROUP BY own.workspace_id""",
        ids=texts(workspace_ids),
    )
    return {row.workspace_id: row.others for row in found}


def keep_workspaces(connection: Connection, created: Iterable[Mapping[str, Any]]) -> None:
    """Store new workspaces, and have what their client suppresses everywhere carried out in them too."""
    new = as_json(created)
    run(
        connection,
        """INSERT INTO workspaces (workspace_id, client_id, name, time_zone)
           SELECT workspace_id, client_id, name, time_zone FROM json_to_recordset(:new)
               AS new (workspace_id uuid, client_id uuid, name text, time_zone text) ON CONFLICT DO NOTHING""",
        new=new,
    )
    run(
        connection,
        """UPDATE suppressions SET settled = false FROM json_to_recordset(:new) AS new (client_id uuid) JOIN workspaces USING (client_id)
           WHERE suppressions.workspace_id = workspaces.workspace_id AND scope = 'client' AND active""",
        new=new,
    )
