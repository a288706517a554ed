// Which pieces of a content this host has: GET /content/{cid}/pieces, what its last piece consists
// of: GET /content/{cid}/leaves, and the refusal of bytes that
// it has not got yet.
// Threads: run on the listener's workers.
#pragma once

#include "swapmeet/http.h"
#include "transfer/swarm/serve/content_serving.h"

namespace swapmeet::transfer_swarm {

// The hashes of the leaves of 16 KiB in the last piece of ?piece= bytes, 32 bytes each: together
// with the last leaf they prove the file's size.
http::Response leaves_of(const Serving& serving, const http::Request& request);

// wire::PieceReport as JSON.
http::Response pieces_of(const Serving& serving, const http::Request& request);

// A reader was sent wrong bytes in the range of ?offset= and ?length=: these are compared with the
// Merkle tree. If they are wrong, the file is not served any more and is hashed again.
http::Response doubts_about(const Serving& serving, const http::Request& request);

// 409, as the bytes may be there later. Not 416, which would say that the file is smaller: wget and
// curl take that for the end of a file that they have. Not 503: this may take hours.
http::Response not_there_yet(const GrowingFile& file, const http::Request& request);

}  // namespace swapmeet::transfer_swarm
