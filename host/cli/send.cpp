// send, inbox: files and folders from one person to another.
#include <fmt/format.h>

#include <filesystem>

#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/human.h"
#include "host/cli/lookup.h"
#include "host/cli/progress.h"
#include "host/cli/table.h"
#include "host/cli/terminal.h"

namespace swapmeet::cli {
namespace {

std::string what(const Offer& offer) {
  if (offer.files == 0) return offer.name;
  return offer.name + "/ (" + counted(offer.files, "file") + ")";
}

bool is_over(const Offer& offer) {
  return offer.state != OfferState::waiting && offer.state != OfferState::accepted;
}

// The end of an offer, in a sentence and an exit code.
int ended(const Offer& offer) {
  const auto name = printable(what(offer));
  const auto peer = printable(offer.peer_name);
  switch (offer.state) {
    case OfferState::done: fmt::print("{} has {}, verified\n", peer, name); return 0;
    case OfferState::refused:
      return fail({ErrorCode::not_allowed, name + " was refused: " + offer.why, {}});
    default: return fail({ErrorCode::internal, name + " could not be sent: " + offer.why, {}});
  }
}

int follow(Session& session, Offer offer) {
  catch_interrupts();
  Progress progress(session.clock());
  auto before = offer.done;
  auto since = session.clock().steady();
  std::uint64_t rate = 0;
  while (!is_over(offer)) {
    if (offer.state == OfferState::accepted) {
      const auto passed = session.clock().steady() - since;
      if (offer.done > before && passed > std::chrono::milliseconds(900)) {
        rate = static_cast<std::uint64_t>(static_cast<double>(offer.done - before) /
                                          std::chrono::duration<double>(passed).count());
        before = offer.done;
        since = session.clock().steady();
      }
      progress.show({"", offer.done, offer.size, rate, "to " + offer.peer_name});
    } else {
      progress.say(offer.why.empty() ? "waits until " + offer.peer_name + " accepts it"
                                     : offer.why);
    }
    if (interrupted()) break;
    session.clock().sleep_for(Progress::kPace);
    auto next = session.ask<Offer>("GET", "/api/v1/inbox/" + offer.id);
    if (!next) {
      progress.end();
      return fail(next.error());
    }
    offer = std::move(*next);
  }
  progress.end();
  if (is_over(offer)) return ended(offer);
  fmt::print(
      "The offer stays: `swapmeet inbox` shows it, `swapmeet inbox refuse {}` withdraws it.\n",
      offer.id.substr(0, 8));
  return 130;
}

int decide(Session& session, const std::string& how) {
  for (std::size_t i = 1; i < session.words().size(); ++i) {
    const auto id = find_offer(session, session.words()[i]);
    if (!id) return fail(id.error());
    const auto body = session.call("POST", "/api/v1/inbox/" + *id + '/' + how);
    if (!body) return fail(body.error());
    const auto offer = wire::from_json<Offer>(*body);
    if (!offer) return fail(offer.error());
    if (session.json())
      print_json(*body);
    else if (how == "accept")
      fmt::print("{} is fetched from {}; `swapmeet downloads` shows how far it is\n",
                 printable(what(*offer)), printable(offer->peer_name));
    else
      fmt::print("{} is {}\n", printable(what(*offer)), offer->incoming ? "refused" : "withdrawn");
  }
  return 0;
}

std::string progress_of(const Offer& offer) {
  if (offer.state != OfferState::accepted || offer.size == 0)
    return std::string(name_of(offer.state));
  return fmt::format("accepted, {} %", offer.done * 100 / offer.size);
}

}  // namespace

int send(Session& session) {
  std::error_code missing;
  const auto path = std::filesystem::canonical(session.words()[0], missing);
  if (missing)
    return fail({ErrorCode::not_found, session.words()[0] + ": " + missing.message(), {}});
  const auto peer = find_peer(session, session.words()[1]);
  if (!peer) return fail(peer.error());
  auto body =
      session.call("POST", "/api/v1/inbox", wire::to_json(SendRequest{path.string(), peer->id}));
  if (!body) return fail(body.error());
  if (session.json()) return print_json(*body);
  auto offer = wire::from_json<Offer>(*body);
  if (!offer) return fail(offer.error());
  if (!session.arguments().has("--no-wait")) return follow(session, std::move(*offer));
  fmt::print("{}  {} is offered to {}\n", offer->id.substr(0, 8), printable(what(*offer)),
             printable(offer->peer_name));
  return 0;
}

int inbox(Session& session) {
  const auto& words = session.words();
  if (words.size() >= 2 && (words[0] == "accept" || words[0] == "refuse"))
    return decide(session, words[0]);
  if (!words.empty())
    return fail(wrong_usage("inbox is alone, or goes with accept or refuse and an ID"));
  const auto all = session.all<Offer>("/api/v1/inbox?");
  if (!all) return fail(all.error());
  if (session.json()) return print_json(wire::to_json(*all));
  Table table({{"ID"},
               {"", false},
               {"PEER", false, true},
               {"NAME", false, true},
               {"SIZE", true},
               {"STATE"},
               {"WHEN"},
               {"WHY", false, true}});
  for (const auto& one : all->items)
    table.add({one.id.substr(0, 8), one.incoming ? "from" : "to", one.peer_name, what(one),
               human_size(one.size), progress_of(one),
               human_time(one.created, session.clock().now()), one.why});
  if (table.empty())
    fmt::print("Nothing was sent, neither to you nor by you.\n");
  else
    table.print();
  return 0;
}

}  // namespace swapmeet::cli
