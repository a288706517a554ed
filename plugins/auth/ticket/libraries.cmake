find_library(SODIUM_LIBRARY sodium REQUIRED)
set(libraries swapmeet::wire ${SODIUM_LIBRARY})
