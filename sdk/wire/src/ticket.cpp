#include "swapmeet/wire/ticket.h"

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>
#include <Poco/StreamCopier.h>

#include <algorithm>
#include <sstream>

namespace swapmeet::wire {
namespace {

constexpr char kForm = 4;  // the first byte of a body, raised when what follows changes
constexpr std::size_t kSignatureSize = 64;
constexpr std::size_t kLongestText = 8192;
constexpr std::size_t kMostGroups = 64;
constexpr int kBase64Url = Poco::BASE64_URL_ENCODING | Poco::BASE64_NO_PADDING;

std::string base64url(const std::string& bytes) {
  std::ostringstream text;
  Poco::Base64Encoder encoder(text, kBase64Url);
  encoder.rdbuf()->setLineLength(0);
  encoder << bytes;
  encoder.close();
  return text.str();
}

std::optional<std::string> decoded(const std::string& text) {
  std::istringstream in(text);
  Poco::Base64Decoder decoder(in, kBase64Url);
  // What the decoder throws at ends in the stream's state. A string made of its iterators would be
  // leaked then.
  std::string bytes;
  Poco::StreamCopier::copyToString(decoder, bytes);
  // The decoder skips and forgives.
  if (decoder.bad() || base64url(bytes) != text) return std::nullopt;
  return bytes;
}

void put_name(std::string& out, std::string_view name) {
  name = name.substr(0, 255);
  (out += static_cast<char>(name.size())) += name;
}

// Takes bytes off the front of a body; after one that is missing it gives empty ones.
class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) {}
  std::string_view take(std::size_t size) {
    complete_ = complete_ && size <= rest_.size();
    if (!complete_) return {};
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::size_t byte() {
    const auto one = take(1);
    return one.empty() ? 0 : static_cast<unsigned char>(one.front());
  }
  std::string name() { return std::string(take(byte())); }
  bool is_done() const { return complete_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool complete_ = true;
};

}  // namespace

std::string ticket_text(const SignedTicket& ticket) {
  return base64url(ticket.body + ticket.signature);
}

std::optional<SignedTicket> signed_ticket_from(std::string_view text) {
  if (text.size() > kLongestText) return std::nullopt;
  const auto bytes = decoded(std::string(text));
  if (!bytes || bytes->size() <= kSignatureSize) return std::nullopt;
  const auto size = bytes->size() - kSignatureSize;
  return SignedTicket{bytes->substr(0, size), bytes->substr(size)};
}

std::string ticket_body(const TicketClaims& claims) {
  std::string body(1, kForm);
  const auto expires = static_cast<std::uint64_t>(claims.expires.time_since_epoch().count());
  for (int shift = 56; shift >= 0; shift -= 8) body += static_cast<char>(expires >> shift);
  body.append(claims.content.bytes.begin(), claims.content.bytes.end());
  put_name(body, claims.account);
  const auto groups = std::min(claims.groups.size(), kMostGroups);
  body += static_cast<char>(groups);
  for (std::size_t i = 0; i < groups; ++i) put_name(body, claims.groups[i]);
  body += claims.source ? '\1' : '\0';
  if (claims.source) body.append(claims.source->bytes.begin(), claims.source->bytes.end());
  return body;
}

std::optional<TicketClaims> ticket_claims_from(std::string_view body) {
  Reader reader(body);
  if (reader.byte() != kForm) return std::nullopt;
  TicketClaims claims;
  std::uint64_t expires = 0;
  for (const char byte : reader.take(8)) expires = expires << 8 | static_cast<unsigned char>(byte);
  claims.expires = Time(std::chrono::milliseconds(static_cast<std::int64_t>(expires)));
  const auto content = reader.take(ContentId::kSize);
  std::copy(content.begin(), content.end(), claims.content.bytes.begin());
  claims.account = reader.name();
  for (auto left = reader.byte(); left > 0; --left) claims.groups.push_back(reader.name());
  const auto has_source = reader.byte();
  if (has_source > 1) return std::nullopt;
  if (has_source == 1) {
    const auto source = reader.take(PeerId::kSize);
    std::copy(source.begin(), source.end(), claims.source.emplace().bytes.begin());
  }
  return reader.is_done() ? std::optional(std::move(claims)) : std::nullopt;
}

}  // namespace swapmeet::wire
