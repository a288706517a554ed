// A registry that knows one peer and what it shares, a page at a time.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "fake_peer.h"
#include "swapmeet/testing/empty_registry.h"

namespace swapmeet::transfer_swarm {

inline PeerId alice() {
  PeerId id;
  id.bytes[0] = 7;
  return id;
}

class Shelf : public testing::EmptyRegistry {
 public:
  explicit Shelf(const fakes::FakePeer& peer) {
    record_.id = alice();
    record_.name = "alice";
    record_.address = "127.0.0.1";
    record_.port = peer.port();
    record_.present = true;
  }

  void shares(const std::string& path, const ContentId& content, std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    Listing listing;
    listing.path = path;
    listing.content = content;
    listing.size = size;
    listings_[path] = std::move(listing);
  }
  void shares_no_more(const std::string& path) {
    const std::lock_guard lock(mutex_);
    listings_.erase(path);
  }
  void is_present(bool present) {
    const std::lock_guard lock(mutex_);
    record_.present = present;
  }
  void also_has(const ContentId& content, Source source) {
    const std::lock_guard lock(mutex_);
    sources_[content].push_back(std::move(source));
  }
  void gives_ticket(const std::string& ticket, const std::string& fingerprint) {
    const std::lock_guard lock(mutex_);
    record_.ticket = ticket;
    record_.fingerprint = fingerprint;
  }
  // Called before each page, the first is 1, without a lock.
  void before_page(std::function<void(int page)> call) { before_page_ = std::move(call); }
  void give_pages_of(std::size_t most) { page_ = most; }

  std::uint64_t asked_for_contents() const { return contents_; }
  std::uint64_t asked_for_peers() const { return peers_; }
  std::uint64_t pages() const { return pages_; }

  Result<Page<Listing>> browse(const PeerId& peer, const BrowseQuery& query) override {
    if (const auto page = ++pages_; before_page_) before_page_(static_cast<int>(page));
    const std::lock_guard lock(mutex_);
    if (fails_) return *fails_;
    if (peer != record_.id) return none();
    Page<Listing> page;
    const auto most = std::min(page_, query.page.limit);
    const auto from = std::max(query.page.after, query.folder + '/');
    for (auto at = listings_.upper_bound(from); at != listings_.end(); ++at) {
      if (!at->first.starts_with(query.folder + '/')) break;
      if (page.items.size() == most) {
        page.next = page.items.back().path;
        break;
      }
      page.items.push_back(at->second);
    }
    return page;
  }
  void fails(std::optional<Error> error) {
    const std::lock_guard lock(mutex_);
    fails_ = std::move(error);
  }
  Result<PeerRecord> peer(const PeerId& peer, const Identity&) override {
    ++peers_;
    const std::lock_guard lock(mutex_);
    if (peer != record_.id) return none();
    return record_;
  }
  Result<ContentRecord> content(const ContentQuery& query) override {
    ++contents_;
    const std::lock_guard lock(mutex_);
    const auto found = sources_.find(query.content);
    if (found == sources_.end()) return none();
    ContentRecord record;
    record.content = query.content;
    record.sources = found->second;
    for (const auto& [path, listing] : listings_)
      if (listing.content == query.content) record.size = listing.size;
    return record;
  }

 private:
  static Error none() { return {ErrorCode::not_found, "nobody knows that", {}}; }
  std::mutex mutex_;  // guards the maps, the record and what fails
  PeerRecord record_;
  std::map<std::string, Listing> listings_;
  std::map<ContentId, std::vector<Source>> sources_;
  std::optional<Error> fails_;
  std::function<void(int)> before_page_;
  std::size_t page_ = 1000;
  std::atomic<std::uint64_t> pages_{0};
  std::atomic<std::uint64_t> peers_{0};
  std::atomic<std::uint64_t> contents_{0};
};

}  // namespace swapmeet::transfer_swarm
