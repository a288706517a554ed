// What the content routes share: where contents are, who may have them, and the open file.
// Threads: thread-safe; what they call may throw sqlite::Failure.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "swapmeet/http.h"
#include "transfer/swarm/catalogue.h"
#include "transfer/swarm/checked_tickets.h"
#include "transfer/swarm/file_hashes.h"
#include "transfer/swarm/growing_files.h"
#include "transfer/swarm/open_contents.h"
#include "transfer/swarm/uploads.h"

namespace swapmeet::swarm {

// Contents that are in no share, for whoever has the token of an offer: /content/{cid}?offer=TOKEN.
// Thread-safe; throws sqlite::Failure.
class OfferedContents {
 public:
  virtual ~OfferedContents() = default;
  virtual std::optional<ContentPlace> place(const ContentId& content, const std::string& token) = 0;
  virtual std::optional<MerkleTree> tree(const ContentId& content, const std::string& token) = 0;
};

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

  Identity who(const http::Request& request, const ContentId& content) const;
  std::vector<ContentPlace> places(const ContentId& content, const std::string* offer) const;
  std::optional<MerkleTree> tree(const ContentId& content, const std::string* offer) const;
};

// The content that the request's path names, if whoever asks may have it. `invalid_argument`: no
// content id; `not_found`.
Result<Opened> open_content(const Serving& serving, const http::Request& request);
// The same, or else what there is of it while this host fetches it.
Result<Opened> open_content_or_growing(const Serving& serving, const http::Request& request);
Error not_shared(const std::string& content);

}  // namespace swapmeet::swarm
