#include "search/process/messages.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <vector>

#include "swapmeet/json_object.h"
#include "swapmeet/media_type.h"
#include "swapmeet/time.h"

namespace swapmeet::search_process {
namespace {

// Words have no spaces in them.
std::vector<std::string> rows_of(std::string_view text) {
  std::vector<std::string> rows;
  for (const auto& words : searchable_words(text)) {
    std::string row;
    for (const auto& word : words) (row += row.empty() ? "" : " ") += word;
    rows.push_back(std::move(row));
  }
  return rows;
}

JsonObject viewer_of(const Identity& viewer) {
  JsonObject json;
  return json.text("account", viewer.account)
      .texts("groups", viewer.groups)
      .texts("roles", viewer.roles);
}

void add_listing(JsonObject& json, const Listing& listing) {
  const auto name = name_of_path(listing.path);
  json.text("path", listing.path).text("name", name).text("content", listing.content.text());
  json.number("size", listing.size).text("modified", to_rfc3339(listing.modified));
  json.text("type", name_of(media_type_of(name))).text("ext", fold(extension_of(name)));
  json.text("folded_path", fold(listing.path)).texts("name_words", rows_of(name));
  json.texts("folder_words", rows_of(folder_of_path(listing.path)));
  json.boolean("everyone", listing.audience.everyone);
  if (!listing.audience.everyone)
    json.texts("groups", listing.audience.groups).texts("accounts", listing.audience.accounts);
  JsonObject attributes;
  JsonObject words;
  for (const auto& [key, value] : listing.attributes) {
    attributes.text(key, value);
    words.texts(key, rows_of(value));
  }
  json.object("attributes", attributes).object("attribute_words", words);
}

JsonObject change_of(const Change& change) {
  JsonObject json;
  json.number("revision", change.revision).text("peer", change.peer.text());
  switch (change.kind) {
    case ChangeKind::put:
      // What a peer has not all of yet is nothing to be found, and replaces what was there.
      if (is_partial(change.listing)) {
        json.text("op", "remove").text("path", change.listing.path);
      } else {
        json.text("op", "put");
        add_listing(json, change.listing);
      }
      break;
    case ChangeKind::remove: json.text("op", "remove").text("path", change.listing.path); break;
    case ChangeKind::clear: json.text("op", "clear"); break;
    case ChangeKind::present:
      json.text("op", "present").text("name", change.peer_name);
      json.text("folded_name", fold(change.peer_name));
      break;
    case ChangeKind::absent: json.text("op", "absent"); break;
  }
  return json;
}

JsonObject term_of(const QueryTerm& term) {
  JsonObject json;
  return json.texts("words", term.words)
      .boolean("prefix", term.prefix)
      .boolean("negated", term.negated);
}

// The shortest text that is this number.
std::string text_of(double number) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.begin(), text.end(), number);
  return {text.begin(), error == std::errc{} ? end : text.begin()};
}

std::string_view name_of(Comparison comparison) {
  switch (comparison) {
    case Comparison::less: return "less";
    case Comparison::at_most: return "at_most";
    case Comparison::equal: return "equal";
    case Comparison::at_least: return "at_least";
    case Comparison::greater: return "greater";
  }
  return {};
}

JsonObject filter_of(const QueryFilter& filter) {
  JsonObject json;
  switch (filter.field) {
    case QueryFilter::Field::type:
      json.text("field", "type").text("value", name_of(filter.type));
      break;
    case QueryFilter::Field::extension:
      json.text("field", "ext").text("value", fold(filter.text));
      break;
    case QueryFilter::Field::peer:
      json.text("field", "peer").text("value", fold(filter.text));
      break;
    case QueryFilter::Field::path:
      json.text("field", "path").text("value", fold(filter.text));
      break;
    case QueryFilter::Field::min_size:
      json.text("field", "min_size").number("value", filter.bytes);
      break;
    case QueryFilter::Field::max_size:
      json.text("field", "max_size").number("value", filter.bytes);
      break;
    case QueryFilter::Field::words_of:
      json.text("field", "words_of").text("attribute", filter.text);
      json.texts("words", filter.words.words).boolean("prefix", filter.words.prefix);
      break;
    case QueryFilter::Field::number_of:
      json.text("field", "number_of").text("attribute", filter.text);
      json.text("comparison", name_of(filter.comparison));
      json.text("value", text_of(filter.number));
      break;
  }
  return json.boolean("negated", filter.negated);
}

template <class Items, class Write>
std::vector<JsonObject> all_of(const Items& items, Write write) {
  std::vector<JsonObject> all;
  all.reserve(items.size());
  for (const auto& item : items) all.push_back(write(item));
  return all;
}

Result<Hit> hit_from(const wire::JsonValue& json) {
  const auto content = ContentId::parse(json["content"].text());
  Hit hit;
  hit.name = json["name"].text();
  hit.path = json["path"].text(hit.name);
  if (!content || hit.name.empty() || !is_utf8(hit.name) || !check_path(hit.path))
    return internal_error("a hit has no content of 64 hex digits, no name or no path of a listing");
  hit.content = *content;
  hit.size = json["size"].count();
  hit.type = media_type_of(hit.name);
  hit.sources = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(json["sources"].count(1), std::numeric_limits<std::uint32_t>::max()));
  hit.names = json["names"].texts();
  hit.score = std::clamp(json["score"].number(), 0.0, 1.0);
  hit.modified = from_rfc3339(json["modified"].text()).value_or(Time{});
  for (const auto& [key, value] : json["attributes"].members())
    hit.attributes.emplace(key, value->text());
  return hit;
}

}  // namespace

std::string apply_request(const ChangeBatch& batch) {
  JsonObject json;
  json.text("do", "apply").text("feed", batch.feed).number("base", batch.base);
  json.number("upto", batch.upto).objects("changes", all_of(batch.changes, change_of));
  return json.json();
}

std::string search_request(const SearchRequest& request, const Query& query,
                           std::chrono::milliseconds within) {
  JsonObject json;
  json.text("do", "search").text("query", request.query);
  json.objects("terms", all_of(query.terms, term_of));
  json.objects("filters", all_of(query.filters, filter_of));
  json.number("limit", request.page.limit).text("after", request.page.after);
  json.text("sort", name_of(request.sort)).object("viewer", viewer_of(request.viewer));
  json.number("within_ms", static_cast<std::uint64_t>(within.count()));
  return json.json();
}

std::string suggest_request(const SuggestRequest& request, std::chrono::milliseconds within) {
  JsonObject json;
  json.text("do", "suggest").text("typed", request.typed).number("limit", request.limit);
  json.object("viewer", viewer_of(request.viewer));
  json.number("within_ms", static_cast<std::uint64_t>(within.count()));
  return json.json();
}

FeedPosition position_from(const wire::JsonValue& answer) {
  return {answer["feed"].text(), answer["revision"].count()};
}

Result<SearchPage> page_from(const wire::JsonValue& answer, const SearchRequest& request) {
  SearchPage page;
  page.query = request.query;
  page.total = answer["total"].count();
  page.has_more = answer["has_more"].boolean();
  page.next = answer["next"].text();
  if (answer["hits"].items().size() > request.page.limit)
    return internal_error("more hits than were asked for");
  for (const auto& one : answer["hits"].items()) {
    auto hit = hit_from(one);
    if (!hit) return std::move(hit).error();
    page.hits.push_back(std::move(*hit));
  }
  return page;
}

}  // namespace swapmeet::search_process
