"""The adoption: taking over the users and tasks of the old system.

Its tables are read and never changed (legacy.py). The rows are moved by SQL, set by set (adopt.py):
users first, in one transaction, then tasks, one transaction for each batch. The ledger
(accounts.Adoption) is written in the same transaction as its rows, so that the next run continues a
run that was interrupted at any point.
"""
