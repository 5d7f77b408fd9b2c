"""The tables of ingest: sources and mappings, imports as jobs, and what is known of each record."""
