"""The plumbing shared by all services: settings, log, errors, clock, database, events, stream, relay, http, cli. No business noun."""
