#include "host/cli/known_names.h"

#include <fmt/format.h>

#include <functional>

#include "host/cli/display.h"
#include "host/cli/lookup.h"
#include "host/cli/session.h"
#include "swapmeet/wire/accounts.h"

namespace swapmeet::cli {
namespace {

using Words = std::vector<Completion::Word>;

constexpr std::chrono::milliseconds kCompletionPatience{1000};

template <class T>
Words listed(Session& session, const std::string& target,
             const std::function<Completion::Word(const T&)>& word) {
  Words words;
  if (const auto page = session.ask<Page<T>>("GET", target + "?limit=1000"))
    for (const auto& item : page->items) words.push_back(word(item));
  return words;
}

Words shares(Session& session) {
  Words words;
  if (const auto all = session.ask<std::vector<ShareStatus>>("GET", "/api/v1/shares"))
    for (const auto& share : *all) words.push_back({share.share.name, share.share.folder});
  return words;
}

Words of_host(Session& session, const std::string& command, const std::string& wanted) {
  if (wanted == "PEER")
    return listed<PeerRecord>(session, "/api/v1/peers", [](const PeerRecord& peer) {
      return Completion::Word{peer.name, fmt::format("{} files", peer.files)};
    });
  if (wanted == "NAME" && command == "share") return shares(session);
  if (wanted == "NAME" && command == "account")
    return listed<Account>(session, "/api/v1/accounts", [](const Account& account) {
      return Completion::Word{account.name, ""};
    });
  if (wanted == "ID" && command == "downloads")
    return listed<DownloadStatus>(session, "/api/v1/downloads", [](const DownloadStatus& download) {
      return Completion::Word{download.id.substr(0, 8), download.name};
    });
  if (wanted == "ID" && command == "inbox")
    return listed<Offer>(session, "/api/v1/inbox", [](const Offer& offer) {
      return Completion::Word{offer.id.substr(0, 8), offer.name};
    });
  return {};
}

Words numbers() {
  Words words;
  if (const auto shown = last_shown())
    for (std::size_t i = 0; i < shown->hits.size(); ++i)
      words.push_back({std::to_string(i + 1), shown->hits[i].name});
  return words;
}

// A name from elsewhere is one line, and no sign of the shell's script.
void make_safe(Words& words) {
  std::erase_if(words, [](const auto& word) {
    return word.text.empty() || word.text != printable(word.text) || word.text[0] == ':';
  });
  for (auto& word : words) word.help = printable(word.help);
}

}  // namespace

Words known_names(const Command& command, const std::string& wanted,
                  const std::vector<std::string>& words, Clock& clock) {
  Words found;
  if (command.name == "get" && wanted == "NUMBER") {
    found = numbers();
  } else if (command.on_host != nullptr) {
    const std::vector<std::string> before(words.begin(), words.end() - (words.empty() ? 0 : 1));
    auto arguments = parse_arguments(before, command.options, true);
    auto session = Session::open(arguments ? std::move(*arguments) : Arguments{}, clock);
    if (!session) return {};
    session->wait_for_answers(kCompletionPatience);
    found = of_host(*session, command.name, wanted);
  }
  make_safe(found);
  return found;
}

}  // namespace swapmeet::cli
