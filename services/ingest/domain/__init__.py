"""The rules of ingest: what a file is, which column means what, which row is a Data Record. Pure: no database, bus or clock."""
