// A part of the index: documents in order of rank, and for every word the ranks of those that have
// it, in the name and elsewhere in the path apart. The ranked segment is built once and never
// changes; the fresh one takes what has come since, in the order of arrival. A search asks each.
// Threads: RankedSegment never changes. FreshSegment: one writer, or many readers, at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "search/memory/postings.h"
#include "search/memory/spelling.h"
#include "search/memory/window.h"

namespace swapmeet::search_memory {

// What stands at a rank, with as much of the document as most searches ask of it.
struct Entry {
  std::uint32_t document = 0;
  std::uint32_t content = 0;
  std::uint32_t name = 0;           // number of its text
  std::uint8_t name_size = 0;       // bytes; 255: or more
  std::uint8_t type : 4 = 0;        // MediaType
  std::uint8_t size_class : 4 = 0;  // Facets::size_class
  std::uint8_t size_bits = 0;       // of the content's size: std::bit_width
  std::uint8_t restricted = 0;      // 1: not for everyone
};

// Where a word, or all words with a prefix, are in one segment. Good while the segment does not
// change.
class Occurrences {
 public:
  std::size_t count() const { return count_; }  // documents, at most
  // Sets the places that match in the window; false: there are none.
  bool mark(std::uint32_t window, Window& marks) const;

 private:
  friend class FreshSegment;
  friend class RankedSegment;
  void add(std::span<const Rank> ranks);
  void add(const PackedPostings& packed, PackedPostings::Range range, bool one_word);

  struct Packed {
    const PackedPostings* postings;
    PackedPostings::Range range;
    bool one_word;
  };
  std::vector<Packed> packed_;
  std::vector<std::span<const Rank>> lists_;
  std::size_t count_ = 0;
};

class Segment {
 public:
  virtual ~Segment() = default;
  const std::vector<Entry>& entries() const { return entries_; }
  // The documents of a content may stand in a row, the one to show first: where the next content
  // begins, after `rank`.
  virtual Rank next_content(Rank rank) const = 0;
  // Documents with the word (or one that begins so) in their name, or unless `name_only` elsewhere
  // in their path.
  virtual Occurrences find(std::string_view word, bool prefix, bool name_only) const = 0;
  // Takes the words that are at most `most` edits from a given one, but not it itself, and how many
  // documents have them. It returns how many documents the next ones must have: those that have
  // fewer may be left out.
  using Near =
      std::function<std::size_t(std::string_view word, std::size_t documents, std::size_t edits)>;
  virtual void each_near(const Pattern& word, std::size_t most, const Near& take) const = 0;

 protected:
  std::vector<Entry> entries_;
};

class RankedSegment;

class FreshSegment final : public Segment {
 public:
  // Ranks of the documents that have a word in their name, and of those that have it only in their
  // folder.
  struct Lists {
    std::vector<Rank> name;
    std::vector<Rank> path;
  };
  using Words = std::unordered_map<std::string, Lists>;

  // What a typing error may have meant is told here of words only that `ranked` does not have.
  // `of_attributes`: attribute_words(), which are noted like words of the path.
  void add(const Entry& entry, std::string_view folder, std::string_view name,
           const RankedSegment& ranked, std::vector<std::string> of_attributes = {});
  Rank next_content(Rank rank) const override { return rank + 1; }
  Occurrences find(std::string_view word, bool prefix, bool name_only) const override;
  void each_near(const Pattern& word, std::size_t most, const Near& take) const override;
  std::vector<const Words::value_type*> sorted_words() const;

 private:
  Lists& lists_of(std::string&& word, const RankedSegment& ranked);

  Words words_;
  // The words by how they begin (start_of), for prefixes; an unordered_map's nodes stay in
  // place.
  std::map<std::string, std::vector<const Words::value_type*>, std::less<>> by_start_;
  std::vector<const Words::value_type*> in_order_;  // of arrival, and so are their
  Signatures signatures_;
};

class RankedSegment final : public Segment {
 public:
  // The documents of both in a new order, the best first: a number in `order` is a rank in
  // `ranked`, or behind those one in `fresh`. Documents that it does not name are left out.
  static RankedSegment merged(const RankedSegment& ranked, const FreshSegment& fresh,
                              std::span<const Rank> order);
  Rank next_content(Rank rank) const override;
  Occurrences find(std::string_view word, bool prefix, bool name_only) const override;
  void each_near(const Pattern& word, std::size_t most, const Near& take) const override;
  void save(SnapshotWriter& out) const;
  void load(SnapshotReader& in);
  bool has(std::string_view word) const;
  // Its documents, in a row. Empty when there are none.
  std::span<const Entry> entries_of(std::uint32_t content) const;

 private:
  struct Word {
    std::uint32_t text = 0;  // where it begins in texts_,
    std::uint32_t name = 0;  // its chunks in names_
    std::uint32_t path = 0;  // and in paths_
  };
  static constexpr Rank kNowhere = 0xFFFF'FFFF;
  std::string_view text(std::size_t word) const;
  std::size_t documents(std::size_t word) const;
  std::size_t first_not_before(std::string_view text) const;
  void add_word(std::string_view text, std::span<const Rank> name, std::span<const Rank> path);
  Word next_word() const;
  void sign_words();
  void finish();

  std::string texts_;
  std::vector<Word> words_;  // in order of text, and one behind the last
  Signatures signatures_;
  PackedPostings names_;               // ranks of documents that have the word in their name,
  PackedPostings paths_;               // and of those that have it only elsewhere
  std::vector<Rank> firsts_;           // by content
  std::vector<std::uint64_t> begins_;  // a bit a rank: is it the first of a content?
};

}  // namespace swapmeet::search_memory
