"""An icon in the desktop's tray: shows whether the program listens, works, or needs the user."""
