"""What the lectures claim, and what came out when it was checked: book/claims.yml.

The modules named after a subject hold the functions that compute an entry, one number each.
"""

from course_lib.claims.ledger import Ledger, claim, ledger

__all__ = ["Ledger", "claim", "ledger"]
