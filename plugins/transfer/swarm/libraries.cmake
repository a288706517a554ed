set(libraries swapmeet::sqlite swapmeet::wire swapmeet::process Poco::Net Poco::Foundation OpenSSL::Crypto Threads::Threads)
