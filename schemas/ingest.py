"""Events of sources, imports, their records, and activities."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schemas.body import Body, Private, Value


class SourceRegistered(Body):
    source_id: UUID
    name: str
    kind: str
    """`csv`, `api`, `webhook` or `web`."""


class ImportStarted(Body):
    import_id: UUID
    source_id: UUID
    source: str
    file_name: str
    mapping: dict[str, str]
    """Column → data field, as used for this import."""
    mapping_version: int
    types: dict[str, str] = {}  # noqa: RUF012 - pydantic copies it, and a factory would not show in the contract
    """Column → type, of the source's own columns that are not text (number, date, boolean) and how it writes them."""


class ImportFinished(Body):
    import_id: UUID
    source_id: UUID
    rows: int
    accepted: int
    unchanged: int
    rejected: int


class ImportFailed(Body):
    import_id: UUID
    source_id: UUID
    reason: str


class ImportUndone(Body):
    """What rests on this import alone is taken back, record by record. The counts are of records."""

    import_id: UUID
    source_id: UUID
    gone: int
    """Of which no other import says anything."""
    back: int
    """Of which an earlier version stands again."""
    stayed: int
    """Of which another import says what stands."""


class RecordIngested(Body):
    """One Data Record as its source has it, its columns mapped to data fields. The envelope's workspace says whose it is."""

    SUBJECT: ClassVar[str | None] = "record_id"

    record_id: UUID
    """A function of (workspace, source, source_row_id)."""
    source_id: UUID
    source: str
    source_row_id: str
    import_id: UUID
    row: int
    """Line in the file, the header being 1."""
    mapping_version: int = 1
    digest: str
    """Of the fields: the same digest means that nothing has changed."""
    as_of: datetime | None = None
    """When the source says the record was last changed; else the time of the import counts."""
    fields: Private[dict[str, str]] = Field(default_factory=dict)


class RecordVersion(Value):
    """What one import says of a record; the words are those of the `RecordIngested` with this digest."""

    import_id: UUID
    row: int
    digest: str
    at: datetime | None = None
    """The time of the import, where it counts as the record's; None where the source says one."""


class RecordWithdrawn(Body):
    """An import was undone: it stands behind this record no longer. Carries all that holds now, so hearing it twice changes nothing."""

    record_id: UUID
    source_id: UUID
    import_id: UUID
    """The import that was undone."""
    stands: RecordVersion | None = None
    """What the record says from now on, by the first of the imports that say so; None: nothing is left of it."""
    forgotten: tuple[str, ...] = ()
    """Digests of what no import says of it any more."""


class ActivityKind(StrEnum):
    PRODUCT_VIEW = "product_view"
    PROFILE_VIEW = "profile_view"
    DOWNLOAD = "download"
    SAVED = "saved"
    COMPARED = "compared"
    BROWSING = "browsing"
    PAGE_VISIT = "page_visit"
    FORM = "form"
    MESSAGE = "message"


class ActivityRecorded(Body):
    activity_id: UUID
    contact_id: UUID
    kind: ActivityKind
    what: str | None = None
    at: datetime
    source: str
    seconds: int | None = None
    """How long it took, where the source says so: browsing time."""
