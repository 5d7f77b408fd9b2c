"""Which mapping a file is read with: the one that the caller gives, an earlier one of its source, or what was saved of its columns and
a proposal for the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection

from schemas.fields import CUSTOM
from services.ingest.domain.activity_rows import faults_of_activities, is_of_activities, with_activities
from services.ingest.domain.mapping import FieldMapping, faults_of, propose
from services.ingest.domain.types import Written, types_of
from services.ingest.files import Sample
from services.ingest.store import sources as store
from services.ingest.store.sources import Settled
from services.kit.errors import Invalid


@dataclass(frozen=True)
class Choice:
    """What the caller says of the mapping: one of their own, or a version that was saved for the source; and types of columns."""

    mapping: FieldMapping | None = None
    version: int | None = None
    types: Mapping[str, Written] = field(default_factory=dict)


AS_BEFORE = Choice()
"""Nothing: each column as the source's saved versions have it, and a proposal for those that none has seen."""


def settle(connection: Connection, workspace_id: UUID, source_id: UUID, sample: Sample, choice: Choice) -> Settled:
    """Raises Invalid with all that is wrong with what the caller says. A version is named only where just that is used."""
    if choice.version is not None:
        if choice.mapping is not None or choice.types:
            raise Invalid("give a mapping of your own or the version of a saved one, not both")
        saved = store.saved_mapping(connection, workspace_id, source_id, choice.version)
        if saved is None:
            raise Invalid(f"the source has no version {choice.version} of its mapping")
        check(saved.mapping, sample, f"version {choice.version} of the mapping")
        return saved
    columns, before = sample.layout.columns, store.remembered(connection, workspace_id, source_id)
    if choice.mapping is not None:
        check(choice.mapping, sample, "the mapping")
        mapping = dict(choice.mapping)
    else:
        mapping = as_before(before.fields, with_activities(propose(columns, sample.cells), sample.cells), columns)
    if before.latest and before.latest.mapping == mapping and choice.mapping is None and not choice.types:
        return before.latest
    strangers = [column for column in choice.types if column not in mapping]
    if strangers:
        raise Invalid(f"a type is given for {strangers[0]!r}, which is not mapped")
    types = types_of(mapping, columns, sample.cells, {**before.types, **choice.types})
    return Settled(mapping, types, None, tuple(column for column in columns if column not in mapping))


def as_before(known: Mapping[str, str], proposed: FieldMapping, columns: Sequence[str]) -> dict[str, str]:
    """Columns that are known mean what they meant, others what is proposed, and one whose field is taken is kept as it is. A file of
    another kind, as one of activities is, is read as proposed.
    """
    mapping: dict[str, str] = {}
    for column in sorted(columns, key=lambda each: each not in known):
        field = known.get(column, proposed.get(column, ""))
        if field:
            mapping[column] = CUSTOM + column if field in mapping.values() else field
    in_order = {column: mapping[column] for column in columns if column in mapping}
    of_a_kind = is_of_activities(in_order) == is_of_activities(proposed)
    return in_order if of_a_kind and in_order and not faults_of_activities(in_order) else dict(proposed)


def check(mapping: FieldMapping, sample: Sample, what: str) -> None:
    faults = faults_of(mapping, sample.layout.columns) + faults_of_activities(mapping)
    if faults:
        raise Invalid(f"{what} cannot be used: " + "; ".join(faults))
