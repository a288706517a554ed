// logs: what a host in the background has written down.
#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <iostream>

#include "host/cli/background.h"
#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/terminal.h"
#include "swapmeet/http.h"

namespace swapmeet::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostAtOnce = 1 << 20;

// What others say stands in a log, too.
void print_lines(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::cout << printable(text.substr(0, end)) << '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::cout << std::flush;
}

// The last lines of a file, and where it ends.
std::string last_lines(const fs::path& file, std::size_t number, std::uint64_t& end) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  end = static_cast<std::uint64_t>(std::max<std::streamoff>(in.tellg(), 0));
  std::string text;
  for (auto at = end; at > 0 && number > 0;) {
    const auto portion = std::min<std::uint64_t>(at, kMostAtOnce);
    at -= portion;
    std::string more(portion, '\0');
    in.seekg(static_cast<std::streamoff>(at));
    in.read(more.data(), static_cast<std::streamsize>(portion));
    text.insert(0, more);
    auto begin = text.size() - (text.ends_with('\n') ? 1 : 0);
    std::size_t seen = 0;
    while (begin > 0 && (text[begin - 1] != '\n' || ++seen < number)) --begin;
    if (seen == number) return text.substr(begin);
  }
  return text;
}

// What has been added since; all of it when the file is another one, since it was rotated.
void print_news(const fs::path& file, std::uint64_t& from, ino_t& known) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return;
  if (status.st_ino != known || static_cast<std::uint64_t>(status.st_size) < from) from = 0;
  known = status.st_ino;
  std::ifstream in(file, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(from));
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto whole = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
  print_lines(std::string_view(text).substr(0, whole));
  from += whole;
}

int follow_file(const fs::path& file, std::uint64_t from) {
  const http::OpenFile watch(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (::inotify_add_watch(watch.descriptor(), file.parent_path().c_str(),
                          IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0)
    return fail({ErrorCode::internal, file.parent_path().string() + " cannot be watched", {}});
  struct stat status {};
  ino_t known = ::stat(file.c_str(), &status) == 0 ? status.st_ino : 0;
  catch_interrupts();
  while (!interrupted()) {
    print_news(file, from, known);
    pollfd news{watch.descriptor(), POLLIN, 0};
    ::poll(&news, 1, -1);
    char ignored[4096];
    while (::read(watch.descriptor(), ignored, sizeof ignored) > 0) {
    }
  }
  return 0;
}

}  // namespace

int logs(const Arguments& arguments) {
  const auto hosts = hosts_meant(arguments);
  if (!hosts) return fail(hosts.error());
  std::size_t number = 20;
  if (arguments.has("--lines")) {
    const auto text = arguments.value("--lines");
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size())
      return fail(wrong_usage("--lines: '" + text + "' is no number of lines"));
  }
  const auto& host = hosts->front();
  if (std::error_code ignored; !fs::exists(host.log, ignored))
    return fail({ErrorCode::not_found,
                 "there is no log at " + host.log.string() +
                     ": a host in the foreground writes to its terminal, and one of systemd to the "
                     "journal (journalctl --user -u swapmeet-peer, or journalctl -u swapmeet)",
                 {}});
  std::uint64_t end = 0;
  print_lines(last_lines(host.log, number, end));
  return arguments.has("--follow") ? follow_file(host.log, end) : 0;
}

}  // namespace swapmeet::cli
