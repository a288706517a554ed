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

}  // namespace

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
