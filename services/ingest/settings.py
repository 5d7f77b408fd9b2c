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

    ingest_rejected_days: int = 90
    """So long after an import the rows that were rejected, or taken in part, are kept as they stood; then they are erased."""

    ingest_web: bool = False
    """Whether company web pages may be read as a source. Until it is set, nothing is asked of any other machine."""

    ingest_web_contact: str = ""
    """Address of a page where a site's owner learns who reads it: told with every request, and nothing is read without it."""

    ingest_web_delay_seconds: float = 5.0
    """Between two requests at one host, where its robots.txt asks for no other pause."""

    ingest_web_pages_per_site: int = 5
    """Of one import: the pages that are given, and those that they call their imprint, contact, about or team."""

    ingest_web_most_page_bytes: int = 2 << 20
    """Of one page, as it comes and unpacked."""

    ingest_web_page_seconds: float = 20.0
    """For one request from its first packet to its last."""

    ingest_web_fetchers: int = 4
    """Requests at a time, each at another host, by one worker process."""

    ingest_web_evidence_days: int = 90
    """So long the raw pages are kept; then they are erased."""

    ingest_web_test_address: str | None = None
    """For tests alone: the one address that is let through although it is not public, with any port."""

    @property
    def uploads_folder(self) -> Path:
        return self.ingest_uploads or self.home / "uploads"

    @property
    def limits(self) -> Limits:
        return Limits(self.ingest_most_unpacked_bytes, self.ingest_most_unpacked_ratio)
