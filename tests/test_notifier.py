from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
import pytest
from fixtures.notifications import notifying

from dictated.notice import Notice, Subject
from dictated.notifier import LENGTH, Notifier

if TYPE_CHECKING:
    from fixtures.notifications import Bus, Complaints, Dunst

GONE = Notice(Subject.MICROPHONE, "The microphone is gone", "Plug it in again", urgent=True)
MUTED = Notice(Subject.MICROPHONE, "The microphone is muted")
HELD = Notice(Subject.WORDS, "2 utterances wait", "dictated history shows them")
FULL = Notice(Subject.DISK, "The disk is full")
SOON_S = 0.2
"""A time-out for what is not going to answer."""


# What the user sees


@pytest.mark.desktop
async def test_a_notice_is_shown_as_it_was_told(bus: Bus, dunst: Dunst) -> None:
    async with notifying(Notifier(bus.environ)) as notifier:
        notifier.tell(GONE)
        told = await dunst.told()
    assert [told[name] for name in ("appname", "summary", "body", "icon", "urgency")] == [
        "dictated",
        "The microphone is gone",
        "Plug it in again",
        "audio-input-microphone",
        "CRITICAL",
    ]


@pytest.mark.desktop
async def test_what_is_not_urgent_goes_away_by_itself(bus: Bus, dunst: Dunst) -> None:
    async with notifying(Notifier(bus.environ)) as notifier:
        notifier.tell(HELD)
        told = await dunst.told()
    assert (told["urgency"], told["timeout"]) == ("NORMAL", "10000")


@pytest.mark.desktop
@pytest.mark.parametrize(
    ("markup", "body"), [("full", "&lt;b&gt; &amp; it's &amp;amp;"), ("no", "<b> & it's &amp;")]
)
async def test_a_body_is_plain_text_whatever_the_service_makes_of_markup(
    bus: Bus, dunst: Dunst, markup: str, body: str
) -> None:
    dunst.stop()
    dunst.start(markup)
    async with notifying(Notifier(bus.environ)) as notifier:
        notifier.tell(Notice(Subject.ENGINE, "<b>", "<b> & it's &amp;"))
        told = await dunst.told()
    assert (told["summary"], told["body"]) == ("<b>", body)


@pytest.mark.desktop
async def test_a_notice_takes_the_place_of_the_older_one_of_its_subject(bus: Bus, dunst: Dunst) -> None:
    async with notifying(Notifier(bus.environ)) as notifier:
        numbers = []
        for notice in (GONE, HELD, MUTED):
            notifier.tell(notice)
            numbers.append((await dunst.told())["id"])
    assert numbers[2] == numbers[0] != numbers[1]


@pytest.mark.desktop
async def test_what_is_on_the_screen_is_not_shown_again(bus: Bus, dunst: Dunst) -> None:
    async with notifying(Notifier(bus.environ)) as notifier:
        for notice in (GONE, HELD):
            notifier.tell(notice)
            await dunst.told()
        notifier.tell(GONE)
        notifier.tell(FULL)
        assert (await dunst.told())["summary"] == FULL.summary


@pytest.mark.desktop
async def test_what_the_user_closed_is_shown_again_when_told_again(bus: Bus, dunst: Dunst) -> None:
    async with notifying(Notifier(bus.environ)) as notifier:
        for _ in range(2):
            notifier.tell(GONE)
            await dunst.told()
            await anyio.to_thread.run_sync(dunst.ask, "NotificationCloseAll")
    assert dunst.count == 0


@pytest.mark.desktop
async def test_what_the_user_left_open_is_not_shown_again(bus: Bus, dunst: Dunst) -> None:
    async with notifying(Notifier(bus.environ)) as notifier:
        for notice in (GONE, HELD):
            notifier.tell(notice)
            last = await dunst.told()
        await anyio.to_thread.run_sync(dunst.ask, "CloseNotification", "u", (int(last["id"]),))
        notifier.tell(GONE)
        notifier.tell(FULL)
        assert (await dunst.told())["summary"] == FULL.summary


@pytest.mark.desktop
async def test_what_is_withdrawn_is_closed_and_nothing_else(bus: Bus, dunst: Dunst) -> None:
    async with notifying(Notifier(bus.environ)) as notifier:
        for notice in (GONE, HELD):
            notifier.tell(notice)
            await dunst.told()
        notifier.withdraw(Subject.MICROPHONE)
        notifier.tell(FULL)
        await dunst.told()
    assert dunst.count == 2


@pytest.mark.desktop
async def test_what_is_withdrawn_before_it_was_shown_is_not_shown(bus: Bus, dunst: Dunst) -> None:
    notifier = Notifier(bus.environ)
    notifier.tell(GONE)
    notifier.withdraw(Subject.MICROPHONE)
    notifier.tell(HELD)
    async with notifying(notifier):
        assert (await dunst.told())["summary"] == HELD.summary


@pytest.mark.desktop
async def test_only_the_newest_of_a_subject_waits(bus: Bus, dunst: Dunst) -> None:
    notifier = Notifier(bus.environ)
    for count in range(1000):
        notifier.tell(Notice(Subject.WORDS, f"{count} utterances wait"))
    async with notifying(notifier):
        assert (await dunst.told())["summary"] == "999 utterances wait"


@pytest.mark.desktop
@pytest.mark.parametrize("text", ["a\0b", "a\ud800b", "a\x1b\nb", "ab" * 1_000_000])
async def test_no_text_keeps_a_notice_from_the_screen(bus: Bus, dunst: Dunst, text: str) -> None:
    async with notifying(Notifier(bus.environ)) as notifier:
        notifier.tell(Notice(Subject.DISK, text, text))
        told = await dunst.told()
    assert (told["summary"][0], told["body"][-1]) == ("a", "b")
    assert len(told["summary"]) <= LENGTH


# Services that come and go


@pytest.mark.desktop
async def test_a_service_that_was_restarted_shows_it_again(bus: Bus, dunst: Dunst) -> None:
    async with notifying(Notifier(bus.environ)) as notifier:
        for _ in range(2):
            notifier.tell(GONE)
            assert (await dunst.told())["summary"] == GONE.summary
            dunst.stop()
            dunst.start()


@pytest.mark.desktop
async def test_the_notice_of_another_program_is_never_replaced(bus: Bus, dunst: Dunst) -> None:
    async with notifying(Notifier(bus.environ)) as notifier:
        notifier.tell(GONE)
        await dunst.told()
        dunst.stop()
        dunst.start()  # it counts from the start again: our number is that of another's notice now
        others = ("mail", 0, "", "You have mail", "", [], {}, -1)
        await anyio.to_thread.run_sync(dunst.ask, "Notify", "susssasa{sv}i", others)
        await dunst.told()
        notifier.tell(MUTED)
        await dunst.told()
    assert dunst.count == 2


@pytest.mark.desktop
async def test_a_service_that_hangs_is_given_up_and_shows_only_what_comes_after(
    bus: Bus, dunst: Dunst, complaints: Complaints
) -> None:
    async with notifying(Notifier(bus.environ, timeout_s=1)) as notifier:
        dunst.process.send_signal(signal.SIGSTOP)
        notifier.tell(GONE)
        assert await complaints.next() == "INFO: no desktop notifications: no answer within 1 s"
        dunst.process.send_signal(signal.SIGCONT)
        await anyio.to_thread.run_sync(lambda: dunst.count)  # it answers again
        notifier.tell(HELD)
        assert (await dunst.told())["summary"] == HELD.summary


@pytest.mark.desktop
async def test_a_bus_that_was_restarted_is_connected_to_again(bus: Bus, dunst: Dunst) -> None:
    async with notifying(Notifier(bus.environ)) as notifier:
        for _ in range(2):
            notifier.tell(GONE)
            assert (await dunst.told())["summary"] == GONE.summary
            for step in (bus.kill, dunst.stop, bus.start, dunst.start):
                await anyio.to_thread.run_sync(step)
