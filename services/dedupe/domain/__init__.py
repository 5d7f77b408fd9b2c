"""The rules of dedupe: records in normal form, which of them are one person, what is then known. Pure: no database, bus or clock."""
