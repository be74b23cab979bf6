"""The page of `dictated stats --html`: one file that needs no other and runs nothing."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from dictated.commands import stagetable, statscharts
from dictated.commands.stagetable import LEAST_MS, MEANING, WHOLE, milliseconds
from dictated.figures import bins, figures
from dictated.webpage import webpage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from dictated.figures import Bin, Figures
    from dictated.stages import Latency

_LARGE, _SMALL = (760, 250), (270, 180)
_FEW_BINS = 5
_SUM = "sum"  # the row of one stands out
_PARTS = ("pause", "wait for words", "delivery")

_STYLE = """
:root { color-scheme: light dark; --paper: #fbfbf9; --ink: #20252b; --faint: #5d6670; --rule: #d9dcdf;
  --bar: #3b78a8; --late: #b3541e; --card: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --paper: #15181c; --ink: #e6e8ea; --faint: #a2abb4;
  --rule: #343b43; --bar: #5b9dd0; --late: #e8935a; --card: #1c2026; } }
body { margin: 0 auto; max-width: 50rem; padding: 2rem 1rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p { margin: .25rem 0; } .lead { font-size: 1.125rem; margin-top: 1rem; } .faint { color: var(--faint); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--faint); padding-bottom: .25rem; }
th, td { padding: .25rem .75rem .25rem 0; text-align: right; white-space: nowrap;
  border-bottom: 1px solid var(--rule); }
thead th { color: var(--faint); font-weight: 500; } tbody th { font-weight: 400; }
th.word, td.word { text-align: left; } tr.sum > * { font-weight: 600; }
figure { margin: .5rem 0; padding: .75rem; background: var(--card); border: 1px solid var(--rule);
  border-radius: .5rem; }
figcaption { margin-bottom: .25rem; }
.small { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: .75rem; }
.small figure { margin: 0; }
svg { display: block; width: 100%; height: auto; font-size: 12px; }
text { fill: var(--faint); paint-order: stroke; stroke: var(--card); stroke-width: 3px; }
.bar { fill: var(--bar); } .axis { stroke: var(--faint); } .grid { stroke: var(--rule); }
.mark { stroke: var(--late); stroke-dasharray: 4 3; }
polyline { fill: none; stroke-width: 2; }
polyline.p50 { stroke: var(--bar); } circle.p50 { fill: var(--bar); }
polyline.p95 { stroke: var(--late); stroke-dasharray: 6 4; } circle.p95 { fill: var(--late); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: .75rem 0 0; }
dt, dd { margin: 0; font-size: .875rem; } dd { color: var(--faint); }
"""

_HEADING = """<h1>dictated</h1>
<p class="faint">what was said {when}, as of {day}; no word of it is on this page</p>"""


def page(spent: Sequence[tuple[str, ...]], latencies: Sequence[Latency], day: date, when: str) -> str:
    """Return the page: `spent` is the table of the engines, its heading first, empty where there is none."""
    content = [_HEADING.format(when=escape(when), day=day)]
    content += _latencies(latencies) if latencies else ['<p class="lead">No stages are known yet.</p>']
    if spent:
        content += ["<h2>Engines</h2>", _table("What each engine has done and cost", spent, words=2)]
    else:
        content.append(f"<p>No engine has been asked {escape(when)}.</p>")
    return webpage(f"dictated: {when}", _STYLE, "\n".join(content))


def _latencies(latencies: Sequence[Latency]) -> list[str]:
    known = figures(milliseconds(latencies))
    stages = stagetable.table(latencies)
    meaning = "".join(f"<dt>{escape(name)}</dt><dd>{escape(said)}</dd>" for name, said in MEANING.items())
    lead = (
        f"Half of {known.count} utterances were in their place {known.p50:.0f} ms after the end of speech,"
        f" 95 of 100 within {known.p95:.0f} ms."
    )
    return [
        f'<p class="lead">{lead}</p>',
        f"<h2>{WHOLE.capitalize()}</h2>",
        *(_histograms(engine, those) for engine, those in stagetable.by_engine(latencies).items()),
        "<h2>Stages</h2>",
        _table("How long each stage took", stages, words=len(stages[0]) - 4),
        f"<dl>{meaning}</dl>",
        "<h2>Day by day</h2>",
        *_by_day(latencies),
    ]


def _histograms(engine: str, latencies: Sequence[Latency]) -> str:
    """Draw the whole, and its parts in small."""
    whole = milliseconds(latencies)
    large = _histogram(WHOLE, whole, bins(whole, least_width=LEAST_MS), _LARGE)
    parts = "".join(_part(part, milliseconds(latencies, part)) for part in _PARTS)
    return f'<h3>{escape(engine)}</h3>{large}<div class="small">{parts}</div>'


def _part(stage: str, values: Sequence[float]) -> str:
    return _histogram(stage, values, bins(values, _FEW_BINS), _SMALL)


def _histogram(stage: str, values: Sequence[float], counted: Sequence[Bin], size: tuple[int, int]) -> str:
    return _figure(stage, statscharts.histogram(stage, counted, figures(values), size))


def _by_day(latencies: Sequence[Latency]) -> list[str]:
    by_day: dict[date, list[Latency]] = {}
    for latency in sorted(latencies, key=lambda one: one.day):
        by_day.setdefault(latency.day, []).append(latency)
    known = [(day, figures(milliseconds(those))) for day, those in by_day.items()]
    drawn = statscharts.days(f"{WHOLE}, day by day", known, _LARGE)
    rows = [("day", "p50", "p95", "max", "utterances"), *(_day(day, those) for day, those in known)]
    return [_figure(f"{WHOLE}, p50 and p95", drawn), _table("The same in numbers", rows, words=1)]


def _day(day: date, known: Figures) -> tuple[str, ...]:
    shown = [f"{value:.0f} ms" for value in (known.p50, known.p95, known.max)]
    return (f"{day}", *shown, str(known.count))


def _figure(caption: str, drawn: str) -> str:
    return f"<figure><figcaption>{escape(caption)}</figcaption>{drawn}</figure>"


def _table(caption: str, rows: Sequence[tuple[str, ...]], words: int) -> str:
    """Make a table of rows, the heading first; so many columns hold words."""
    heading, *others = rows
    head = "".join(_cell("th", cell, word=place < words, scope="col") for place, cell in enumerate(heading))
    body = "".join(_row(row, words) for row in others)
    return (
        f'<div class="scroll"><table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _row(row: tuple[str, ...], words: int) -> str:
    cells = [
        _cell("th" if not place else "td", cell, word=place < words, scope="" if place else "row")
        for place, cell in enumerate(row)
    ]
    opening = '<tr class="sum">' if row[0] == _SUM else "<tr>"
    return f"{opening}{''.join(cells)}</tr>"


def _cell(tag: str, text: str, *, word: bool, scope: str) -> str:
    attributes = (' class="word"' if word else "") + (f' scope="{scope}"' if scope else "")
    return f"<{tag}{attributes}>{escape(text)}</{tag}>"
