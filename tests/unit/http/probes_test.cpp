// Probes: what a front does with requests of every shape that RFC 9110 and 9112 speak of, as a
// table of bytes and the status of the first answer. Whatever a probe ends with, the front must
// still serve the next client. The reader closes its sending side after the bytes, so that a
// request that is never complete ends with the connection (status 0).
#include <algorithm>

#include "tests/unit/http/client.h"

using namespace swapmeet;
using namespace swapmeet::http;

namespace {

struct Probe {
  const char* what;
  std::string bytes;
  int status;
};

const std::string kEnd = "\r\n\r\n";

std::string line(const std::string& request_line) {
  return request_line + "\r\nHost: x\r\nConnection: close" + kEnd;
}
std::string target(const std::string& text) { return line("GET " + text + " HTTP/1.1"); }
std::string field(const std::string& text) {
  return "GET /hello/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + text + kEnd;
}
std::string host(const std::string& value) {
  return "GET /hello/a HTTP/1.1\r\nConnection: close\r\nHost:" + value + kEnd;
}
std::string posted(const std::string& fields, const std::string& body) {
  return "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + fields + kEnd + body;
}
std::string chunked(const std::string& body) { return posted("Transfer-Encoding: chunked", body); }
std::string with_nul(std::string text) {
  std::replace(text.begin(), text.end(), '@', '\0');
  return text;
}
std::string many_fields(int count) {
  std::string fields;
  for (int i = 0; i < count; ++i) fields += "X-" + std::to_string(i) + ": 1\r\n";
  return fields.substr(0, fields.size() - 2);
}

int status_of(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0;
}

void check(const std::vector<Probe>& probes) {
  FrontBench front;
  for (const auto& probe : probes) {
    INFO(probe.what);
    Client client(front.address());
    static_cast<void>(client.try_to_say(probe.bytes));
    client.say_no_more();
    CHECK(status_of(client.hear()) == probe.status);
  }
  CHECK(has(front.ask(get("/hello/still")), "hi still"));
}

}  // namespace

TEST_CASE("probes: request lines and targets") {
  check({
      {"plain", line("GET /hello/a HTTP/1.1"), 200},
      {"one empty line before", "\r\n" + line("GET /hello/a HTTP/1.1"), 200},
      {"two empty lines before", "\r\n\r\n" + line("GET /hello/a HTTP/1.1"), 400},
      {"a bare LF before", "\n" + line("GET /hello/a HTTP/1.1"), 400},
      {"a space before", " " + line("GET /hello/a HTTP/1.1"), 400},
      {"bare LF ends the request line", "GET /hello/a HTTP/1.1\nHost: x" + kEnd, 400},
      {"bare LF ends a field", "GET /hello/a HTTP/1.1\r\nHost: x\n\r\n", 400},
      {"bare LF ends the head", "GET /hello/a HTTP/1.1\r\nHost: x\r\n\n", 400},
      {"bare CR in the request line", "GET /hello/a\rHTTP/1.1\r\nHost: x" + kEnd, 400},
      {"CR CR LF", "GET /hello/a HTTP/1.1\r\r\nHost: x" + kEnd, 400},
      {"two spaces before the target", line("GET  /hello/a HTTP/1.1"), 400},
      {"two spaces before the version", line("GET /hello/a  HTTP/1.1"), 400},
      {"a space after the version", line("GET /hello/a HTTP/1.1 "), 400},
      {"a tab for a space", line("GET\t/hello/a HTTP/1.1"), 400},
      {"a vertical tab in the line", line("GET /hello/a\vHTTP/1.1"), 400},
      {"a space in the target", line("GET /hello/a b HTTP/1.1"), 400},
      {"no target", line("GET HTTP/1.1"), 400},
      {"only a method", line("GET"), 400},
      {"HTTP/0.9", "GET /hello/a\r\n", 400},
      {"HTTP/0.9 with an empty line", "GET /hello/a" + kEnd, 400},
      {"HTTP/1.0 without Host", "GET /hello/a HTTP/1.0" + kEnd, 200},
      {"HTTP/1.2 is read as 1.1", line("GET /hello/a HTTP/1.2"), 200},
      {"HTTP/2.0", line("GET /hello/a HTTP/2.0"), 505},
      {"HTTP/3.0", line("GET /hello/a HTTP/3.0"), 505},
      {"HTTP/0.9 by name", line("GET /hello/a HTTP/0.9"), 505},
      {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"small letters", line("GET /hello/a http/1.1"), 400},
      {"HTTP/1", line("GET /hello/a HTTP/1"), 400},
      {"HTTP/1.", line("GET /hello/a HTTP/1."), 400},
      {"HTTP/1.10", line("GET /hello/a HTTP/1.10"), 400},
      {"HTTP/01.1", line("GET /hello/a HTTP/01.1"), 400},
      {"HTTP/-1.1", line("GET /hello/a HTTP/-1.1"), 400},
      {"HTTP 1.1", line("GET /hello/a HTTP 1.1"), 400},
      {"HTTP/1,1", line("GET /hello/a HTTP/1,1"), 400},
      {"another protocol", line("GET /hello/a HTTQ/1.1"), 400},
      {"RTSP", line("GET /hello/a RTSP/1.0"), 400},
      {"a TLS greeting", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", 13), 400},
      {"a method in small letters", line("get /hello/a HTTP/1.1"), 405},
      {"an unknown method", line("BREW /hello/a HTTP/1.1"), 405},
      {"a method that the path lacks", line("DELETE /echo HTTP/1.1"), 405},
      {"TRACE", line("TRACE /hello/a HTTP/1.1"), 405},
      {"CONNECT", line("CONNECT x:80 HTTP/1.1"), 400},
      {"OPTIONS of a path", line("OPTIONS /echo HTTP/1.1"), 204},
      {"OPTIONS of everything", line("OPTIONS * HTTP/1.1"), 204},
      {"* with GET", line("GET * HTTP/1.1"), 400},
      {"HEAD", line("HEAD /hello/a HTTP/1.1"), 200},
      {"a method with @", line("G@T /hello/a HTTP/1.1"), 400},
      {"a method with (", line("GET( /hello/a HTTP/1.1"), 400},
      {"a method with a control character", line("GE\x01T /hello/a HTTP/1.1"), 400},
      {"a method with a NUL", with_nul("GE@T /hello/a HTTP/1.1\r\nHost: x" + kEnd), 400},
      {"a method that is not ASCII", line("G\xc3\x89T /hello/a HTTP/1.1"), 400},
      {"a method of 33 letters", line(std::string(33, 'A') + " /hello/a HTTP/1.1"), 400},
      {"a method without end", std::string(20'000, 'A'), 414},
      {"a path that is not there", target("/nothing"), 404},
      {"a path without a slash", target("hello/a"), 400},
      {"an empty query", target("/hello/a?"), 200},
      {"a query with everything", target("/hello/a?x=1&y=%20&&=z&a+b=c?d/e"), 200},
      {"a fragment", target("/hello/a#part"), 400},
      {"a NUL in the target", with_nul(target("/hello/@")), 400},
      {"a DEL in the target", target("/hello/\x7f"), 400},
      {"a raw byte above ASCII", target("/hello/\xc3\xa4"), 400},
      {"an escape", target("/hello/%C3%A4"), 200},
      {"an escaped slash stays in its segment", target("/hello/a%2Fb"), 200},
      {"an escape cut short", target("/hello/%4"), 400},
      {"an escape with nothing", target("/hello/%"), 400},
      {"an escape that is not hex", target("/hello/%zz"), 400},
      {"an escape with a sign", target("/hello/%+1"), 400},
      {"an escaped NUL", target("/hello/%00"), 400},
      {"a broken escape in the query", target("/hello/a?x=%g1"), 400},
      {"an escaped NUL in the query", target("/hello/a?x=%00"), 400},
      {"..", target("/hello/../hello/a"), 400},
      {"above the root", target("/../../etc/passwd"), 400},
      {".. at the end", target("/hello/.."), 400},
      {".", target("/hello/./a"), 400},
      {"escaped ..", target("/hello/%2e%2E/a"), 400},
      {"half-escaped ..", target("/hello/.%2e"), 400},
      {"three dots are a name", target("/hello/..."), 200},
      {"two slashes", target("//hello/a"), 404},
      {"an empty parameter", target("/hello/"), 404},
      {"absolute form", target("http://x/hello/a"), 200},
      {"absolute form in capitals", target("HTTP://x/hello/a"), 200},
      {"absolute form with a port", target("http://x:8080/hello/a"), 200},
      {"absolute form of another host wins over Host", target("http://y/hello/a"), 200},
      {"absolute form without a path", target("http://x"), 404},
      {"absolute form with only a query", target("http://x?q"), 404},
      {"absolute form without a host", target("http:///hello/a"), 400},
      {"absolute form with a user", target("http://me@x/hello/a"), 400},
      {"absolute form with a bad port", target("http://x:99999/hello/a"), 400},
      {"absolute form with ..", target("http://x/../hello/a"), 400},
      {"another scheme", target("ftp://x/hello/a"), 400},
      {"https without TLS", target("https://x/hello/a"), 400},
      {"a target of 9,000 bytes", target("/" + std::string(9'000, 'a')), 414},
      {"a target of 20,000 bytes", target("/" + std::string(20'000, 'a')), 414},
      {"nothing", "", 0},
      {"half a request", "GET /hello/a HTTP/1.1\r\nHost: x\r\n", 0},
  });
}

TEST_CASE("probes: fields and Host") {
  check({
      {"a space before the colon", field("A : b"), 400},
      {"a tab before the colon", field("A\t: b"), 400},
      {"no name", field(": b"), 400},
      {"no colon", field("A"), 400},
      {"a name with a space", field("A B: c"), 400},
      {"a name with a parenthesis", field("A(: b"), 400},
      {"a name that is not ASCII", field("\xc3\x84: b"), 400},
      {"a name with a NUL", with_nul(field("A@B: c")), 400},
      {"a name with an underscore", field("A_b: c"), 200},
      {"an empty value", field("A:"), 200},
      {"no space after the colon", field("A:b"), 200},
      {"blanks around a value", field("A: \t b \t "), 200},
      {"a value above ASCII", field("A: \xc3\xa4"), 200},
      {"a NUL in a value", with_nul(field("A: b@c")), 400},
      {"a bare CR in a value", field("A: b\rc"), 400},
      {"a bare CR that would be a field", field("A: b\rContent-Length: 5"), 400},
      {"a bare LF in a value", field("A: b\nC: d"), 400},
      {"an escape character in a value", field("A: \x1b[31m"), 400},
      {"a DEL in a value", field("A: \x7f"), 400},
      {"a folded line", field("A: b\r\n c"), 400},
      {"a line folded with a tab", field("A: b\r\n\tc"), 400},
      {"a folded first line", "GET /hello/a HTTP/1.1\r\n Host: x" + kEnd, 400},
      {"100 fields", field(many_fields(98)), 200},
      {"101 fields", field(many_fields(99)), 431},
      {"10,000 fields", field(many_fields(10'000)), 431},
      {"a field of 20,000 bytes", field("A: " + std::string(20'000, 'a')), 431},
      {"a name of 20,000 bytes", field(std::string(20'000, 'a')), 431},
      {"a head without end", "GET / HTTP/1.1\r\n" + std::string(20'000, 'a'), 431},
      {"no Host", "GET /hello/a HTTP/1.1" + kEnd, 400},
      {"two Hosts", host(" x\r\nHost: x"), 400},
      {"two Hosts that differ", host(" x\r\nhost: y"), 400},
      {"an empty Host", host(""), 200},
      {"Host with a port", host(" x:80"), 200},
      {"Host with an empty port", host(" x:"), 200},
      {"Host with a bad port", host(" x:port"), 400},
      {"Host with a port too high", host(" x:65536"), 400},
      {"Host with a negative port", host(" x:-1"), 400},
      {"Host with two ports", host(" x:1:2"), 400},
      {"Host as IPv4", host(" 127.0.0.1:80"), 200},
      {"Host as IPv6", host(" [::1]:80"), 200},
      {"Host as IPv6 without brackets", host(" ::1"), 400},
      {"Host with an open bracket", host(" [::1"), 400},
      {"Host with junk after the bracket", host(" [::1]x"), 400},
      {"Host with brackets around a name", host(" [x]"), 400},
      {"Host with an underscore", host(" my_box"), 200},
      {"Host with a space", host(" x y"), 400},
      {"Host with a path", host(" x/y"), 400},
      {"Host with a user", host(" me@x"), 400},
      {"Host with a comma", host(" x,y"), 400},
      {"Host with a scheme", host(" http://x"), 400},
      {"Host that is not ASCII", host(" \xc3\xa4"), 400},
      {"Host with a NUL", with_nul(host(" x@y")), 400},
      {"absolute form still needs Host", "GET http://x/hello/a HTTP/1.1" + kEnd, 400},
      {"absolute form and a broken Host", "GET http://x/hello/a HTTP/1.1\r\nHost: a b" + kEnd, 400},
      {"Upgrade is not followed", field("Connection: upgrade\r\nUpgrade: websocket"), 200},
      {"h2c is not followed", field("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c"), 200},
      {"an expectation that is not known", field("Expect: 200-maybe"), 417},
      {"Connection with odd members", field("Connection: ,, close ,x"), 200},
  });
}

TEST_CASE("probes: the length of bodies") {
  check({
      {"by length", posted("Content-Length: 3", "abc"), 200},
      {"of length 0", posted("Content-Length: 0", ""), 200},
      {"no length is no body", posted("X: y", ""), 200},
      {"leading zeros", posted("Content-Length: 0003", "abc"), 200},
      {"blanks around", posted("Content-Length: \t3 ", "abc"), 200},
      {"a plus", posted("Content-Length: +3", "abc"), 400},
      {"a minus", posted("Content-Length: -3", "abc"), 400},
      {"minus zero", posted("Content-Length: -0", ""), 400},
      {"hex", posted("Content-Length: 0x3", "abc"), 400},
      {"a fraction", posted("Content-Length: 3.0", "abc"), 400},
      {"an exponent", posted("Content-Length: 3e0", "abc"), 400},
      {"a space inside", posted("Content-Length: 3 3", "abc"), 400},
      {"a list of equals", posted("Content-Length: 3, 3", "abc"), 400},
      {"a list that differs", posted("Content-Length: 3, 4", "abc"), 400},
      {"a semicolon", posted("Content-Length: 3;", "abc"), 400},
      {"quoted", posted("Content-Length: \"3\"", "abc"), 400},
      {"empty", posted("Content-Length:", "abc"), 400},
      {"words", posted("Content-Length: three", "abc"), 400},
      {"digits that are not ASCII", posted("Content-Length: \xef\xbc\x93", "abc"), 400},
      {"twice the same", posted("Content-Length: 3\r\nContent-Length: 3", "abc"), 400},
      {"twice, differing", posted("Content-Length: 3\r\nContent-Length: 4", "abcd"), 400},
      {"twice in other letters", posted("Content-Length: 3\r\ncontent-length: 3", "abc"), 400},
      {"2^64", posted("Content-Length: 18446744073709551616", ""), 400},
      {"2^64 - 1", posted("Content-Length: 18446744073709551615", ""), 413},
      {"2^63", posted("Content-Length: 9223372036854775808", ""), 413},
      {"too large", posted("Content-Length: 1001", ""), 413},
      {"as large as allowed", posted("Content-Length: 1000", std::string(1000, 'a')), 200},
      {"cut short", posted("Content-Length: 10", "abc"), 0},
      {"for a path that takes none", line("GET /hello/a HTTP/1.1\r\nContent-Length: 0"), 200},
      {"with a space before its colon", posted("Content-Length : 3", "abc"), 400},
      {"length and chunks", posted("Content-Length: 3\r\nTransfer-Encoding: chunked", "0" + kEnd),
       400},
      {"chunks and length", posted("Transfer-Encoding: chunked\r\nContent-Length: 3", "0" + kEnd),
       400},
      {"chunks", chunked("3\r\nabc\r\n0" + kEnd), 200},
      {"chunks of hex in both letters", chunked("a\r\n0123456789\r\nA\r\n0123456789\r\n0" + kEnd),
       200},
      {"leading zeros of a chunk", chunked("003\r\nabc\r\n00" + kEnd), 200},
      {"an extension", chunked("3;x=y\r\nabc\r\n0" + kEnd), 200},
      {"a quoted extension", chunked("3;x=\"y z\"\r\nabc\r\n0" + kEnd), 200},
      {"a space before the extension", chunked("3 ;x\r\nabc\r\n0" + kEnd), 200},
      {"a space after the size", chunked("3 \r\nabc\r\n0" + kEnd), 400},
      {"a space before the size", chunked(" 3\r\nabc\r\n0" + kEnd), 400},
      {"a bare LF after the size", chunked("3\nabc\r\n0" + kEnd), 400},
      {"a bare LF in an extension", chunked("3;x\ny\r\nabc\r\n0" + kEnd), 400},
      {"a bare CR in an extension", chunked("3;x\ry\r\nabc\r\n0" + kEnd), 400},
      {"a NUL in an extension", chunked(with_nul("3;x@y\r\nabc\r\n0") + kEnd), 400},
      {"an extension of 2,000 bytes",
       chunked("3;" + std::string(2'000, 'x') + "\r\nabc\r\n0" + kEnd), 400},
      {"an extension without end", chunked("3;" + std::string(20'000, 'x')), 400},
      {"no size", chunked("\r\nabc\r\n0" + kEnd), 400},
      {"a size with 0x", chunked("0x3\r\nabc\r\n0" + kEnd), 400},
      {"a size with a plus", chunked("+3\r\nabc\r\n0" + kEnd), 400},
      {"a size with a minus", chunked("-3\r\nabc\r\n0" + kEnd), 400},
      {"a size that is no number", chunked("xyz\r\nabc\r\n0" + kEnd), 400},
      {"a size with an underscore", chunked("1_0\r\nabc\r\n0" + kEnd), 400},
      {"a size above 64 bits", chunked("fffffffffffffffff\r\nabc"), 400},
      {"a size of 64 bits", chunked("ffffffffffffffff\r\nabc"), 400},
      {"a size of 60 bits", chunked("fffffffffffffff\r\nabc"), 413},
      {"a chunk longer than its size", chunked("3\r\nabcd\r\n0" + kEnd), 400},
      {"a chunk that ends with a bare LF", chunked("3\r\nabc\n0" + kEnd), 400},
      {"a chunk that ends with a bare CR", chunked("3\r\nabc\r0" + kEnd), 400},
      {"too large in all", chunked("3e9\r\n" + std::string(1001, 'a') + "\r\n0" + kEnd), 413},
      {"too large bit by bit",
       chunked("1f4\r\n" + std::string(500, 'a') + "\r\n1f5\r\n" + std::string(501, 'a')), 413},
      {"cut short in a chunk", chunked("3\r\nab"), 0},
      {"without the last chunk", chunked("3\r\nabc\r\n"), 0},
      {"a trailer", chunked("3\r\nabc\r\n0\r\nX: y" + kEnd), 200},
      {"a trailer that would be a length", chunked("3\r\nabc\r\n0\r\nContent-Length: 9" + kEnd),
       200},
      {"a trailer without a colon", chunked("3\r\nabc\r\n0\r\nX" + kEnd), 400},
      {"a trailer with a space before its colon", chunked("0\r\nX : y" + kEnd), 400},
      {"a folded trailer", chunked("0\r\nX: y\r\n z" + kEnd), 400},
      {"trailers without end", chunked("0\r\n" + many_fields(5'000)), 400},
      {"coding in capitals", posted("Transfer-Encoding: CHUNKED", "0" + kEnd), 200},
      {"the name in small letters", posted("transfer-encoding: chunked", "0" + kEnd), 200},
      {"a space before its colon", posted("Transfer-Encoding : chunked", "0" + kEnd), 400},
      {"a tab before the coding", posted("Transfer-Encoding:\tchunked", "0" + kEnd), 200},
      {"a vertical tab before the coding", posted("Transfer-Encoding:\vchunked", "0" + kEnd), 400},
      {"an unknown coding", posted("Transfer-Encoding: brotli", ""), 501},
      {"identity", posted("Transfer-Encoding: identity", ""), 501},
      {"gzip before chunked", posted("Transfer-Encoding: gzip, chunked", "0" + kEnd), 501},
      {"chunked before gzip", posted("Transfer-Encoding: chunked, gzip", "0" + kEnd), 400},
      {"chunked twice", posted("Transfer-Encoding: chunked, chunked", "0" + kEnd), 400},
      {"two fields of it",
       posted("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0" + kEnd), 400},
      {"two fields that differ",
       posted("Transfer-Encoding: chunked\r\nTransfer-Encoding: x", "0" + kEnd), 400},
      {"xchunked", posted("Transfer-Encoding: xchunked", "0" + kEnd), 501},
      {"chunked in quotes", posted("Transfer-Encoding: \"chunked\"", "0" + kEnd), 501},
      {"chunked with a parameter", posted("Transfer-Encoding: chunked;x=y", "0" + kEnd), 501},
      {"an empty coding", posted("Transfer-Encoding:", "0" + kEnd), 400},
      {"a folded coding", posted("Transfer-Encoding:\r\n chunked", "0" + kEnd), 400},
      {"chunks in HTTP/1.0",
       "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked" + kEnd + "0" + kEnd, 400},
      {"a length in HTTP/1.0", "POST /echo HTTP/1.0\r\nContent-Length: 3" + kEnd + "abc", 200},
      {"a length for a path that is not there",
       line("POST /nothing HTTP/1.1\r\nContent-Length: 3") + "abc", 404},
  });
}

TEST_CASE("probes: a request hidden in another is not answered") {
  FrontBench front;
  const std::string hidden = get("/hello/hidden");
  const std::vector<std::string> carriers = {
      posted("Content-Length: 3\r\nTransfer-Encoding: chunked", "0" + kEnd + hidden),
      posted("Transfer-Encoding: xchunked\r\nContent-Length: 3", "abc" + hidden),
      posted("Content-Length: 0\r\nContent-Length: 500", hidden),
      posted("Content-Length: " + std::to_string(hidden.size()), hidden),
      chunked("0\r\nX: y\n\r\n" + hidden),
      chunked("3;\nabc\r\n0" + kEnd + hidden),
      "GET /hello/a HTTP/1.1\r\nHost: x\r\nX: \r" + hidden,
      "GET /hello/a HTTP/1.1\r\nHost: x\n\r\n" + hidden,
      "POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(hidden.size()) +
          kEnd + hidden,
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2000" + kEnd + hidden,
  };
  for (const auto& bytes : carriers) {
    INFO(bytes);
    CHECK_FALSE(has(front.ask(bytes), "hi hidden"));
  }
}

TEST_CASE("probes: what an error leaves of the connection") {
  FrontBench front;
  const auto again = get("/hello/next");
  const auto kept = [&](const std::string& bytes) {
    Client client(front.address());
    static_cast<void>(client.try_to_say(bytes + again));
    return has(client.hear(), "hi next");
  };
  CHECK(kept("GET /nothing HTTP/1.1\r\nHost: x" + kEnd));
  CHECK(kept("PUT /echo HTTP/1.1\r\nHost: x" + kEnd));
  CHECK(kept("HEAD /nothing HTTP/1.1\r\nHost: x" + kEnd));
  CHECK(kept("GET /throws HTTP/1.1\r\nHost: x" + kEnd));
  CHECK(kept("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3" + kEnd + "abc"));
  CHECK_FALSE(kept("GET /hello/a HTTP/1.1" + kEnd));
  CHECK_FALSE(kept("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001" + kEnd));
  CHECK_FALSE(kept("POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 3" + kEnd + "abc"));
  const auto wrong = front.ask("PUT /hello/a HTTP/1.1\r\nHost: x\r\nConnection: close" + kEnd);
  CHECK(has(wrong, "Allow: GET, HEAD, OPTIONS\r\n"));
  // An error after HEAD has its body again.
  const auto after_head =
      front.ask("HEAD /hello/a HTTP/1.1\r\nHost: x" + kEnd + "GET / HTTP/1.1" + kEnd);
  CHECK(has(after_head, "\"status\":400"));
  const auto large = front.ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001" + kEnd);
  CHECK(has(large, "Connection: close\r\n"));
}

TEST_CASE("probes: the authority of an absolute target replaces Host") {
  FrontBench front;
  front.add("GET", "/host", [](Request& request) { return json(*request.headers.find("Host")); });
  CHECK(front.ask("GET http://real:81/host HTTP/1.1\r\nHost: other\r\nConnection: close" + kEnd)
            .ends_with("real:81"));
}

TEST_CASE("probes: 100-continue comes before a body that is wanted, and only then") {
  FrontBench front;
  const std::string expecting = "\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\n";
  const auto ask = [&](const std::string& bytes) {
    Client client(front.address());
    client.say(bytes);
    client.say_no_more();
    return client.hear();
  };
  CHECK(has(ask("POST /echo HTTP/1.1" + expecting + "Content-Length: 3" + kEnd), "100 Continue"));
  CHECK_FALSE(
      has(ask("POST /echo HTTP/1.1" + expecting + "Content-Length: 3" + kEnd + "abc"), "100 Cont"));
  const auto large = ask("POST /echo HTTP/1.1" + expecting + "Content-Length: 1001" + kEnd);
  CHECK(status_of(large) == 413);
  CHECK(status_of(ask("POST /nothing HTTP/1.1" + expecting + "Content-Length: 3" + kEnd)) == 404);
  CHECK_FALSE(has(ask("POST /echo HTTP/1.0" + expecting + "Content-Length: 3" + kEnd), "100 Cont"));
}
