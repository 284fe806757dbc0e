"""How far two people agree on the same tails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence


def kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float | None:
    """Cohen's kappa (1960): how much more often two people say the same than they would by chance; 1 is always.

    Args:
        first, second: what each said of the same things, in the same order.

    Returns:
        None where it isn't defined: of nothing, or where both said one and the same of everything.
    """
    if len(first) != len(second):
        raise ValueError(f"two people judged {len(first)} and {len(second)} things")
    count = len(first)
    mine, others = Counter(first), Counter(second)
    chance = sum(mine[label] * others[label] for label in mine)
    if not count or chance == count**2:
        return None
    same = sum(a == b for a, b in zip(first, second, strict=True))
    return (same * count - chance) / (count**2 - chance)
