"""Where presses wait for a commit, and share it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import cast

from sqlalchemy.exc import DataError, IntegrityError

from hub.envelopes import Receipt
from kiosk.presses import Press


@dataclass(slots=True, eq=False)
class Waiting:
    """A press that waits for the next commit."""

    slug: str
    press: Press
    now: datetime
    receipt: Receipt | None = None
    problem: Exception | None = None

    def answered(self) -> bool:
        """Whether its commit is over."""
        return self.receipt is not None or self.problem is not None


class Gathering:
    """Group commit: presses that come while another commit is under way are recorded together in the next one.

    Each is answered only when its commit is done. Whoever gets the lock first does the work of all who wait; a press
    that comes alone is recorded alone, as fast as ever.
    """

    def __init__(self, keep: Callable[[list[Waiting]], None]) -> None:
        """`keep` records presses in one transaction and gives each its receipt or problem."""
        self._keep = keep
        self._waiting: deque[Waiting] = deque()
        self._committing = Lock()

    def record(self, slug: str, press: Press, now: datetime) -> Receipt:
        """Record one press, perhaps with others. Raises what recording it alone would raise."""
        mine = Waiting(slug, press, now)
        self._waiting.append(mine)
        with self._committing:
            if not mine.answered():
                together = [self._waiting.popleft() for _ in range(len(self._waiting))]
                if mine not in together:  # a thread took it and was ended from outside
                    together.append(mine)
                self._record_together(together)
        if mine.problem is not None:
            raise mine.problem
        return cast(Receipt, mine.receipt)

    def _record_together(self, together: list[Waiting]) -> None:
        try:
            self._keep(together)
        except (IntegrityError, DataError) as error:
            # One of them is at fault, so each is tried by itself and only that one is told.
            if len(together) == 1:
                together[0].problem = error
            else:
                for one in together:
                    self._record_together([one])
        except Exception as error:
            for one in together:
                one.problem = error
