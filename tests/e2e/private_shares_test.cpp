// Private shares with real programs: an index with accounts, peers that share with friends only,
// and everybody else, who must not learn anything and get nothing.
#include <signal.h>

#include "private_club.h"

namespace private_shares {

TEST_CASE("a share for friends is found, browsed and fetched by friends, and by nobody else") {
  Friends club;
  const auto diary = random_bytes(3'000'000, 1);
  write_file(club.folder.path() / "ann/diary.bin", diary);
  for (int i = 0; i < 20; ++i)
    write_file(club.folder.path() / "ann/letters" / (std::to_string(i) + ".txt"),
               "letter " + std::to_string(i));
  Node ann(club.folder.path(), "ann", club.peer("ann", "share.files.audience = friends, @dan\n"));
  Node bob(club.folder.path(), "bob", club.peer("bob"));
  Node cyd(club.folder.path(), "cyd", club.peer("cyd"));
  ann.start();
  bob.start();
  cyd.start();
  REQUIRE(eventually([&] { return club.finds("bob", "diary").size() == 1; }));
  const auto id = content_id_of(club, "bob", "diary");
  CHECK(club.content("bob", id)->sources.at(0).restricted);

  // Nobody else is told anything.
  for (const char* name : {"cyd", ""}) {
    INFO("asked by " << name);
    CHECK(club.finds(name, "diary").empty());
    CHECK(club.finds(name, "letter").empty());
    CHECK(club.content(name, id).error().code == ErrorCode::not_found);
    for (const char* more : {".meta4", ".torrent", "/bytes"})
      CHECK(club.ask(name, "GET", "/api/v1/contents/" + id + more).error().code ==
            ErrorCode::not_found);
    const auto peer = club.ask(name, "GET",
                               "/api/v1/peers/" + from_json<swapmeet::wire::StatusReport>(
                                                      ann.get("/api/v1/status").value())
                                                      .value()
                                                      .peer.text());
    const auto record = from_json<swapmeet::PeerRecord>(peer.value()).value();
    CHECK(record.files == 0);
    CHECK(record.bytes == 0);
    CHECK(record.locked.empty());
  }
  const auto browsed = [](const Node& node, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"browse", "ann"});
    return Friends::at(node, more);
  };
  CHECK(browsed(cyd).output.find("ann shares nothing.") != std::string::npos);
  CHECK(browsed(cyd, {"files"}).code == 3);
  CHECK(browsed(cyd, {"--all"}).output.find("diary") == std::string::npos);
  CHECK(browsed(bob).output.find("files/") != std::string::npos);
  CHECK(browsed(bob, {"files"}).output.find("diary") != std::string::npos);
  CHECK(browsed(bob, {"--all"}).output.find("diary") != std::string::npos);

  // A file, and a folder of many.
  REQUIRE(Friends::at(bob, {"get", id}).code == 0);
  CHECK(read_file(club.folder.path() / "downloads/bob/diary.bin") == diary);
  REQUIRE(Friends::at(bob, {"get", "--from", "ann", "files/letters"}).code == 0);
  for (int i = 0; i < 20; ++i)
    CHECK(read_file(club.folder.path() / "downloads/bob/letters" / (std::to_string(i) + ".txt")) ==
          "letter " + std::to_string(i));
  CHECK(Friends::at(cyd, {"get", id, "--no-wait"}).code != 0);
}

TEST_CASE("a peer gives what is private over TLS alone, for a ticket that is for it alone") {
  Friends club;
  write_file(club.folder.path() / "ann/diary.txt", "dear diary");
  Node ann(club.folder.path(), "ann", club.peer("ann", "share.files.audience = friends\n"));
  ann.start();
  REQUIRE(eventually([&] { return club.finds("bob", "diary").size() == 1; }));
  const auto id = content_id_of(club, "bob", "diary");
  const auto place = content_address(ann) + "/content/" + id;
  const auto record = club.content("bob", id).value();
  const auto ticket = record.sources.at(0).ticket;
  REQUIRE_FALSE(ticket.empty());
  CHECK(status_of("https://" + place, ticket) == "200");
  CHECK(asked("https://" + place, ticket).second == "dear diary");
  CHECK(status_of("https://" + place, record.ticket) == "404");
  CHECK(status_of("https://" + place) == "404");
  CHECK(status_of("http://" + place, ticket) == "404");
  for (const char* part : {"/layer?piece=1048576", "/pieces", "/leaves?piece=1048576", "/hashes",
                           ".meta4", ".torrent"}) {
    INFO(part);
    CHECK(status_of("https://" + place + part) == "404");
    CHECK(status_of("http://" + place + part, ticket) == "404");
    CHECK(status_of("https://" + place + part, ticket) != "404");
  }
  // Of what nobody has, the same is said.
  const std::string other(64, 'e');
  auto refused = asked("https://" + place, record.ticket).second;
  const auto nothing = asked("https://" + content_address(ann) + "/content/" + other).second;
  refused.replace(refused.find(id), id.size(), other);
  CHECK(refused.substr(0, refused.find(other)) == nothing.substr(0, nothing.find(other)));
  CHECK(refused.size() == nothing.size());

  // The index is not needed, not even when the peer starts anew.
  club.index.signal(SIGTERM);
  CHECK(status_of("https://" + place, ticket) == "200");
  ann.signal(SIGTERM);
  ann.start();
  const auto again = content_address(ann) + "/content/" + id;
  CHECK(eventually([&] { return status_of("https://" + again, ticket) == "200"; }));
}

TEST_CASE("an audience is changed while the peer runs, and the same ticket opens no more") {
  Friends club;
  write_file(club.folder.path() / "ann/harvest.txt", "grain");
  write_file(club.folder.path() / "letters/letter.txt", "dear bob");
  Node ann(club.folder.path(), "ann", club.peer("ann"));
  ann.start();
  const auto letters = (club.folder.path() / "letters").string();
  REQUIRE(Friends::at(ann, {"share", "add", "letters", letters, "--audience", "friends"}).code ==
          0);
  CHECK(Friends::at(ann, {"share", "list"}).output.find("friends") != std::string::npos);
  REQUIRE(eventually([&] { return club.finds("bob", "letter").size() == 1; }));
  CHECK(club.finds("cyd", "letter").empty());
  const auto id = content_id_of(club, "bob", "letter");
  const auto place = "https://" + content_address(ann) + "/content/" + id;
  const auto ticket = club.content("bob", id)->sources.at(0).ticket;
  CHECK(status_of(place, ticket) == "200");

  REQUIRE(Friends::at(ann, {"share", "audience", "letters", "@cyd", "--visible"}).code == 0);
  CHECK(status_of(place, ticket) == "404");
  REQUIRE(eventually([&] { return club.finds("cyd", "letter").size() == 1; }));
  CHECK(club.finds("bob", "letter").empty());
  CHECK(status_of(place, club.content("cyd", id)->sources.at(0).ticket) == "200");
  Node bob(club.folder.path(), "bob", club.peer("bob"));
  bob.start();
  const auto browsed = Friends::at(bob, {"browse", "ann"}).output;
  CHECK(browsed.find("letters/ is locked") != std::string::npos);
  CHECK(browsed.find("letter.txt") == std::string::npos);

  REQUIRE(Friends::at(ann, {"share", "audience", "letters", "everyone"}).code == 0);
  CHECK(status_of(place) == "200");
  CHECK(eventually([&] { return club.finds("", "letter").size() == 1; }));
  // Of the configuration file: changed there.
  REQUIRE(Friends::at(ann, {"share", "audience", "files", "friends"}).code == 0);
  CHECK(read_file(ann.ini()).find("share.files.audience = friends") != std::string::npos);
  CHECK(Friends::at(ann, {"share", "add", "x", letters, "--audience", ""}).code == 2);
}

}  // namespace private_shares
