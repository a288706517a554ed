// Downloads in words: how far they have come, and how they ended. A folder is one download, and is
// told of by its files.
// Threads: free functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/cli/progress.h"
#include "swapmeet/downloads.h"

namespace swapmeet::cli {

// Of a folder's files that failed only so many are told at the end.
inline constexpr std::size_t kFilesTold = 10;

// Done, failed or paused: nothing comes any more by itself.
bool is_over(const DownloadStatus& one);
// All of them as one; at least one.
Advance advance_of(const std::vector<DownloadStatus>& all);
// "9,231 of 10,000"; with those that failed: "9,231 of 10,000, 3 failed".
std::string files_text(const FolderCounts& folder);
// The name, with a '/' for a folder.
std::string shown_name(const DownloadStatus& one);

// What became of one that is over, in lines. `failed`: of a folder, the first of its files that
// failed.
std::string end_text(const DownloadStatus& one, const std::vector<FolderFile>& failed);
// How it stands, in lines that fit: its numbers, with a bar on a terminal, which `width` is of, and
// below its path, its files and sources, and why it does not go on, never cut.
std::string row_text(const DownloadStatus& one, Time now, std::optional<std::size_t> width);
// "12 more are queued, 1,937 are done"; empty: there are no others. `shown` are those that the
// person has seen.
std::string others_text(const DownloadCounts& counts, const std::vector<DownloadStatus>& shown);
// "Goes on: `swapmeet downloads` shows …", with the ids of those that are not over.
std::string going_on_text(const std::vector<DownloadStatus>& all);

// All there is to know of it, in lines.
std::string detail_text(const DownloadStatus& one);
// A line for a file of a folder that is not there.
std::string file_line(const FolderFile& file);

}  // namespace swapmeet::cli
