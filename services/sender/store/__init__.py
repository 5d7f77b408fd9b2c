"""The sender's tables, read and written in sets."""
