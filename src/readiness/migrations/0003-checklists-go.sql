-- Checklists that were uploaded can be taken away; what was found out and signed with them is append-only and stays.
grant delete on readiness.checklist to rialto_app;
