"""One HTML page that needs no other file: it runs nothing and fetches nothing."""

from __future__ import annotations

from html import escape

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
{content}
</main>
</body>
</html>
"""


def webpage(title: str, style: str, content: str) -> str:
    """Return the page; `title` is plain text, `style` is CSS, and `content` is HTML already.

    A browser that knows the policy in its head runs no script of it and asks no server, whatever is in it.
    """
    return _PAGE.format(title=escape(title), style=style, content=content)
