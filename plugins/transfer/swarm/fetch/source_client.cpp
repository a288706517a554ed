#include "transfer/swarm/fetch/source_client.h"

#include <algorithm>
#include <utility>

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::uint64_t kMostReport = 1 << 20;  // bytes that tell which of four million pieces

Error corrupt(const char* why) { return {ErrorCode::corrupt, why, {}}; }

}  // namespace

std::string_view target_of(std::string_view url) {
  const auto scheme = url.find("://");
  const auto host = scheme == std::string_view::npos ? 0 : scheme + 3;
  return url.substr(std::min(url.find('/', host), url.size()));
}

SourceClient::SourceClient(const std::string& url, std::chrono::milliseconds stall_after,
                           std::string reader)
    : connection_(url, stall_after, std::move(reader)),
      path_(target_of(std::string_view(url).substr(0, url.find('#')))) {
  const auto query = std::min(path_.find('?'), path_.size());
  query_ = path_.substr(query);
  path_.resize(query);
}

Result<std::uint64_t> SourceClient::size() {
  forget();
  connection_.ask({path_ + query_, "", ticket_, "HEAD"});
  const auto answer = connection_.answer();
  if (!answer) return answer.error();
  if (answer->status != 200) return unexpected(*answer);
  if (!answer->length) return corrupt("it does not tell the file's size");
  return *answer->length;
}

Result<wire::PieceReport> SourceClient::pieces() {
  forget();
  connection_.ask({path_ + "/pieces" + query_, "", ticket_});
  const auto answer = connection_.answer();
  if (!answer) return answer.error();
  if (answer->status != 200) return unexpected(*answer);
  if (!answer->length || *answer->length > kMostReport)
    return corrupt("it does not tell which pieces it has");
  std::string body(*answer->length, '\0');
  for (std::size_t filled = 0; filled < body.size();) {
    const auto got = connection_.read(body.data() + filled, body.size() - filled);
    if (!got) return got.error();
    filled += *got;
  }
  auto report = wire::piece_report_from(body);
  if (!report) return Error{ErrorCode::corrupt, report.error().message, {}};
  return report;
}

// What it answers helps nobody here: it has been dropped.
void SourceClient::doubt(std::uint64_t offset, std::uint64_t length) {
  forget();
  const auto place = "offset=" + std::to_string(offset) + "&length=" + std::to_string(length);
  connection_.ask(
      {path_ + "/doubts" + (query_.empty() ? "?" : query_ + "&") + place, "", ticket_, "POST"});
  static_cast<void>(connection_.answer());
}

void SourceClient::ask(Expected expected, SourceConnection::Request request) {
  request.ticket = ticket_;
  connection_.ask(std::move(request));
  expected_.push_back(std::move(expected));
}

void SourceClient::ask_layer(std::uint64_t piece_size, std::uint64_t bytes) {
  const auto piece = "piece=" + std::to_string(piece_size);
  ask({bytes, "", 0}, {path_ + "/layer" + (query_.empty() ? "?" : query_ + "&") + piece});
}

void SourceClient::ask_leaves(std::uint64_t piece_size, std::uint64_t bytes) {
  const auto piece = "piece=" + std::to_string(piece_size);
  ask({bytes, "", 0}, {path_ + "/leaves" + (query_.empty() ? "?" : query_ + "&") + piece});
}

void SourceClient::ask_range(std::uint64_t offset, std::uint64_t length, std::uint64_t file_size) {
  auto range = std::to_string(offset) + "-" + std::to_string(offset + length - 1);
  ask({length, range, file_size}, {path_ + query_, range});
}

Result<void> SourceClient::connect() {
  auto connected = connection_.connect();
  if (!connected) expected_.clear();
  return connected;
}

Result<void> SourceClient::open() {
  const auto answer = connection_.answer();
  if (!answer) {
    expected_.clear();  // the connection has forgotten it, too
    return answer.error();
  }
  connections_ = answer->connections;
  const auto expected = std::move(expected_.front());
  expected_.pop_front();
  return check(expected, *answer);
}

Result<void> SourceClient::check(const Expected& expected,
                                 const SourceConnection::Answer& answer) const {
  if (expected.range.empty()) {
    if (answer.status != 200) return unexpected(answer);
    if (answer.length != expected.bytes) return corrupt("its Merkle layer has the wrong length");
    return {};
  }
  const bool whole = answer.status == 200;
  if (answer.status == 416)
    return Error{ErrorCode::conflict, "it says that its file is smaller", {}};
  if (!whole && answer.status != 206) return unexpected(answer);
  if (whole && expected.bytes != expected.file_size)
    return corrupt("it sends whole files only, not ranges");
  const auto part = "bytes " + expected.range + "/";
  if (!whole && answer.range != part + std::to_string(expected.file_size)) {
    if (answer.range.starts_with(part))
      return Error{ErrorCode::conflict, "it says that its file has another size", {}};
    return corrupt("it sent another range than the one asked for");
  }
  if (answer.length != expected.bytes) return corrupt("its answer has the wrong length");
  return {};
}

void SourceClient::forget() {
  if (connection_.asked() > 0 || connection_.unread() > 0) connection_.close();
  expected_.clear();
}

}  // namespace swapmeet::transfer_swarm
