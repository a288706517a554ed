// For programs that others wrote: hashes of a content and its pieces as JSON, in a Metalink and in
// a torrent, and the header fields that lead there. Threads: handlers run on the listener's workers
// and wait for hashes a little.
#pragma once

#include "swapmeet/http.h"
#include "transfer/swarm/serve/content_serving.h"

namespace swapmeet::transfer_swarm {

// GET /content/{cid}/hashes
http::Response hashes_of(const Serving& serving, const http::Request& request);
// GET /content/{cid}.meta4, with the bare id as the parameter: this peer and other present sources.
http::Response metalink_of(const Serving& serving, const http::Request& request);
// GET /content/{cid}.torrent, likewise: a hybrid torrent, those who have all of it as web seeds.
http::Response torrent_of(const Serving& serving, const http::Request& request);
// Fields of an answer with the content's bytes: where its Metalink and torrent are (RFC 6249), and
// the digest (RFC 9530, and RFC 3230 for those that know that) once somebody has asked for it.
void describe(const Serving& serving, const http::Request& request, const ContentId& content,
              http::Headers& headers);

}  // namespace swapmeet::transfer_swarm
