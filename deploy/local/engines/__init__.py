"""Kafka, PostgreSQL, GreenMail and Caddy from packages: what to run, how to tell that it is ready, how to stop it."""
