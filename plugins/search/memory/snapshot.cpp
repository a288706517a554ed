#include "search/memory/snapshot.h"

#include <utility>

namespace swapmeet::search_memory {

// Whatever changes here, or in what the tables write of themselves, is another version of the
// snapshot: see snapshot_file.cpp.
struct DocumentsOnDisk {
  static void save(const Documents& documents, SnapshotWriter& out) {
    out.number(documents.salt_);
    documents.paths_.save(out);
    documents.peers_.save_rows(out);
    out.table(documents.listings_.all());
    out.table(documents.documents_.all());
    documents.contents_.save_rows(out);
    documents.audiences_.save(out);
    documents.attributes_.save(out);
    out.table(documents.listings_.free());
    out.table(documents.documents_.free());
    documents.contents_.save_free(out);
    out.table(documents.unlisted_);
    out.number(pair_of(documents.rounds_.current, documents.rounds_.unranked_since));
    documents.peers_.save_numbers(out);
    documents.listing_numbers_.save(out);
    documents.document_numbers_.save(out);
    documents.contents_.save_numbers(out);
  }

  static Documents load(SnapshotReader& in) {
    Documents documents(in.number());
    documents.paths_.load(in);
    documents.peers_.load_rows(in);
    documents.listings_.set_all(in.table<Listed>());
    documents.documents_.set_all(in.table<Document>());
    documents.contents_.load_rows(in);
    documents.audiences_.load(in);
    documents.attributes_.load(in);
    documents.listings_.set_free(in.table<Number>());
    documents.documents_.set_free(in.table<Number>());
    documents.contents_.load_free(in);
    documents.unlisted_ = in.table<Number>();
    const auto rounds = in.number();
    documents.rounds_ = {static_cast<Number>(rounds >> 32), static_cast<Number>(rounds)};
    documents.peers_.load_numbers(in);
    documents.listing_numbers_.load(in);
    documents.document_numbers_.load(in);
    documents.contents_.load_numbers(in);
    documents.present_.reserve(documents.documents_.size());
    for (const auto& document : documents.documents_.all())
      documents.present_.push_back(document.present > 0);
    return documents;
  }
};

Result<void> write_snapshot(const std::filesystem::path& file, const FeedPosition& position,
                            const Documents& documents, const RankedSegment& ranked) {
  SnapshotWriter out(file);
  out.text(position.feed);
  out.number(position.revision);
  DocumentsOnDisk::save(documents, out);
  ranked.save(out);
  return out.finish();
}

Snapshot read_snapshot(const std::filesystem::path& file) {
  SnapshotReader in(file);
  FeedPosition position;
  position.feed = in.text();
  position.revision = in.number();
  Snapshot snapshot{std::move(position), DocumentsOnDisk::load(in), {}};
  snapshot.ranked.load(in);
  in.finish();
  return snapshot;
}

}  // namespace swapmeet::search_memory
