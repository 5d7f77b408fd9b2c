"""Dashboard shows pages over the APIs: to customers their leads, campaigns and tasks, to the Provider its operations.

Keeps    nothing: what a page shows comes from the APIs, called through the gateway with the session of who looks
Answers  GET /login, GET /workspaces/{id}/leads, GET /workspaces/{id}/campaigns/{id}, GET /workspaces/{id}/tasks,
         GET /workspaces/{id}/imports, GET /provider, …
"""
