// A host of a few lines on a free port of 127.0.0.1 that speaks TLS as it is told, and the
// certificates for it: of an authority of the test's, of themselves, expired, for another name.
// Threads: one serves, one connection after the other; the methods are thread-safe.
#pragma once

#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>

namespace fakes {

// In PEM.
struct Issued {
  std::string certificate;
  std::string key;
  std::string fingerprint;  // SHA-256 of the public key, as pins have it
};

struct Wish {
  std::string name = "IP:127.0.0.1";  // as subjectAltName has it
  long begins = -3600;                // seconds from now
  long ends = 3600;
};

class Authority {
 public:
  Authority();
  Issued issue(const Wish& wish = {}) const;
  static Issued self_signed(const Wish& wish = {});
  const std::string& pem() const;

 private:
  struct Parts;
  std::shared_ptr<const Parts> parts_;
};

class TlsHost {
 public:
  // What is done with a connection after the handshake; it is closed afterwards.
  using Script = std::function<void(SSL* ssl, int socket)>;
  TlsHost(const Issued& shown, Script script, int protocol = TLS1_3_VERSION);
  ~TlsHost();
  TlsHost(const TlsHost&) = delete;
  TlsHost& operator=(const TlsHost&) = delete;

  unsigned port() const;
  std::string url() const { return "https://127.0.0.1:" + std::to_string(port()); }
  int handshakes() const;  // that came to an end as they should
  int resumed() const;     // of those, the ones that took up an earlier session

  // For scripts. The head of the next request; empty: the client went.
  static std::string hear(SSL* ssl);
  static void say(SSL* ssl, const std::string& bytes);
  static void say_end(SSL* ssl);  // close_notify
  // Answers each request with what `answer` makes of its head, and ends as TLS ends.
  static Script answering(std::function<std::string(const std::string& head)> answer);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// "HTTP/1.1 200 OK" with this body.
std::string http_answer(const std::string& body);

}  // namespace fakes
