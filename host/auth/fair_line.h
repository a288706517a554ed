// Who waits, and whose turn is next. Those of a better rank come more often, but no rank waits for
// ever. Within a rank the turn goes round: among the widest networks, within one of them among
// the narrower ones, then among addresses, and within an address among names. So a thousand who
// come from one network wait for each other, and one who comes from another one hardly waits.
// The line has an end: when it is full, the newest of whoever has most in it must go.
// Threads: one at a time; its owner sees to that.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace swapmeet {

inline constexpr std::size_t kRanks = 6;

struct Turn {
  std::size_t rank = 0;           // below kRanks; 0 is the best
  std::vector<std::string> path;  // from the widest network to the name; not empty
  std::string alone = {};         // at most one of these is taken at a time; empty: any number
};

template <class Item>
class FairLine {
 public:
  explicit FairLine(std::size_t most, std::size_t most_of_one)
      : most_(most), most_of_one_(most_of_one) {}

  // What must go for it, which may be the item itself.
  std::optional<Item> add(const Turn& turn, Item item);
  // Next is who may, with what it must be alone in; nullopt: nobody.
  std::optional<std::pair<Item, std::string>> take(
      const std::function<bool(const std::string& alone)>& may);
  // Those of which `is_over` is true leave.
  std::vector<Item> remove(const std::function<bool(const Item&)>& is_over);
  std::size_t size() const;

 private:
  struct Entry {
    Item item;
    std::string alone;
  };
  // A network, an address or, with entries of its own, a name.
  struct Node {
    std::size_t size = 0;
    std::deque<std::string> round;  // of the children, who is next first
    std::map<std::string, std::unique_ptr<Node>> children;
    std::deque<Entry> entries;
  };

  static void put(Node& node, const std::vector<std::string>& path, std::size_t depth, Entry entry);
  static std::optional<Entry> next(Node& node, const std::function<bool(const std::string&)>& may);
  static Item drop(Node& node);
  static void drop_child(Node& node, const std::string& name);
  static void sort_out(Node& node, const std::function<bool(const Item&)>& is_over,
                       std::vector<Item>& gone);
  Node& largest();

  const std::size_t most_;
  const std::size_t most_of_one_;  // under one path, but for its last part
  std::array<Node, kRanks> ranks_;
  std::size_t at_ = 0;  // in the order of ranks
};

// How often each rank comes first.
inline constexpr std::array<std::size_t, 15> kRankOrder{0, 2, 1, 0, 2, 3, 0, 1,
                                                        2, 4, 0, 2, 3, 1, 5};

template <class Item>
std::optional<Item> FairLine<Item>::add(const Turn& turn, Item item) {
  auto& rank = ranks_[turn.rank];
  const Node* one = &rank;
  for (std::size_t i = 0; one && i < std::max<std::size_t>(turn.path.size() - 1, 1); ++i) {
    const auto found = one->children.find(turn.path[i]);
    one = found == one->children.end() ? nullptr : found->second.get();
  }
  if (one && one->size >= most_of_one_) return item;
  put(rank, turn.path, 0, {std::move(item), turn.alone});
  if (size() <= most_) return std::nullopt;
  return drop(largest());
}

// Of the worst rank that has anybody.
template <class Item>
typename FairLine<Item>::Node& FairLine<Item>::largest() {
  for (std::size_t i = kRanks; i-- > 1;)
    if (ranks_[i].size > 0) return ranks_[i];
  return ranks_[0];
}

template <class Item>
void FairLine<Item>::put(Node& node, const std::vector<std::string>& path, std::size_t depth,
                         Entry entry) {
  ++node.size;
  if (depth == path.size()) return node.entries.push_back(std::move(entry));
  auto& child = node.children[path[depth]];
  if (!child) {
    child = std::make_unique<Node>();
    node.round.push_back(path[depth]);
  }
  put(*child, path, depth + 1, std::move(entry));
}

template <class Item>
void FairLine<Item>::drop_child(Node& node, const std::string& name) {
  std::erase(node.round, name);
  node.children.erase(name);
}

template <class Item>
std::optional<typename FairLine<Item>::Entry> FairLine<Item>::next(
    Node& node, const std::function<bool(const std::string&)>& may) {
  for (auto at = node.entries.begin(); at != node.entries.end(); ++at) {
    if (!may(at->alone)) continue;
    auto entry = std::move(*at);
    node.entries.erase(at);
    --node.size;
    return entry;
  }
  for (std::size_t i = 0; i < node.round.size(); ++i) {
    auto& child = *node.children.at(node.round[i]);
    auto entry = next(child, may);
    if (!entry) continue;
    --node.size;
    const auto name = node.round[i];
    node.round.erase(node.round.begin() + static_cast<std::ptrdiff_t>(i));
    if (child.size == 0)
      node.children.erase(name);
    else
      node.round.push_back(name);
    return entry;
  }
  return std::nullopt;
}

template <class Item>
std::optional<std::pair<Item, std::string>> FairLine<Item>::take(
    const std::function<bool(const std::string&)>& may) {
  std::array<bool, kRanks> tried{};
  for (std::size_t i = 0; i < kRankOrder.size(); ++i) {
    const auto rank = kRankOrder[(at_ + i) % kRankOrder.size()];
    if (std::exchange(tried[rank], true)) continue;
    if (auto entry = next(ranks_[rank], may)) {
      at_ = (at_ + 1) % kRankOrder.size();
      return std::pair(std::move(entry->item), std::move(entry->alone));
    }
  }
  return std::nullopt;
}

// The newest of the largest child of the largest child, and so on.
template <class Item>
Item FairLine<Item>::drop(Node& node) {
  --node.size;
  if (node.children.empty()) {
    auto item = std::move(node.entries.back().item);
    node.entries.pop_back();
    return item;
  }
  // Of several that are as large, the one whose turn is last.
  std::string name;
  std::size_t size = 0;
  for (const auto& one : node.round)
    if (const auto its = node.children.at(one)->size; its >= size) {
      size = its;
      name = one;
    }
  auto item = drop(*node.children.at(name));
  if (node.children.at(name)->size == 0) drop_child(node, name);
  return item;
}

template <class Item>
void FairLine<Item>::sort_out(Node& node, const std::function<bool(const Item&)>& is_over,
                              std::vector<Item>& gone) {
  const auto before = gone.size();
  for (auto at = node.entries.begin(); at != node.entries.end();) {
    if (is_over(at->item)) {
      gone.push_back(std::move(at->item));
      at = node.entries.erase(at);
    } else {
      ++at;
    }
  }
  std::vector<std::string> empty;
  for (auto& [name, child] : node.children) {
    sort_out(*child, is_over, gone);
    if (child->size == 0) empty.push_back(name);
  }
  for (const auto& name : empty) drop_child(node, name);
  node.size -= gone.size() - before;
}

template <class Item>
std::vector<Item> FairLine<Item>::remove(const std::function<bool(const Item&)>& is_over) {
  std::vector<Item> gone;
  for (auto& rank : ranks_) sort_out(rank, is_over, gone);
  return gone;
}

template <class Item>
std::size_t FairLine<Item>::size() const {
  std::size_t size = 0;
  for (const auto& rank : ranks_) size += rank.size;
  return size;
}

}  // namespace swapmeet
