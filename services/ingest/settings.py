"""The settings of ingest."""

from pathlib import Path

from services.kit.settings import Settings


class IngestSettings(Settings):
    ingest_uploads: Path | None = None
    """Where uploaded files wait until they are imported; None: `uploads` in the home. Its API and its workers share this folder."""

    ingest_chunk_rows: int = 5000
    """Rows that are published, acknowledged and stored as one."""

    ingest_lease_seconds: float = 60.0
    """After that long without a chunk done, another worker takes over an import."""

    ingest_waiting_days: int = 90
    """So long an activity waits for the person who did it to become a contact."""

    @property
    def uploads_folder(self) -> Path:
        return self.ingest_uploads or self.home / "uploads"
