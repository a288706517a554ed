set(libraries swapmeet::sqlite Poco::Net Poco::Foundation OpenSSL::Crypto Threads::Threads)
