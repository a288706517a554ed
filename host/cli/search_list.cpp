#include "host/cli/search_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "host/cli/display.h"
#include "host/cli/human.h"
#include "swapmeet/listing.h"
#include "swapmeet/text.h"

namespace swapmeet::cli {
namespace {

constexpr std::array kSorts = {SortOrder::relevance, SortOrder::sources, SortOrder::size,
                               SortOrder::newest};
constexpr std::string_view kPrompt = "Search: ";
constexpr std::string_view kHelp =
    "Tab picks  Enter gets  Ctrl-T type  Ctrl-S order  Ctrl-U clears  Esc leaves";
constexpr std::size_t kAboveRows = 3;  // the query, the status and the headings
constexpr std::size_t kOtherLines = kAboveRows + 1;
constexpr std::size_t kSizeWidth = 7;
constexpr std::size_t kFromWidth = 10;
constexpr std::size_t kWithFrom = 50;    // columns, from which on there is room for who has it
constexpr std::size_t kWithFolder = 40;  // and for the folder

// To exactly `width` columns.
std::string fitted(const std::string& text, std::size_t width, bool right = false) {
  auto cut = width == 0 ? std::string() : cut_to_width(text, width);
  const std::string gap(width - std::min(width, display_width(cut)), ' ');
  return right ? gap + cut : cut + gap;
}

// What is meant by a query that is not typed to its end: the last word may go on, and the last
// phrase is not closed yet.
std::string meant_so_far(const std::string& text) {
  std::string query(trim(text));
  if (std::count(query.begin(), query.end(), '"') % 2 != 0) return query + '"';
  constexpr std::size_t kShortest = 2;                   // of what is taken for a beginning
  const auto last = query.substr(query.rfind(' ') + 1);  // npos + 1 is 0
  if (text.ends_with(' ') || last.size() < kShortest || last.starts_with('-') ||
      last.find_first_of("\"*:<>=") != std::string::npos)
    return query;
  return query + '*';
}

}  // namespace

SearchList::SearchList(ShownSearch search, std::size_t width, std::size_t height)
    : line_(std::move(search.query)), limit_(search.limit), width_(width), height_(height) {
  for (std::size_t i = 0; i < kSorts.size(); ++i)
    if (name_of(kSorts.at(i)) == search.sort) sort_ = i;
}

SearchList::Asked SearchList::wanted() const {
  Asked wanted{meant_so_far(line_.text()), std::string(name_of(kSorts.at(sort_)))};
  if (type_ > 0 && !wanted.query.empty())
    wanted.query += fmt::format(" type:{}", name_of(static_cast<MediaType>(type_ - 1)));
  return wanted;
}

ShownSearch SearchList::search() const { return {shown_.query, shown_.sort, limit_}; }

std::size_t SearchList::rows_shown() const {
  return height_ > kOtherLines ? height_ - kOtherLines : 0;
}

void SearchList::resize(std::size_t width, std::size_t height) {
  width_ = width;
  height_ = height;
  move(0);
}

void SearchList::move(std::ptrdiff_t by) {
  const auto last = rows_.empty() ? 0 : static_cast<std::ptrdiff_t>(rows_.size()) - 1;
  at_ = static_cast<std::size_t>(
      std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(at_) + by, 0, last));
  const auto shown = std::max<std::size_t>(rows_shown(), 1);
  top_ = std::clamp(top_, at_ + 1 > shown ? at_ + 1 - shown : 0, at_);
}

bool SearchList::is_picked(const Hit& hit) const {
  return std::any_of(picked_.begin(), picked_.end(),
                     [&](const Hit& one) { return one.content == hit.content; });
}

void SearchList::pick() {
  if (rows_.empty()) return;
  const auto& hit = rows_[at_].hit;
  if (is_picked(hit))
    std::erase_if(picked_, [&](const Hit& one) { return one.content == hit.content; });
  else
    picked_.push_back(hit);
}

void SearchList::get() {
  if (picked_.empty() && rows_.empty()) return;
  chosen_ = picked_.empty() ? std::vector{rows_[at_].hit} : picked_;
  over_ = true;
}

void SearchList::press_control(char letter) {
  switch (letter) {
    case 'c':
    case 'd': over_ = true; return;
    case 't': type_ = (type_ + 1) % (kMediaTypes + 1); return;
    case 's': sort_ = (sort_ + 1) % kSorts.size(); return;
    case 'n': return move(1);
    case 'p': return move(-1);
    default: return;
  }
}

void SearchList::press(const Key& key) {
  const auto page = static_cast<std::ptrdiff_t>(std::max<std::size_t>(rows_shown(), 1));
  switch (key.kind) {
    case Key::Kind::enter: return get();
    case Key::Kind::escape: over_ = true; return;
    case Key::Kind::up: return move(-1);
    case Key::Kind::down: return move(1);
    case Key::Kind::page_up: return move(-page);
    case Key::Kind::page_down: return move(page);
    case Key::Kind::tab: return pick(), move(1);
    case Key::Kind::back_tab: return move(-1), pick();
    default: break;
  }
  if (!line_.press(key) && key.kind == Key::Kind::control) press_control(key.text[0]);
}

std::optional<SearchList::Request> SearchList::next_request() {
  if (waits_ || over_) return std::nullopt;
  const auto now = wanted();
  std::string after;
  if (now != asked_) {
    asked_ = now;
    if (now.query.empty()) {
      rows_.clear();
      page_ = {};
      problem_.clear();
      shown_ = now;
      move(0);
      return std::nullopt;
    }
  } else if (shown_ == now && !page_.next.empty() && problem_.empty() &&
             at_ + rows_shown() >= rows_.size()) {
    after = page_.next;
  } else {
    return std::nullopt;
  }
  waits_ = true;
  return Request{{now.query, now.sort, limit_}, std::move(after)};
}

void SearchList::answer(const Request& request, Result<FoundPage> found) {
  waits_ = false;
  const Asked asked{request.search.query, request.search.sort};
  if (wanted().query.empty()) return;
  if (!found) {
    if (asked == wanted()) problem_ = for_people(found.error().message);
    return;
  }
  problem_.clear();
  if (request.after.empty()) {
    rows_.clear();
    shown_ = asked;
    page_ = found->page;
    page_.hits.clear();
    at_ = top_ = 0;
  } else {
    page_.next = found->page.next;
  }
  for (std::size_t i = 0; i < found->page.hits.size(); ++i)
    rows_.push_back({std::move(found->page.hits[i]), i < found->from.size() ? found->from[i] : ""});
  move(0);
}

std::string SearchList::status_text() const {
  if (!problem_.empty()) return problem_;
  std::string text;
  if (line_.text().empty())
    text = "type words; also \"a phrase\" -without prefix* ext:flac size>10M";
  else if (shown_.query.empty())
    text = "searching";
  else
    text = fmt::format("{}{} found", page_.has_more ? "more than " : "", human_count(page_.total));
  if (!page_.searched_for.empty() && !rows_.empty())
    text += fmt::format(", also for {}", page_.searched_for);
  if (!picked_.empty()) {
    std::uint64_t bytes = 0;
    for (const auto& hit : picked_) bytes = saturating_sum(bytes, hit.size);
    text += fmt::format("  {} picked, {}", picked_.size(), human_size(bytes));
  }
  if (type_ > 0) {
    text += fmt::format("  only {}", name_of(static_cast<MediaType>(type_ - 1)));
  } else if (page_.facets) {
    std::string types;
    std::size_t kinds = 0;
    for (std::size_t i = 0; i < kMediaTypes; ++i)
      if (const auto count = page_.facets->types.at(i); count > 0 && ++kinds > 0)
        types += fmt::format(" {} {}", name_of(static_cast<MediaType>(i)), human_count(count));
    if (kinds > 1) text += "  of" + types;
  }
  if (sort_ > 0) text += fmt::format("  by {}", name_of(kSorts.at(sort_)));
  return text;
}

std::string SearchList::columns(const std::string& marks, const std::string& name,
                                const std::string& size, const std::string& from,
                                const std::string& folder) const {
  constexpr std::size_t kMarks = 3;
  const bool with_from = width_ >= kWithFrom;
  const bool with_folder = width_ >= kWithFolder;
  const auto fixed = kMarks + kSizeWidth + 1 + (with_from ? kFromWidth + 1 : 0);
  const auto left = width_ > fixed ? width_ - fixed : 0;
  const auto folder_width = with_folder ? left * 2 / 5 : 0;
  auto text = marks + fitted(name, left - folder_width) + ' ' + fitted(size, kSizeWidth, true);
  if (with_from) text += ' ' + fitted(from, kFromWidth);
  if (with_folder && folder_width > 1) text += ' ' + end_to_width(folder, folder_width - 1);
  return cut_to_width(text, width_);
}

FrameLine SearchList::row_line(std::size_t row) const {
  if (row >= rows_.size()) return {};
  const auto& [hit, from] = rows_[row];
  const bool is_current = row == at_;
  const auto marks = std::string(is_current ? ">" : " ") + (is_picked(hit) ? "* " : "  ");
  return {columns(marks, printable(hit.name), human_size(hit.size), printable(from),
                  printable(folder_of_path(hit.path))),
          is_current ? FrameLine::Look::inverse : FrameLine::Look::plain};
}

Frame SearchList::frame() const {
  Frame frame;
  const auto prompt = std::min(kPrompt.size(), width_);
  const auto view = line_.view(width_ - prompt);
  frame.column = prompt + view.column;
  frame.lines.push_back({std::string(kPrompt.substr(0, prompt)) + printable(view.text)});
  frame.lines.push_back({cut_to_width(printable(status_text()), width_), FrameLine::Look::dim});
  frame.lines.push_back({columns("   ", "NAME", "SIZE", "FROM", "FOLDER"), FrameLine::Look::dim});
  for (std::size_t i = 0; i < rows_shown(); ++i) frame.lines.push_back(row_line(top_ + i));
  frame.lines.push_back({cut_to_width(std::string(kHelp), width_), FrameLine::Look::dim});
  if (frame.lines.size() > height_) frame.lines.resize(std::max<std::size_t>(height_, 1));
  return frame;
}

}  // namespace swapmeet::cli
