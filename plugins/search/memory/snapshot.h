// What a snapshot of the index has, and in which order: how far the feed was followed, the
// documents, the ranked segment. What is in no ranked segment yet is made again from the documents.
// How it becomes a file is in snapshot_file.h.
// Threads: free functions without shared state; what is written must not change meanwhile.
#pragma once

#include <filesystem>

#include "search/memory/documents.h"
#include "search/memory/segment.h"
#include "search/memory/snapshot_file.h"
#include "swapmeet/feed.h"
#include "swapmeet/result.h"

namespace swapmeet::search_memory {

struct Snapshot {
  FeedPosition position;
  Documents documents;
  RankedSegment ranked;
};

// `no_space`: it cannot be written, and what was there stays.
Result<void> write_snapshot(const std::filesystem::path& file, const FeedPosition& position,
                            const Documents& documents, const RankedSegment& ranked);
// Throws BadSnapshot.
Snapshot read_snapshot(const std::filesystem::path& file);

}  // namespace swapmeet::search_memory
