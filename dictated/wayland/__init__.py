"""Typing where X11 does not reach: into the native windows of a Wayland session."""
