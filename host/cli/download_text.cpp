#include "host/cli/download_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "host/cli/display.h"
#include "host/cli/human.h"
#include "swapmeet/listing.h"

namespace swapmeet::cli {
namespace {

// Its files are not counted yet, or not all of them.
bool is_growing(const DownloadStatus& one) {
  return one.folder && !is_over(one) && (one.folder->listing || one.folder->files == 0);
}

std::string short_id(const DownloadStatus& one) { return one.id.substr(0, 8); }

// The files of all downloads together.
FolderCounts files_of(const std::vector<DownloadStatus>& all) {
  FolderCounts sum;
  for (const auto& one : all) {
    const bool done = one.state == DownloadState::done;
    const bool failed = one.state == DownloadState::failed;
    const auto counts = one.folder.value_or(FolderCounts{1, done ? 1U : 0U, failed ? 1U : 0U});
    sum.files += counts.files;
    sum.done += counts.done;
    sum.failed += counts.failed;
  }
  return sum;
}

std::string what_of(const std::vector<DownloadStatus>& all, bool growing) {
  const auto sum = files_of(all);
  if (growing) {
    auto text = "finds files: " + human_count(sum.files) + " so far";
    if (sum.done > 0) text += fmt::format(", {} there", human_count(sum.done));
    if (sum.failed > 0) text += fmt::format(", {} failed", human_count(sum.failed));
    return text;
  }
  if (all.size() == 1 && !all[0].folder) return "";
  auto text = fmt::format("{} of {}", human_count(sum.done), counted(sum.files, "file"));
  if (sum.failed > 0) text += fmt::format(", {} failed", human_count(sum.failed));
  return text;
}

// ": nobody is there", unless it says no more than the state does.
std::string why_text(const DownloadStatus& one) {
  return one.why.empty() || one.why == name_of(one.state) ? "" : ": " + printable(one.why);
}

std::string sources_text(const DownloadStatus& one) {
  std::string text;
  for (const auto& source : one.sources)
    if (source.bytes > 0)
      text += fmt::format("  {:>8} from {}\n", human_size(source.bytes), printable(source.name));
  return text;
}

std::string failed_folder(const DownloadStatus& one, const std::vector<FolderFile>& failed) {
  auto text = fmt::format(
      "{}: {} of {}, {}, verified and complete; {} not fetched:\n", printable(one.path),
      human_count(one.folder->done), counted(one.folder->files, "file"), human_size(one.done),
      one.folder->failed == 1 ? "1 was" : human_count(one.folder->failed) + " were");
  const auto told = std::min(failed.size(), kFilesTold);
  for (std::size_t i = 0; i < told; ++i)
    text += fmt::format("  {}: {}\n", printable(failed[i].path), printable(failed[i].why));
  if (one.folder->failed > told)
    text += fmt::format("  and {} more, which `swapmeet downloads files {}` lists\n",
                        human_count(one.folder->failed - told), short_id(one));
  return text + fmt::format("`swapmeet downloads resume {}` tries {} again\n", short_id(one),
                            one.folder->failed == 1 ? "it" : "them");
}

constexpr std::size_t kIndent = 10;  // below an id

// "from bob", "from bob and 2 others"
std::string from_text(const DownloadStatus& one) {
  std::vector<std::string> names;
  for (const auto& source : one.sources)
    if (source.state == "active") names.push_back(source.name);
  if (names.empty()) return "";
  if (names.size() == 1) return "from " + names[0];
  return fmt::format("from {} and {}", names[0], counted(names.size() - 1, "other"));
}

std::string numbers_of(const DownloadStatus& one, Time now) {
  if (one.state == DownloadState::done)
    return human_size(one.size) +
           (one.finished ? ", " + human_time(*one.finished, now) : std::string());
  if (is_growing(one)) return human_size(one.done) + " so far";
  if (one.size == 0) return "";
  if (one.done == 0 && one.state == DownloadState::queued) return human_size(one.size);
  return fmt::format("{:3.0f} %  {} of {}",
                     100 * static_cast<double>(one.done) / static_cast<double>(one.size),
                     human_size(one.done), human_size(one.size));
}

std::string speed_of(const DownloadStatus& one) {
  if (one.state != DownloadState::running || one.rate == 0) return "";
  const auto left = is_growing(one) ? "" : time_left(one.done, one.size, one.rate);
  return human_rate(one.rate) + (left.empty() ? "" : ", " + left);
}

// Why it does not go on, and what comes of that.
std::string reason_of(const DownloadStatus& one, Time now) {
  auto text = one.why == name_of(one.state) ? std::string() : printable(one.why);
  if (one.state == DownloadState::waiting && one.next_try)
    text += (text.empty() ? "tries again " : "; tries again ") +
            (*one.next_try > now ? human_time(*one.next_try, now) : "now");
  if (one.state == DownloadState::failed)
    text += fmt::format("; `swapmeet downloads resume {}` tries again", short_id(one));
  return text;
}

}  // namespace

std::string row_text(const DownloadStatus& one, Time now, std::optional<std::size_t> width) {
  auto head = fmt::format("{}  {:<7}", short_id(one), name_of(one.state));
  const bool has_bar = width && *width >= 60 && !is_growing(one) && one.size > 0 &&
                       one.state != DownloadState::done &&
                       (one.done > 0 || one.state != DownloadState::queued);
  if (has_bar) head += "  " + bar_of(one.done, one.size, *width >= 100 ? 20 : 10);
  if (const auto numbers = numbers_of(one, now); !numbers.empty()) head += "  " + numbers;
  auto facts = speed_of(one);
  if (!facts.empty() && (!width || display_width(head) + 2 + display_width(facts) <= *width)) {
    head += "  " + facts;
    facts.clear();
  }
  const auto add = [&](const std::string& fact) {
    if (!fact.empty()) facts += (facts.empty() ? "" : ", ") + fact;
  };
  if (one.folder)
    add(files_text(*one.folder) + " files" + (one.folder->listing ? ", and it finds more" : ""));
  add(printable(from_text(one)));
  head.erase(head.find_last_not_of(' ') + 1);
  auto text =
      head + '\n' + std::string(kIndent, ' ') + printable(one.path) + (one.folder ? "/\n" : "\n");
  for (const auto& below : {facts, reason_of(one, now)})
    if (!below.empty()) text += wrapped(below, kIndent, width);
  return text;
}

std::string others_text(const DownloadCounts& counts, const std::vector<DownloadStatus>& shown) {
  std::string text;
  const auto add = [&](std::uint64_t all, DownloadState state) {
    const auto seen = static_cast<std::uint64_t>(std::count_if(
        shown.begin(), shown.end(), [&](const auto& one) { return one.state == state; }));
    if (all <= seen) return;
    text += fmt::format("{}{}{} {} {}", text.empty() ? "" : ", ", human_count(all - seen),
                        seen > 0 ? " more" : "", all - seen == 1 ? "is" : "are", name_of(state));
  };
  add(counts.running, DownloadState::running);
  add(counts.waiting, DownloadState::waiting);
  add(counts.queued, DownloadState::queued);
  add(counts.paused, DownloadState::paused);
  add(counts.failed, DownloadState::failed);
  add(counts.done, DownloadState::done);
  return text;
}

std::string going_on_text(const std::vector<DownloadStatus>& all) {
  constexpr std::size_t kMost = 50;
  std::string ids;
  std::size_t count = 0;
  for (const auto& one : all)
    if (!is_over(one) && ++count <= kMost) ids += ' ' + short_id(one);
  auto text =
      fmt::format("The host goes on with {}: `swapmeet downloads` shows {}; ",
                  count == 1 ? "it" : human_count(count) + " of them", count == 1 ? "it" : "them");
  text += fmt::format("`swapmeet downloads cancel{}` ends {}", ids, count == 1 ? "it" : "them");
  if (count > kMost) text += fmt::format(", and there are {} more", human_count(count - kMost));
  return text + '\n';
}

bool is_over(const DownloadStatus& one) {
  return one.state == DownloadState::done || one.state == DownloadState::failed ||
         one.state == DownloadState::paused;
}

std::string files_text(const FolderCounts& folder) {
  auto text = fmt::format("{} of {}", human_count(folder.done), human_count(folder.files));
  if (folder.failed > 0) text += fmt::format(", {} failed", human_count(folder.failed));
  return text;
}

std::string shown_name(const DownloadStatus& one) { return one.folder ? one.name + '/' : one.name; }

Advance advance_of(const std::vector<DownloadStatus>& all) {
  Advance advance;
  std::size_t active = 0;
  for (const auto& one : all) {
    advance.done = saturating_sum(advance.done, one.done);
    advance.size = saturating_sum(advance.size, one.size);
    advance.size_known = advance.size_known && !is_growing(one);
    if (is_over(one)) continue;
    advance.rate += one.rate;
    for (const auto& source : one.sources)
      if (source.state == "active") ++active;
    if (one.state != DownloadState::running)
      advance.also = one.why.empty() ? std::string(name_of(one.state)) : one.why;
  }
  advance.what = what_of(all, !advance.size_known);
  if (all.size() == 1 && !all[0].folder && all[0].size == 0 && !is_over(all[0]))
    advance.size = 1;  // not known yet: nothing is done
  if (active > 0) advance.also = "from " + counted(active, "source");
  return advance;
}

std::string end_text(const DownloadStatus& one, const std::vector<FolderFile>& failed) {
  if (one.state == DownloadState::done) {
    if (one.folder)
      return fmt::format("{}: {}, {}, verified and complete\n", printable(one.path),
                         counted(one.folder->files, "file"), human_size(one.size));
    return printable(one.path) + " is verified and complete\n" + sources_text(one);
  }
  if (one.state == DownloadState::failed && one.folder && one.folder->failed > 0)
    return failed_folder(one, failed);
  auto text = fmt::format("{} is {}", printable(shown_name(one)), name_of(one.state));
  if (one.folder) text += fmt::format(", with {} files there", files_text(*one.folder));
  return text + why_text(one) + '\n';
}

std::string detail_text(const DownloadStatus& one) {
  auto text = printable(shown_name(one)) + '\n';
  const auto line = [&](const char* label, const std::string& value) {
    text += fmt::format("  {:<9}{}\n", label, value);
  };
  line("id", one.id);
  if (!one.folder) line("content", one.content.text());
  line("where", printable(one.path));
  line("state", std::string(name_of(one.state)) + why_text(one));
  if (one.folder)
    line("files", files_text(*one.folder) + (one.folder->listing ? ", and it finds more" : ""));
  line("bytes", human_size(one.done) + " of " + human_size(one.size) +
                    (one.rate > 0 ? ", " + human_rate(one.rate) : ""));
  for (const auto& source : one.sources)
    line("from", fmt::format("{}, {}, {}", printable(source.name), human_size(source.bytes),
                             printable(source.state)));
  return text;
}

std::string file_line(const FolderFile& file) {
  return fmt::format("{:<7}  {:>8}  {}{}\n", name_of(file.state), human_size(file.size),
                     printable(file.path), file.why.empty() ? "" : ": " + printable(file.why));
}

}  // namespace swapmeet::cli
