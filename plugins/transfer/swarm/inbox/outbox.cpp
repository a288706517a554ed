#include "transfer/swarm/inbox/outbox.h"

#include <filesystem>
#include <system_error>
#include <vector>

#include "swapmeet/listing.h"
#include "swapmeet/safe_name.h"
#include "swapmeet/secret_file.h"
#include "transfer/swarm/base/shown_name.h"
#include "transfer/swarm/inbox/sent_file.h"
#include "transfer/swarm/inbox/sent_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kHashedAtOnce = 100;  // files of a folder, in a transaction

// What is at a path that somebody wants to send.
struct Sent {
  std::filesystem::path path;  // without links
  bool is_folder = false;
  FileStamp stamp;  // of a file
  SentFiles files;  // of a folder
};

Result<Sent> look_at(const std::string& text) {
  if (!text.starts_with('/'))
    return Error{ErrorCode::invalid_argument, "the file's path must be absolute", {}};
  std::error_code error;
  Sent sent;
  sent.path = std::filesystem::canonical(text, error);
  if (error) return Error{ErrorCode::not_found, text + ": " + error.message(), {}};
  sent.is_folder = std::filesystem::is_directory(sent.path, error);
  if (sent.is_folder) {
    auto files = files_below(sent.path);
    if (!files) return files.error();
    sent.files = std::move(*files);
  } else {
    const auto stamp = stamp_of_file(sent.path.string());
    if (!stamp) return stamp.error();
    sent.stamp = *stamp;
  }
  return sent;
}

StoredOffer offer_of(const Sent& sent, const PeerRecord& receiver, Time created) {
  StoredOffer stored;
  stored.path = sent.path.string();
  stored.token = random_hex(32);
  stored.stamp = sent.stamp;
  auto& offer = stored.offer;
  offer.id = random_hex(16);
  offer.incoming = false;
  offer.peer = receiver.id;
  offer.peer_name = receiver.name;
  offer.name = safe_name(shown_name(sent.path.filename().string()));
  offer.files = sent.files.size();
  offer.size = sent.stamp.size;
  for (const auto& [number, one] : sent.files)
    offer.size = saturating_sum(offer.size, one.file.size);
  offer.created = created;
  offer.why = sent.is_folder ? "the files are being hashed" : "the file is being hashed";
  return stored;
}

}  // namespace

Result<Offer> Outbox::send(const SendRequest& request) {
  if (request.peer == options_.self)
    return Error{ErrorCode::invalid_argument, "this is the peer that sends; name another", {}};
  const auto sent = look_at(request.path);
  if (!sent) return sent.error();
  const auto receiver = receiver_of(request);
  if (!receiver) return receiver.error();
  const auto stored = offer_of(*sent, *receiver, options_.clock->now());
  book_.add(stored, sent->files);
  book_.log(LogLevel::info, sent->is_folder ? "sends a folder" : "sends a file", stored.offer);
  rounds_.wake();
  return stored.offer;
}

Result<PeerRecord> Outbox::receiver_of(const SendRequest& request) {
  auto record = options_.registry->peer(request.peer);
  if (!record) return record.error();
  // One that the index has not tried yet is offered it later.
  if (!record->dialable && !record->unreachable.empty())
    return Error{ErrorCode::unavailable,
                 record->name + " cannot be reached from outside, so nothing can be sent to it: " +
                     record->unreachable,
                 {}};
  return record;
}

Result<Offer> Outbox::withdraw(const std::string& id) {
  auto updated = book_.update(id, [&](StoredOffer& now) -> Result<void> {
    if (!is_open(now.offer)) return decided_already(now.offer);
    now.offer.why = options_.self_name + " withdrew it";
    now.offer.state = OfferState::refused;
    return {};
  });
  if (!updated) return updated.error();
  return std::move(updated->offer);
}

void Outbox::hash_waiting() {
  for (const auto& stored : book_.unfinished())
    if (!rounds_.stopping() && !stored.offer.incoming && !stored.hashed) hash(stored);
}

void Outbox::hash(const StoredOffer& stored) {
  if (stored.offer.files > 0)
    hash_folder(stored);
  else
    hash_one_file(stored);
}

void Outbox::hash_one_file(const StoredOffer& stored) {
  const auto& id = stored.offer.id;
  const auto stamp = stamp_of_file(stored.path);
  if (!stamp) return book_.end(id, OfferState::failed, stamp.error().message);
  const auto tree = tree_of(stored.path, *stamp);
  if (rounds_.stopping()) return;
  if (!tree) return book_.end(id, OfferState::failed, tree.error().message);
  book_.put_trees(id, {*tree});
  hashed_all(id, [&](StoredOffer& now) {
    now.offer.content = tree->content;
    now.offer.size = tree->size;
    now.stamp = *stamp;
  });
}

// What is hashed stays so across a restart.
void Outbox::hash_folder(const StoredOffer& stored) {
  const auto& id = stored.offer.id;
  SentFiles hashed;
  std::vector<MerkleTree> trees;
  const auto keep = [&] {
    book_.put_trees(id, trees);
    book_.put_files(id, hashed);
    hashed.clear();
    trees.clear();
  };
  for (auto& [number, one] : book_.files(stored)) {
    if (one.hashed) continue;
    auto tree = tree_of(stored.path + '/' + one.local, one.stamp);
    if (rounds_.stopping()) break;
    if (!tree) return book_.end(id, OfferState::failed, tree.error().message);
    one.file.content = tree->content;
    one.hashed = true;
    trees.push_back(std::move(*tree));
    hashed.emplace(number, std::move(one));
    if (hashed.size() == kHashedAtOnce) keep();
  }
  keep();
  if (!rounds_.stopping()) hashed_all(id, [](StoredOffer&) {});
}

// Now it can be offered.
void Outbox::hashed_all(const std::string& id, const std::function<void(StoredOffer&)>& change) {
  static_cast<void>(book_.update(id, [&](StoredOffer& now) -> Result<void> {
    change(now);
    now.offer.why.clear();
    now.hashed = true;
    return {};
  }));
  rounds_.wake();
}

Result<MerkleTree> Outbox::tree_of(const std::string& path, const FileStamp& stamp) {
  auto known =
      options_.catalogue != nullptr ? known_tree(*options_.catalogue, path, stamp) : std::nullopt;
  if (known) return std::move(*known);
  return hash_file(*options_.clock, path, stamp, [this] { return !rounds_.stopping(); });
}

Result<wire::OfferMessage> Outbox::show(const std::string& id, const std::string& token) {
  const auto stored = book_.find_secret(id, token);
  if (!stored) return stored.error();
  if (stored->offer.incoming || !stored->hashed || !is_open(stored->offer))
    return Error{ErrorCode::not_found, "there is no such offer", {}};
  return message_of(*stored);
}

wire::OfferMessage Outbox::message_of(const StoredOffer& stored) {
  const auto& offer = stored.offer;
  wire::OfferMessage message{offer.id,      options_.self, offer.peer,
                             offer.content, offer.name,    offer.size};
  for (auto& [number, one] : book_.files(stored)) message.files.push_back(std::move(one.file));
  return message;
}

Result<std::optional<FileStamp>> Outbox::look_again(const std::string& path, const FileStamp& then,
                                                    const ContentId& content,
                                                    const std::string& shown) {
  const auto now = stamp_of_file(path);
  if (now && agree(*now, then)) return std::optional<FileStamp>();
  auto touched = then;
  touched.ctime_ns = 0;
  if (now && agree(*now, touched)) {
    const auto tree = tree_of(path, *now);
    if (tree && tree->content == content) return std::optional(*now);
    if (!tree && rounds_.stopping()) return std::optional<FileStamp>();
  }
  return Error{ErrorCode::conflict, shown + " was changed or taken away after it was offered", {}};
}

Result<void> Outbox::check_unchanged(const StoredOffer& stored) {
  const auto& offer = stored.offer;
  if (offer.files == 0) {
    const auto now = look_again(stored.path, stored.stamp, offer.content, "the file");
    if (!now) return now.error();
    if (*now)
      static_cast<void>(book_.update(offer.id, [&](StoredOffer& kept) -> Result<void> {
        kept.stamp = **now;
        return {};
      }));
    return {};
  }
  SentFiles touched;
  for (auto& [number, one] : book_.files(stored)) {
    const auto path = stored.path + '/' + one.local;
    const auto now = look_again(path, one.stamp, one.file.content, one.file.path);
    if (!now) return now.error();
    if (!*now) continue;
    one.stamp = **now;
    touched.emplace(number, std::move(one));
  }
  if (!touched.empty()) book_.put_files(offer.id, touched);
  return {};
}

std::optional<ContentPlace> Outbox::place(const ContentId& content, const std::string& token) {
  auto stored = book_.offered(content, token);
  if (!stored) return std::nullopt;
  return ContentPlace{std::move(stored->path), std::move(stored->offer.name), stored->stamp, {}};
}

std::optional<MerkleTree> Outbox::tree(const ContentId& content, const std::string& token) {
  const auto stored = book_.offered(content, token);
  if (!stored) return std::nullopt;
  return book_.tree(stored->offer.id, content);
}

}  // namespace swapmeet::transfer_swarm
