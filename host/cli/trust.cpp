#include "host/cli/trust.h"

#include <iostream>

#include "host/cli/terminal.h"
#include "swapmeet/tls/certificate.h"

namespace swapmeet::cli {
namespace {

// As OpenSSH and browsers show fingerprints to people: in groups.
std::string grouped(const std::string& digits) {
  constexpr std::size_t kGroup = 8;
  std::string text;
  for (std::size_t i = 0; i < digits.size(); i += kGroup)
    text += (text.empty() ? "" : " ") + digits.substr(i, kGroup);
  return text;
}

bool is_confirmed(const std::string& url, const wire::ShownKey& shown) {
  std::cerr << "Nothing vouches for " << url << ": " << shown.doubt
            << ".\nThe fingerprint of its key is\n  " << grouped(shown.fingerprint)
            << "\nIts operator sees it in the log at the start and in `swapmeet status`. Is it the "
               "same? (yes/no) "
            << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "yes";
}

}  // namespace

Result<std::string> own_key(const CertificateFiles& files, const std::filesystem::path& data) {
  const bool own = files.certificate.empty();
  auto read = tls::Certificate::read(own ? data / "http.crt" : files.certificate,
                                     own ? data / "http.key" : files.key);
  if (!read) return std::move(read).error();
  return read->fingerprint();
}

Result<std::string> key_to_believe(const wire::ClientOptions& options) {
  if (!options.url.starts_with("https://")) return std::string();
  const auto shown = wire::shown_key(options);
  if (!shown) return shown.error();
  if (shown->doubt.empty()) return options.fingerprint;
  const auto with_key = options.url + "#sha256=" + shown->fingerprint;
  if (!options.fingerprint.empty())
    return not_allowed(options.url +
                       " holds another key than before: somebody else may answer "
                       "there. If its operator says that the key is new, use --host " +
                       with_key);
  if (!input_is_terminal())
    return not_allowed("nothing vouches for " + options.url + ": " + shown->doubt +
                       ". If its operator tells the same fingerprint, use --host " + with_key);
  if (!is_confirmed(options.url, *shown)) return not_allowed("nothing was sent to " + options.url);
  return shown->fingerprint;
}

}  // namespace swapmeet::cli
