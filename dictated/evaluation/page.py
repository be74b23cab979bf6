"""Scores as one page that needs nothing else: no script, no file beside it, no network."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from dictated.evaluation.alignment import Kind
from dictated.evaluation.charts import KINDS, NAMES, errors_chart, latency_chart
from dictated.evaluation.table import fault, measured, percent, row, seconds
from dictated.evaluation.words import Unit
from dictated.webpage import webpage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dictated.evaluation.score import Result, Score

_STYLE = """
:root { color-scheme: light dark; --ground: #fff; --ink: #1d2430; --faint: #5b6675; --line: #d4dae2;
  --substitutions: #2f6db5; --deletions: #8a5a00; --insertions: #7a3fa0; }
@media (prefers-color-scheme: dark) { :root { --ground: #14181f; --ink: #e8ecf2; --faint: #a3adba;
  --line: #38414d; --substitutions: #74aef0; --deletions: #e0a83c; --insertions: #c79be8; } }
body { background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif;
  margin: 2rem auto; max-width: 66rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; }
h2 { font-size: 1.2rem; margin-top: 2.5rem; }
p, caption { color: var(--faint); }
caption { padding-bottom: .4rem; text-align: left; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .6rem; text-align: right;
  vertical-align: top; white-space: nowrap; }
tr:first-child th { white-space: normal; vertical-align: bottom; }
th:first-child, .words { text-align: left; }
td.words { min-width: 20rem; white-space: normal; }
svg { display: block; height: auto; max-width: 100%; width: 100%; }
svg text { fill: var(--ink); font: 13px system-ui, sans-serif; }
svg .tick { fill: var(--faint); text-anchor: middle; }
svg .name { text-anchor: end; }
.grid { stroke: var(--line); }
.dot { fill: var(--substitutions); fill-opacity: .35; }
.box { fill: var(--substitutions); fill-opacity: .2; stroke: var(--substitutions); }
.median { stroke: var(--ink); stroke-width: 3; }
.p95 { stroke: var(--ink); stroke-dasharray: 4 3; stroke-width: 2; }
.substitutions { fill: var(--substitutions); }
.deletions { fill: var(--deletions); }
.insertions { fill: var(--insertions); }
.key span { margin-right: 1.2rem; }
.key svg { display: inline-block; height: .8rem; width: .8rem; }
del, .fault { color: var(--deletions); }
ins { color: var(--insertions); }
"""

_WORDS_HEADING = '<th scope="col" class="words">words</th>'


def page(scores: Sequence[Score], *, words: bool) -> str:
    """Write it; without `words`, nothing of what was said or understood is in it."""
    recordings = max((len(score.results) for score in scores), default=0)
    about = (
        f"{recordings} recording{'' if recordings == 1 else 's'}, each cut into utterances as dictated cuts "
        "speech; the engines are asked about one utterance at a time."
    )
    body = [
        "<h1>Engines side by side</h1>",
        f"<p>{about}</p>",
        *_summary(scores),
        *(f'<p class="fault">{escape(fault(one))}</p>' for one in scores if one.fault),
        *_plots(scores),
        *(part for score in scores for part in _details(score, words=words)),
    ]
    return webpage("dictated eval: engines side by side", _STYLE, "\n".join(body))


def _summary(scores: Sequence[Score]) -> Iterator[str]:
    rows = [row(score, measured(scores)) for score in scores]
    caption = (
        "Errors: words (or characters) that are not as they were said, for each that was. Median and p95: "
        "seconds an engine took for an utterance. x real time: seconds of work for a second of sound."
    )
    yield from _table(caption, list(rows[0]) if rows else [], [list(cells.values()) for cells in rows])


def _plots(scores: Sequence[Score]) -> Iterator[str]:
    for of in measured(scores):
        yield f"<h2>Errors, counted in {of}</h2>"
        yield '<p class="key">' + "".join(map(_key, KINDS)) + "</p>"
        yield errors_chart(scores, of)
    yield "<h2>How long an utterance takes</h2>"
    yield "<p>A dot for each utterance, a box for the middle half, a thick line for the median, a dashed one "
    yield "within which 95 of 100 were answered.</p>"
    yield latency_chart(scores)


def _key(kind: str) -> str:
    square = f'<rect class="{kind}" width="10" height="10"/>'
    return f'<span><svg viewBox="0 0 10 10" aria-hidden="true">{square}</svg> {NAMES[kind]}</span>'


def _details(score: Score, *, words: bool) -> Iterator[str]:
    yield f"<h2>{escape(score.label)}: each recording</h2>"
    heading = ["recording", "errors", "other", "added", "missing", "said", "seconds"]
    rows = [_recording(result) for result in score.results]
    if not words:
        yield from _table("What was said is left out.", heading, rows)
        return
    marked = [_marked(result) for result in score.results]
    caption = "What was said; what was not understood is struck out, what was understood instead follows."
    yield from _table(caption, heading, rows, marked)


def _recording(result: Result) -> list[str]:
    errors = result.errors
    took = sum(answer.seconds for answer in result.answers)
    counts = (errors.substitutions, errors.insertions, errors.deletions, errors.units)
    return [result.name, percent(errors.rate), *map(str, counts), seconds(took)]


def _marked(result: Result) -> str:
    """Write what was said, with what became of it, as HTML."""
    glue = " " if result.unit is Unit.WORDS else ""
    before = dict[int, list[str]]()
    instead = dict[int, str]()
    for difference in result.differences:
        said, heard = f"<del>{escape(difference.said)}</del>", f"<ins>{escape(difference.heard)}</ins>"
        if difference.kind is Kind.INSERTION:
            before.setdefault(difference.at, []).append(heard)
        else:
            instead[difference.at] = said if difference.kind is Kind.DELETION else f"{said}{glue}{heard}"
    shown = [
        part
        for at, word in enumerate(result.said)
        for part in (*before.get(at, ()), instead.get(at, escape(word)))
    ]
    fault = [f'<span class="fault">({escape(result.fault)})</span>'] if result.fault else []
    return glue.join([*shown, *before.get(len(result.said), ())]) + " ".join(["", *fault])


def _table(
    caption: str, heading: Sequence[str], rows: Sequence[Sequence[str]], marked: Sequence[str] = ()
) -> Iterator[str]:
    """Write rows of plain cells; `marked` are HTML and stand behind them."""
    yield f'<div class="wide" role="region" aria-label="{escape(caption)}" tabindex="0">'
    yield f"<table>\n<caption>{escape(caption)}</caption>"
    cells = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in heading)
    yield f"<tr>{cells}{_WORDS_HEADING if marked else ''}</tr>"
    for number, (name, *figures) in enumerate(rows):
        last = f'<td class="words">{marked[number]}</td>' if marked else ""
        inner = "".join(f"<td>{escape(cell)}</td>" for cell in figures)
        yield f'<tr><th scope="row">{escape(name)}</th>{inner}{last}</tr>'
    yield "</table></div>"
