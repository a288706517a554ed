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

namespace search_memory {

using Rank = std::uint32_t;
using Ranks = std::span<const Rank>;

// Where one word is: ascending ranks. `path` has those documents that have it only outside the
// name.
struct Postings {
  Ranks name;
  Ranks path;
};

class Segment {
 public:
  virtual ~Segment() = default;
  // The document at a rank.
  const std::vector<std::uint32_t>& documents() const { return documents_; }
  virtual Postings postings(std::string_view word) const = 0;
  // Of every word that begins so, until `visit` says false.
  virtual void each_with_prefix(std::string_view prefix,
                                const std::function<bool(const Postings&)>& visit) const = 0;

 protected:
  std::vector<std::uint32_t> documents_;
};

class FreshSegment final : public Segment {
 public:
  void add(std::uint32_t document, std::string_view folder, std::string_view name);
  Postings postings(std::string_view word) const override;
  void each_with_prefix(std::string_view prefix,
                        const std::function<bool(const Postings&)>& visit) const override;

 private:
  struct Lists {
    std::vector<Rank> name;
    std::vector<Rank> path;
  };
  std::map<std::string, Lists, std::less<>> words_;
};

class RankedSegment final : public Segment {
 public:
  // Adds documents from the best to the worst, then finishes once.
  class Builder;
  Postings postings(std::string_view word) const override;
  void each_with_prefix(std::string_view prefix,
                        const std::function<bool(const Postings&)>& visit) const override;

 private:
  struct Word {
    std::uint64_t text = 0;   // where it begins in texts_
    std::uint64_t ranks = 0;  // and in ranks_: first those of names, then those of paths
    std::uint32_t name_count = 0;
    std::uint32_t path_count = 0;
  };
  std::string_view text(std::size_t word) const;
  std::size_t first_not_before(std::string_view text) const;
  Postings postings_at(std::size_t word) const;

  std::string texts_;
  std::vector<Rank> ranks_;
  std::vector<Word> words_;  // in order of text, and one behind the last
};

class RankedSegment::Builder {
 public:
  void add(std::uint32_t document, std::string_view folder, std::string_view name);
  RankedSegment finish();

 private:
  struct Lists {
    std::vector<Rank> name;
    std::vector<Rank> path;
  };
  std::uint32_t number_of(std::string word);

  std::vector<std::uint32_t> documents_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<Lists> lists_;
  // The words of folders that came lately: neighbours in rank are often neighbours on disk.
  std::unordered_map<std::string, std::vector<std::uint32_t>> folders_;
};

}  // namespace search_memory
