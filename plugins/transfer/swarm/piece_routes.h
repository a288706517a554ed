// Which pieces of a content this host has: GET /content/{cid}/pieces, and the refusal of bytes that
// it has not got yet.
// Threads: run on the listener's workers.
#pragma once

#include "swapmeet/http.h"
#include "transfer/swarm/content_serving.h"

namespace swapmeet::swarm {

// wire::PieceReport as JSON.
http::Response pieces_of(const Serving& serving, const http::Request& request);

// 409, as the bytes may be there later. Not 416, which would say that the file is smaller: wget and
// curl take that for the end of a file that they have. Not 503: this may take hours.
http::Response not_there_yet(const GrowingFile& file, const http::Request& request);

}  // namespace swapmeet::swarm
