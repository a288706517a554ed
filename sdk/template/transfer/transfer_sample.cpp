// transfer.sample: shares folders. It keeps a catalogue of what is in them, which the host
// announces, and serves the files to other peers; it downloads nothing. The catalogue is one text
// file that is written anew with each change: right for some ten thousand files. Threads: the
// catalogue has a lock; one thread of its own looks through the folders.
#include <fcntl.h>
#include <swapmeet/digest.h>
#include <swapmeet/plugin.h>
#include <swapmeet/public_endpoint.h>
#include <swapmeet/random.h>
#include <swapmeet/shares.h>
#include <swapmeet/text.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <condition_variable>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>

namespace {

using namespace swapmeet;
namespace fs = std::filesystem;

// The pieces root of BitTorrent v2 (BEP 52): a Merkle tree over leaves of 16 KiB, filled up with
// zeros to a power of two. nullopt: the file cannot be read, or `stop` was set.
std::optional<ContentId> content_id_of(const fs::path& file, const std::atomic<bool>& stop) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::nullopt;
  std::vector<std::string> layer;
  std::string leaf(16 << 10, '\0');
  while (stream && !stop) {
    stream.read(leaf.data(), static_cast<std::streamsize>(leaf.size()));
    const auto got = static_cast<std::size_t>(stream.gcount());
    if (got > 0) layer.push_back(sha256(std::string_view(leaf).substr(0, got)));
  }
  if (stop || stream.bad()) return std::nullopt;
  if (layer.empty()) return kEmptyContent;
  layer.resize(std::bit_ceil(layer.size()), std::string(kSha256Size, '\0'));
  while (layer.size() > 1) {
    for (std::size_t i = 0; i < layer.size() / 2; ++i)
      layer[i] = sha256(layer[2 * i] + layer[2 * i + 1]);
    layer.resize(layer.size() / 2);
  }
  ContentId id;
  std::copy(layer[0].begin(), layer[0].end(), id.bytes.begin());
  return id;
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
  return parts;
}
std::string joined(const std::vector<std::string>& parts, char with) {
  std::string text;
  for (const auto& part : parts) text += part + with;
  return text;
}

// The shares and what is in them, as a feed that goes on over restarts. What is gone is remembered,
// so that followers hear of it whenever they return.
class Catalogue final : public ChangeFeed {
 public:
  using Found = std::map<std::string, Listing>;  // by path
  struct Entry {
    Listing listing;
    Revision revision = 0;
    bool gone = false;
  };

  Result<void> open(const fs::path& file) {
    const std::lock_guard lock(mutex_);
    file_ = file;
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);)
      if (!read(split(line, '\t'))) return corrupt(file.string() + " is damaged; remove it");
    if (feed_.empty()) feed_ = random_hex(16);
    return save();
  }

  std::map<std::string, ShareSpec> shares() const {
    const std::lock_guard lock(mutex_);
    return shares_;
  }
  Result<void> set_shares(std::map<std::string, ShareSpec> shares) {
    const std::lock_guard lock(mutex_);
    std::swap(shares_, shares);
    auto saved = save();
    if (!saved) std::swap(shares_, shares);
    return saved;
  }
  Found listings() const {
    const std::lock_guard lock(mutex_);
    Found found;
    for (const auto& [path, entry] : entries_)
      if (!entry.gone) found.emplace(path, entry.listing);
    return found;
  }
  // These are all there are from now on.
  Result<void> replace(const Found& found) {
    {
      const std::lock_guard lock(mutex_);
      const auto before = latest_;
      for (auto& [path, entry] : entries_)
        if (!entry.gone && !found.contains(path)) entry.gone = true, entry.revision = ++latest_;
      for (const auto& [path, listing] : found) {
        const auto [at, fresh] = entries_.try_emplace(path);
        if (!fresh && !at->second.gone && at->second.listing == listing) continue;
        at->second = {listing, ++latest_, false};
      }
      if (latest_ == before) return {};
      if (auto saved = save(); !saved) return saved;
    }
    const std::lock_guard lock(wakers_mutex_);
    for (const auto& [number, wake] : wakers_) wake();
    return {};
  }

  Result<FeedState> state() override {
    const std::lock_guard lock(mutex_);
    return FeedState{feed_, 0, latest_};
  }
  Result<ChangeBatch> changes_after(Revision after, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    if (after > latest_) return conflict("the catalogue has not come so far yet");
    ChangeBatch batch{feed_, after, latest_, {}};
    for (const auto& [path, entry] : entries_) {
      if (entry.revision <= after) continue;
      const auto kind = entry.gone ? ChangeKind::remove : ChangeKind::put;
      batch.changes.push_back({entry.revision, kind, {}, {}, entry.listing});
    }
    std::sort(batch.changes.begin(), batch.changes.end(),
              [](const Change& a, const Change& b) { return a.revision < b.revision; });
    if (batch.changes.size() > limit) {
      batch.changes.resize(limit);
      batch.upto = limit == 0 ? after : batch.changes.back().revision;
    }
    return batch;
  }
  Registration on_advance(std::function<void()> wake) override {
    const std::lock_guard lock(wakers_mutex_);
    wakers_[++last_waker_] = std::move(wake);
    return Registration([this, number = last_waker_] {
      const std::lock_guard guard(wakers_mutex_);
      wakers_.erase(number);
    });
  }

 private:
  // A line of the file for the feed, for each share and for each entry; fields between tabs, which
  // neither names nor paths hold.
  bool read(const std::vector<std::string>& fields) {
    if (fields.size() == 3 && fields[0] == "feed") {
      feed_ = fields[1];
      latest_ = std::stoull(fields[2]);
    } else if (fields.size() >= 4 && fields[0] == "share") {
      auto& share = shares_[fields[1]];
      share = {fields[1], fields[2], {fields[3] == "1", {}, {}}};
      if (fields.size() > 4) share.audience.groups = split(fields[4], ',');
      if (fields.size() > 5) share.audience.accounts = split(fields[5], ',');
    } else if (fields.size() == 7 && fields[0] == "file") {
      auto& entry = entries_[fields[6]];
      const auto content = ContentId::parse(fields[5]);
      if (!content) return false;
      entry.revision = std::stoull(fields[1]);
      entry.gone = fields[2] == "1";
      entry.listing.size = std::stoull(fields[3]);
      entry.listing.modified = Time(std::chrono::milliseconds(std::stoll(fields[4])));
      entry.listing.content = *content;
      entry.listing.path = fields[6];
      const auto share = shares_.find(fields[6].substr(0, fields[6].find('/')));
      if (share != shares_.end()) entry.listing.audience = share->second.audience;
    } else {
      return false;
    }
    return true;
  }
  // Whole, and in one step: another file takes the place of the old one.
  Result<void> save() const {
    std::ostringstream text;
    text << "feed\t" << feed_ << '\t' << latest_ << '\n';
    for (const auto& [name, share] : shares_)
      text << "share\t" << name << '\t' << share.folder << '\t' << share.audience.everyone << '\t'
           << joined(share.audience.groups, ',') << '\t' << joined(share.audience.accounts, ',')
           << '\n';
    for (const auto& [path, entry] : entries_)
      text << "file\t" << entry.revision << '\t' << entry.gone << '\t' << entry.listing.size << '\t'
           << entry.listing.modified.time_since_epoch().count() << '\t'
           << entry.listing.content.text() << '\t' << path << '\n';
    const auto fresh = file_.string() + ".new";
    const auto bytes = text.str();
    const http::OpenFile out(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    const bool written = out.descriptor() >= 0 &&
                         ::write(out.descriptor(), bytes.data(), bytes.size()) ==
                             static_cast<ssize_t>(bytes.size()) &&
                         ::fsync(out.descriptor()) == 0 &&
                         ::rename(fresh.c_str(), file_.c_str()) == 0;
    if (!written) return no_space(file_.string() + " cannot be written");
    return {};
  }

  mutable std::mutex mutex_;
  fs::path file_;
  std::string feed_;
  Revision latest_ = 0;
  std::map<std::string, ShareSpec> shares_;
  std::map<std::string, Entry> entries_;
  std::mutex wakers_mutex_;
  int last_waker_ = 0;
  std::map<int, std::function<void()>> wakers_;
};

class SampleTransfer final : public Plugin, public Shares, public PublicEndpoint {
 public:
  Result<void> configure(Host& host) override {
    host_ = &host;
    return {};
  }
  Result<void> start() override {
    if (auto opened = catalogue_.open(host_->data_folder() / "catalogue"); !opened) return opened;
    auto listener = host_->listen({.address = host_->settings().address("listen")});
    if (!listener) return std::move(listener).error();
    listener_ = std::move(*listener);
    auto route = listener_->add("GET", "/content/{id}",
                                [this](http::Request& request) { return serve(request); });
    if (!route) return std::move(route).error();
    route_ = std::move(*route);
    stopping_ = false;
    scanner_ = std::thread([this] { scan_whenever_wanted(); });
    again_ = host_->every(std::chrono::minutes(1), [this] { want_scan(); });
    return {};
  }
  void stop() override {
    again_.reset();
    stopping_ = true;
    want_scan();
    if (scanner_.joinable()) scanner_.join();
    route_.reset();
    listener_.reset();
  }
  void* interface(std::string_view id) override {
    return interface_of<Shares, PublicEndpoint>(this, id);
  }

  // Shares.
  Result<std::vector<ShareStatus>> list() override {
    const auto listings = catalogue_.listings();
    std::vector<ShareStatus> all;
    for (const auto& [name, share] : all_shares()) {
      ShareStatus status{.share = share, .configured = is_configured(name)};
      for (const auto& [path, listing] : listings)
        if (path.starts_with(name + '/')) ++status.files, status.bytes += listing.size;
      const std::lock_guard lock(mutex_);
      status.scanning = scan_wanted_;
      if (const auto found = problems_.find(name); found != problems_.end())
        status.problem = found->second;
      all.push_back(std::move(status));
    }
    return all;
  }
  Result<ShareStatus> add(const ShareSpec& share) override {
    const std::lock_guard adding(changing_);
    if (share.name.empty() || share.name.size() > 64 || share.name == "." || share.name == ".." ||
        share.name.find('/') != std::string::npos || has_control(share.name) ||
        !is_utf8(share.name))
      return invalid_argument("a share's name has 1 to 64 characters, and no '/'");
    if (!share.folder.starts_with('/') || has_control(share.folder))
      return invalid_argument(share.folder + " is no absolute path");
    if (!fs::is_directory(share.folder)) return not_found("there is no folder " + share.folder);
    for (const auto& [name, other] : all_shares())
      if (name == share.name || other.folder == share.folder)
        return already_exists(name + " is shared already, from " + other.folder);
    auto shares = catalogue_.shares();
    shares.emplace(share.name, share);
    if (auto set = catalogue_.set_shares(std::move(shares)); !set) return std::move(set).error();
    want_scan();
    return ShareStatus{.share = share, .scanning = true};
  }
  Result<void> remove(const std::string& name) override {
    const std::lock_guard removing(changing_);
    if (is_configured(name)) return conflict(name + " comes from the configuration");
    auto shares = catalogue_.shares();
    if (!shares.contains(name)) return unknown(name);
    shares.erase(name);
    if (auto set = catalogue_.set_shares(std::move(shares)); !set) return set;
    want_scan();
    return {};
  }
  Result<void> rescan(const std::string& name) override {
    if (!name.empty() && !all_shares().contains(name)) return unknown(name);
    want_scan();
    return {};
  }
  ChangeFeed& feed() override { return catalogue_; }
  Result<ShareStatus> set_audience(const std::string& name, const Audience& audience) override {
    const std::lock_guard changing(changing_);
    if (is_configured(name)) return conflict(name + " comes from the configuration");
    auto shares = catalogue_.shares();
    const auto found = shares.find(name);
    if (found == shares.end()) return unknown(name);
    found->second.audience = audience;
    ShareStatus status{.share = found->second, .scanning = true};
    if (auto set = catalogue_.set_shares(std::move(shares)); !set) return std::move(set).error();
    want_scan();
    return status;
  }

  // PublicEndpoint.
  HostPort listening() override { return listener_->address(); }
  std::string announced_address() override { return {}; }
  http::Tls tls() override { return http::Tls::off; }

 private:
  static Error unknown(const std::string& name) { return not_found("there is no share " + name); }
  bool is_configured(const std::string& name) const {
    const auto configured = host_->settings().family("share.*");
    return std::any_of(configured.begin(), configured.end(),
                       [&](const auto& one) { return one.first == name; });
  }
  // Those of the configuration, and those that were added, which the catalogue keeps.
  std::map<std::string, ShareSpec> all_shares() const {
    auto shares = catalogue_.shares();
    for (const auto& [name, folder] : host_->settings().family("share.*"))
      shares[name] = {name, folder, {}};
    return shares;
  }

  // Whoever may not see a file is not told that it is there.
  http::Response serve(http::Request& request) {
    const auto id = ContentId::parse(request.params["id"]);
    const auto shares = all_shares();
    for (const auto& [path, listing] : catalogue_.listings()) {
      if (!id || listing.content != *id) continue;
      const auto slash = path.find('/');
      const auto share = shares.find(path.substr(0, slash));
      if (share == shares.end() || !share->second.audience.admits(request.identity)) continue;
      const auto file = fs::path(share->second.folder) / path.substr(slash + 1);
      auto open =
          std::make_shared<http::OpenFile>(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
      if (open->descriptor() < 0) continue;
      http::Response response;
      response.headers.set("Content-Type", "application/octet-stream");
      response.body = http::FileBody{.file = std::move(open), .length = listing.size};
      return response;
    }
    return http::problem(not_found("there is no such content here"), request.id);
  }

  void want_scan() {
    const std::lock_guard lock(mutex_);
    scan_wanted_ = true;
    wanted_.notify_all();
  }
  void scan_whenever_wanted() {
    want_scan();
    while (true) {
      {
        std::unique_lock lock(mutex_);
        wanted_.wait(lock, [this] { return scan_wanted_; });
        scan_wanted_ = false;
      }
      if (stopping_) return;
      scan();
    }
  }
  void scan() {
    const auto known = catalogue_.listings();
    Catalogue::Found found;
    for (const auto& [name, share] : all_shares()) {
      std::error_code error;
      fs::recursive_directory_iterator entry(share.folder,
                                             fs::directory_options::skip_permission_denied, error);
      note(name, error ? "the folder " + share.folder + " cannot be read: " + error.message() : "");
      for (const fs::recursive_directory_iterator end; !error && entry != end && !stopping_;
           entry.increment(error))
        if (entry->path().filename().string().starts_with('.'))
          entry.disable_recursion_pending();
        else if (const auto listing = look_at(share, entry->path(), known))
          found.emplace(listing->path, *listing);
    }
    if (stopping_) return;
    if (auto replaced = catalogue_.replace(found); !replaced)
      host_->log(LogLevel::error, "the catalogue is not kept", {{"why", replaced.error().message}});
  }
  void note(const std::string& share, const std::string& problem) {
    const std::lock_guard lock(mutex_);
    problems_[share] = problem;
  }
  // nullopt: no file, or none that can be shared. What has not changed is not hashed again.
  std::optional<Listing> look_at(const ShareSpec& share, const fs::path& file,
                                 const Catalogue::Found& known) {
    struct stat status {};
    if (::lstat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    Listing listing;
    listing.path = share.name + '/' + file.lexically_relative(share.folder).string();
    listing.size = static_cast<std::uint64_t>(status.st_size);
    listing.modified = Time(std::chrono::milliseconds(status.st_mtim.tv_sec * 1000 +
                                                      status.st_mtim.tv_nsec / 1'000'000));
    listing.audience = share.audience;
    if (!check_listing(listing)) return std::nullopt;
    const auto before = known.find(listing.path);
    if (before != known.end() && before->second.size == listing.size &&
        before->second.modified == listing.modified) {
      listing.content = before->second.content;
      return listing;
    }
    const auto content = content_id_of(file, stopping_);
    if (!content) return std::nullopt;
    listing.content = *content;
    return listing;
  }

  Host* host_ = nullptr;
  Catalogue catalogue_;
  std::unique_ptr<http::Listener> listener_;
  Registration route_;
  Registration again_;
  std::mutex changing_;  // held while shares are added or removed
  std::mutex mutex_;
  std::condition_variable wanted_;
  bool scan_wanted_ = false;
  std::map<std::string, std::string> problems_;  // by share
  std::atomic<bool> stopping_{false};
  std::thread scanner_;
};

constexpr const char* kProvides[] = {Shares::kInterface, PublicEndpoint::kInterface};
constexpr KeySpec kKeys[] = {{"listen", KeyType::address, "0.0.0.0:0", nullptr, nullptr,
                              "Where other peers fetch from; port 0 takes any free one."},
                             {"share.*", KeyType::path, "", nullptr, nullptr,
                              "A folder to share: share.music = /srv/music."}};

}  // namespace

SWAPMEET_PLUGIN(SampleTransfer, {.id = "transfer.sample",
                                 .kind = Kind::transfer,
                                 .version = "0.1",
                                 .summary = "Shares folders, and serves what is in them.",
                                 .provides = kProvides,
                                 .keys = kKeys});
