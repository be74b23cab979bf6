"""Where sound comes from: each module is one `Recorder`."""
