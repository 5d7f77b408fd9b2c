"""Publish on a real database: what it hears is handled as the shell does it, and its loops run until nothing is left to do."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import msgspec

from schemas.body import PROVIDER, Body
from schemas.dedupe import CompanyFormed, CompanyRevised, PersonFormed, PersonRecognised, PersonRevised
from schemas.details import CompanyDetails, PersonDetails
from schemas.envelope import Envelope
from schemas.provenance import Provenance
from services.kit.codec import Heard
from services.kit.database import rows, run
from services.kit.events import Told, Work
from services.kit.service import Context
from services.kit.settings import Settings
from services.publish import handlers, loops
from services.publish.commands import reviewing, segments
from services.publish.commands.reviewing import Outcome, Review
from services.publish.domain.review import Act
from tests.builders import MONDAY

Handler = Callable[[Sequence[Heard], Work], Iterable[Told]]
ARCHITECTS = {"field": "title", "is": "mentions", "value": ["architect"]}
NOTHING = PersonDetails()
NOWHERE = Provenance()


def person(
    details: PersonDetails, person_id: UUID | None = None, company_id: UUID | None = None, provenance: Provenance = NOWHERE
) -> PersonFormed:
    return PersonFormed(person_id=person_id or uuid4(), company_id=company_id, record_ids=(), details=details, provenance=provenance)


def revised(event: PersonFormed | PersonRevised, **changes: Any) -> PersonRevised:
    details = event.details.model_copy(update=changes)
    return PersonRevised(person_id=event.person_id, company_id=event.company_id, record_ids=(), details=details)


def company(company_id: UUID | None = None, **details: str) -> CompanyFormed:
    return CompanyFormed(company_id=company_id or uuid4(), details=CompanyDetails(**details))


def company_revised(event: CompanyFormed, **changes: str) -> CompanyRevised:
    return CompanyRevised(company_id=event.company_id, details=event.details.model_copy(update=changes))


class Streams:
    """Gives each event its version in its stream, as the store of its service does."""

    def __init__(self) -> None:
        self._heads: dict[tuple[UUID, str], int] = defaultdict(int)

    def heard(self, body: Body, stream: str, workspace_id: UUID = PROVIDER, at: datetime = MONDAY) -> Heard:
        self._heads[workspace_id, stream] += 1
        envelope = Envelope(
            event_id=uuid4(),
            type=type(body).__name__,
            workspace_id=workspace_id,
            stream=stream,
            version=self._heads[workspace_id, stream],
            occurred_at=at,
            recorded_at=at,
            correlation_id="test",
            actor="service:test",
            body=msgspec.Raw(b"{}"),
        )
        return Heard(envelope, body)


@dataclass
class Publish:
    context: Context
    streams: Streams = field(default_factory=Streams)
    now: datetime = MONDAY

    def hears(self, handler: Handler, heard: Sequence[Heard]) -> list[Told]:
        """One batch; returns what was told."""
        with self.context.worker.transaction() as connection:
            work = Work(connection, self.context.codec, self.now, "service:publish", "test")
            told = list(handler(heard, work))
            work.append(told)
            return told

    def people(self, *bodies: Any, workspace_id: UUID = PROVIDER) -> list[Told]:
        return self.hears_people([self.streams.heard(body, f"person:{body.person_id}", workspace_id) for body in bodies])

    def recognises(self, workspace_id: UUID, own: UUID, as_person: UUID | None, before: UUID | None = None) -> list[Told]:
        body = PersonRecognised(person_id=own, as_person=as_person, before=before)
        return self.hears_people([self.streams.heard(body, f"recognition:{own}", workspace_id)])

    def hears_people(self, heard: Sequence[Heard]) -> list[Told]:
        return self.hears(self._with_digest(handlers.when_people_change_look_at_them_again), heard)

    def companies(self, *bodies: Any) -> list[Told]:
        return self.hears_companies([self.streams.heard(body, f"company:{body.company_id}") for body in bodies])

    def hears_companies(self, heard: Sequence[Heard]) -> list[Told]:
        return self.hears(self._with_digest(handlers.when_companies_change_look_at_their_people_again), heard)

    def hears_outcomes(self, heard: Sequence[Heard]) -> list[Told]:
        return self.hears(self._with_digest(handlers.when_outcomes_suppress_keep_to_it), heard)

    def _with_digest(self, handler: Callable[..., Iterable[Told]]) -> Handler:
        return partial(handler, digest=self.context.secrets.digest)

    def does(self, command: Callable[[Work], tuple[Any, Iterable[Told]]], workspace_id: UUID) -> Any:
        """A command, as the API's desk does it: by the API's role, in one workspace."""
        with self.context.api.transaction(workspace_id) as connection:
            work = Work(connection, self.context.codec, self.now, "user:test", "test")
            answer, told = command(work)
            work.append(told)
            return answer

    def segment(self, workspace_id: UUID, rule: dict[str, Any] | None = None, name: str = "Architects") -> UUID:
        key = uuid4()
        self.does(lambda work: segments.define_segment(work, workspace_id, key, name, rule or ARCHITECTS), workspace_id)
        self.settles()
        return key

    def reviews(self, workspace_id: UUID, act: Act, *ids: UUID) -> Outcome:
        asked = Review(workspace_id, act, "by hand", proposals=True)
        outcome: Outcome = self.does(lambda work: reviewing.review_contacts(work, asked, ids), workspace_id)
        return outcome

    def settles(self, chunk: int = 2000) -> None:
        """The loops run until nothing is left to do."""
        while any(step(self.context, chunk) for step in (loops.suppression_step, loops.review_step, loops.look_step)):
            pass

    def contacts(self, workspace_id: UUID) -> dict[UUID, Any]:
        """The rows of a workspace's contacts, by person."""
        return {row.person_id: row for row in self.rows("SELECT * FROM contacts WHERE workspace_id = :w", w=workspace_id)}

    def told(self, stream: str) -> list[str]:
        """The types of a stream's events."""
        return [row.type for row in self.rows("SELECT type FROM events WHERE stream = :s ORDER BY version", s=stream)]

    def rows(self, sql: str, **parameters: Any) -> Sequence[Any]:
        with self.context.worker.transaction() as connection:
            return rows(connection, sql, **parameters)

    def forgets_all(self) -> None:
        """Empties the tables, for the next example of a property."""
        with self.context.worker.transaction() as connection:
            for table in (
                "list_members", "lists", "contacts", "suppressions", "segments", "reviews", "persons", "companies", "workspaces",
                "outbox", "events", "streams", "recognised", "corrections", "looks", "imports", "survivorship",
            ):  # fmt: skip
                run(connection, f"DELETE FROM {table}")


def publish_on(settings: Settings) -> Publish:
    return Publish(Context("publish", settings, lambda: MONDAY))
