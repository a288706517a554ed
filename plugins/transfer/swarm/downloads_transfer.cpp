#include "transfer/swarm/downloads_transfer.h"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include "transfer/swarm/hash_file.h"
#include "transfer/swarm/merkle.h"
#include "transfer/swarm/partial.h"
#include "transfer/swarm/piece_map.h"
#include "transfer/swarm/safe_name.h"
#include "transfer/swarm/source_client.h"
#include "transfer/swarm/source_pool.h"

namespace swapmeet::swarm {
namespace {
using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kTick = 250ms;
// What is proven is said to be there once it is on the disk: that often, or after so many bytes.
// This is what a power failure or a kill costs.
constexpr auto kSaveEvery = 500ms;
constexpr std::uint64_t kSaveAfter = 32 << 20;
// Workers wait for the disk then: it is slower than the sources.
constexpr std::uint64_t kMostUnsaved = 256 << 20;
// A source that takes longer to say what the file is gets another beside it.
constexpr auto kLearnAlone = 2s;
constexpr std::size_t kMostLearners = 2;
constexpr auto kAskSoon = 2s;  // the registry again, at first: others begin at the same time
constexpr std::chrono::seconds kLookForLast{1};
// Pieces that are not proven yet are in memory, one a source.
constexpr std::size_t kMostInMemory = 32 << 20;
constexpr std::size_t kLongestRun = 16;  // pieces of one request

Error ended() { return {ErrorCode::cancelled, "ended", {}}; }

// What a source knows of a content, proven against its id: with the last piece also the exact size.
struct Learned {
  std::uint64_t size = 0;
  std::string layer;
  std::string last_piece;
};

// The same source at the address that its peer has now: it may have moved since it was named.
std::optional<Source> moved(Registry& registry, Source source) {
  constexpr std::string_view kScheme = "http://";
  if (source.peer.is_zero() || !source.url.starts_with(kScheme)) return std::nullopt;
  const auto path = source.url.find('/', kScheme.size());
  const auto record = registry.peer(source.peer);
  if (path == std::string::npos || !record || !record->present) return std::nullopt;
  source.url.replace(kScheme.size(), path - kScheme.size(),
                     HostPort{record->address, record->port}.text());
  return source;
}
}  // namespace

struct Transfer::State {
  State(const DownloadOptions& given, TransferPlan what,
        std::function<Result<void>(const TransferPlan&)> keeper)
      : options(given),
        plan(std::move(what)),
        save(std::move(keeper)),
        requested(std::exchange(plan.given, {})),
        pool(options.patience, options.self, plan.liars),
        proven_before(proven_bytes(plan.proven, plan.size)),
        max_sources(options.limits.max_sources) {
    if (plan.size_known) told_size = plan.size;
  }

  const DownloadOptions options;
  TransferPlan plan;  // of run()'s thread, but for its content and what is given: they never change
  std::string saved_target{plan.target};
  const std::function<Result<void>(const TransferPlan&)> save;
  std::optional<PartialFile> partial;    // from when there is a map
  std::shared_ptr<GrowingFile> growing;  // the same
  const Steady::time_point began = Steady::now();
  bool offered = false;  // of run()'s thread
  std::atomic<bool> interrupted{false};
  std::thread asker;

  mutable std::mutex mutex;  // guards all below
  std::condition_variable changed;
  std::vector<Source> requested;  // that requests named; more may come while it runs
  SourcePool pool;
  const std::uint64_t proven_before;
  std::size_t max_sources;
  std::uint64_t rate = 0;
  std::mt19937_64 random{std::random_device{}()};
  bool is_public = false;  // a source that serves everybody has sent some of it
  bool ending = false;     // workers and asker: come home
  bool asked = false;
  std::string registry_why;
  std::optional<std::uint64_t> told_size;  // what the registry says, or said before: a hint
  Steady::time_point learn_beside{};       // when another source may try to learn
  std::optional<Learned> learned;          // set once
  std::optional<PieceMap> map;  // its hashes, sizes and offsets never change: no lock for them
  std::uint64_t unsaved = 0;    // proven bytes that the database does not know of
  std::optional<Error> disk;    // the disk's problem, ends the run

  std::vector<Source> requested_now() const {
    const std::lock_guard lock(mutex);
    return requested;
  }

  bool is_requested(const Source& source) const {
    return std::any_of(requested.begin(), requested.end(),
                       [&](const Source& other) { return SourcePool::is_same(source, other); });
  }

  bool over() const { return ending || disk.has_value(); }

  // Asks the registry for sources, again and again.
  void ask() {
    auto pause = std::min<Steady::duration>(kAskSoon, options.ask_sources);
    for (;; pause = std::min<Steady::duration>(2 * pause, options.ask_sources)) {
      std::vector<Source> named;
      for (const auto& source : requested_now())
        if (auto now = moved(*options.registry, source)) named.push_back(std::move(*now));
      auto record = options.registry->content(plan.content, Identity{});
      std::unique_lock lock(mutex);
      registry_why = record ? "" : record.error().message;
      std::erase_if(named, [&](const Source& source) { return !is_requested(source); });
      pool.add(named);
      if (record) {
        pool.add_listed(record->sources, record->size);
        if (!told_size && record->size <= kMostFileSize) told_size = record->size;
      }
      asked = true;
      changed.notify_all();
      if (changed.wait_for(lock, pause, [&] { return ending || interrupted; })) return;
    }
  }

  // As many of the wanted bytes as the limits let come now, after waiting for that; 0: it ends.
  std::size_t wait_for_turn(PoolSource& source, std::size_t wanted) {
    if (!source.pace) return wanted;
    auto allowed = options.pacer->allow(*source.pace, wanted);
    if (allowed.bytes == 0) {
      std::unique_lock lock(mutex);
      while (allowed.bytes == 0) {
        source.heard = Steady::now();  // nothing is expected meanwhile
        const auto until = source.heard + allowed.wait;
        if (changed.wait_until(lock, until,
                               [&] { return over() || interrupted || !source.sent_home.empty(); }))
          return 0;
        allowed = options.pacer->allow(*source.pace, wanted);
      }
    }
    return static_cast<std::size_t>(allowed.bytes);
  }

  Result<std::size_t> some(PoolSource& source, char* to, std::size_t most) {
    const auto allowed = wait_for_turn(source, most);
    if (allowed == 0) return ended();
    auto got = source.client->read(to, allowed);
    if (!got) return got;
    source.received += *got;
    if (source.pace) options.pacer->sent(*source.pace, *got);
    return got;
  }

  Result<void> fill(PoolSource& source, char* to, std::size_t size) {
    while (size > 0) {
      const auto got = some(source, to, size);
      if (!got) return got.error();
      to += *got;
      size -= *got;
    }
    return {};
  }

  // The next piece of what was opened, proven. What has come is hashed while it is in the cache and
  // the next bytes arrive.
  Result<void> receive(PoolSource& source, const PieceMap& pieces, std::size_t piece, char* to) {
    MerkleBuilder hashes;
    const auto length = pieces.length(piece);
    for (std::size_t filled = 0, hashed = 0; filled < length;) {
      const auto got = some(source, to + filled, length - filled);
      if (!got) return got.error();
      filled += *got;
      const auto ready = filled == length ? length : filled - filled % (2 * kLeafSize);
      hashes.add(to + hashed, ready - hashed);
      hashed = ready;
    }
    if (!pieces.matches(piece, hashes)) return Error{ErrorCode::corrupt, "sent wrong bytes", {}};
    return {};
  }

  Result<Learned> learn_from(PoolSource& source, std::uint64_t size) {
    Learned facts{size, {}, {}};
    if (size == 0) return Error{ErrorCode::corrupt, "it says that its file is empty", {}};
    if (size > kMostFileSize) return Error{ErrorCode::corrupt, "it says that its file is huge", {}};
    const auto piece = piece_size_for(size);
    const auto count = piece_count(size);
    if (count > 1) {
      facts.layer.resize(count * 32);
      auto opened = source.client->open_layer(piece, facts.layer.size());
      if (opened) opened = fill(source, facts.layer.data(), facts.layer.size());
      if (!opened) return opened.error();
      if (!layer_leads_to(plan.content, size, piece, facts.layer))
        return Error{ErrorCode::corrupt, "its Merkle layer does not lead to the content id", {}};
    }
    const PieceMap pieces(plan.content, size, piece, facts.layer, {});
    facts.last_piece.resize(pieces.length(count - 1));
    auto got = source.client->open_range(pieces.offset(count - 1), facts.last_piece.size(), size);
    if (got) got = receive(source, pieces, count - 1, facts.last_piece.data());
    if (!got) return got.error();
    return facts;
  }

  // What the registry says of the size is only a hint.
  Result<Learned> learn_from(PoolSource& source) {
    std::optional<std::uint64_t> hint;
    {
      const std::lock_guard lock(mutex);
      hint = told_size;
    }
    Result<Learned> facts = Error{ErrorCode::conflict, "", {}};
    if (hint) facts = learn_from(source, *hint);
    const bool doubtful = !facts && (facts.error().code == ErrorCode::conflict ||
                                     facts.error().code == ErrorCode::corrupt);
    if (!doubtful) return facts;
    const auto size = source.client->size();
    if (!size) return size.error();
    if (hint == *size) return facts;
    return learn_from(source, *size);
  }

  // Asks a source which pieces it has.
  Result<void> look(PoolSource& source) {
    const auto told = source.client->pieces();
    if (!told) return told.error();
    if (told->content != plan.content)
      return Error{ErrorCode::corrupt, "it tells the pieces of another content", {}};
    const std::lock_guard lock(mutex);
    source.looked = Steady::now();
    source.partial = !told->complete;
    if (told->complete)
      source.has.reset();
    else if (told->piece == piece_size_for(told->size) && (!map || told->size == map->file_size()))
      source.has = told->bits;
    else
      return Error{ErrorCode::unavailable, "it has only a part, in pieces of another size", {}};
    if (map) map->set_copies(pool.copies(map->count()));
    changed.notify_all();
    return {};
  }

  // A partial source can tell the exact size once it has the last piece.
  Result<void> look_for_last(PoolSource& source) {
    if (auto looked = look(source); !looked) return looked;
    const std::lock_guard lock(mutex);
    if (!source.has || (told_size && *told_size > 0 && piece_count(*told_size) > 0 &&
                        has_bit(*source.has, piece_count(*told_size) - 1)))
      return {};
    return Error{ErrorCode::unavailable, "it has not got the last piece yet", std::nullopt,
                 kLookForLast};
  }

  // Until somebody knows the pieces: this source, or one that was faster.
  Result<void> learn(PoolSource& source) {
    std::unique_lock lock(mutex);
    while (!map) {
      if (over()) return ended();
      const auto now = Steady::now();
      if (learned || now < learn_beside) {
        changed.wait_for(lock, kTick);
        continue;
      }
      learn_beside = now + std::min<Steady::duration>(kLearnAlone, options.patience.stall_after);
      source.asking = true;
      source.heard = now;
      const bool is_partial = source.partial;
      lock.unlock();
      auto ready = is_partial ? look_for_last(source) : Result<void>{};
      auto facts = ready ? learn_from(source) : Result<Learned>(ready.error());
      lock.lock();
      source.asking = false;
      if (!facts) {
        learn_beside = {};
        changed.notify_all();
        return facts.error();
      }
      if (!learned && !map) {
        source.bytes += facts->last_piece.size();
        is_public = is_public || source.listed;
        learned = std::move(*facts);
      }
      changed.notify_all();
    }
    source.last_piece = Steady::now();
    return {};
  }

  // The pieces that this source fetches next, or no pieces at all: ask it first which it has.
  // nullopt: there is nothing more to do.
  std::optional<PieceMap::Run> next_run(PoolSource& source) {
    std::unique_lock lock(mutex);
    while (!over() && !map->complete()) {
      const auto now = Steady::now();
      if (source.partial && (!source.has || now - source.looked >= options.look_again))
        return PieceMap::Run{};
      const auto fair = std::max<std::size_t>(1, map->missing() / (2 * pool.working()));
      // At the end the fast fetch again what is on its way from the slow.
      const auto patience = std::min<Steady::duration>(
          options.patience.stall_after, std::max<Steady::duration>(1s, 3 * source.piece_time));
      if (source.next_piece == 0 || map->has_copies()) source.next_piece = random();
      auto run = map->take({std::min(source.run_length, fair), now - patience,
                            source.has ? &*source.has : nullptr, source.next_piece},
                           now);
      if (run) source.next_piece = run->first + run->count;
      if (run) return run;
      changed.wait_for(lock, kTick);
    }
    return std::nullopt;
  }

  // A source that has only a part after all is no bad one.
  Result<void> fetch_what_is_there(PoolSource& source, const PieceMap::Run& run,
                                   std::vector<char>& buffer) {
    auto fetched = fetch(source, run, buffer);
    if (fetched || fetched.error().code != ErrorCode::not_found) return fetched;
    if (auto looked = look(source); !looked) return fetched;
    const std::lock_guard lock(mutex);
    const bool has_all = !source.has || has_bit(*source.has, run.first);
    return has_all ? fetched : Result<void>{};
  }

  Result<void> fetch(PoolSource& source, const PieceMap::Run& run, std::vector<char>& buffer) {
    const auto asked_at = Steady::now();
    {
      const std::lock_guard lock(mutex);
      source.asking = true;
      source.heard = asked_at;
    }
    auto fetched = fetch_pieces(source, run, buffer);
    const auto took = Steady::now() - asked_at;
    const std::lock_guard lock(mutex);
    source.asking = false;
    map->give_back(run);
    source.piece_time = took / static_cast<int>(run.count);
    source.run_length = took < 1s ? std::min(source.run_length * 2, kLongestRun)
                                  : std::max<std::size_t>(source.run_length / 2, 1);
    return fetched;
  }

  Result<void> fetch_pieces(PoolSource& source, const PieceMap::Run& run,
                            std::vector<char>& buffer) {
    const auto last = run.first + run.count - 1;
    const auto first = map->offset(run.first);
    auto result = source.client->open_range(first, map->offset(last) + map->length(last) - first,
                                            map->file_size());
    for (auto piece = run.first; result && piece <= last; ++piece) {
      const auto length = map->length(piece);
      if (buffer.size() < length) buffer.resize(length);
      result = receive(source, *map, piece, buffer.data());
      if (result) result = keep(source, piece, buffer.data(), length);
    }
    return result;
  }

  // Writes a proven piece.
  Result<void> keep(PoolSource& source, std::size_t piece, const char* bytes, std::size_t length) {
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return over() || unsaved < kMostUnsaved; });
      if (over()) return ended();
      if (map->is_proven(piece)) return {};
    }
    auto written = partial->write(map->offset(piece), bytes, length);
    const std::lock_guard lock(mutex);
    if (!written && !disk) disk = written.error();
    if (!written) return ended();
    if (map->mark_proven(piece)) {
      source.bytes += length;
      unsaved += length;
      growing->add(piece);
      is_public = is_public || source.listed;
    }
    source.last_piece = Steady::now();
    source.failures = 0;
    if (unsaved >= kSaveAfter || map->complete()) changed.notify_all();
    return {};
  }

  // A source's thread.
  void work(PoolSource& source) {
    Result<void> result;
    try {
      std::vector<char> buffer;
      result = learn(source);
      if (!result && result.error().code == ErrorCode::not_found)
        static_cast<void>(look(source));  // it may have a part: the next time this is known
      while (result) {
        const auto run = next_run(source);
        if (!run) break;
        result = run->count == 0 ? look(source) : fetch_what_is_there(source, *run, buffer);
      }
    } catch (const std::exception& exception) {
      result = Error{ErrorCode::internal, exception.what(), {}};
    }
    const std::lock_guard lock(mutex);
    if (!result && !over() && !interrupted)
      pool.failed(source, result.error(), Steady::now());
    else if (!source.withdrawn)
      source.state = "idle";
    source.working = false;
    source.client.reset();
    changed.notify_all();
  }

  void begin(PoolSource& source) {
    if (source.thread.joinable()) source.thread.join();  // it has said that it does not work
    source.client = std::make_unique<SourceClient>(source.source.url, options.patience.stall_after,
                                                   options.self.text());
    if (options.pacer != nullptr && !source.pace)
      source.pace = options.pacer->reader(SourcePool::key_of(source.source));
    source.sent_home.clear();
    source.in_queue = false;
    source.asking = false;
    source.tried = true;
    source.state = "active";
    source.last_piece = Steady::now();
    source.working = true;
    source.thread = std::thread([this, &source] { work(source); });
  }

  std::size_t most_workers() const {
    const auto in_memory = kMostInMemory / piece_size_for(map->file_size());
    return std::min(map->count(), static_cast<std::size_t>(in_memory));
  }

  // With the lock: who should works. False when nobody works and nobody may soon.
  bool staff() {
    const auto now = Steady::now();
    const auto places = std::min(max_sources, map ? most_workers() : kMostLearners);
    for (auto* source = pool.next(now); source != nullptr; source = pool.next(now)) {
      if (pool.working() >= places) {
        if (auto* slow = pool.slow_beside(*source, now))
          pool.send_home(*slow, "slower than others");
        break;
      }
      begin(*source);
    }
    return pool.working() > 0;
  }

  bool knows_pieces() const {
    const auto count = plan.size_known ? piece_count(plan.size) : 0;
    if (count == 0) return plan.content == kEmptyContent;
    const auto last = count - 1;
    return last / 8 < plan.proven.size() &&
           ((static_cast<unsigned char>(plan.proven[last / 8]) >> (last % 8)) & 1U) != 0 &&
           (count == 1 || plan.layer.size() == count * 32);
  }

  // From when size and layer are known: the file and its map.
  Result<void> open_pieces() {
    if (learned) {
      plan.size = learned->size;
      plan.layer = learned->layer;
    }
    if (plan.content == kEmptyContent) plan.size = 0;
    plan.size_known = true;
    // Also what an earlier version counted in larger pieces.
    const bool is_of_size = plan.proven.size() == (piece_count(plan.size) + 7) / 8;
    if (!plan.proven.empty() &&
        (!is_of_size || !PartialFile::is_whole(plan.partial(), plan.size))) {
      plan.proven.clear();
      if (options.growing != nullptr) options.growing->remove(plan.id);
      if (auto saved = save(plan); !saved) return saved;  // before it looks whole again
    }
    auto opened = PartialFile::open(plan.partial(), plan.size, options.limits.min_free_space);
    if (!opened) return opened.error();
    PieceMap pieces(plan.content, plan.size, piece_size_for(plan.size), plan.layer, plan.proven);
    if (learned) {
      const auto last = pieces.count() - 1;
      auto written =
          opened->write(pieces.offset(last), learned->last_piece.data(), pieces.length(last));
      if (!written) return written;
      pieces.mark_proven(last);
      if (last > 0)  // else there is no layer to keep
        if (auto saved = save(plan); !saved) return saved;
    }
    partial.emplace(std::move(*opened));
    growing = std::make_shared<GrowingFile>(
        GrowingFile::Facts{plan.content, plan.name, plan.partial(), plan.size,
                           piece_size_for(plan.size), plan.layer},
        pieces.proven_bits());
    const std::lock_guard lock(mutex);
    if (learned) unsaved = pieces.length(pieces.count() - 1);
    map.emplace(std::move(pieces));
    map->set_copies(pool.copies(map->count()));
    changed.notify_all();
    return {};
  }

  // Others may have what is proven, while there is more to come.
  void offer() {
    {
      const std::lock_guard lock(mutex);
      if (options.growing == nullptr || offered || !map || !is_public || map->complete() ||
          map->count() < 2 || map->proven_bytes() == 0 ||
          Steady::now() - began < options.offer_after)
        return;
    }
    offered = true;
    options.growing->put(plan.id, growing);
  }

  Result<void> flush() {
    std::uint64_t saving = 0;
    {
      const std::lock_guard lock(mutex);
      if (unsaved == 0 && plan.liars == pool.liars() && plan.target == saved_target) return {};
      plan.liars = pool.liars();
      if (!plan.size_known && told_size) {
        plan.size = *told_size;
        plan.size_known = true;
      }
      saving = unsaved;
      if (map && saving > 0) plan.proven = map->proven_bits();
    }
    if (saving > 0)  // before it is said to be there
      if (auto synced = partial->sync(); !synced) return synced;
    if (auto saved = save(plan); !saved) return saved;
    saved_target = plan.target;
    const std::lock_guard lock(mutex);
    unsaved -= saving;
    changed.notify_all();
    return {};
  }

  // Until all is proven, or nobody is left to ask.
  void gather() {
    auto flushed = Steady::now();
    std::unique_lock lock(mutex);
    while (!interrupted && !disk && !(map && map->complete())) {
      Result<void> done;
      if (learned && !map) {
        lock.unlock();
        done = open_pieces();
        lock.lock();
      } else {
        if (!staff() && asked) break;
        changed.wait_for(lock, kTick);
        rate = pool.measure(Steady::now());
        if (unsaved >= kSaveAfter || Steady::now() - flushed >= kSaveEvery) {
          lock.unlock();
          done = flush();
          flushed = Steady::now();
          lock.lock();
        }
      }
      lock.unlock();
      offer();
      lock.lock();
      if (!done) disk = done.error();
    }
    ending = true;  // before the lock is given back: who brings sources now must learn it
  }

  void end_workers() {
    {
      const std::lock_guard lock(mutex);
      ending = true;
      for (auto& source : pool.all())
        if (source->client) source->client->interrupt();
      changed.notify_all();
    }
    if (asker.joinable()) asker.join();
    for (auto& source : pool.all())
      if (source->thread.joinable()) source->thread.join();
  }

  // Gives the whole file its name. What the name will be is recorded first, with the last pieces.
  TransferEnd finish() {
    const auto name = safe_name(plan.name);
    for (unsigned number = 1; number < 10'000; ++number) {
      const auto target = plan.folder / (number == 1 ? name : numbered_name(name, number));
      std::error_code ignored;
      if (!plan.overwrite && std::filesystem::exists(target, ignored)) continue;
      plan.target = target.string();
      if (auto saved = flush(); !saved) return {DownloadState::waiting, saved.error().message};
      auto moved = partial->move_to(target, plan.overwrite);
      if (moved) return {DownloadState::done, ""};
      if (moved.error().code != ErrorCode::already_exists)
        return {DownloadState::waiting, moved.error().message};
    }
    return {DownloadState::waiting, "every name like " + name + " is taken: make room"};
  }

  // The host died between the rename and saying so. False also when interrupted.
  bool was_renamed() const {
    struct stat target {};
    std::error_code ignored;
    return !plan.target.empty() && !std::filesystem::exists(plan.partial(), ignored) &&
           ::lstat(plan.target.c_str(), &target) == 0 && S_ISREG(target.st_mode) &&
           static_cast<std::uint64_t>(target.st_size) == plan.size &&
           (!plan.overwrite || is_content(stamp_of(target)));
  }

  bool is_content(const FileStamp& stamp) const {
    const auto hashed =
        FileHasher().hash(plan.target, stamp, [this] { return interrupted.load(); });
    return hashed.kind == HashOutcome::done && hashed.tree.content == plan.content;
  }

  TransferEnd run() {
    if (was_renamed()) return {DownloadState::done, ""};
    if (interrupted) return {DownloadState::queued, ""};
    if (knows_pieces())
      if (auto opened = open_pieces(); !opened)
        return {DownloadState::waiting, opened.error().message};
    {
      const std::lock_guard lock(mutex);
      pool.add(requested);
      asked = options.registry == nullptr;
    }
    if (!map || !map->complete()) {
      if (options.registry != nullptr) asker = std::thread([this] { ask(); });
      gather();
    }
    end_workers();
    if (!disk && map && map->complete()) return finish();
    auto saved = flush();
    if (disk) return {DownloadState::waiting, disk->message};
    if (!saved) return {DownloadState::waiting, saved.error().message};
    if (interrupted) return {DownloadState::queued, ""};
    return {DownloadState::waiting, pool.why_nobody(registry_why), pool.retry_after(Steady::now())};
  }
};

Transfer::Transfer(const DownloadOptions& options, TransferPlan plan,
                   std::function<Result<void>(const TransferPlan&)> save)
    : state_(std::make_unique<State>(options, std::move(plan), std::move(save))) {}

Transfer::~Transfer() { state_->end_workers(); }

TransferEnd Transfer::run() {
  try {
    return state_->run();
  } catch (const std::exception& exception) {
    state_->end_workers();
    return {DownloadState::waiting, exception.what()};
  }
}

void Transfer::interrupt() {
  state_->interrupted = true;
  const std::lock_guard lock(state_->mutex);
  for (auto& source : state_->pool.all())
    if (source->client) source->client->interrupt();
  state_->changed.notify_all();
}

void Transfer::set_max_sources(std::size_t most) {
  const std::lock_guard lock(state_->mutex);
  state_->max_sources = most;
  state_->changed.notify_all();
}

bool Transfer::add(const std::vector<Source>& sources) {
  const std::lock_guard lock(state_->mutex);
  if (state_->ending) return false;
  auto& requested = state_->requested;
  requested.insert(requested.end(), sources.begin(), sources.end());
  state_->pool.add(sources);
  state_->changed.notify_all();
  return true;
}

void Transfer::withdraw(const Source& source) {
  const std::lock_guard lock(state_->mutex);
  std::erase_if(state_->requested,
                [&](const Source& other) { return SourcePool::is_same(source, other); });
  state_->pool.withdraw(source);
  state_->changed.notify_all();
}

TransferProgress Transfer::progress() const {
  const std::lock_guard lock(state_->mutex);
  return {state_->map ? state_->map->proven_bytes() : state_->proven_before, state_->rate,
          state_->pool.report()};
}

}  // namespace swapmeet::swarm
