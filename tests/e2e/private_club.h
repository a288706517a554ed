// A club with private shares: an index with accounts, peers of its members, and short ways to ask
// as any of them. Threads: the test's own.
#pragma once

#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

namespace private_shares {

using namespace e2e;
using swapmeet::ErrorCode;
using swapmeet::wire::from_json;

inline const std::string kPassword = "one password that is long enough";

inline std::string members_ini(std::string ini) {
  const std::string open = "plugin = open\n";
  return ini.replace(ini.find(open), open.size(),
                     "plugin = accounts\npassword_memory = 8Mi\npassword_passes = 1\n"
                     "guests = read\n");
}

// An index, and a peer for each person; ann and bob are friends, cyd is not.
struct Friends {
  Friends() : index(folder.path(), "index", members_ini(index_ini(folder.path(), address, "3s"))) {
    for (const char* name : {"XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"})
      ::setenv(name, (folder.path() / name).c_str(), 1);
    ::unsetenv("SWAPMEET_HOST");
    ::unsetenv("SWAPMEET_TOKEN");
    write_file(secret(), kPassword + "\n");
    fs::permissions(secret(), fs::perms(0600));
    index.start();
    for (const char* name : {"ann", "bob", "cyd"}) {
      fs::create_directories(folder.path() / name);
      REQUIRE(operate({"account", "create", name}).code == 0);
    }
    for (const char* name : {"ann", "bob"})
      REQUIRE(operate({"account", "groups", name, "friends"}).code == 0);
  }

  fs::path secret() const { return folder.path() / "password"; }
  std::string peer(const std::string& name, const std::string& more = "") const {
    auto ini = peer_ini(folder.path(), name, url, folder.path() / name) + more;
    const std::string remote = "[registry]\nplugin = remote\n";
    return ini.replace(
        ini.find(remote), remote.size(),
        remote + "account = " + name + "\npassword_file = " + secret().string() + "\n");
  }
  Outcome operate(std::vector<std::string> words) {
    words.insert(words.end(), {"--config", index.ini().string()});
    return run_program(words, kPassword + "\n");
  }
  static Outcome at(const Node& node, std::vector<std::string> words) {
    words.insert(words.end(), {"--config", node.ini().string()});
    return run_program(words);
  }

  // The session of somebody; empty: a guest.
  std::string session(const std::string& name) {
    if (name.empty()) return "";
    auto& known = sessions[name];
    if (known.empty()) {
      const auto body = ask("", "POST", "/api/v1/sessions",
                            swapmeet::wire::to_json(swapmeet::wire::Credentials{name, kPassword}));
      REQUIRE(body.ok());
      known = from_json<swapmeet::Session>(*body).value().token;
    }
    return known;
  }
  swapmeet::Result<std::string> ask(const std::string& name, const std::string& method,
                                    const std::string& target, const std::string& body = "") {
    swapmeet::wire::Client client(
        {.url = url, .token = session(name), .timeout = std::chrono::seconds(10)});
    swapmeet::http::Headers headers;
    if (!body.empty()) headers.set("Content-Type", "application/json");
    auto reply = client.request(method, target, body, headers);
    if (!reply) return std::move(reply).error();
    return std::move(reply->body);
  }
  std::vector<std::string> finds(const std::string& name, const std::string& words) {
    std::vector<std::string> names;
    const auto body = ask(name, "GET", "/api/v1/search?q=" + words);
    REQUIRE(body.ok());
    const auto page = from_json<swapmeet::SearchPage>(*body).value();
    for (const auto& hit : page.hits) names.push_back(hit.name);
    return names;
  }
  swapmeet::Result<swapmeet::ContentRecord> content(const std::string& name,
                                                    const std::string& id) {
    auto body = ask(name, "GET", "/api/v1/contents/" + id);
    if (!body) return std::move(body).error();
    return from_json<swapmeet::ContentRecord>(*body);
  }

  Folder folder;
  std::string address = "127.0.0.1:" + std::to_string(free_port());
  std::string url = "http://" + address;
  std::map<std::string, std::string> sessions;
  Node index;
};

inline std::string content_id_of(Friends& club, const std::string& who, const std::string& words) {
  const auto body = club.ask(who, "GET", "/api/v1/search?q=" + words);
  REQUIRE(body.ok());
  const auto page = from_json<swapmeet::SearchPage>(*body).value();
  REQUIRE(page.hits.size() == 1);
  return page.hits[0].content.text();
}

inline std::string content_address(Node& node) {
  return from_json<swapmeet::wire::StatusReport>(node.get("/api/v1/status").value())
      .value()
      .content_address;
}

// What the peer's public listener answers: the status, and what comes with it in place of the ids.
inline std::pair<std::string, std::string> asked(const std::string& url,
                                                 const std::string& ticket = "") {
  const auto answer = run_command({"curl", "-sk", "--max-time", "20", "-H",
                                   "Authorization: Bearer " + ticket, "-w", "\n%{http_code}", url});
  const auto end = answer.output.rfind('\n');
  REQUIRE(end != std::string::npos);
  return {answer.output.substr(end + 1), answer.output.substr(0, end)};
}
inline std::string status_of(const std::string& url, const std::string& ticket = "") {
  return asked(url, ticket).first;
}

}  // namespace private_shares
