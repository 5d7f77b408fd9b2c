"""Ingest brings in what sources say: files (CSV, JSONL, XLSX, packed or not) and pushed records become Data Records, each with its
provenance; activities become events.

Hears    accounts.events
Tells    ingest.imports, ingest.records, ingest.activities
Keeps    sources with their saved mappings, imports as resumable jobs, refused rows, the digest of each record (PostgreSQL);
         uploaded files until they are imported
Answers  /api/ingest/workspaces/{workspace_id}/… POST and GET sources, POST preview, POST and GET imports, GET imports/{id},
         GET imports/{id}/rejected and rejected.csv, POST records, POST activities
"""
