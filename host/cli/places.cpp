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

fs::path key_file(const std::string& url) { return session_file(url).string() + ".key"; }

fs::path device_file(const std::string& url) {
  return config_home() / "devices" / wire::percent_encode(url);
}

// Never into a file that others may read.
bool keep(const fs::path& file, const std::string& word) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  fs::permissions(file.parent_path(), fs::perms::owner_all, error);
  fs::remove(file, error);
  const http::OpenFile out(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  const auto line = word + "\n";
  return out.descriptor() >= 0 &&
         ::write(out.descriptor(), line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

}  // namespace

std::string first_word(const fs::path& file) {
  std::string word;
  std::ifstream(file) >> word;
  return word;
}

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

std::string saved_session(const std::string& url) { return first_word(session_file(url)); }

bool save_session(const std::string& url, const std::string& token) {
  return keep(session_file(url), token);
}

std::string saved_device(const std::string& url) { return first_word(device_file(url)); }

bool save_device(const std::string& url, const std::string& token) {
  return keep(device_file(url), token);
}

bool forget_session(const std::string& url) {
  std::error_code error;
  fs::remove(key_file(url), error);
  return fs::remove(session_file(url), error);
}

std::string known_key(const std::string& url) { return first_word(key_file(url)); }

bool remember_key(const std::string& url, const std::string& fingerprint) {
  return keep(key_file(url), fingerprint);
}

}  // namespace swapmeet::cli
