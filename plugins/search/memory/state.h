// All that the index knows at one moment: the documents, and the segments in which they stand.
// Threads: one writer, or many readers, at a time. A ranked and an aging segment never change, so
// whoever holds the pointer may go on reading one.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "search/memory/documents.h"
#include "search/memory/segment.h"

namespace swapmeet::search_memory {

struct State {
  Documents documents;
  std::shared_ptr<const RankedSegment> ranked = std::make_shared<RankedSegment>();
  // The fresh one of before, while all is put in order.
  std::shared_ptr<const FreshSegment> aging = nullptr;
  std::shared_ptr<FreshSegment> fresh = std::make_shared<FreshSegment>();

  // The document stands in no segment that is still fresh.
  void add_fresh(Number number) {
    const auto& document = documents.document(number);
    std::vector<std::string> of_attributes;
    if (document.attributes != kNone)
      of_attributes = attribute_words(documents.attributes().all(document.attributes));
    fresh->add(documents.entry(number), documents.folder(document), documents.name(document),
               *ranked, std::move(of_attributes));
    documents.set_fresh(number);
  }
};

}  // namespace swapmeet::search_memory
