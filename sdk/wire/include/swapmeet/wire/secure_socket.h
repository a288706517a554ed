// TLS for those who use Poco's sockets: the implementation of a Poco::Net::StreamSocket that shakes
// hands before it first sends or receives: within ten seconds in all, or what connecting may take.
// Reading waits as long as the socket's timeouts say. What goes wrong is a Poco::Net::NetException
// whose message is a part of a sentence about the other end ("its certificate has expired"); its
// code is kNotBelieved where the other end is not who it should be. Threads: one at a time;
// shutdown(2) on the descriptor, from any thread, ends what waits.
#pragma once

#include <memory>
#include <string>

#include "swapmeet/tls/client.h"

namespace Poco::Net {
class SocketImpl;
}

namespace swapmeet::wire {

inline constexpr int kNotBelieved = 1;

// For the constructor of Poco::Net::StreamSocket, which owns it then. `host`: as in ClientSession.
// Sending nothing to it shakes hands.
Poco::Net::SocketImpl* secure_socket(std::shared_ptr<tls::ClientContext> context, std::string host);
// The session of such a socket; nullptr while it is not connected.
const tls::ClientSession* session_of(const Poco::Net::SocketImpl& socket);

}  // namespace swapmeet::wire
