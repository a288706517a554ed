#include "host/cli/session.h"

#include <filesystem>
#include <fstream>
#include <iostream>

#include "host/cli/display.h"
#include "host/cli/places.h"
#include "host/config/config.h"

namespace swapmeet::cli {
namespace fs = std::filesystem;
namespace {

std::string first_word(const fs::path& file) {
  std::string word;
  std::ifstream(file) >> word;
  return word;
}

// Where the host of this configuration listens, and its owner's key to it.
Result<wire::ClientOptions> options_from(const fs::path& file) {
  auto config = read_config(file, {});
  if (!config) return std::move(config).error();
  wire::ClientOptions options;
  const auto data = config->host.path("data");
  auto address = config->listen_options().address;
  if (address.host == "0.0.0.0") address.host = "127.0.0.1";
  if (address.host == "::") address.host = "::1";
  const auto real = first_word(data / "http.address");  // port 0 became some port
  options.url = "http://" + (address.port == 0 && !real.empty() ? real : address.text());
  options.token = first_word(data / "api.token");
  return options;
}

}  // namespace

Result<Session> Session::open(Arguments arguments, Clock& clock) {
  const auto config = arguments.value("--config");
  auto host = arguments.value("--host");
  if (host.empty() && config.empty()) host = environment("SWAPMEET_HOST");
  wire::ClientOptions options;
  const auto file =
      host.empty() && config.empty() ? default_config() : std::optional<fs::path>(config);
  if (file && !file->empty()) {
    auto read = options_from(*file);
    if (!read) return std::move(read).error();
    options = std::move(*read);
  }
  if (!host.empty()) options.url = host.find("://") != std::string::npos ? host : "http://" + host;
  if (options.url.empty()) options.url = "http://127.0.0.1:6690";
  while (options.url.ends_with('/')) options.url.pop_back();
  if (const auto token = environment("SWAPMEET_TOKEN"); !token.empty()) options.token = token;
  if (options.token.empty()) options.token = saved_session(options.url);
  Session session(std::move(arguments), clock);
  session.options_ = std::move(options);
  session.client_ = std::make_unique<wire::Client>(session.options_);
  return session;
}

void Session::wait_for_answers(std::chrono::milliseconds timeout) {
  options_.timeout = timeout;
  client_ = std::make_unique<wire::Client>(options_);
}

Result<std::string> Session::call(const std::string& method, const std::string& target,
                                  const std::string& body) {
  http::Headers headers;
  if (!body.empty()) headers.set("Content-Type", "application/json");
  auto reply = client_->request(method, target, body, headers);
  if (!reply) return std::move(reply).error();
  return std::move(reply->body);
}

std::unique_ptr<wire::EventStream> Session::open_stream() const {
  return std::make_unique<wire::EventStream>(url(), options_.token);
}

int print_json(const std::string& json) {
  std::cout << printable_json(json) << (json.ends_with('\n') ? "" : "\n");
  return 0;
}

int exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument: return 2;
    case ErrorCode::not_found: return 3;
    case ErrorCode::unauthenticated:
    case ErrorCode::not_allowed: return 4;
    case ErrorCode::unavailable:
    case ErrorCode::timed_out: return 5;
    default: return 1;
  }
}

int fail(const Error& error) {
  std::cout << std::flush;
  std::cerr << "swapmeet: " << printable(error.message) << '\n';
  if (error.code == ErrorCode::unavailable &&
      error.message.find("cannot be reached") != std::string::npos)
    std::cerr << "Is the host running? `swapmeet run --config FILE` starts it; --config or --host "
                 "say which one is meant.\n";
  if (error.code == ErrorCode::unauthenticated)
    std::cerr << "`swapmeet login` logs in; --config FILE finds the key of a host of your own.\n";
  return exit_code_of(error.code);
}

Error wrong_usage(const std::string& sentence) {
  return {ErrorCode::invalid_argument, sentence, {}};
}

}  // namespace swapmeet::cli
