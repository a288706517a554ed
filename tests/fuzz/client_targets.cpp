// What clients read: answers of hosts and sources, events, and the beginning of a TLS handshake.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "swapmeet/tls/session.h"
#include "swapmeet/wire/client.h"
#include "swapmeet/wire/event_stream.h"
#include "tests/fuzz/answering_server.h"
#include "tests/fuzz/targets.h"
#include "transfer/swarm/fetch/source_connection.h"

namespace swapmeet::fuzz {
namespace {

AnsweringServer& server_with(std::string_view bytes) {
  static AnsweringServer server;
  server.answer_with(bytes);
  return server;
}

std::shared_ptr<const tls::ServerContext> some_context() {
  char name[] = "/tmp/swapmeet-fuzz-XXXXXX";
  const std::filesystem::path folder = ::mkdtemp(name);
  const auto certificate =
      tls::Certificate::own(folder / "fuzz", tls::KeyKind::p256, "swapmeet", Time{});
  std::filesystem::remove_all(folder);
  if (!certificate) std::abort();
  return tls::ServerContext::make(*certificate).value();
}

}  // namespace

void client_answer(std::string_view bytes) {
  wire::ClientOptions options;
  options.url = server_with(bytes).url();
  wire::Client client(options);
  const auto reply = client.exchange("GET", "/api/v1/status");
  if (!reply && reply.error().message.empty()) std::abort();
}

void source_answers(std::string_view bytes) {
  transfer_swarm::SourceConnection source(server_with(bytes).url(), std::chrono::seconds(10), "");
  source.ask({.path = "/content/a", .range = "0-99"});
  source.ask({.path = "/content/b"});
  std::uint64_t body = 0;
  for (int i = 0; i < 2; ++i) {
    const auto answer = source.answer();
    if (!answer) return;
    char part[64];
    while (source.unread() > 0 && body <= bytes.size()) {
      const auto read = source.read(part, sizeof part);
      if (!read) return;
      body += *read;
      if (*read == 0 || *read > sizeof part) std::abort();
    }
    if (body > bytes.size()) std::abort();  // more than was sent
  }
}

void events(std::string_view bytes) {
  wire::EventStream stream(server_with(bytes).url(), "");
  std::size_t heard = 0;
  const auto ended = stream.follow("/api/v1/events", [&](const auto& topic, const auto& data) {
    heard += topic.size() + data.size();
  });
  if (ended) std::abort();  // nobody ended it
  if (heard > 2 * bytes.size() + 7 * bytes.size()) std::abort();
}

// A client's first records, whole and then gone.
void tls_hello(std::string_view bytes) {
  static const auto context = some_context();
  if (bytes.empty() || !tls::begins_tls(bytes[0])) return;
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) std::abort();
  static_cast<void>(::send(ends[0], bytes.data(), bytes.size(), MSG_NOSIGNAL));
  ::shutdown(ends[0], SHUT_WR);
  {
    tls::ServerSession session(context, ends[1]);
    using Step = tls::ServerSession::Step;
    auto step = Step::wants_to_read;
    for (int i = 0; i < 100 && step == Step::wants_to_read; ++i) step = session.shake_hands();
    if (step == Step::done) std::abort();  // without a key of the client's
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace swapmeet::fuzz
