"""The engines that are services, over one link; imported where one is asked for: HTTP is slow to load."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from dictated import secret
from dictated.transcribers.cloudflare import Cloudflare
from dictated.transcribers.openai import OpenAI
from dictated.transcribers.openrouter import OpenRouter
from dictated.wire.link import Link

if TYPE_CHECKING:
    from collections.abc import Mapping


class Services:
    """Makes services that share their connections."""

    def __init__(self, environ: Mapping[str, str], longest_s: float) -> None:
        """`environ` is where keys may be found; no request of any of them takes more than `longest_s`."""
        self._environ = environ
        self._link = Link(longest_s)

    def engine(
        self, name: Literal["openrouter", "cloudflare", "openai"], settings: Any
    ) -> OpenRouter | Cloudflare | OpenAI:
        """One of them, with its own table of settings."""
        find_key = partial(secret.find, name, settings, self._environ)
        match name:
            case "openrouter":
                return OpenRouter(settings, self._link, find_key)
            case "cloudflare":
                return Cloudflare(settings, self._link, find_key)
            case "openai":
                return OpenAI(settings, self._link, find_key)
