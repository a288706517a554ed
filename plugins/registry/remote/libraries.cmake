set(libraries swapmeet::wire OpenSSL::Crypto ZLIB::ZLIB)
