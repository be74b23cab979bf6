"""Rules of the log: every delivery is one whole record, in the right file, on the disk, or an error."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from restrictions import largest_file, ordinary_user

from dictated import outputconfig
from dictated.errors import SinkError
from dictated.sinks.log import LOOK_BACK, LogSink, _take_back
from dictated.types import FRAME_BYTES, Segment, Transcript, Utterance

ZONE = timezone(timedelta(hours=1))
NOON = datetime(2026, 11, 21, 12, 0, 1, 250_000, ZONE)
DAY = timedelta(days=1)

Format = Literal["text", "markdown", "jsonl"]
FORMATS: list[Format] = ["text", "markdown", "jsonl"]


def said(text: str, number: int = 1) -> Transcript:
    segment = Segment(pcm=bytes(FRAME_BYTES), first=0, onset=0, offset=1, voiced=1)
    utterance = Utterance(number, segment, NOON - timedelta(seconds=3), NOON - timedelta(seconds=1))
    return Transcript(utterance, text, engine="local", seconds=0.125, number=number)


def sink(path: Path | str, style: Format = "text", now: datetime = NOON) -> LogSink:
    return LogSink(outputconfig.LogSink(path=str(path), format=style), now=lambda: now)


def deliver(to: LogSink, *texts: str) -> None:
    """Deliver from a test that is no coroutine."""

    async def deliver_each() -> None:
        for text in texts:
            await to.deliver(said(text))

    anyio.run(deliver_each)


def on_a_tiny_disk(folder: Path) -> list[str]:
    """Return what runs a program on a disk of 64 KiB that only it sees, and that goes when it ends."""
    unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    prefix = [*unshare, "sh", "-ec", 'mount -t tmpfs -o size=64k none "$0"; exec "$@"', str(folder)]
    if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this user may not mount a disk of their own")
    return prefix


@pytest.mark.parametrize(
    ("style", "record"),
    [
        ("text", "2026-11-21 12:00:01  Bon été.\n"),
        ("markdown", "## 2026-11-21\n\n- **12:00:01** Bon été.\n"),
        (
            "jsonl",
            (
                '{"time": "2026-11-21T12:00:01.250000+01:00", "number": 1, '
                '"start": "2026-11-21T11:59:58.250000+01:00", "end": "2026-11-21T12:00:00.250000+01:00", '
                '"text": "Bon été.", "engine": "local", "seconds": 0.125}\n'
            ),
        ),
    ],
)
async def test_each_format_has_its_record(style: Format, record: str, tmp_path: Path) -> None:
    await sink(tmp_path / "log", style).deliver(said("Bon été."))

    assert (tmp_path / "log").read_text(encoding="utf-8") == record


async def test_times_of_speech_are_told_in_the_zone_of_the_clock(tmp_path: Path) -> None:
    there = timezone(timedelta(hours=-8))

    await sink(tmp_path / "log", "jsonl", NOON.astimezone(there)).deliver(said("a"))

    record = json.loads((tmp_path / "log").read_text())
    assert (record["start"], record["end"]) == (
        "2026-11-21T02:59:58.250000-08:00",
        "2026-11-21T03:00:00.250000-08:00",
    )


async def test_a_time_at_the_full_second_has_its_microseconds_too(tmp_path: Path) -> None:
    await sink(tmp_path / "log", "jsonl", NOON.replace(microsecond=0)).deliver(said("a"))

    assert json.loads((tmp_path / "log").read_text())["time"] == "2026-11-21T12:00:01.000000+01:00"


async def test_the_clock_is_the_local_one_unless_told_otherwise(tmp_path: Path) -> None:
    await LogSink(outputconfig.LogSink(path=str(tmp_path / "log"), format="jsonl")).deliver(said("a"))

    time = datetime.fromisoformat(json.loads((tmp_path / "log").read_text())["time"])
    assert time.utcoffset() == time.astimezone().utcoffset()


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("%Y-%m-%d.txt", "2026-11-21.txt"),
        ("%Y/%m/notes %H.md", "2026/11/notes 12.md"),
        ("100%%", "100%"),
        ("100%", "100%"),
        ("%", "%"),
        ("50%/%Y", "50%/2026"),
        ("é %Y", "é 2026"),
    ],
)
async def test_the_path_takes_the_fields_of_strftime(pattern: str, name: str, tmp_path: Path) -> None:
    await sink(f"{tmp_path}/{pattern}").deliver(said("a"))

    assert (tmp_path / name).is_file()


async def test_a_path_that_is_relative_is_the_same_file_from_wherever_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere := tmp_path / "elsewhere").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(elsewhere)
    await sink("notes/%Y.md").deliver(said("a"))
    assert [path.relative_to(tmp_path) for path in tmp_path.rglob("*.md")] == [Path("notes/2026.md")]


async def test_a_percent_sign_in_the_home_folder_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "%Y"))

    await sink("~/log").deliver(said("a"))

    assert (tmp_path / "%Y/log").is_file()


async def test_file_and_folders_are_for_this_user_alone(tmp_path: Path) -> None:
    await sink(tmp_path / "a/b/log").deliver(said("a"))

    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a", "a/b", "a/b/log")]
    assert modes == [0o700, 0o700, 0o600]


async def test_a_new_date_begins_the_new_file(tmp_path: Path) -> None:
    times = iter([NOON, NOON + DAY])
    log = LogSink(outputconfig.LogSink(path=f"{tmp_path}/%d"), now=lambda: next(times))

    await log.deliver(said("old"))
    await log.deliver(said("new"))

    assert (tmp_path / "22").read_text() == "2026-11-22 12:00:01  new\n"


async def test_after_the_file_is_moved_away_the_next_record_goes_to_a_new_one(tmp_path: Path) -> None:
    log = sink(tmp_path / "log")
    await log.deliver(said("old"))

    (tmp_path / "log").rename(tmp_path / "log.1")
    await log.deliver(said("new"))

    assert (tmp_path / "log").read_text() == "2026-11-21 12:00:01  new\n"


@pytest.mark.parametrize("style", FORMATS)
@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_an_empty_text_leaves_no_trace(style: Format, text: str, tmp_path: Path) -> None:
    deliver(sink(tmp_path / "log", style), text)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("style", FORMATS)
async def test_a_record_after_half_a_line_begins_on_a_new_line(style: Format, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("## 2026-11-21\nhalf a li")

    await sink(path, style).deliver(said("whole"))

    lines = path.read_text().splitlines()
    assert (len(lines), lines[1], "whole" in lines[2]) == (3, "half a li", True)


def test_a_markdown_file_has_one_heading_a_day(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    for day in (0, 0, 1, 1):
        deliver(sink(path, "markdown", NOON + day * DAY), "a")

    assert path.read_text() == (
        "## 2026-11-21\n\n- **12:00:01** a\n- **12:00:01** a\n"
        "\n## 2026-11-22\n\n- **12:00:01** a\n- **12:00:01** a\n"
    )


def test_another_day_in_between_has_its_heading_and_the_next_words_one_again(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    for day in (0, -1, -1, 0):  # the clock was wrong for a while
        deliver(sink(path, "markdown", NOON + day * DAY), "a")

    headings = [line for line in path.read_text().splitlines() if line.startswith("##")]
    assert headings == ["## 2026-11-21", "## 2026-11-20", "## 2026-11-21"]


@pytest.mark.parametrize(
    ("left", "headings"),
    [("## 2026-11-21\n\n- **12:00:", 1), ("## 2026-11-21\n", 1), ("## 2026-11-21", 1), ("## 2026-11", 1)],
)
def test_after_a_crash_the_day_has_its_heading_once(left: str, headings: int, tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text(f"## 2026-11-20\n\n- **12:00:01** a\n\n{left}")

    deliver(sink(path, "markdown"), "b", "c")

    assert path.read_text().splitlines().count("## 2026-11-21") == headings


def test_headings_of_the_user_s_own_are_no_days(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    deliver(sink(path, "markdown"), "a")
    with path.open("a") as file:
        file.write("\n## Shopping\n\n### 2026-11-20\n\n## 2026-11-20 and after\n")
    deliver(sink(path, "markdown"), "b")

    assert path.read_text().count("## 2026-11-21") == 1


def linking(path: Path, sound: Path | None, *, link: bool = True, style: Format = "markdown") -> LogSink:
    settings = outputconfig.LogSink(path=str(path), format=style, link_audio=link)
    return LogSink(settings, lambda: NOON, lambda _: sound)


async def test_a_note_links_to_its_sound_when_that_is_wanted(tmp_path: Path) -> None:
    await linking(tmp_path / "log", Path("/a b/(é).wav")).deliver(said("Bon été."))

    assert (
        (tmp_path / "log")
        .read_text()
        .endswith("- **12:00:01** Bon été. [▶](file:///a%20b/%28%C3%A9%29.wav)\n")
    )


@pytest.mark.parametrize(("sound", "link"), [(None, True), (Path("/1.wav"), False)])
async def test_a_note_has_no_link_where_none_is_wanted_or_no_sound_is_kept(
    sound: Path | None, tmp_path: Path, *, link: bool
) -> None:
    await linking(tmp_path / "log", sound, link=link).deliver(said("Bon été."))

    assert (tmp_path / "log").read_text().endswith(" Bon été.\n")


@pytest.mark.parametrize(("style", "linked"), [("text", False), ("markdown", True), ("jsonl", False)])
async def test_only_markdown_has_links(style: Format, tmp_path: Path, *, linked: bool) -> None:
    await linking(tmp_path / "log", Path("/1.wav"), style=style).deliver(said("Bon été."))

    assert ("file://" in (tmp_path / "log").read_text()) is linked


async def test_words_are_found_with_a_link_whether_there_still_is_one(tmp_path: Path) -> None:
    path = tmp_path / "log"
    place = await linking(path, None).place()
    await linking(path, Path("/a b/(é).wav")).deliver(said("yes"))

    assert [await linking(path, None).has(said(text), place) for text in ("yes", "no")] == [True, False]


def test_the_day_s_heading_is_found_behind_a_day_of_talk(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    deliver(sink(path, "markdown"), "a", "b " * (LOOK_BACK // 2 - 100), "c")

    assert path.read_text().count("## 2026-11-21") == 1


def test_words_that_look_like_a_heading_are_none(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    deliver(sink(path, "markdown", NOON - DAY), "## 2026-11-21")
    deliver(sink(path, "markdown"), "a")

    assert path.read_text().splitlines().count("## 2026-11-21") == 1


@settings(deadline=None)  # a disk takes its time
@given(texts=st.lists(st.text(st.characters(), min_size=1).filter(str.strip), max_size=5))
def test_any_text_is_one_line_of_text_format(texts: list[str]) -> None:
    with TemporaryDirectory() as folder:
        deliver(sink(f"{folder}/log"), *texts)
        content = b"".join(path.read_bytes() for path in Path(folder).iterdir()).decode()

    assert len(content.splitlines()) == len(texts)


@settings(deadline=None)  # a disk takes its time
@given(texts=st.lists(st.text(min_size=1).filter(str.strip), max_size=5))
def test_any_text_comes_back_from_jsonl_as_it_was(texts: list[str]) -> None:
    with TemporaryDirectory() as folder:
        deliver(sink(f"{folder}/log", "jsonl"), *texts)
        lines = b"".join(path.read_bytes() for path in Path(folder).iterdir()).split(b"\n")

    assert [json.loads(line)["text"] for line in lines if line] == texts


async def test_half_a_surrogate_pair_is_valid_json(tmp_path: Path) -> None:
    await sink(tmp_path / "log", "jsonl").deliver(said("a\ud83dz"))

    assert json.loads((tmp_path / "log").read_text())["text"] == "a\ud83dz"


WRITER = """
import os, runpy, sys, anyio
sys.path.append(os.path.dirname(sys.argv[1]))
case = runpy.run_path(sys.argv[1])
log = case["sink"](sys.argv[2])
async def write():
    for _ in range(50):
        await log.deliver(case["said"](sys.argv[3] * 20_000))
input()
anyio.run(write)
"""


def test_two_programs_at_once_keep_their_lines_whole(tmp_path: Path) -> None:
    path = tmp_path / "log"
    command = [sys.executable, "-c", WRITER, __file__, str(path)]
    start = partial(subprocess.Popen[str], stdin=subprocess.PIPE, text=True, bufsize=0)
    with start([*command, "a"]) as one, start([*command, "b"]) as other:
        for writer in (one, other):
            assert writer.stdin
            writer.stdin.write("go\n")

    lines = [line.removeprefix("2026-11-21 12:00:01  ") for line in path.read_text().splitlines()]
    assert sorted(lines) == ["a" * 20_000] * 50 + ["b" * 20_000] * 50


@pytest.mark.parametrize("room", [0, 1, 10, 29])
async def test_a_write_cut_short_is_an_error_and_leaves_nothing_of_it(room: int, tmp_path: Path) -> None:
    path = tmp_path / "log"
    await sink(path).deliver(said("whole"))
    size = path.stat().st_size

    with largest_file(size + room), pytest.raises(SinkError, match="has reached the size a file may have"):
        await sink(path).deliver(said("cut short"))

    assert path.read_text() == "2026-11-21 12:00:01  whole\n"


def test_another_program_s_line_is_not_taken_back(tmp_path: Path) -> None:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    mine, other = os.open(tmp_path / "log", flags), os.open(tmp_path / "log", flags)
    os.write(mine, b"half")
    os.write(other, b"whole\n")

    _take_back(mine, 4)

    assert (tmp_path / "log").read_bytes() == b"halfwhole\n"
    os.close(mine)
    os.close(other)


FILL = """
import os, pathlib, runpy, sys, anyio
sys.path.append(os.path.dirname(sys.argv[1]))
case = runpy.run_path(sys.argv[1])
disk = pathlib.Path(sys.argv[2])
log = case["sink"](disk / "log")
(disk / "other").write_bytes(bytes(60_000))
try:
    anyio.run(log.deliver, case["said"]("a" * 10_000))
except case["SinkError"] as error:
    print(error)
(disk / "other").unlink()
anyio.run(log.deliver, case["said"]("b" * 10_000))
print((disk / "log").read_text())
"""


def test_a_full_disk_is_an_error_until_there_is_room_again(tmp_path: Path) -> None:
    command = [*on_a_tiny_disk(tmp_path), sys.executable, "-c", FILL, __file__, str(tmp_path)]

    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)

    assert done.stdout.splitlines() == [
        f"the disk that holds {tmp_path}/log is full; free some space",
        "2026-11-21 12:00:01  " + "b" * 10_000,
        "",
    ]


FAULTS = {
    "/dev/full": "the disk that holds /dev/full is full; free some space",
    "folder": "folder is a folder; give the name of a file",
    "file/log": "file/log stands below a file that is no folder; move that file or choose another place",
    "locked/log": "locked/log may not be written; change its permissions or choose another place",
    "locked/new/log": "locked/new/log may not be written; change its permissions or choose another place",
    "x" * 300: "x" * 300 + " cannot be written: File name too long",
    "pipe": "pipe cannot be written: No such device or address",
    "~nobody-has-this-name/log": "output.log.path cannot be used: Could not determine home directory.; "
    "give the path of a file",
}


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand at home in a folder that everybody may look into, with places that take no words."""
    monkeypatch.setenv("HOME", ".")  # not by its whole path: not everybody may look into what is above it
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o755)
    Path("folder").mkdir()
    Path("file").touch()
    Path("locked").mkdir(mode=0)
    os.mkfifo("pipe")
    Path("pipe").chmod(0o666)


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize(("path", "line"), FAULTS.items())
async def test_a_place_that_takes_no_words_is_told_in_one_line(path: str, line: str) -> None:
    with ordinary_user(), pytest.raises(SinkError, match=rf"\A{re.escape(line)}\Z"):
        await sink(path).deliver(said("secret"))


async def test_a_pipe_with_a_reader_takes_the_record(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)

    await sink(tmp_path / "pipe").deliver(said("a"))

    assert os.read(reader, 100) == b"2026-11-21 12:00:01  a\n"
    os.close(reader)


async def was_there(to: LogSink, transcript: Transcript, *texts: str) -> bool:
    """Deliver some texts behind the place where the words should stand, and look for them."""
    place = await to.place()
    for text in texts:
        await to.deliver(said(text))
    return await to.has(transcript, place)


@pytest.mark.parametrize("style", FORMATS)
@pytest.mark.parametrize(
    "text", ["Bon été.", "a \u2028 b\x85c\n d", "why? (a*b) [c] \\d", "- **12:00:01** no"]
)
async def test_words_that_were_appended_are_found(style: Format, text: str, tmp_path: Path) -> None:
    assert await was_there(sink(tmp_path / "log", style), said(text), "before", text, "after")


@pytest.mark.parametrize("style", FORMATS)
async def test_words_the_history_could_not_store_are_found(style: Format, tmp_path: Path) -> None:
    assert await was_there(sink(tmp_path / "log", style), said("a ? b"), "a \udc80 b")


@pytest.mark.parametrize("style", FORMATS)
@pytest.mark.parametrize("other", ["I said yes", "yes indeed", "Yes", "no"])
async def test_other_words_are_not_taken_for_them(style: Format, other: str, tmp_path: Path) -> None:
    assert not await was_there(sink(tmp_path / "log", style), said("yes"), other)


@pytest.mark.parametrize("style", FORMATS)
async def test_the_same_words_before_that_place_are_not_taken_for_them(style: Format, tmp_path: Path) -> None:
    to = sink(tmp_path / "log", style)
    await to.deliver(said("yes"))
    assert not await to.has(said("yes"), await to.place())


async def test_the_same_words_of_another_time_are_not_taken_for_them(tmp_path: Path) -> None:
    later = said("yes")
    spoken = replace(later.utterance, began=NOON)
    assert not await was_there(sink(tmp_path / "log", "jsonl"), replace(later, utterance=spoken), "yes")


@pytest.mark.parametrize("style", FORMATS)
async def test_half_a_record_is_not_taken_for_the_words(style: Format, tmp_path: Path) -> None:
    to = sink(tmp_path / "log", style)
    place = await to.place()
    await to.deliver(said("Bon été."))
    whole = (tmp_path / "log").read_bytes()
    (tmp_path / "log").write_bytes(whole[: -len("é.\n".encode())])
    assert not await to.has(said("Bon été."), place)


@pytest.mark.parametrize("style", ["text", "markdown"])
async def test_a_record_that_lacks_only_the_end_of_its_line_is_found(style: Format, tmp_path: Path) -> None:
    to = sink(tmp_path / "log", style)
    place = await to.place()
    await to.deliver(said("Bon été."))
    (tmp_path / "log").write_bytes((tmp_path / "log").read_bytes()[:-1])
    assert await to.has(said("Bon été."), place)


@pytest.mark.parametrize("place", ["", "12", "x:y", "0:/nowhere", "0:", "0:a\0b", "0:/", "-1:/dev/null"])
async def test_words_are_not_found_at_a_place_that_is_none(place: str, tmp_path: Path) -> None:
    assert not await sink(tmp_path / "log").has(said("yes"), place)


@pytest.mark.parametrize("line", ["7", "[]", "null", "{}", "no JSON", '{"start": 7, "text": 7}'])
async def test_lines_that_are_no_records_are_passed_over(line: str, tmp_path: Path) -> None:
    (tmp_path / "log").write_text(line)
    assert not await sink(tmp_path / "log", "jsonl").has(said("yes"), f"0:{tmp_path}/log")


async def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "log")
    to = sink(tmp_path / "log")
    with anyio.fail_after(5):
        assert not await to.has(said("yes"), await to.place())


async def test_the_place_is_the_end_of_the_file_of_that_day(tmp_path: Path) -> None:
    to = sink(tmp_path / "%Y:%m.txt")
    await to.deliver(said("yes"))
    file = tmp_path / "2026:11.txt"
    assert await to.place() == f"{file.stat().st_size}:{file}"


async def test_there_is_no_place_where_the_path_makes_no_sense() -> None:
    assert await sink("~nobody-of-that-name/log").place() == ""


async def test_words_are_found_in_the_file_of_yesterday(tmp_path: Path) -> None:
    yesterday = sink(tmp_path / "%d.txt")
    place = await yesterday.place()
    await yesterday.deliver(said("yes"))
    assert await sink(tmp_path / "%d.txt", now=NOON + DAY).has(said("yes"), place)
