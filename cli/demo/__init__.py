"""`smartleads demo`: the whole way on real components, from four files to KPIs that are checked against the topics."""
