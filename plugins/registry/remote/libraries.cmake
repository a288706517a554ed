set(libraries swapmeet::wire)
