"""Taking over the people and tasks of the system that this one replaces.

Its tables are read and never touched (legacy.py). Their rows move by SQL, set by set (adopt.py):
people first, in one transaction, then tasks, a transaction for each batch. The ledger
(accounts.Adoption) is written in the same transaction as the rows that it tells of, so that a run
that was cut off at any point is taken up by the next.
"""
