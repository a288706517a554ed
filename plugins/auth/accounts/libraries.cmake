find_library(SODIUM_LIBRARY sodium REQUIRED)
set(libraries swapmeet::sqlite ${SODIUM_LIBRARY})
