"""What tells speech from the rest: each module is one `Vad`."""
