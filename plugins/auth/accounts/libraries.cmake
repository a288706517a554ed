find_library(SODIUM_LIBRARY sodium REQUIRED)
set(libraries swapmeet::sqlite swapmeet::wire ${SODIUM_LIBRARY})
