// A torrent of one content (BEP 3, BEP 52) whose web seeds (BEP 19) are the peers that have it. The
// content id is its pieces root, so the version 2 part is proven by the content's own Merkle layer;
// with SHA-1 hashes of the pieces it is a hybrid that programs of version 1 read as well.
// Threads: a free function without shared state.
#pragma once

#include <string>
#include <string_view>

#include "swapmeet/registry.h"
#include "swapmeet/wire/content_hashes.h"

namespace swapmeet::wire {

inline constexpr const char* kTorrentType = "application/x-bittorrent";

enum class TorrentForm { hybrid, version_1 };
// What ?version= asks for: "1", or nothing for a hybrid. `invalid_argument`: anything else.
Result<TorrentForm> torrent_form_from(const std::string* version);

// The bencoded torrent, with pieces of hashed_piece_size(). `layer` has kNodeSize bytes for each,
// and leads to the content id (empty for a single piece); `sha1` has kSha1Size bytes for each:
// empty, and the torrent is of version 2 alone. `not_found`: nobody who is present has all of it.
// `version_1`: not a hybrid, for programs that cannot read one; then there must be SHA-1 hashes.
// `unsupported`: an empty content; torrents have at least a byte. `invalid_argument`: as many nodes
// or hashes as a content of that size has not.
Result<std::string> torrent(const ContentRecord& content, std::string_view layer,
                            std::string_view sha1, TorrentForm form = TorrentForm::hybrid);

}  // namespace swapmeet::wire
