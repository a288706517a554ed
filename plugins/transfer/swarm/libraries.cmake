set(libraries swapmeet::sqlite swapmeet::wire Poco::Net Poco::Foundation OpenSSL::Crypto Threads::Threads)
