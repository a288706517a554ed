// The header fields that peers add to HTTP when they fetch from each other: serve reads and answers
// them, fetch sends and understands them. Threads: constants.
#pragma once

namespace swapmeet::transfer_swarm {

// Header fields between peers: who asks (its peer id, believed only for its slot and its place in
// the queue), and with a 503 the place in the queue for an upload slot.
inline constexpr const char* kReaderHeader = "Swapmeet-Peer";
inline constexpr const char* kPlaceHeader = "Swapmeet-Queue-Place";
// Over how many connections a reader that says who it is may have answers at a time: with every
// answer of a content's bytes, and with the 429 to a request over one more.
inline constexpr const char* kConnectionsHeader = "Swapmeet-Connections";

}  // namespace swapmeet::transfer_swarm
