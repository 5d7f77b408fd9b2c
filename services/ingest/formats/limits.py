"""How much a packed file may become."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.ingest.domain.errors import NotATable

MIB = 1 << 20
ALWAYS = 16 * MIB
"""Bytes that any file may unpack to: small ones are no danger, whatever their ratio."""


@dataclass(frozen=True)
class Limits:
    """`unpacked` in bytes; `ratio` is unpacked to packed, of which a table has 3 to 30 and a zip bomb 1,000."""

    unpacked: int = 8 << 30
    ratio: int = 200

    def check(self, unpacked: int, packed: int) -> None:
        """Raises NotATable."""
        if unpacked > self.unpacked:
            raise NotATable(f"unpacked it has more than {self.unpacked // MIB:,} MiB, which is the limit: split it into several files")
        if unpacked > max(ALWAYS, self.ratio * packed):
            raise NotATable(f"it unpacks to more than {self.ratio} times its size, as no table does: upload the table unpacked")

    def hold(self, blocks: Iterable[bytes], packed: int) -> Iterator[bytes]:
        """The same blocks, until they are too many."""
        unpacked = 0
        for block in blocks:
            unpacked += len(block)
            self.check(unpacked, packed)
            yield block
