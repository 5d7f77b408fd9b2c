"""The rows in PostgreSQL: written by the handlers' port, read by the API."""
