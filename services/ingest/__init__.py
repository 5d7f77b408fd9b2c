"""Ingest brings in what sources say: files (CSV, JSONL, XLSX, packed or not), pushed records and, where the
Provider switches it on, company web pages become Data Records, each with its provenance; activities become events.

Hears    accounts.events, publish.contacts
Tells    ingest.imports, ingest.records, ingest.activities
Keeps    sources with their saved mappings, imports and their undoing as resumable jobs, refused rows, as digests what each import says
         of each record (PostgreSQL); by which addresses contacts are known, as keyed digests; activities of people who are no
         contacts yet; the secrets of webhooks, encrypted; uploaded files until they are imported; web pages
         that are to be read, hosts' turns and robots.txt, and raw pages as evidence for a while
Answers  /api/ingest/workspaces/{workspace_id}/… POST and GET sources, POST sources/{id}/secret, GET sources/{id}/mappings,
         POST preview, POST and GET imports, GET imports/{id}, GET imports/{id}/progress, GET and POST imports/{id}/undo,
         GET imports/{id}/rejected, rejected.csv and flawed, POST sources/web, GET imports/{id}/evidence and evidence/{line},
         POST records, POST activities
         /api/ingest/webhooks/{source_id} POST, signed
"""
