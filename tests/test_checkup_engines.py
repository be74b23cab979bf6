from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anyio import to_thread
from fixtures.service import Answer

from dictated import configfile
from dictated.checkup import engines
from dictated.checkup.finding import Finding, Grade, Part

if TYPE_CHECKING:
    import pytest
    from fixtures.service import Received, Service

KEY = {"OPENAI_API_KEY": "secret"}
LISTED = {"data": [{"id": "gpt-transcribe"}]}
WRONG_KEY = {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}


def good(received: Received, models: Any = LISTED) -> Answer:
    """What OpenAI would say."""
    if received.path.endswith("/models"):
        return Answer(body=models)
    return Answer(body={"text": "", "usage": {"cost": 0.0001}})


async def looked(service: Service, toml: str = 'engine = "openai"', **environ: str) -> list[Finding]:
    config = configfile.parse(f'[stt]\n{toml}\n[stt.openai]\nbase_url = "{service.url}/v1"', "here")
    return list(await to_thread.run_sync(engines.look, config, environ))


async def test_an_engine_that_answers_is_told_with_its_times_and_what_it_cost(service: Service) -> None:
    service.answers(good)
    (found,) = await looked(service, **KEY)
    assert (found.grade, found.part) == (Grade.OK, Part.ENGINE)
    assert "gpt-transcribe let us in in 0." in found.found
    assert found.found.endswith(", for $0.000100")


async def test_an_engine_is_sent_one_second_of_silence_once(service: Service) -> None:
    service.answers(good)
    await looked(service, **KEY)
    (sent,) = [received for received in service.requests if received.method == "POST"]
    assert bytes(32_000) in sent.body
    assert bytes(32_100) not in sent.body


async def test_a_wrong_key_fails_and_is_not_shown(service: Service) -> None:
    service.answers(Answer(status=401, body=WRONG_KEY))
    (found,) = await looked(service, **KEY)
    assert (found.grade, found.found, "api_key_env" in found.mend, "secret" in repr(found)) == (
        Grade.FAIL,
        'the key is missing or wrong (401: "Incorrect API key provided")',
        True,
        False,
    )


async def test_a_model_that_is_not_listed_is_a_warning(service: Service) -> None:
    service.answers(lambda received: good(received, {"data": [{"id": "another"}]}))
    (found,) = await looked(service, **KEY)
    assert (found.grade, found.mend) == (Grade.WARN, "dictated models openai")


async def test_a_server_without_a_list_of_models_is_as_good(service: Service) -> None:
    service.answers(lambda r: Answer(status=404) if r.path.endswith("/models") else Answer(body={"text": ""}))
    (found,) = await looked(service, **KEY)
    assert found.grade == Grade.OK


async def test_every_engine_of_the_chain_is_asked_though_the_first_one_fails(service: Service) -> None:
    service.answers(Answer(status=401, body=WRONG_KEY))
    found = await looked(service, 'engine = "openai"\nfallback = ["openrouter", "local"]', **KEY)
    assert [(one.what, one.grade) for one in found] == [
        ("engine openai", Grade.FAIL),
        ("engine openrouter", Grade.FAIL),
        ("engine local", Grade.OK),
    ]


async def test_every_engine_of_a_profile_is_asked_and_each_of_them_once(service: Service) -> None:
    service.answers(good)
    profile = '[profiles.{}.stt]\nengine = "openai"\nprompt = "{}"\n'
    toml = f'engine = "local"\n{profile.format("code", "as code")}{profile.format("mail", "as a letter")}'
    found = await looked(service, toml, **KEY)
    assert [(one.what, one.part, one.found.startswith("for code, mail: ")) for one in found] == [
        ("engine local", Part.ENGINE, False),
        ("engine openai", None, True),
    ]


def test_all_engines_have_time_to_answer() -> None:
    config = configfile.parse('[profiles.code.stt]\nengine = "openai"\nfallback = ["local"]\n', "here")
    assert engines.within_s(config) == 2 * engines.ENGINE_S + engines.SPARE_S


async def test_an_engine_without_an_answer_is_given_up(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "ENGINE_S", 0.2)
    service.answers(Answer(stall=True))
    (found,) = await looked(service, **KEY)
    assert (found.grade, found.found) == (Grade.FAIL, "no answer within 0.2 s")


async def test_a_local_model_that_is_not_there_says_how_to_get_it(service: Service) -> None:
    (found,) = await looked(service, 'engine = "local"\n[stt.local]\nmodel = "tiny-e"')
    assert (found.grade, "did you mean tiny-en" in found.mend) == (Grade.FAIL, True)


async def test_the_local_engine_is_loaded_and_asked(service: Service) -> None:
    (found,) = await looked(service, 'engine = "local"')
    assert (found.grade, found.found.startswith("tiny-en loaded in "), service.requests) == ("ok", True, [])
