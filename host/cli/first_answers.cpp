#include "host/cli/first_answers.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "host/cli/display.h"
#include "host/config/cautions.h"
#include "swapmeet/http.h"
#include "swapmeet/text.h"
#include "swapmeet/wire/host_url.h"

namespace swapmeet::cli {
namespace fs = std::filesystem;
namespace {

// False at the end of the input.
bool ask_line(std::istream& in, std::ostream& out, const std::string& question, std::string& line) {
  out << question << std::flush;
  if (!std::getline(in, line)) return out << '\n', false;
  line = std::string(trim(line, " \t\r"));
  return true;
}

// True when it can be shared; else why not.
bool is_sharable(const fs::path& folder, std::ostream& out) {
  const auto odd = cautions_of_shares({{folder.filename().string(), folder}});
  for (const auto& one : odd) out << "  " << printable(one) << '\n';
  return odd.empty();
}

std::string text_of(const in_addr& address) {
  char text[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET, &address, text, sizeof text);
  return text;
}

// That of the way out: nothing is sent, for the socket has no connection.
std::string address_of_way_out() {
  const http::OpenFile socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in far{};
  far.sin_family = AF_INET;
  far.sin_port = htons(9);
  inet_pton(AF_INET, "192.0.2.1", &far.sin_addr);  // of documentation: nobody's
  sockaddr_in own{};
  socklen_t size = sizeof own;
  if (::connect(socket.descriptor(), reinterpret_cast<const sockaddr*>(&far), sizeof far) != 0 ||
      ::getsockname(socket.descriptor(), reinterpret_cast<sockaddr*>(&own), &size) != 0)
    return {};
  return text_of(own.sin_addr);
}

}  // namespace

fs::path whole_path(const std::string& typed, const fs::path& home) {
  if (typed == "~") return home;
  const fs::path path = typed.starts_with("~/") ? home / typed.substr(2) : fs::path(typed);
  auto whole = fs::absolute(path).lexically_normal();
  return whole.has_filename() || whole == whole.root_path() ? whole : whole.parent_path();
}

std::vector<fs::path> ask_for_folders(std::istream& in, std::ostream& out, const fs::path& home) {
  std::vector<fs::path> folders;
  std::string line;
  for (const char* usual : {"Music", "Documents", "Videos", "Pictures"}) {
    const auto folder = home / usual;
    if (std::error_code ignored;
        !fs::is_directory(folder, ignored) || fs::is_empty(folder, ignored))
      continue;
    if (!ask_line(in, out, "Share " + printable(folder.string()) + "? [y/N] ", line))
      return folders;
    if (equal_without_case(line, "y") || equal_without_case(line, "yes")) folders.push_back(folder);
  }
  while (ask_line(in, out,
                  folders.empty() ? "A folder to share (empty: none yet): "
                                  : "Another folder (empty: that is all): ",
                  line) &&
         !line.empty()) {
    const auto folder = whole_path(line, home);
    if (!is_sharable(folder, out)) continue;
    if (std::find(folders.begin(), folders.end(), folder) == folders.end())
      folders.push_back(folder);
  }
  return folders;
}

IndexAnswer ask_for_index(std::istream& in, std::ostream& out) {
  std::string line;
  while (ask_line(
      in, out,
      "The index to join, such as http://192.168.1.5:8888 (empty: make one here): ", line)) {
    if (line.empty()) return {.url = {}, .here = true};
    if (line.find("://") == std::string::npos) line.insert(0, "http://");
    if (const auto url = wire::parse_host_url(line); !url)
      out << "  " << printable(url.error().message) << '\n';
    else
      return {.url = url->text(), .here = false};
  }
  return {};
}

std::string network_address() {
  if (auto address = address_of_way_out(); !address.empty() && !address.starts_with("127."))
    return address;
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> all(first, ::freeifaddrs);
  for (const auto* one = first; one != nullptr; one = one->ifa_next) {
    const bool is_up = (one->ifa_flags & IFF_UP) != 0 && (one->ifa_flags & IFF_LOOPBACK) == 0;
    if (is_up && one->ifa_addr != nullptr && one->ifa_addr->sa_family == AF_INET)
      return text_of(reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr);
  }
  return {};
}

}  // namespace swapmeet::cli
