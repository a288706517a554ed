#include "host/cli/session.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "host/cli/display.h"
#include "host/cli/places.h"
#include "host/cli/trust.h"
#include "host/config/config.h"
#include "swapmeet/local_address.h"
#include "swapmeet/wire/host_url.h"

namespace swapmeet::cli {
namespace fs = std::filesystem;
namespace {

// Where the host of this configuration listens, and its owner's key to it.
Result<wire::ClientOptions> options_from(const fs::path& file) {
  auto config = read_config(file, environment_overrides(environ));
  if (!config) return std::move(config).error();
  wire::ClientOptions options;
  const auto data = config->host.path("data");
  const auto listens = config->listen_options();
  auto address = listens.address;
  if (address.host == "0.0.0.0") address.host = "127.0.0.1";
  if (address.host == "::") address.host = "::1";
  const auto real = first_word(data / "http.address");  // port 0 became some port
  const bool secure = listens.tls == http::Tls::required;
  options.url = (secure ? "https://" : "http://") +
                (address.port == 0 && !real.empty() ? real : address.text());
  if (secure) {
    auto key =
        own_key({config->http.path("certificate"), config->http.path("certificate_key")}, data);
    if (!key) return std::move(key).error();
    options.fingerprint = std::move(*key);
  }
  options.token = first_word(data / "api.token");
  if (std::error_code ignored; fs::is_socket(data / kLocalSocket, ignored))
    options.socket = data / kLocalSocket;
  return options;
}

// In its one spelling, with the key of an earlier log-in where nothing else says whom to believe.
Result<wire::ClientOptions> settled(wire::ClientOptions options) {
  const auto parsed = wire::parse_host_url(options.url);
  if (!parsed) return parsed.error();
  options.url = parsed->url;
  if (!parsed->fingerprint.empty()) options.fingerprint = parsed->fingerprint;
  if (parsed->secure && options.fingerprint.empty() && options.ca_file.empty())
    options.fingerprint = known_key(options.url);
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
  const bool is_own = host.empty() && !options.url.empty();  // of this machine, by its address
  if (!host.empty()) {
    options.url = host.find("://") != std::string::npos ? host : "http://" + host;
    options.fingerprint.clear();
    options.socket.clear();
  }
  if (options.url.empty()) options.url = "http://127.0.0.1:6690";
  options.ca_file = arguments.value("--ca-file");
  auto ready = settled(std::move(options));
  if (!ready) return std::move(ready).error();
  options = std::move(*ready);
  if (const auto token = environment("SWAPMEET_TOKEN"); !token.empty()) options.token = token;
  const bool has_secret = !options.token.empty();
  if (!has_secret) options.token = saved_session(options.url);  // with which login was told
  Session session(std::move(arguments), clock);
  session.insecure_ =
      is_own || session.arguments_.has("--insecure") || environment("SWAPMEET_INSECURE") == "yes";
  session.options_ = std::move(options);
  session.client_ = std::make_unique<wire::Client>(session.options_);
  if (has_secret)
    if (auto allowed = session.may_send_secrets(); !allowed) return std::move(allowed).error();
  return session;
}

Result<void> Session::may_send_secrets() const {
  const auto host = wire::parse_host_url(url());
  if (!host) return host.error();
  if (host->secure || host->is_local() || insecure_) return {};
  return not_allowed("what is secret would go to " + url() +
                     " in clear: use https:// (the host prints the fingerprint that stands behind "
                     "'#'), or say --insecure in a network that is all yours");
}

Result<void> Session::make_sure_of_host() {
  if (auto allowed = may_send_secrets(); !allowed) return allowed;
  auto known = key_to_believe(options_);
  if (!known) return std::move(known).error();
  if (*known == options_.fingerprint) return {};
  options_.fingerprint = std::move(*known);
  client_ = std::make_unique<wire::Client>(options_);
  return {};
}

void Session::wait_for_answers(std::chrono::milliseconds timeout) {
  options_.timeout = timeout;
  client_ = std::make_unique<wire::Client>(options_);
}

Result<std::string> Session::call(const std::string& method, const std::string& target,
                                  const std::string& body, http::Headers headers) {
  // Whatever command it is: a password is never sent where others can read it.
  if (body.find("password\"") != std::string::npos)
    if (auto allowed = may_send_secrets(); !allowed) return std::move(allowed).error();
  if (!body.empty()) headers.set("Content-Type", "application/json");
  auto reply = client_->request(method, target, body, headers);
  if (!reply) return std::move(reply).error();
  return std::move(reply->body);
}

std::unique_ptr<wire::EventStream> Session::open_stream() const {
  return std::make_unique<wire::EventStream>(options_);
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

std::string for_people(const std::string& message) {
  return message.substr(0, message.find(": log in (POST "));
}

int fail(const Error& error) {
  std::cout << std::flush;
  const auto message = for_people(error.message);
  const char* before = "swapmeet: ";  // what is wrong with a configuration has a line for each
  for (std::size_t at = 0; at <= message.size(); before = "  ") {
    const auto end = std::min(message.find('\n', at), message.size());
    std::cerr << before << printable(message.substr(at, end - at)) << '\n';
    at = end + 1;
  }
  const bool is_doubted = error.message.find("vouches for its certificate") != std::string::npos;
  if (is_doubted)
    std::cerr << "`swapmeet login --host URL` shows the key of such a host, and remembers it; "
                 "--ca-file names an authority of your own.\n";
  if (error.code == ErrorCode::unavailable && !is_doubted &&
      error.message.find("cannot be reached") != std::string::npos &&
      error.message.find("certificate") == std::string::npos &&
      error.message.find("another key") == std::string::npos)
    std::cerr << "Is the host running? `swapmeet run --config FILE` starts it; --config or --host "
                 "say which one is meant.\n";
  if (error.code == ErrorCode::unsupported &&
      error.message.find("no [transfer] section") != std::string::npos)
    std::cerr << "It is an index. `swapmeet init peer --index URL` makes a peer, which shares and "
                 "fetches.\n";
  if (error.code == ErrorCode::unauthenticated)
    std::cerr << "`swapmeet login` logs in; --config FILE finds the key of a host of your own.\n";
  return exit_code_of(error.code);
}

Error wrong_usage(const std::string& sentence) {
  return {ErrorCode::invalid_argument, sentence, {}};
}

}  // namespace swapmeet::cli
