"""The settings of ingest."""

from pathlib import Path

from services.ingest.formats.limits import Limits
from services.kit.settings import Settings


class IngestSettings(Settings):
    ingest_uploads: Path | None = None
    """Where uploaded files wait until they are imported; None: `uploads` in the home. Its API and its workers share this folder."""

    ingest_most_upload_bytes: int = 900 << 20
    """Of one uploaded file, as it comes. Less than the gateway lets through, so that it is here that the caller hears what to do."""

    ingest_most_unpacked_bytes: int = 8 << 30
    """Of the table in a packed file or a spreadsheet."""

    ingest_most_unpacked_ratio: int = 200
    """Unpacked to packed: what unpacks to more is a zip bomb, not a table."""

    ingest_chunk_rows: int = 5000
    """Rows that are published, acknowledged and stored as one."""

    ingest_lease_seconds: float = 60.0
    """After that long without a chunk done, another worker takes over an import."""

    ingest_waiting_days: int = 90
    """So long an activity waits for the person who did it to become a contact."""

    @property
    def uploads_folder(self) -> Path:
        return self.ingest_uploads or self.home / "uploads"

    @property
    def limits(self) -> Limits:
        return Limits(self.ingest_most_unpacked_bytes, self.ingest_most_unpacked_ratio)
