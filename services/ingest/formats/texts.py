"""Many texts on disk, by their number: a spreadsheet names each of its cells' texts so."""

import tempfile
from array import array
from collections.abc import Iterable

MOST_KEPT = 50_000


class Texts:
    """Takes 8 bytes of memory for each, and keeps some of those last asked for."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with this
        self._ends = array("Q", [0])
        self._kept: dict[int, str] = {}
        end = 0
        for text in texts:
            end += self._file.write(text.encode("utf-8", "surrogatepass"))
            self._ends.append(end)

    def __getitem__(self, number: int) -> str:
        text = self._kept.get(number)
        if text is None:
            if not 0 <= number < len(self._ends) - 1:
                raise IndexError(number)
            self._file.seek(self._ends[number])
            text = self._file.read(self._ends[number + 1] - self._ends[number]).decode("utf-8", "replace")
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            # A long one would make the memory of many.
            if len(text) < 200:
                self._kept[number] = text
        return text

    def close(self) -> None:
        self._file.close()
