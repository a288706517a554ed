#include "transfer/swarm/inbox/offer_message.h"

#include <set>
#include <string_view>

#include "swapmeet/characters.h"
#include "swapmeet/digest.h"
#include "swapmeet/json_object.h"
#include "swapmeet/listing.h"
#include "swapmeet/text.h"
#include "transfer/swarm/hashing/merkle.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kIdSize = 32;
constexpr std::size_t kTokenSize = 64;
constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestWhy = 300;

bool is_hex(const std::string& text, std::size_t size) {
  return text.size() == size && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

Error wrong(const std::string& what) { return {ErrorCode::invalid_argument, what, {}}; }

bool belong_together(std::uint64_t size, const ContentId& content) {
  return size <= kMostFileSize && (size == 0) == (content == kEmptyContent);
}

}  // namespace

Result<void> check_message(const wire::OfferMessage& message, const std::string& token) {
  if (!is_hex(message.id, kIdSize)) return wrong("the offer's id has 32 hexadecimal digits");
  if (!is_hex(token, kTokenSize))
    return wrong("send the offer's token, 64 hexadecimal digits, as 'Authorization: Bearer …'");
  if (message.name.empty() || message.name.size() > kLongestName || !is_utf8(message.name) ||
      has_unicode_control(message.name) || message.name.find('/') != std::string::npos ||
      message.name == "." || message.name == "..")
    return wrong("the name must be a file name of 1 to 255 bytes, without control characters");
  if (!message.files.empty()) return check_files(message);
  if (!belong_together(message.size, message.content))
    return wrong("the size and the content do not belong together");
  return {};
}

Result<void> check_files(const wire::OfferMessage& message) {
  if (message.files.size() > kMostOfferedFiles)
    return wrong("an offer has at most " + std::to_string(kMostOfferedFiles) + " files");
  if (message.content != ContentId{}) return wrong("a folder has no content of its own");
  std::set<std::string_view> paths;
  std::uint64_t size = 0;
  for (const auto& file : message.files) {
    if (auto checked = check_path(file.path); !checked) return checked;
    if (!paths.insert(file.path).second) return wrong(file.path + " is there twice");
    if (!belong_together(file.size, file.content))
      return wrong("the size and the content of " + file.path + " do not belong together");
    size = saturating_sum(size, file.size);
  }
  if (size != message.size) return wrong("the size is not that of all files");
  return {};
}

std::string digest_of(const wire::OfferMessage& message) {
  return JsonObject()
      .text("id", message.id)
      .text("sha256", sha256_hex(wire::to_json(message)))
      .json();
}

std::string tamed(const std::string& text) {
  if (!is_utf8(text) || text.size() > kLongestWhy || has_unicode_control(text)) return "";
  return without_steering(text);
}

wire::OfferNews news_of(const Offer& offer) { return {offer.state, offer.done, offer.why}; }

}  // namespace swapmeet::transfer_swarm
