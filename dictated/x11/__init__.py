"""The X server's keyboard: what its keys mean, pressing them, and knowing our presses from a hand's."""
