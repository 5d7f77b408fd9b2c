"""The vault: one AES-256 key per subject (a record, person, contact or user), wrapped by the master key, kept a minute in memory."""

import os
import time
from collections.abc import Callable, Iterable

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.kit.database import Database, rows, run

KEY = 32
NONCE = 12
CACHE_SECONDS = 60.0
CACHE_SIZE = 200_000

# As two texts: PostgreSQL reads an array of thousands of constants one expression at a time.
MAKE = """
INSERT INTO vault.keys (subject, wrapped)
SELECT subject, decode(wrapped, 'hex') FROM unnest(string_to_array(:s, ','), string_to_array(:w, ',')) AS new (subject, wrapped)
ON CONFLICT (subject) DO NOTHING
"""


class Vault:
    """Gives the ciphers of subjects, a whole batch in one query. A subject without one is erased, or was never sealed for."""

    def __init__(self, database: Database, master_key: bytes, seconds: Callable[[], float] = time.monotonic) -> None:
        self._database, self._master, self._seconds = database, AESGCM(master_key), seconds
        # Bytes, as a cipher takes 2.5 KB and is made in a microsecond.
        self._cache: dict[str, tuple[float, bytes | None]] = {}

    def ciphers(self, subjects: Iterable[str], *, make: bool = False, keep: bool = True) -> dict[str, AESGCM | None]:
        """The cipher of each subject, None where its key was destroyed; `make` makes keys for subjects new to the vault.

        `keep`: they will be asked for again soon.
        """
        now, wanted = self._seconds(), set(subjects)
        take = self._cache.get if keep else self._taken
        known = {s: hit[1] for s in wanted if (hit := take(s)) and now - hit[0] < CACHE_SECONDS}
        missing = sorted(wanted - known.keys())
        if missing:
            found = self._fetch(missing)
            if make and (new := [subject for subject in missing if subject not in found]):
                found |= self._make(new)
            if keep:
                self._remember(found, now)
            known |= found
        return {subject: AESGCM(key) if (key := known.get(subject)) else None for subject in wanted}

    def make_ready(self, subjects: Iterable[str]) -> None:
        """Make the keys of subjects that are new but for a few, before they are asked for. May run beside all else."""
        now, cache = self._seconds(), self._cache
        self._remember(self._make(sorted({subject for subject in subjects if subject not in cache})), now)

    def _taken(self, subject: str) -> tuple[float, bytes | None] | None:
        return self._cache.pop(subject, None)

    def destroy(self, subjects: Iterable[str]) -> int:
        """Make unreadable what was ever sealed for these subjects. Other processes follow within a minute."""
        doomed = sorted(set(subjects))
        with self._database.transaction() as connection:
            gone = run(
                connection,
                """INSERT INTO vault.keys (subject, destroyed_at) SELECT unnest(CAST(:s AS text[])), clock_timestamp()
                   ON CONFLICT (subject) DO UPDATE SET wrapped = NULL, destroyed_at = clock_timestamp()""",
                s=doomed,
            )
        for subject in doomed:
            self._cache.pop(subject, None)
        return gone

    def _fetch(self, subjects: list[str]) -> dict[str, bytes | None]:
        if not subjects:
            return {}
        with self._database.transaction() as connection:
            stored = rows(
                connection, "SELECT subject, wrapped FROM vault.keys WHERE subject = ANY(string_to_array(:s, ','))", s=",".join(subjects)
            )
        return {row.subject: self._unwrap(row.subject, row.wrapped) for row in stored}

    def _make(self, subjects: list[str]) -> dict[str, bytes | None]:
        """The keys of these subjects, made now; of those that another made at the same time, his."""
        # All in one: to ask the system for a few bytes costs as much as for many.
        bits = os.urandom((KEY + NONCE) * len(subjects))
        keys = [bits[n : n + KEY] for n in range(0, KEY * len(subjects), KEY)]
        nonces = [bits[n : n + NONCE] for n in range(KEY * len(subjects), len(bits), NONCE)]
        wrapped = map(self._wrap, subjects, keys, nonces)
        # In order, so that two that make keys at once wait for one another instead of locking each other out.
        with self._database.transaction() as connection:
            made = run(connection, MAKE, s=",".join(subjects), w=",".join(each.hex() for each in wrapped))
        return dict(zip(subjects, keys, strict=True)) if made == len(subjects) else self._fetch(subjects)

    def _wrap(self, subject: str, key: bytes, nonce: bytes) -> bytes:
        return nonce + self._master.encrypt(nonce, key, subject.encode())

    def _unwrap(self, subject: str, wrapped: memoryview | None) -> bytes | None:
        if wrapped is None:
            return None
        blob = bytes(wrapped)
        return self._master.decrypt(blob[:NONCE], blob[NONCE:], subject.encode())

    def _remember(self, found: dict[str, bytes | None], now: float) -> None:
        if len(self._cache) + len(found) > CACHE_SIZE:
            self._cache.clear()
        self._cache.update((subject, (now, key)) for subject, key in found.items())
