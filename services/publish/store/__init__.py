"""What publish keeps in PostgreSQL, read and written in sets.

In the clear, and so to be emptied when a subject is erased: persons.details (person), contacts.details, name and search (contact),
suppressions.value (an address or profile that somebody entered).
"""
