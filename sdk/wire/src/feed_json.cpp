#include <algorithm>

#include "change_line.h"
#include "json_tools.h"

namespace swapmeet::wire {
namespace {

constexpr std::size_t kMostChanges = 50'000;    // in a batch, whatever its bytes
constexpr std::uint64_t kLongestWait = 86'400;  // seconds; what says more is not believed

void write_change(JsonWriter& out, const Change& change) {
  out.begin();
  switch (change.kind) {
    case ChangeKind::put:
      out.text("op", "put").number("revision", change.revision);
      write_fields(out, change.listing);
      break;
    case ChangeKind::remove:
      out.text("op", "remove")
          .number("revision", change.revision)
          .text("path", change.listing.path);
      break;
    default: out.text("op", "clear").number("revision", change.revision); break;
  }
  out.end();
}

Result<Change> read_change(ChangeLineReader& quick, std::string_view line) {
  Change change;
  if (quick.read(line, change)) return change;
  change = {};
  JsonReader in(line);
  change.revision = in.number("revision", false);
  const std::string op = in.text("op");
  if (op == "put") {
    change.listing = read_listing(in);
  } else if (op == "remove") {
    change.kind = ChangeKind::remove;
    change.listing.path = in.text("path");
  } else if (op == "clear") {
    change.kind = ChangeKind::clear;
  } else {
    in.fail("op", "must be put, remove or clear");
  }
  return in.finish(std::move(change));
}

}  // namespace

std::string to_json(const FeedPosition& position) {
  JsonWriter out;
  return out.begin().text("feed", position.feed).number("revision", position.revision).end().take();
}
template <>
Result<FeedPosition> from_json(std::string_view text) {
  JsonReader in(text);
  FeedPosition position{in.text("feed"), in.number("revision")};
  return in.finish(std::move(position));
}

std::string to_ndjson(const ChangeBatch& batch) {
  JsonWriter head;
  std::string text = head.begin()
                         .text("feed", batch.feed)
                         .number("base", batch.base)
                         .number("upto", batch.upto)
                         .end()
                         .take() +
                     '\n';
  JsonWriter out;
  for (const auto& change : batch.changes) {
    // Presence is the registry's own to say; a catalogue that is announced has none.
    if (change.kind == ChangeKind::present || change.kind == ChangeKind::absent) continue;
    write_change(out, change);
    (text += out.view()) += '\n';
    out.clear();
  }
  return text;
}

Result<ChangeBatch> batch_from_ndjson(std::string_view text) {
  ChangeBatch batch;
  ChangeLineReader quick;
  for (std::size_t line_number = 1; !text.empty(); ++line_number) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto at = [&](const Error& error) {
      return Error{error.code, "line " + std::to_string(line_number) + ": " + error.message, {}};
    };
    if (line_number == 1) {
      JsonReader in(line);
      batch.feed = in.text("feed");
      batch.base = in.number("base");
      batch.upto = in.number("upto");
      if (batch.feed.empty() || batch.feed.size() > 128)
        in.fail("feed", "must have 1 to 128 characters");
      if (batch.upto < batch.base) in.fail("upto", "is before base");
      if (auto read = in.finish(0); !read) return at(read.error());
    } else if (!line.empty()) {
      if (batch.changes.size() == kMostChanges)
        return Error{
            ErrorCode::too_large,
            "a batch may have " + std::to_string(kMostChanges) + " changes; send smaller batches",
            {}};
      auto change = read_change(quick, line);
      if (!change) return at(change.error());
      batch.changes.push_back(std::move(*change));
    }
  }
  if (batch.feed.empty())
    return invalid_argument("the first line must be {\"feed\":…,\"base\":…,\"upto\":…}");
  return batch;
}

Error error_from_problem(int status, std::string_view body) {
  JsonReader in(body);
  Error error{error_code_from(in.text("code")), in.text("detail"), {}};
  if (in.has("position")) error.position = in.number("position");
  if (in.has("retry_after"))
    error.retry_after = std::chrono::seconds(std::min(in.number("retry_after"), kLongestWait));
  if (in.finish(0)) return error;
  return unavailable("it answered with HTTP status " + std::to_string(status));
}

}  // namespace swapmeet::wire
