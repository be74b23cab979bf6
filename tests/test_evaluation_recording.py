from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dictated.errors import UsageError
from dictated.evaluation.recording import find, parse

if TYPE_CHECKING:
    from pathlib import Path


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"")


def found(place: Path) -> dict[str, str]:
    return {recording.name: recording.text for recording in find(place).recordings}


def test_a_recording_goes_with_the_text_beside_it(tmp_path: Path) -> None:
    touch(tmp_path, "b.FLAC", "a.wav", "in/c.ogg", "other.pdf")
    for name in ("a", "b", "in/c"):
        (tmp_path / f"{name}.txt").write_text(f"words of {name}", encoding="utf-8-sig")
    assert found(tmp_path) == {"a.wav": "words of a", "b.FLAC": "words of b", "in/c.ogg": "words of in/c"}


def test_a_recording_without_text_is_told_in_a_line_and_left_out(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav", "b.wav", "a.txt")
    told = "b.wav: what is said in it is not beside it (b.txt); it is left out"
    assert (list(found(tmp_path)), find(tmp_path).faults) == (["a.wav"], [told])


def test_a_text_that_is_not_utf_8_is_told_in_a_line(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav", "b.wav", "a.txt")
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe\xfa")
    assert find(tmp_path).faults == ["b.wav: b.txt is not UTF-8; it is left out"]


def test_a_folder_without_recordings_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no recording with its words; put"):
        find(tmp_path)


def test_a_place_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        find(tmp_path / "none")


@pytest.mark.parametrize("text", ["{", "7", "[7]", '[{"text": "x"}]', '{"files": 7}', b"\xff\xfe"])
def test_a_manifest_that_cannot_be_read_is_wrong_use(tmp_path: Path, text: str | bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(UsageError, match="no manifest that can be read"):
        find(tmp_path)


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".json", '{"note": "", "files": {"a.wav": "one, two"}}'),
        (".json", '{"a.wav": "one, two"}'),
        (".json", '[{"path": "a.wav", "text": "one, two"}]'),
        (".jsonl", '{"audio_filepath": "a.wav", "duration": 1, "text": "one, two"}\n\n'),
        (".csv", 'path,text\na.wav,"one, two"\n'),
        (".csv", 'a.wav,"one, two"\n'),
        (".csv", 'speaker,text,file\nme,"one, two",a.wav\n'),
        (".tsv", "client_id\tpath\tsentence\nx\ta.wav\tone, two\n"),
        (".tsv", "a.wav\tone, two\n"),
        (".csv", 'path,text\r\na.wav,"one, two"\r\n'),
    ],
)
def test_a_manifest_has_many_forms(suffix: str, text: str) -> None:
    assert list(parse(text, suffix)) == [("a.wav", "one, two")]


@pytest.mark.parametrize("text", ["one\ntwo", "one\u2028two", "one\x85two", "one\x0ctwo"])
def test_a_text_may_have_characters_that_some_take_for_the_end_of_a_line(text: str) -> None:
    line = json.dumps({"path": "a.wav", "text": text}, ensure_ascii=False)
    assert [list(parse(line, ".jsonl")), list(parse(f'a.wav,"{text}"\n', ".csv"))] == [[("a.wav", text)]] * 2


def test_a_quotation_mark_in_a_table_with_tabs_is_a_quotation_mark() -> None:
    assert list(parse('a.wav\t"Yes", he said\n', ".tsv")) == [("a.wav", '"Yes", he said')]


def test_a_manifest_by_its_name_or_in_its_folder_is_the_same(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav")
    (tmp_path / "manifest.csv").write_text("a.wav,words\n")
    assert found(tmp_path) == found(tmp_path / "manifest.csv") == {"a.wav": "words"}


def test_what_a_manifest_lists_but_is_not_there_or_has_no_text_is_told(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav", "b.wav")
    (tmp_path / "manifest.csv").write_text("a.wav,words\nb.wav\nc.wav,words\n")
    assert [fault.split(":")[0] for fault in find(tmp_path).faults] == ["b.wav", "c.wav"]


def test_a_recording_elsewhere_is_called_by_its_file_alone(tmp_path: Path) -> None:
    touch(tmp_path, "far/a.wav", "near/x")
    (tmp_path / "near/manifest.json").write_text(json.dumps({str(tmp_path / "far/a.wav"): "words"}))
    assert list(found(tmp_path / "near")) == ["a.wav"]
