set(libraries swapmeet::process)
