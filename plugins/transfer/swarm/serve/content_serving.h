// What the content routes share: where contents are, who may have them, and the open file.
// Threads: thread-safe; what they call may throw sqlite::Failure.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "swapmeet/http.h"
#include "swapmeet/registry.h"
#include "transfer/swarm/catalogue/catalogue.h"
#include "transfer/swarm/catalogue/offered_contents.h"
#include "transfer/swarm/pieces/growing_files.h"
#include "transfer/swarm/serve/checked_tickets.h"
#include "transfer/swarm/serve/file_hashes.h"
#include "transfer/swarm/serve/open_contents.h"
#include "transfer/swarm/serve/uploads.h"

namespace swapmeet::transfer_swarm {

struct Serving {
  Catalogue& catalogue;
  UploadMeter& meter;
  FileHashes& hashes;
  // Told of files that are not what was hashed any more, so that they are hashed again; with errno
  // when they could not be opened, else with 0.
  std::function<void(const std::string& file, int error)> changed;
  OfferedContents* offers = nullptr;  // may be null
  Registry* registry = nullptr;       // names other sources; may be null
  OpenContents* open = nullptr;       // may be null: every answer opens its file
  GrowingFiles* growing = nullptr;    // what is fetched itself, and not whole yet; may be null
  CheckedTickets* tickets = nullptr;  // may be null: nobody is known by a ticket
  // Told of files that have other bytes than their content id says, though their stamp is the same.
  std::function<void(const std::string& file)> spoiled = {};

  Reader who(const http::Request& request, const ContentId& content) const;
  std::vector<ContentPlace> places(const ContentId& content, const std::string* offer) const;
  std::optional<MerkleTree> tree(const ContentId& content, const std::string* offer) const;
};

// The content that the request's path names, if whoever asks may have it. `invalid_argument`: no
// content id; `not_found`.
Result<Opened> open_content(const Serving& serving, const http::Request& request);
// The same, or else what there is of it while this host fetches it.
Result<Opened> open_content_or_growing(const Serving& serving, const http::Request& request);
Error not_shared(const std::string& content);

}  // namespace swapmeet::transfer_swarm
