set(libraries Threads::Threads)
