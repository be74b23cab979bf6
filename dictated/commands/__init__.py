"""What the command line can do: each module has `run(arguments, paths)`, imported when it is asked for."""
