"""Where words go: each module is one `Sink`; `desktop` chooses among those that type."""
