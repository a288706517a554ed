// The transfer contract as a Catch2 suite: shares and their catalogue, downloads and uploads, the
// inbox, as far as the plugin provides them. One line instantiates it for a plugin:
//
//   TEST_CASE("transfer.mine keeps the transfer contract") {
//     swapmeet::testing::transfer_contract([] {
//       return swapmeet::testing::transfer_plugin(PLUGIN_FILE, {{"download_folder", "downloads"}});
//     });
//   }
//
// What needs bytes to cross a network is checked when `listen` gives real listeners.
// Threads: the test's own, beside the plugin's; Catch2 runs the test case once for each section.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "swapmeet/downloads.h"
#include "swapmeet/inbox.h"
#include "swapmeet/public_endpoint.h"
#include "swapmeet/shares.h"
#include "swapmeet/testing/empty_registry.h"
#include "swapmeet/testing/plugin_under_test.h"
#include "swapmeet/uploads.h"

namespace swapmeet::testing {

// A transfer that shares nothing yet. nullptr: it does not provide that.
class TransferSubject {
 public:
  virtual ~TransferSubject() = default;
  virtual Shares* shares() = 0;
  virtual Downloads* downloads() = 0;
  virtual Uploads* uploads() = 0;
  virtual PublicEndpoint* endpoint() = 0;
  virtual Inbox* inbox() = 0;
  // Stops it and starts it again over the same data.
  virtual void restart() = 0;
  // Can others connect to it? Then it serves contents to another of its kind.
  virtual bool reachable() const = 0;
  // From now on its registry knows that peer, with what it shares. False: it has none that can be
  // told, and downloads of folders are not checked.
  virtual bool introduce(const PeerRecord& /*peer*/, const std::vector<Listing>& /*listings*/) {
    return false;
  }
};

using MakeTransfer = std::function<std::unique_ptr<TransferSubject>()>;

void transfer_contract(const MakeTransfer& make);

std::unique_ptr<TransferSubject> transfer_plugin(const std::filesystem::path& file,
                                                 const RawSettings& settings = {},
                                                 FakeHost::Listen listen = {});

}  // namespace swapmeet::testing
