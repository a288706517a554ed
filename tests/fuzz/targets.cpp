#include "tests/fuzz/targets.h"

#include <cstdlib>

#include "host/config/ini.h"
#include "host/http/parser.h"
#include "swapmeet/query.h"
#include "swapmeet/wire/json.h"

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
  };
  return all;
}

}  // namespace swapmeet::fuzz
