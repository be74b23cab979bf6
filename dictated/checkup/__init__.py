"""What `dictated doctor` looks at: a module for each thing, whose `look` says in findings how that is."""
