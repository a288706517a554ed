set(libraries swapmeet::sqlite OpenSSL::Crypto)
