"""What turns an utterance into text: each module is one `Transcriber`."""
