#include "host/cli/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>

#include "host/app/config.h"

namespace swapmeet::cli {
namespace fs = std::filesystem;
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string first_word(const fs::path& file) {
  std::string word;
  std::ifstream(file) >> word;
  return word;
}

std::optional<fs::path> default_config() {
  for (const fs::path& file :
       {fs::path("config/peer.ini"), fs::path(environment("HOME")) / ".config/swapmeet/peer.ini"})
    if (std::error_code ignored; fs::exists(file, ignored)) return file;
  return std::nullopt;
}

// Where the host of this configuration listens, and the key to it.
Result<wire::ClientOptions> options_from(const fs::path& file) {
  auto config = read_config(file, {});
  if (!config) return std::move(config).error();
  wire::ClientOptions options;
  const auto data = config->host.path("data");
  auto address = config->listen_options().address;
  if (address.host == "0.0.0.0") address.host = "127.0.0.1";
  const auto real = first_word(data / "http.address");  // port 0 became some port
  options.url = "http://" + (address.port == 0 && !real.empty() ? real : address.text());
  options.token = first_word(data / "api.token");
  return options;
}

}  // namespace

Result<Session> Session::open(std::vector<std::string> words) {
  Session session;
  std::string config;
  std::string host = environment("SWAPMEET_HOST");
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--json") {
      session.json_ = true;
    } else if (words[i] == "--config" || words[i] == "--host") {
      if (i + 1 == words.size())
        return Error{ErrorCode::invalid_argument, words[i] + " needs a value", {}};
      (words[i] == "--config" ? config : host) = words[i + 1];
      ++i;
    } else {
      session.words_.push_back(words[i]);
    }
  }
  wire::ClientOptions options;
  const auto file =
      config.empty() && host.empty() ? default_config() : std::optional<fs::path>(config);
  if (file && !file->empty()) {
    auto read = options_from(*file);
    if (!read) return std::move(read).error();
    options = std::move(*read);
  }
  if (!host.empty()) options.url = host.starts_with("http") ? host : "http://" + host;
  if (options.url.empty()) options.url = "http://127.0.0.1:6690";
  if (const auto token = environment("SWAPMEET_TOKEN"); !token.empty()) options.token = token;
  session.client_ = std::make_unique<wire::Client>(options);
  return session;
}

Result<std::string> Session::call(const std::string& method, const std::string& target,
                                  const std::string& body) {
  http::Headers headers;
  if (!body.empty()) headers.set("Content-Type", "application/json");
  auto reply = client_->request(method, target, body, headers);
  if (!reply) return std::move(reply).error();
  return std::move(reply->body);
}

int Session::print(const std::string& answer) const {
  std::cout << answer << (answer.ends_with('\n') ? "" : "\n");
  return 0;
}

int fail(const Error& error) {
  std::cerr << "swapmeet: " << error.message << '\n';
  if (error.code == ErrorCode::unavailable &&
      error.message.find("cannot be reached") != std::string::npos)
    std::cerr << "Is the host running? `swapmeet run --config FILE` starts it; --config or --host "
                 "say which one is meant.\n";
  switch (error.code) {
    case ErrorCode::invalid_argument: return 2;
    case ErrorCode::not_found: return 3;
    case ErrorCode::unauthenticated:
    case ErrorCode::not_allowed: return 4;
    case ErrorCode::unavailable:
    case ErrorCode::timed_out: return 5;
    default: return 1;
  }
}

int usage(const std::string& how) {
  std::cerr << "usage: swapmeet " << how << '\n';
  return 2;
}

void print_table(const std::vector<std::vector<std::string>>& rows,
                 const std::vector<bool>& right) {
  const auto width_of = [](const std::string& text) {  // characters, not bytes
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
  };
  std::vector<std::size_t> widths(right.size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string gap(widths[i] - width_of(row[i]), ' ');
      line += right[i] ? gap + row[i] : row[i] + gap;
      line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    std::cout << line << '\n';
  }
}

std::string human_size(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.5 && unit < 5) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", value, unit == 0 || value >= 99.5 ? 0 : 1, kUnits[unit]);
}

fs::path last_search_file() {
  const auto cache = environment("XDG_CACHE_HOME");
  return (cache.empty() ? fs::path(environment("HOME")) / ".cache" : fs::path(cache)) /
         "swapmeet/last_search.json";
}

}  // namespace swapmeet::cli
