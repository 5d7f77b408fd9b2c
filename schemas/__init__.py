"""The contracts between the services: the envelope, the event bodies by subject, and the catalogue of topics."""
