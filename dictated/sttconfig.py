"""Every key of [stt]: which engines transcribe, what each is told, and how hard it is tried."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

Seconds = Annotated[float, Meta(gt=0, le=3600)]
Engine = Literal["local", "openrouter", "cloudflare", "openai"]
BaseUrl = Annotated[str, Meta(min_length=1, description="Where the service answers; the path is added.")]
Model = Annotated[
    str, Meta(min_length=1, description="As the service names it; `dictated models` lists them.")
]
KeyVariable = Annotated[
    str,
    Meta(
        pattern="^([A-Za-z_][A-Za-z0-9_]*)?$",
        description="The environment variable that holds the key: its name, never the key.",
    ),
]


def table(name: str) -> str:
    """Return the table of a service's keys: an engine's is its own within [stt], any other's is its name."""
    return name if "." in name else f"stt.{name}"


class LocalEngine(Struct, frozen=True, kw_only=True):
    """The embedded engine: no network, no key."""

    model: Annotated[
        str,
        Meta(
            min_length=1,
            description='"tiny-en" is Moonshine Tiny (English), which comes with the program; '
            '"moonshine:…" and "whisper:…" name others, which `dictated models local` lists and fetches; '
            "else the folder of a Moonshine Tiny or a faster-whisper model.",
        ),
    ] = "tiny-en"
    language: Annotated[
        str, Meta(min_length=1, description='What is spoken ("en"), for Whisper; "auto" lets it find out.')
    ] = "auto"


class Service(Struct, frozen=True, kw_only=True):
    """What every service has."""

    base_url: BaseUrl
    model: Model
    api_key_env: KeyVariable
    api_key_file: Annotated[
        str,
        Meta(description="A file that holds the key and that only you can read; goes before the variable."),
    ] = ""
    api_key_keyring: Annotated[
        bool,
        Meta(
            description="Ask the desktop keyring (service dictated, user as the engine) where neither has it."
        ),
    ] = False
    timeout: Annotated[Seconds, Meta(description="Seconds one request may take, upload and answer.")] = 30.0
    allow_plaintext: Annotated[
        bool, Meta(description="Send what you say and the key over plain http:// to another machine.")
    ] = False


class RemoteEngine(Service, frozen=True, kw_only=True):
    """What every service that transcribes has."""

    language: Annotated[
        str, Meta(min_length=1, description='What is spoken ("en"); "auto" lets the service find out.')
    ] = "auto"
    temperature: Annotated[
        float | None,
        Meta(description="Not sent unless set: 0 makes some servers repeat themselves on noise."),
    ] = None
    format: Annotated[
        Literal["wav", "flac", "ogg"],
        Meta(description="How sound is sent: flac is lossless and half the size, ogg (Opus) a tenth."),
    ] = "wav"
    price_per_minute: Annotated[
        float, Meta(ge=0, le=100, description="US dollars, counted where the service tells no cost itself.")
    ] = 0.0


class OpenRouterEngine(RemoteEngine, frozen=True, kw_only=True):
    """OpenRouter: many models of many providers behind one key."""

    base_url: BaseUrl = "https://openrouter.ai/api/v1"
    model: Model = "openai/gpt-4o-transcribe"
    api_key_env: KeyVariable = "OPENROUTER_API_KEY"
    response_format: Annotated[
        Literal["", "json", "verbose_json"],
        Meta(description="verbose_json also tells how sure the model is; some models refuse it."),
    ] = ""
    keyterms: Annotated[
        bool, Meta(description="Send text.vocabulary as keyterms; models that take none refuse the request.")
    ] = False
    prompt_providers: Annotated[
        tuple[str, ...],
        Meta(description="Providers that get the prompt in their options; by default the model's author."),
    ] = ()
    provider: Annotated[
        dict[str, dict[str, Any]],
        Meta(description='Options passed through by provider: provider.groq.prompt = "…".'),
    ] = field(default_factory=dict)
    data_collection: Annotated[
        Literal["", "allow", "deny"], Meta(description="Whether providers that keep data may serve.")
    ] = ""
    zdr: Annotated[bool, Meta(description="Only providers that keep nothing (zero data retention).")] = False
    referer: Annotated[str, Meta(description="HTTP-Referer: your app's page in OpenRouter's rankings.")] = ""
    title: Annotated[str, Meta(description="X-OpenRouter-Title: your app's name there.")] = ""


class CloudflareEngine(RemoteEngine, frozen=True, kw_only=True):
    """Cloudflare: partners' models through AI Gateway, its own ("@cf/…") on Workers AI."""

    base_url: BaseUrl = "https://api.cloudflare.com/client/v4"
    model: Model = "openai/gpt-4o-transcribe"
    api_key_env: KeyVariable = "CLOUDFLARE_API_TOKEN"
    account_id: Annotated[str, Meta(description="Your account's id, from the dashboard.")] = ""
    gateway: Annotated[str, Meta(description="The AI Gateway to go through; else your default one.")] = ""


class OpenAIEngine(RemoteEngine, frozen=True, kw_only=True):
    """OpenAI, Groq, and any server with their interface: whisper.cpp, speaches, vLLM, LocalAI."""

    base_url: BaseUrl = "https://api.openai.com/v1"
    model: Model = "gpt-transcribe"
    api_key_env: KeyVariable = "OPENAI_API_KEY"
    path: Annotated[
        str, Meta(min_length=1, description='Below base_url; whisper.cpp answers at "inference".')
    ] = "audio/transcriptions"
    response_format: Annotated[
        Literal["", "json", "verbose_json", "text"],
        Meta(description="verbose_json also tells how sure the model is; not every model has it."),
    ] = ""
    stream: Annotated[
        bool, Meta(description="Read the words as they come, where the model sends them so.")
    ] = False
    logprobs: Annotated[bool, Meta(description="Ask how sure the model is (OpenAI's gpt-4o models).")] = False
    keywords: Annotated[
        bool,
        Meta(description="Send text.vocabulary as keywords[] (gpt-transcribe) instead of within the prompt."),
    ] = False
    languages: Annotated[
        tuple[str, ...], Meta(description="What may be spoken, sent as languages[] (gpt-transcribe).")
    ] = ()


class Stt(Struct, frozen=True, kw_only=True):
    """Speech to text."""

    engine: Annotated[Engine, Meta(description="What transcribes.")] = "local"
    fallback: Annotated[
        tuple[Engine, ...], Meta(description="Asked in this order when the engine gives no text.")
    ] = ()
    speculate: Annotated[
        Literal["local", "always", "never"],
        Meta(
            description="Transcribe at the beginning of a pause already (segment.speculate_ms), and throw it "
            "away when speech goes on: only where stt.engine is local; always, which costs money; never."
        ),
    ] = "local"
    tries: Annotated[
        int, Meta(ge=1, le=10, description="How often one engine is asked, where asking again can help.")
    ] = 4
    deadline_s: Annotated[
        Seconds, Meta(description="Seconds all tries of an utterance may take; then its sound is kept.")
    ] = 60.0
    hedge_after: Annotated[
        float,
        Meta(
            ge=0,
            le=60,
            description="Seconds without an answer before the next engine is asked too; 0 is off.",
        ),
    ] = 0.0
    skip_after: Annotated[
        int, Meta(ge=1, le=100, description="Failures in a row after which an engine is skipped for a while.")
    ] = 3
    skip_s: Annotated[
        Seconds, Meta(description="Seconds it is skipped; doubled, to ten times, while it goes on failing.")
    ] = 30.0
    prompt: Annotated[
        str,
        Meta(max_length=1000, description="Tells the engine what it hears and how to write; keep it short."),
    ] = ""
    context_words: Annotated[
        int, Meta(ge=0, le=100, description="Words of the previous utterance that go along with the next.")
    ] = 0
    hold_doubtful: Annotated[
        bool,
        Meta(description="Hold back text with no speech under it, or that repeats itself or the prompt."),
    ] = True
    local: LocalEngine = field(default_factory=LocalEngine)
    openrouter: OpenRouterEngine = field(default_factory=OpenRouterEngine)
    cloudflare: CloudflareEngine = field(default_factory=CloudflareEngine)
    openai: OpenAIEngine = field(default_factory=OpenAIEngine)
