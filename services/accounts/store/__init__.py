"""The directory in PostgreSQL: what the events fold to, and the secrets that no event holds."""
