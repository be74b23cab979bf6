"""What the user presses: each module is one `Hotkey`."""
