"""Dedupe finds which Data Records are one person and which company they mean, and keeps what is then known: the golden records.

Hears    ingest.records
Tells    dedupe.people, dedupe.companies, dedupe.judgements
Keeps    person and company streams (the truth), records in normal form, the index of keys that persons are found by (PostgreSQL)
Answers  GET /api/dedupe/people/{person_id}, GET /api/dedupe/companies/{company_id}, and both under
         /api/dedupe/workspaces/{workspace_id} for what a workspace imported itself; GET /api/dedupe/people?q=…,
         GET /api/dedupe/review, GET /api/dedupe/compare, POST /api/dedupe/judgements, DELETE /api/dedupe/judgements/{judgement_id},
         POST /api/dedupe/people/{person_id}/split and /unmerge
"""
