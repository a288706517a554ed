// An index whose members log in, with real programs: the operator makes accounts, people log in
// and search, their peers log in and share, and whoever is no member gets nothing.
#include <signal.h>

#include <cstdlib>
#include <thread>

#include "catch.h"
#include "network.h"
#include "swapmeet/sqlite/database.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using swapmeet::ErrorCode;
using swapmeet::wire::from_json;

namespace {

const std::string kAnns = "ann's long password";
const std::string kBobs = "bob's long password";
const std::string kOther = "a password of another day";
const std::string kByHand = "00112233445566778899aabbccddeeff";  // a peer that is this test
const std::string kHandsToken(32, 'h');

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void write_secret(const fs::path& file, const std::string& secret) {
  write_file(file, secret + "\n");
  fs::permissions(file, fs::perms(0600));
}

// Hashing as cheap as it may be.
std::string with_accounts(std::string ini, const std::string& keys) {
  const std::string open = "plugin = open\n";
  return ini.replace(ini.find(open), open.size(),
                     "plugin = accounts\npassword_memory = 8Mi\npassword_passes = 1\n" + keys);
}

std::string with_account(std::string ini, const std::string& account, const fs::path& password) {
  const std::string remote = "[registry]\nplugin = remote\n";
  return ini.replace(
      ini.find(remote), remote.size(),
      remote + "account = " + account + "\npassword_file = " + password.string() + "\n");
}

struct Club {
  explicit Club(const std::string& keys = "")
      : index(folder.path(), "index",
              with_accounts(index_ini(folder.path(), address, "3s"), keys)) {
    for (const char* name : {"XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"})
      ::setenv(name, (folder.path() / name).c_str(), 1);
    ::unsetenv("SWAPMEET_HOST");
    ::unsetenv("SWAPMEET_TOKEN");
    for (const char* name : {"ann", "bob"}) fs::create_directories(folder.path() / name);
    write_secret(secret("ann"), kAnns);
    write_secret(secret("bob"), kBobs);
    index.start();
    for (const auto& [name, password] : {std::pair("ann", kAnns), std::pair("bob", kBobs)})
      REQUIRE(operate({"account", "create", name}, password).code == 0);
  }

  fs::path secret(const std::string& name) const { return folder.path() / (name + ".password"); }
  std::string peer(const std::string& name) const {
    return with_account(peer_ini(folder.path(), name, url, folder.path() / name), name,
                        secret(name));
  }
  Outcome operate(std::vector<std::string> words, const std::string& input = "") {
    words.insert(words.end(), {"--config", index.ini().string()});
    return run_program(words, input + "\n");
  }
  // Somebody at a machine of their own.
  Outcome visit(std::vector<std::string> words, const std::string& input = "") const {
    words.insert(words.end(), {"--host", url});
    return run_program(words, input + "\n");
  }
  swapmeet::Result<std::string> ask(const std::string& method, const std::string& target,
                                    const std::string& body, const std::string& session) const {
    swapmeet::wire::Client client(
        {.url = url, .token = session, .timeout = std::chrono::seconds(10)});
    swapmeet::http::Headers headers;
    headers.set("Swapmeet-Peer-Token", kHandsToken);
    headers.set("Content-Type",
                target.ends_with("/changes") ? "application/x-ndjson" : "application/json");
    auto reply = client.request(method, target, body, headers);
    if (!reply) return std::move(reply).error();
    return reply->body;
  }
  swapmeet::Result<std::string> log_in(const std::string& name, const std::string& password) const {
    auto body = ask("POST", "/api/v1/sessions",
                    swapmeet::wire::to_json(swapmeet::wire::Credentials{name, password}), "");
    if (!body) return std::move(body).error();
    return from_json<swapmeet::Session>(*body).value().token;
  }

  Folder folder;
  std::string address = "127.0.0.1:" + std::to_string(free_port());
  std::string url = "http://" + address;
  Node index;
  Node ann{folder.path(), "ann", peer("ann")};
  Node bob{folder.path(), "bob", peer("bob")};
};

std::size_t found(const swapmeet::Result<std::string>& body) {
  return body ? from_json<swapmeet::SearchPage>(*body).value().hits.size() : 0;
}

bool finds(Node& node, const std::string& words) {
  return found(node.get("/api/v1/search?q=" + words)) == 1;
}

std::string problem_of(Node& node) {
  const auto body = node.get("/api/v1/status");
  return body ? from_json<swapmeet::wire::StatusReport>(*body).value().index_problem
              : body.error().message;
}

}  // namespace

TEST_CASE("people log in and search with the session that is kept; guests do not") {
  Club club;
  write_file(club.folder.path() / "ann/harvest.txt", "grain\n");
  club.ann.start();
  const auto guest = club.visit({"search", "harvest"});
  CHECK(guest.code == 4);
  CHECK(has(guest.output, "swapmeet login"));

  const auto wrong = club.visit({"login", "bob"}, kOther);
  CHECK(wrong.code == 4);
  CHECK(has(wrong.output, "wrong name or password"));
  CHECK(club.visit({"search", "harvest"}).code == 4);
  const auto in = club.visit({"login", "bob"}, kBobs);
  INFO(in.output);
  REQUIRE(in.code == 0);
  CHECK(has(in.output, "as bob"));
  CHECK(eventually([&] { return has(club.visit({"search", "harvest"}).output, "harvest.txt"); }));

  SECTION("who is no admin makes no accounts") {
    CHECK(club.visit({"account", "create", "cyd"}, kOther).code == 4);
    CHECK(club.visit({"account", "list"}).code == 4);
    CHECK(club.visit({"account", "password", "ann"}, kOther).code == 4);
  }
  SECTION("a password changed by its owner ends the session") {
    CHECK(club.visit({"account", "password", "bob"}, "a guess\n" + kOther).code == 4);
    REQUIRE(club.visit({"account", "password", "bob"}, kBobs + "\n" + kOther).code == 0);
    const auto ended = club.visit({"search", "harvest"});
    CHECK(ended.code == 4);
    CHECK(has(ended.output, "session has ended"));
    CHECK(club.visit({"login", "bob"}, kBobs).code == 4);
    REQUIRE(club.visit({"login", "bob"}, kOther).code == 0);
    CHECK(club.visit({"search", "harvest"}).code == 0);
  }
  SECTION("accounts and sessions are still there after the index was killed") {
    club.index.signal(SIGKILL);
    club.index.start();
    CHECK(club.visit({"search", "harvest"}).code == 0);
    CHECK(club.visit({"login", "ann"}, kAnns).code == 0);
    CHECK(eventually([&] { return has(club.visit({"search", "harvest"}).output, "harvest.txt"); }));
  }
  SECTION("a disabled account is out until it is enabled and logs in again") {
    REQUIRE(club.operate({"account", "disable", "bob"}).code == 0);
    CHECK(club.visit({"search", "harvest"}).code == 4);
    REQUIRE(club.operate({"account", "enable", "bob"}).code == 0);
    CHECK(club.visit({"search", "harvest"}).code == 4);
    CHECK(club.visit({"login", "bob"}, kBobs).code == 0);
    CHECK(club.visit({"search", "harvest"}).code == 0);
  }
}

TEST_CASE("peers log in by themselves, and their people find and fetch through them") {
  Club club;
  const auto bytes = random_bytes(3'000'000, 11);
  write_file(club.folder.path() / "ann/Harvest_Film.mkv", bytes);
  club.ann.start();
  club.bob.start();
  REQUIRE(eventually([&] { return finds(club.bob, "harvest"); }));
  CHECK(has(club.ann.log(), "logged in"));
  CHECK(problem_of(club.ann).empty());
  CHECK_FALSE(has(club.ann.log(), kAnns));
  CHECK_FALSE(has(club.index.log(), kAnns));

  const auto search = run_program({"search", "harvest", "--config", club.bob.ini().string()});
  CHECK(has(search.output, "Harvest_Film.mkv"));
  const auto get = run_program({"get", "1", "--config", club.bob.ini().string()});
  INFO(get.output);
  REQUIRE(get.code == 0);
  CHECK(read_file(club.folder.path() / "downloads/bob/Harvest_Film.mkv") == bytes);

  // The index knows whose peer it is.
  const auto listed = club.index.get("/api/v1/peers?name=ann");
  REQUIRE(listed.ok());
  const auto page = from_json<swapmeet::Page<swapmeet::PeerRecord>>(*listed).value();
  REQUIRE(page.items.size() == 1);
  CHECK(page.items[0].account == "ann");
}

TEST_CASE("a peer whose password was changed says so, and is back when its file is corrected") {
  Club club;
  write_file(club.folder.path() / "ann/harvest.txt", "grain\n");
  club.ann.start();
  club.bob.start();
  REQUIRE(eventually([&] { return finds(club.bob, "harvest"); }));

  REQUIRE(club.operate({"account", "password", "ann"}, kOther).code == 0);
  REQUIRE(eventually([&] { return has(problem_of(club.ann), "does not log in"); }));
  CHECK(has(problem_of(club.ann), club.secret("ann").string()));
  const auto status = run_program({"status", "--config", club.ann.ini().string()});
  CHECK(status.code == 0);
  CHECK(has(status.output, "does not log in the account 'ann'"));
  CHECK_FALSE(has(status.output, "reachable"));
  CHECK(has(club.ann.log(), "cannot log in"));
  const auto search = run_program({"search", "harvest", "--config", club.ann.ini().string()});
  CHECK(search.code == 4);
  CHECK(has(search.output, "does not log in"));
  CHECK(eventually([&] { return !finds(club.bob, "harvest"); }));

  write_secret(club.secret("ann"), kOther);
  CHECK(eventually([&] { return finds(club.bob, "harvest"); }, std::chrono::seconds(60)));
  CHECK(eventually([&] { return problem_of(club.ann).empty(); }));
}

TEST_CASE("a peer without an account says that the index wants one") {
  Club club;
  fs::create_directories(club.folder.path() / "cyd");
  Node cyd(club.folder.path(), "cyd",
           peer_ini(club.folder.path(), "cyd", club.url, club.folder.path() / "cyd"));
  cyd.start();
  CHECK(eventually([&] { return has(problem_of(cyd), "set [registry] account"); }));
  CHECK(has(run_program({"status", "--config", cyd.ini().string()}).output, "wants an account"));
}

TEST_CASE("who guesses passwords is told to wait, and others are not") {
  Club club;
  swapmeet::Error last{};
  for (int guess = 0; guess < 20 && last.code != ErrorCode::too_many; ++guess)
    last = club.log_in("ann", "guess number " + std::to_string(guess)).error();
  CHECK(last.code == ErrorCode::too_many);
  REQUIRE(last.retry_after);
  CHECK(last.retry_after->count() >= 1);
  CHECK(club.log_in("bob", kBobs).ok());
  // The one who knows it is let in after the wait.
  CHECK(eventually([&] { return club.log_in("ann", kAnns).ok(); }));
}

TEST_CASE("what is for a group is found by its members and by nobody else") {
  Club club;
  REQUIRE(club.operate({"account", "create", "cyd"}, kOther).code == 0);
  REQUIRE(club.operate({"account", "groups", "bob", "friends"}).code == 0);
  const auto ann = club.log_in("ann", kAnns).value();
  const auto bob = club.log_in("bob", kBobs).value();
  const auto cyd = club.log_in("cyd", kOther).value();
  const std::string peer = "/api/v1/peers/" + kByHand;
  REQUIRE(club.ask("PUT", peer, R"({"name":"by-hand","port":6699})", ann).ok());
  const std::string content(64, 'a');
  const auto announced = club.ask(
      "POST", peer + "/changes",
      R"({"feed":"hands","base":0,"upto":1})"
      "\n"
      R"({"op":"put","revision":1,"path":"diary.txt","size":9,"modified":"2026-01-01T00:00:00Z",)"
      R"("content":")" +
          content +
          R"(","audience":["group:friends"]})"
          "\n",
      ann);
  INFO((announced ? *announced : announced.error().message));
  REQUIRE(announced.ok());

  // Renewed meanwhile, so that it is not absence that hides it.
  const auto sees = [&](const std::string& session) {
    REQUIRE(club.ask("POST", peer + "/lease", "", ann).ok());
    return found(club.ask("GET", "/api/v1/search?q=diary", "", session)) == 1;
  };
  REQUIRE(eventually([&] { return sees(bob); }));
  CHECK_FALSE(sees(cyd));
  CHECK(club.ask("GET", "/api/v1/contents/" + content, "", bob).ok());
  CHECK_FALSE(club.ask("GET", "/api/v1/contents/" + content, "", cyd).ok());
  CHECK(has(club.ask("GET", peer + "/files", "", bob).value(), "diary"));
  CHECK_FALSE(has(club.ask("GET", peer + "/files", "", cyd).value(), "diary"));
  // Another member cannot speak for the peer, even with its token.
  CHECK(club.ask("POST", peer + "/lease", "", cyd).error().code == ErrorCode::not_allowed);

  // Groups count at once, in sessions that are open.
  REQUIRE(club.operate({"account", "groups", "cyd", "friends"}).code == 0);
  REQUIRE(club.operate({"account", "groups", "bob"}).code == 0);
  CHECK(sees(cyd));
  CHECK_FALSE(sees(bob));
}

TEST_CASE("where guests may read and people make accounts themselves") {
  Club club("guests = read\nregistration = open\n");
  write_file(club.folder.path() / "ann/harvest.txt", "grain\n");
  club.ann.start();
  CHECK(eventually([&] { return has(club.visit({"search", "harvest"}).output, "harvest.txt"); }));
  const auto refused =
      club.ask("PUT", "/api/v1/peers/" + kByHand, R"({"name":"by-hand","port":6699})", "");
  CHECK(refused.error().code == ErrorCode::unauthenticated);
  CHECK(club.visit({"account", "create", "ann"}, kOther).code == 1);  // there is one
  CHECK(club.visit({"account", "create", "dan"}, "short").code == 2);
  REQUIRE(club.visit({"account", "create", "dan"}, kOther).code == 0);
  CHECK(club.visit({"account", "groups", "dan", "friends"}).code == 4);
  const auto dan = club.log_in("dan", kOther);
  REQUIRE(dan.ok());
  CHECK(
      club.ask("PUT", "/api/v1/peers/" + kByHand, R"({"name":"by-hand","port":6699})", *dan).ok());
}

TEST_CASE("what guests may do changes at once, and no session ends for it") {
  Club club;
  const auto bob = club.log_in("bob", kBobs).value();
  CHECK_FALSE(club.ask("GET", "/api/v1/peers", "", "").ok());
  write_file(club.index.ini(),
             with_accounts(index_ini(club.folder.path(), club.address, "3s"), "guests = read\n"));
  ::kill(club.index.pid(), SIGHUP);
  CHECK(eventually([&] { return club.ask("GET", "/api/v1/peers", "", "").ok(); }));
  CHECK(club.ask("GET", "/api/v1/peers", "", bob).ok());
}

TEST_CASE("an auth plugin that blocks holds up nobody else, and no stop") {
  Club club;
  club.index.signal(SIGTERM);
  auto ini = index_ini(club.folder.path(), club.address, "3s");
  const std::string open = "plugin = open\n";
  const char* bin = std::getenv("SWAPMEET_BIN");
  REQUIRE(bin);
  ini.replace(ini.find(open), open.size(),
              "plugin = accounts, " + std::string(bin) +
                  "/fixtures/auth_blocking.so\nguests = read\n"
                  "[auth.accounts]\npassword_memory = 8Mi\npassword_passes = 1\n");
  write_file(club.index.ini(), ini);
  club.index.start();
  const auto bob = club.log_in("bob", kBobs).value();
  const auto cyd = club.log_in("cyd", "right").value();
  CHECK(cyd.starts_with("blocking."));
  std::vector<std::thread> blocked;
  std::vector<ErrorCode> refused(2);
  for (std::size_t i = 0; i < 2; ++i)
    blocked.emplace_back([&, i] {
      do refused[i] = club.log_in("dan" + std::to_string(i), "block").error().code;
      while (refused[i] == ErrorCode::too_many);  // while the other one's name is looked up
    });
  CHECK(eventually([&] {
    return has(club.index.log(), "blocks for dan0") && has(club.index.log(), "blocks for dan1");
  }));
  const auto third = club.log_in("eve", "right");
  CHECK(third.error().code == ErrorCode::too_many);
  CHECK(club.ask("GET", "/api/v1/peers", "", bob).ok());
  CHECK(club.ask("GET", "/api/v1/peers", "", cyd).ok());
  CHECK(club.ask("GET", "/api/v1/peers", "", "").ok());
  CHECK(club.ask("GET", "/api/v1/status", "", "").ok());
  CHECK(club.log_in("ann", kAnns).ok());
  club.index.signal(SIGTERM);
  for (auto& thread : blocked) thread.join();
  for (const auto code : refused)  // the stop ended their waiting, or the deadline before it
    CHECK((code == ErrorCode::unavailable || code == ErrorCode::timed_out));
  CHECK(has(club.index.log(), "left behind"));
}

TEST_CASE("a backup of an index with accounts has its sessions and the key that signs tickets") {
  Club club;
  const auto bob = club.log_in("bob", kBobs).value();
  const auto key = club.ask("GET", "/api/v1/tickets/key", "", "").value();
  const auto copy = club.folder.path() / "copy";
  const auto made = club.operate({"backup", copy.string()});
  INFO(made.output);
  REQUIRE(made.code == 0);
  club.index.signal(SIGTERM);
  fs::remove_all(club.index.data());
  fs::rename(copy, club.index.data());
  const auto checked = run_program({"check", "--data", "--config", club.index.ini().string()});
  INFO(checked.output);
  CHECK(checked.code == 0);
  CHECK(has(checked.output, "sessions.db: 1 sessions"));
  club.index.start();
  CHECK(club.ask("GET", "/api/v1/peers", "", bob).ok());
  CHECK(club.ask("GET", "/api/v1/tickets/key", "", "").value() == key);
}

TEST_CASE(
    "an index of version 0.1 goes on with its accounts, and signs tickets with the same key") {
  Club club;
  const auto key = club.ask("GET", "/api/v1/tickets/key", "", "").value();
  club.index.signal(SIGTERM);
  const auto data = club.index.data();
  fs::rename(data / "ticket.key", data / "auth.accounts/secret.key");
  fs::remove(data / "sessions.db");
  fs::remove(data / "ledger");  // it had none, and its stores no ids
  for (const auto& entry : fs::recursive_directory_iterator(data))
    if (entry.path().extension() == ".db")
      swapmeet::sqlite::Database(entry.path()).execute("PRAGMA application_id=0");
  club.index.start();
  CHECK(club.ask("GET", "/api/v1/tickets/key", "", "").value() == key);
  CHECK_FALSE(fs::exists(data / "auth.accounts/secret.key"));
  CHECK(club.log_in("ann", kAnns).ok());
}

TEST_CASE("a member's ticket puts it before guests in a peer's queue, by its group's weight") {
  Club club("guests = read\n");
  REQUIRE(club.operate({"account", "groups", "bob", "friends"}).code == 0);
  write_file(club.folder.path() / "ann/large.bin", random_bytes(20'000'000, 5));
  auto ini = club.peer("ann");
  const std::string open = "plugin = open\n";
  ini.replace(ini.find(open), open.size(), "plugin = ticket\n");
  write_file(club.ann.ini(), ini +
                                 "upload_limit = 1000\nupload_slots = 1\n"
                                 "upload_weight.friends = 3\n");
  club.ann.start();
  club.bob.start();
  std::string content;
  swapmeet::ContentRecord record;
  const auto bob = club.log_in("bob", kBobs).value();
  REQUIRE(eventually([&] {
    const auto hits = club.ask("GET", "/api/v1/search?q=large", "", bob);
    if (found(hits) != 1) return false;
    content = from_json<swapmeet::SearchPage>(*hits)->hits[0].content.text();
    record = from_json<swapmeet::ContentRecord>(
                 club.ask("GET", "/api/v1/contents/" + content, "", bob).value())
                 .value();
    return !record.sources.empty();
  }));
  REQUIRE_FALSE(record.ticket.empty());
  const auto url = record.sources[0].url;
  // What a reader is told: its place, or that it may go.
  const auto asks = [&](const std::string& reader, const std::string& ticket) {
    std::vector<std::string> words = {
        "curl", "-sS", "-i", "--noproxy", "*", "-r", "0-9", "-H", "Swapmeet-Peer: " + reader};
    if (!ticket.empty()) words.insert(words.end(), {"-H", "Authorization: Bearer " + ticket});
    words.push_back(url);
    const auto output = run_command(words).output;
    const std::string field = "Swapmeet-Queue-Place: ";
    const auto at = output.find(field);
    return at == std::string::npos ? output : output.substr(at + field.size(), 1);
  };
  std::thread occupant([&] {
    run_command({"curl", "-sS", "--noproxy", "*", "-m", "25", "-o", "/dev/null", url});
  });
  REQUIRE(eventually([&] { return has(club.ann.get("/api/v1/uploads").value(), content); }));
  CHECK(asks("guest", "") == "1");
  CHECK(asks("another-guest", "") == "2");
  swapmeet::DownloadRequest request;
  request.content = record.content;
  REQUIRE(club.bob.call("POST", "/api/v1/downloads", swapmeet::wire::to_json(request)).ok());
  REQUIRE(eventually([&] {
    const auto all = club.bob.get("/api/v1/downloads");
    return all && has(*all, "waits at ann, place 1 in the queue");
  }));
  // Who does not ask again in time is not shown; bob does, each time that it is due.
  CHECK(eventually(
      [&] { return has(club.ann.get("/api/v1/uploads").value(), R"("account":"bob")"); }));
  CHECK(eventually([&] {
    return has(run_program({"uploads", "--config", club.ann.ini().string()}).output,
               "bob at 127.0.");
  }));
  CHECK(asks("bobs-phone", record.ticket) == "2");
  CHECK(asks("guest", "") == "3");
  // A ticket that was changed makes nobody more than a guest.
  auto forged = record.ticket;
  forged[20] = forged[20] == 'A' ? 'B' : 'A';
  CHECK(asks("forger", forged) == "5");
  club.ann.signal(SIGTERM);
  occupant.join();
}
