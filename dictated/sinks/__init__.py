"""Where words go: each module is one `Sink`."""
