"""`python -m dictated` is `dictated`."""

from __future__ import annotations

import sys

from dictated.cli import main

sys.exit(main())
