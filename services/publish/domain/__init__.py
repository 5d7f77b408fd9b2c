"""Publish's rules: whom a segment means, what becomes of a contact, and who must not be contacted. Pure; stdlib and schemas only."""
