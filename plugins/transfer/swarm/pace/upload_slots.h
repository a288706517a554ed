// Who may fetch now when upload slots are few, and who is next. A slot is held by a reader, from
// its first answer until a moment after its last, so that one of many ranges keeps it. A reader
// that names itself has one slot, and one place in the queue, for all its connections from that
// address, of which only so many may have answers at a time; of others each connection is a reader.
// Who comes when all slots are taken gets a place in the queue and a time to ask again. Groups get
// slots in proportion to their weights; within a group it is first come, first served, but in turns
// between addresses, so that many requests of one do not keep another waiting. Who does not come
// back loses first the turn, then the place. Threads: thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "swapmeet/host.h"
#include "swapmeet/identity.h"
#include "swapmeet/uploads.h"

namespace swapmeet::transfer_swarm {

struct UploadRequest {
  std::string address;  // of the reader, and the port of its connection
  std::uint16_t port = 0;
  std::string reader;  // what it calls itself; empty: nothing
  ContentId content;
  std::string name;
  std::uint64_t size = 0;       // of the answer
  Identity who = {};            // of the reader; a guest unless it brought a ticket
  std::uint64_t offset = 0;     // where in the file the answer begins
  std::uint64_t file_size = 0;  // of the whole file; 0: as large as the answer
};

// By group, from 1; of those that are in none of them 1.
using UploadWeights = std::map<std::string, std::uint64_t>;

class UploadSlots {
 public:
  struct Turn {
    bool granted = false;
    std::uint64_t place = 0;  // else: in the queue, from 1; 0: the queue is full
    std::chrono::seconds retry_after{0};
    bool first = false;    // granted to a connection that had none of the slot yet
    bool crowded = false;  // else: the reader's other connections have all the answers it may have
  };

  // The clock must outlive the slots.
  explicit UploadSlots(Clock& clock) : clock_(clock) {}
  // 0: no limit. Who holds a slot keeps it.
  void set_slots(std::size_t slots);
  // That a reader may have answers over at a time, at least 1. Those that run go on.
  void set_connections(std::size_t of_each_reader);
  std::size_t connections() const;
  // Who waits stays in the group that counted for it.
  void set_weights(UploadWeights weights);
  // A granted one must be left once for each enter().
  Turn enter(const UploadRequest& request);
  // Some of the answer went. A connection over which nothing goes for a while may be dead, and does
  // not count among the reader's.
  void sent(const UploadRequest& request);
  // `for_good`: nothing more comes over that connection.
  void leave(const UploadRequest& request, bool for_good);
  // Those who wait, in their order.
  std::vector<UploadStatus> waiting();

 private:
  using Reader = std::tuple<std::string, std::string, std::uint16_t>;  // address, name, or port
  using Who = std::tuple<std::string, std::string, ContentId>;         // address, name, or content
  using Order = std::pair<std::uint64_t, std::uint64_t>;               // round, number
  struct Connection {
    std::size_t answers = 0;  // that run
    Instant moved{};          // some of them went
    Instant left{};           // the last of them ended
  };
  using Holder = std::map<std::uint16_t, Connection>;  // by port
  struct Waiter {
    Who who;
    UploadStatus status;
    Instant due{};  // it was told to ask again then
  };
  // Both between groups and between the addresses of one it is start-time fair queueing: each
  // further turn begins later, and a newcomer begins with what is served now.
  struct Group {
    std::map<Order, Waiter> queue;
    std::map<std::string, std::uint64_t> rounds;  // by address: of its last request
    std::uint64_t serving = 0;                    // the round
    std::uint64_t next = 0;                       // when its next turn begins, as now_ counts
  };
  struct Ticket {  // where somebody waits
    std::string group;
    Order order;
  };

  static Reader reader_of(const UploadRequest& request);
  static Who waiting_as(const UploadRequest& request);
  void tidy(Instant now);
  bool is_crowded(const Reader& reader, std::uint16_t port, Instant now) const;
  Turn admit(const Reader& reader, std::uint16_t port, const Who& who, Instant now);
  Connection* find(const UploadRequest& request);
  std::string group_of(const Identity& who) const;
  std::uint64_t stride_of(const std::string& group) const;
  const Ticket& join(const UploadRequest& request, const Who& who);
  void depart(const Who& who);
  void grant(const Ticket& ticket);
  std::vector<const Waiter*> in_order() const;

  Clock& clock_;
  mutable std::mutex mutex_;  // guards all below
  std::size_t slots_ = 0;
  std::size_t connections_ = 4;
  UploadWeights weights_;
  Instant tidied_{};
  std::map<Reader, Holder> holders_;
  std::map<std::string, Group> groups_;  // the one without a name: all others
  std::map<Who, Ticket> waiting_;
  std::uint64_t now_ = 0;  // the beginning of the turn that was given last
  std::uint64_t last_number_ = 0;
};

}  // namespace swapmeet::transfer_swarm
