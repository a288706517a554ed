// A transfer: its lists from many threads at once, and what names nothing.
#include <filesystem>

#include "calls.h"
#include "samples.h"
#include "swapmeet/downloads.h"
#include "swapmeet/inbox.h"
#include "swapmeet/shares.h"
#include "swapmeet/testing/temporary_folder.h"
#include "swapmeet/uploads.h"

namespace swapmeet::tools {
namespace {

constexpr unsigned kThreads = 16;
constexpr const char* kContract = "the contract suite, transfer_contract, says more";

void must_refuse(const char* call, bool ok, const std::string& what) {
  if (ok) throw Failure(std::string(call) + " accepted " + what, kContract);
}

void call_shares(Shares& shares, const std::filesystem::path& folder, Random& random) {
  for (const auto& text : nonsense(random)) {
    must_refuse("add()",
                called("add()",
                       [&] {
                         return shares.add({"a/" + text, folder.string(), {}});
                       })
                    .ok(),
                "a name with '/'");
    must_refuse("remove()", called("remove()", [&] { return shares.remove("no " + text); }).ok(),
                "a share that there is not");
  }
  must_refuse("add()",
              called("add()",
                     [&] {
                       return shares.add({"nowhere", (folder / "nowhere").string(), {}});
                     })
                  .ok(),
              "a folder that is not there");
  static_cast<void>(must("add()", [&] { return shares.add({"checked", folder.string(), {}}); }));
  in_threads(kThreads, [&](unsigned) {
    for (int i = 0; i < 20; ++i) {
      static_cast<void>(must("list()", [&] { return shares.list(); }));
      static_cast<void>(must("rescan()", [&] { return shares.rescan(""); }));
      auto& feed = shares.feed();
      static_cast<void>(must("changes_after()", [&] { return feed.changes_after(0, 10); }));
    }
  });
  static_cast<void>(must("remove()", [&] { return shares.remove("checked"); }));
}

void call_downloads(Downloads& downloads, Random& random) {
  const auto texts = nonsense(random);
  in_threads(kThreads, [&](unsigned number) {
    static_cast<void>(must("list()", [&] { return downloads.list({}); }));
    for (std::size_t i = number; i < texts.size(); i += kThreads) {
      must_refuse("get()", called("get()", [&] { return downloads.get(texts[i]); }).ok(),
                  "an id that there is not");
      must_refuse("files()", called("files()", [&] { return downloads.files(texts[i], {}); }).ok(),
                  "an id that there is not");
      static_cast<void>(called("pause()", [&] { return downloads.pause(texts[i]); }));
      static_cast<void>(called("resume()", [&] { return downloads.resume(texts[i]); }));
      static_cast<void>(called("cancel()", [&] { return downloads.cancel(texts[i]); }));
      DownloadRequest request{
          .content = content_number(1), .name = texts[i], .folder = {}, .sources = {}};
      must_refuse("start()", called("start()", [&] { return downloads.start(request); }).ok(),
                  "a content that nobody has");
      const FolderRequest folder{peer_number(1), texts[i], "", false};
      must_refuse("start_folder()",
                  called("start_folder()", [&] { return downloads.start_folder(folder); }).ok(),
                  "a folder that nobody shares");
    }
  });
}

void call_inbox(Inbox& inbox, Random& random) {
  static_cast<void>(must("list()", [&] { return inbox.list({}); }));
  for (const auto& text : nonsense(random)) {
    must_refuse("get()", called("get()", [&] { return inbox.get(text); }).ok(),
                "an id that there is not");
    must_refuse("accept()", called("accept()", [&] { return inbox.accept(text); }).ok(),
                "an id that there is not");
  }
}

}  // namespace

Outcome check_transfers(const Subject& subject) {
  const testing::TemporaryFolder folder;
  Bench bench(subject);
  const auto running = bench.started();
  Random random(subject.seed);
  std::string names;
  const auto note = [&](const char* name) { (names += names.empty() ? "" : ", ") += name; };
  if (auto* shares = running->find<Shares>())
    call_shares(*shares, folder.path, random), note("shares");
  if (auto* downloads = running->find<Downloads>())
    call_downloads(*downloads, random), note("downloads");
  if (auto* uploads = running->find<Uploads>()) {
    static_cast<void>(must("list()", [&] { return uploads->list(); }));
    static_cast<void>(must("totals()", [&] { return uploads->totals(); }));
    note("uploads");
  }
  if (auto* inbox = running->find<Inbox>()) call_inbox(*inbox, random), note("inbox");
  running->stop();
  if (names.empty()) return {Verdict::skipped, "it provides nothing that can be called"};
  return {Verdict::ok, names + ": from 16 threads, and with nonsense"};
}

}  // namespace swapmeet::tools
