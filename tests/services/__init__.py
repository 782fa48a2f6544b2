"""Real servers and a real browser for the tests and the benchmarks.

The modules here are plain libraries; only `require` and `plugin` know pytest.
"""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


class Unavailable(Exception):
    """A service cannot be had on this machine; the text says why in one sentence."""
