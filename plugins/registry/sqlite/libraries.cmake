set(libraries swapmeet::sqlite)
