"""How a service is reached: one link, requests with the key, refusals in one sentence."""

from __future__ import annotations

import sys

# httpx loads a command line of its own wherever click and rich are installed: 5 MB, and half of its import
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # None: an import of it fails
