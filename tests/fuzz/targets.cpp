#include "tests/fuzz/targets.h"

#include <cstdlib>

#include "host/config/ini.h"
#include "host/http/parser.h"
#include "swapmeet/query.h"
#include "swapmeet/wire/json.h"
#include "swapmeet/wire/ticket.h"

namespace swapmeet::fuzz {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void request_head(std::string_view bytes) {
  const auto parsed = http::parse_head(bytes);
  if (const auto* refusal = std::get_if<http::Refusal>(&parsed))
    require(refusal->status >= 400 && refusal->status < 600);
  const auto* head = std::get_if<http::Head>(&parsed);
  if (!head) return;
  require(head->size <= bytes.size() && head->size <= http::kMaxHead);
  require(!head->chunked || head->content_length == 0);
  require(head->request.path == "*" || head->request.path.starts_with('/'));
  // A part of the same head is never another whole one.
  require(
      std::holds_alternative<http::Incomplete>(http::parse_head(bytes.substr(0, head->size - 1))));
}

// The first byte says in which portions the rest arrives: the outcome must not depend on it.
void chunked_body(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto step = static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])) + 1;
  bytes.remove_prefix(1);
  http::ChunkedBody body(1000);
  std::string in;
  auto state = http::ChunkedBody::State::more;
  while (state == http::ChunkedBody::State::more && !bytes.empty()) {
    in += bytes.substr(0, step);
    bytes.remove_prefix(std::min(step, bytes.size()));
    state = body.take(in);
  }
  require(body.body().size() <= 1000);
}

void ini(std::string_view bytes) {
  const auto parsed = parse_ini(bytes, "/x.ini");
  if (!parsed) require(!parsed.error().message.empty());
}

void query(std::string_view bytes) {
  const auto parsed = parse_query(bytes);
  if (!parsed && parsed.error().position) require(*parsed.error().position <= bytes.size());
  static_cast<void>(split_words(bytes));
}

void changes(std::string_view bytes) {
  const auto batch = wire::batch_from_ndjson(bytes);
  if (!batch) return;
  // What is accepted can be said and read again.
  require(wire::batch_from_ndjson(wire::to_ndjson(*batch)).ok());
}

void documents(std::string_view bytes) {
  static_cast<void>(wire::from_json<SearchPage>(bytes));
  static_cast<void>(wire::from_json<wire::DownloadOrder>(bytes));
  static_cast<void>(wire::from_json<PeerRecord>(bytes));
  static_cast<void>(wire::from_json<ContentRecord>(bytes));
  static_cast<void>(wire::error_from_problem(400, bytes));
}

// A ClientHello of TLS 1.3: x25519, AES-128-GCM, no server name.
const std::string kHello = [] {
  std::string hello("\x03\x03", 2);
  hello += std::string(32, 'r') + std::string(1, '\0');
  hello += std::string("\x00\x02\x13\x01\x01\x00", 6);
  std::string more("\x00\x2b\x00\x03\x02\x03\x04\x00\x0a\x00\x04\x00\x02\x00\x1d", 15);
  more += std::string("\x00\x0d\x00\x04\x00\x02\x04\x03", 8);
  more += std::string("\x00\x33\x00\x26\x00\x24\x00\x1d\x00\x20", 10) + std::string(32, '\x09');
  const auto two = [](std::size_t size) {
    return std::string{static_cast<char>(size >> 8), static_cast<char>(size & 255)};
  };
  hello += two(more.size()) + more;
  const auto message = std::string("\x01\x00", 2) + two(hello.size()) + hello;
  return std::string("\x16\x03\x01", 3) + two(message.size()) + message;
}();

}  // namespace

const std::vector<Target>& targets() {
  static const std::vector<Target> all = {
      {"request_head",
       request_head,
       {"GET /a%20b?x=1&y=%C3%A4 HTTP/1.1\r\nHost: [::1]:80\r\nConnection: close, x\r\n\r\n",
        "POST http://x/y HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: "
        "100-continue\r\n\r\n",
        "PUT /z HTTP/1.0\r\nContent-Length: 12\r\n\r\n"}},
      {"chunked_body",
       chunked_body,
       {"\x01"
        "5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nTrailer: a\r\n\r\n",
        "\x09"
        "3e8\r\n"}},
      {"ini",
       ini,
       {"; c\n[a]\nx = 1\ny=two words\n[extension.b]\nz=\n", "\xef\xbb\xbf[a]\r\nb=c\r\n"}},
      {"query",
       query,
       {R"(live "a phrase" -without pre* type:audio ext:flac size>10M peer:bob path:x)",
        "\xc3\x84rger_HTTPServer.cpp"}},
      {"changes",
       changes,
       {"{\"feed\":\"f\",\"base\":0,\"upto\":2}\n{\"op\":\"put\",\"revision\":1,\"path\":\"a/b\","
        "\"content\":\"0000000000000000000000000000000000000000000000000000000000000001\","
        "\"size\":1,\"modified\":\"2026-01-01T00:00:00Z\"}\n{\"op\":\"remove\",\"revision\":2,"
        "\"path\":\"c\"}\n"}},
      {"documents",
       documents,
       {R"({"query":"x","total":1,"hits":[{"content":"00","name":"a","size":1,"sources":1}]})",
        R"({"content":"00","name":"film.mkv"})",
        R"({"peer":"00","path":"music/album","folder":"x","overwrite":true})",
        R"({"code":"not_found","detail":"x","status":404})"}},
      {"range", range, {"bytes=0-99\n\"tag\"\n\"a\", \"tag\"", "bytes=-5", "bytes=0-1,5-", "*"}},
      {"ticket",
       ticket,
       {wire::ticket_text({wire::ticket_body({{}, "ann", {"friends"}, {}}), std::string(64, 's')}),
        wire::ticket_body({{}, "ann", {"friends", "family"}, Time(std::chrono::seconds(9))})}},
      {"hashes",
       hashes,
       {R"({"content":"01","size":1,"sha256":"00","piece":1048576,"pieces":["00"],"sha1":"00"})",
        R"({"content":"01","size":9,"complete":false,"piece":1048576,"pieces":"01"})"}},
      {"metalink", metalink, {"a/film.mkv\nhttp://127.0.0.1:1/content/x\n<b>&\"\nhttp://x/\"<"}},
      {"torrent", torrent, {"a/film.mkv\nhttp://127.0.0.1:1/content/x\n..\nhttp://y/"}},
      {"client_answer",
       client_answer,
       {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}",
        "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n{}",  // was thrown out of the client once
        "HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b"}},
      {"source_answers",
       source_answers,
       {"HTTP/1.1 206 Partial Content\r\nContent-Length: 3\r\nContent-Range: bytes "
        "0-2/9\r\n\r\nabcHTTP/1.1 503 Busy\r\nRetry-After: 5\r\nSwapmeet-Queue-Place: "
        "3\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: http://x/\r\n\r\n"}},
      {"events",
       events,
       {"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nevent: download\ndata: "
        "{}\ndata: x\n\n: beat\n\ndata:y\r\n\r\n"}},
      {"tls_hello", tls_hello, {kHello, kHello.substr(0, 60)}},
  };
  return all;
}

}  // namespace swapmeet::fuzz
