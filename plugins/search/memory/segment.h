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

// What stands at a rank.
struct Entry {
  std::uint32_t document = 0;
  std::uint32_t content = 0;
};

// Where one word is: ascending ranks. `path` has those documents that have it only outside the
// name.
struct Postings {
  Ranks name;
  Ranks path;
};

class Segment {
 public:
  virtual ~Segment() = default;
  const std::vector<Entry>& entries() const { return entries_; }
  // Do the documents of a content stand in a row, the one to show first?
  virtual bool is_ranked() const = 0;
  virtual Postings postings(std::string_view word) const = 0;
  // Of every word that begins so.
  virtual void each_with_prefix(std::string_view prefix,
                                const std::function<void(const Postings&)>& visit) const = 0;

 protected:
  std::vector<Entry> entries_;
};

class FreshSegment final : public Segment {
 public:
  void add(const Entry& entry, std::string_view folder, std::string_view name);
  bool is_ranked() const override { return false; }
  Postings postings(std::string_view word) const override;
  void each_with_prefix(std::string_view prefix,
                        const std::function<void(const Postings&)>& visit) const override;

 private:
  struct Lists {
    std::vector<Rank> name;
    std::vector<Rank> path;
  };
  using Words = std::unordered_map<std::string, Lists>;
  Lists& lists_of(std::string&& word);

  Words words_;
  // The words by how they begin (kStart bytes), for prefixes; an unordered_map's nodes stay in
  // place.
  std::map<std::string, std::vector<const Words::value_type*>, std::less<>> by_start_;
};

class RankedSegment final : public Segment {
 public:
  // Adds documents from the best to the worst, then finishes once.
  class Builder;
  bool is_ranked() const override { return true; }
  Postings postings(std::string_view word) const override;
  void each_with_prefix(std::string_view prefix,
                        const std::function<void(const Postings&)>& visit) const override;

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
  void add(const Entry& entry, std::string_view folder, std::string_view name);
  RankedSegment finish();

 private:
  struct Lists {
    std::vector<Rank> name;
    std::vector<Rank> path;
  };
  std::uint32_t number_of(std::string word);

  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<Lists> lists_;
  // The words of folders that came lately: neighbours in rank are often neighbours on disk.
  std::unordered_map<std::string, std::vector<std::uint32_t>> folders_;
};

}  // namespace search_memory
