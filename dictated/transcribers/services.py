"""The engines that are services, over one link; imported where one is asked for: HTTP is slow to load."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from dictated import secret
from dictated.transcribers.cloudflare import Cloudflare
from dictated.transcribers.openai import OpenAI
from dictated.transcribers.openrouter import OpenRouter
from dictated.wire.link import Link

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dictated.sttconfig import Stt


class Services:
    """Makes services that share their connections."""

    def __init__(self, stt: Stt, environ: Mapping[str, str]) -> None:
        """`environ` is where keys may be found."""
        self._stt = stt
        self._environ = environ
        self._link = Link(max(stt.openrouter.timeout, stt.cloudflare.timeout, stt.openai.timeout))

    def engine(self, name: Literal["openrouter", "cloudflare", "openai"]) -> OpenRouter | Cloudflare | OpenAI:
        """One of them."""
        find_key = partial(secret.find, name, getattr(self._stt, name), self._environ)
        match name:
            case "openrouter":
                return OpenRouter(self._stt.openrouter, self._link, find_key)
            case "cloudflare":
                return Cloudflare(self._stt.cloudflare, self._link, find_key)
            case "openai":
                return OpenAI(self._stt.openai, self._link, find_key)
