"""`smartleads dedupe`: match tables on files alone, without any service, and say how good a match is."""
