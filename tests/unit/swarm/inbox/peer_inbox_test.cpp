// A file and a folder, from the offer to the last byte, between two peers.
#include "transfer/swarm/inbox/peer_inbox.h"

#include "unit/swarm/inbox/two_peers.h"

namespace swapmeet::transfer_swarm {

TEST_CASE("an offer waits, is accepted, and both sides see it done") {
  Network net;
  const auto id = net.send();
  const auto offered = net.at(net.bob, id);
  CHECK(offered.incoming);
  CHECK(offered.state == OfferState::waiting);
  CHECK(offered.peer_name == "ann");
  CHECK(offered.name == "film.mkv");
  CHECK(offered.size == 40'000);
  CHECK(net.bob.downloads.requests.empty());
  CHECK_FALSE(net.ann.inbox->accept(id).ok());  // not one's own
  CHECK(net.bob.events == std::vector<std::string>{"inbox", "offer.came"});

  REQUIRE(net.bob.inbox->accept(id).ok());
  CHECK(net.bob.inbox->accept(id).error().code == ErrorCode::conflict);
  const auto& request = net.bob.downloads.requests.at(0);
  CHECK(request.content == offered.content);
  CHECK(request.sources.at(0).peer == net.ann.id);
  CHECK(request.sources[0].url.starts_with("http://ann:1/content/" + offered.content.text() +
                                           "?offer="));
  net.bob.downloads.status.done = 10'000;
  net.bob.inbox->work();
  CHECK(net.at(net.ann, id).state == OfferState::accepted);
  CHECK(net.at(net.ann, id).done == 10'000);

  const auto place = net.ann.inbox->place(offered.content, net.token());
  REQUIRE(place);
  CHECK(place->file == std::filesystem::canonical(net.film).string());
  CHECK(net.ann.inbox->tree(offered.content, net.token())->content == offered.content);
  CHECK_FALSE(net.ann.inbox->place(offered.content, std::string(64, '0')));
  CHECK_FALSE(net.ann.inbox->place(offered.content, ""));

  net.bob.downloads.status.state = DownloadState::done;
  net.bob.inbox->work();
  CHECK(net.at(net.bob, id).state == OfferState::done);
  CHECK(net.at(net.ann, id).state == OfferState::done);
  CHECK_FALSE(net.ann.inbox->place(offered.content, net.token()));
  CHECK_FALSE(net.bob.inbox->work());  // nothing is left to do
}

TEST_CASE("a folder is one offer, and each of its files one download below the folder's name") {
  FolderNetwork net;
  const auto id = net.send_folder();
  const auto offered = net.at(net.bob, id);
  CHECK(offered.state == OfferState::waiting);
  CHECK(offered.name == "holidays");
  CHECK(offered.files == 4);
  CHECK(offered.size == 70'000);
  REQUIRE(net.bob.inbox->accept(id).ok());
  net.bob.inbox->work();
  REQUIRE(net.queues.requests.size() == 4);
  std::map<std::string, DownloadRequest> wanted;
  for (const auto& one : net.queues.requests) wanted[one.folder + '|' + one.name] = one;
  REQUIRE(wanted.count("holidays|a.jpg") == 1);
  REQUIRE(wanted.count("holidays|copy of a.jpg") == 1);
  REQUIRE(wanted.count("holidays/deep/er|a.jpg") == 1);
  REQUIRE(wanted.count("holidays/deep|empty") == 1);
  CHECK(wanted["holidays/deep|empty"].content == kEmptyContent);

  // Each is served to who has the token.
  const auto& deep = wanted["holidays/deep/er|a.jpg"];
  const auto& url = deep.sources.at(0).url;
  const auto token = url.substr(url.find("?offer=") + 7);
  const auto place = net.ann.inbox->place(deep.content, token);
  REQUIRE(place);
  CHECK(place->file == std::filesystem::canonical(net.holidays / "deep/er/a.jpg").string());
  CHECK(place->name == "a.jpg");
  CHECK(net.ann.inbox->tree(deep.content, token)->size == 30'000);
  CHECK_FALSE(net.ann.inbox->place(deep.content, std::string(64, '0')));

  for (auto& [download, status] : net.queues.all) status.state = DownloadState::done;
  net.queues.all[net.queues.all.rbegin()->first].state = DownloadState::running;
  net.bob.inbox->work();
  CHECK(net.at(net.bob, id).state == OfferState::accepted);
  CHECK(net.at(net.ann, id).done > 0);
  CHECK(net.at(net.ann, id).done < 70'000);
  net.open(net.bob);  // what was done is remembered
  for (auto& [download, status] : net.queues.all) status.state = DownloadState::done;
  net.bob.inbox->work();
  CHECK(net.queues.requests.size() == 4);
  CHECK(net.at(net.bob, id).state == OfferState::done);
  CHECK(net.at(net.ann, id).state == OfferState::done);
  CHECK(net.at(net.ann, id).done == 70'000);
  CHECK_FALSE(net.ann.inbox->place(deep.content, token));
}

TEST_CASE("a folder of which a file changes is not sent as if it had not") {
  FolderNetwork net;
  net.cut = true;
  const auto id = net.send_folder();
  net.cut = false;
  net.write("a.jpg", "other");
  net.clock.advance(61s);
  net.ann.inbox->work();
  CHECK(net.at(net.ann, id).state == OfferState::failed);
  CHECK(net.at(net.ann, id).why == "a.jpg was changed or taken away after it was offered");
}

}  // namespace swapmeet::transfer_swarm
