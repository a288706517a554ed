#include "host/cli/places.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "swapmeet/http.h"
#include "swapmeet/wire/client.h"

namespace swapmeet::cli {
namespace fs = std::filesystem;
namespace {

fs::path home_of(const char* variable, const char* below_home) {
  const fs::path base = environment(variable);
  return (base.is_absolute() ? base : fs::path(environment("HOME")) / below_home) / "swapmeet";
}

fs::path session_file(const std::string& url) {
  return config_home() / "sessions" / wire::percent_encode(url);
}

}  // namespace

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

fs::path config_home() { return home_of("XDG_CONFIG_HOME", ".config"); }
fs::path data_home() { return home_of("XDG_DATA_HOME", ".local/share"); }
fs::path cache_home() { return home_of("XDG_CACHE_HOME", ".cache"); }

std::optional<fs::path> default_config() {
  for (const fs::path& file :
       {config_home() / "peer.ini", config_home() / "index.ini", fs::path("config/peer.ini")})
    if (std::error_code ignored; fs::exists(file, ignored)) return file;
  return std::nullopt;
}

std::string saved_session(const std::string& url) {
  std::string token;
  std::ifstream(session_file(url)) >> token;
  return token;
}

bool save_session(const std::string& url, const std::string& token) {
  const auto file = session_file(url);
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  fs::permissions(file.parent_path(), fs::perms::owner_all, error);
  fs::remove(file, error);  // never into a file that others may read
  const http::OpenFile out(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  const auto line = token + "\n";
  return out.descriptor() >= 0 &&
         ::write(out.descriptor(), line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

bool forget_session(const std::string& url) {
  std::error_code error;
  return fs::remove(session_file(url), error);
}

}  // namespace swapmeet::cli
