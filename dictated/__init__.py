"""Speak, and the words stand in the focused window."""
