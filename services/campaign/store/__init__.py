"""What this service keeps, by SQL over sets: its streams, the due table, and copies of what others told."""
