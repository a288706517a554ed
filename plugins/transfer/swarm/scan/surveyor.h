// Compares folders with the catalogue. What needs no reading of files it settles at once: it takes
// out what vanished, follows what moved, restores a share that is back and withdraws one that is
// away for too long. The rest becomes a task of the hashing, which goes on meanwhile.
// Threads: for the scanner's thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "swapmeet/host.h"
#include "transfer/swarm/catalogue/catalogue.h"
#include "transfer/swarm/scan/absence.h"
#include "transfer/swarm/scan/arrivals.h"
#include "transfer/swarm/scan/file_hashing.h"
#include "transfer/swarm/scan/left_out_files.h"
#include "transfer/swarm/scan/scan_progress.h"
#include "transfer/swarm/scan/share_diff.h"

namespace swapmeet::transfer_swarm {

struct SurveyOptions {
  std::filesystem::path never;                 // a folder that is never shared: this host's data
  std::chrono::milliseconds patience{60'000};  // with a folder that is away
  Log log;
};

class Surveyor {
 public:
  // All must outlive it.
  Surveyor(Catalogue& catalogue, Clock& clock, Arrivals& arrivals, ScanProgress& progress,
           LeftOutFiles& left_out, FileHashing& hashing, SurveyOptions options);
  void survey(const Scope& scope);

 private:
  struct Settling;
  void pass(const Scope& scope, const std::string& folder);
  bool is_there(const StoredShare& share);
  void note_away(const StoredShare& share, const std::string& why);
  ShareDiff diff_of(const StoredShare& share, const Scope& scope) const;
  void log(LogLevel level, std::string_view message, const std::string& share,
           const std::string& why) const;

  Catalogue& catalogue_;
  Clock& clock_;
  Arrivals& arrivals_;
  ScanProgress& progress_;
  LeftOutFiles& left_out_;
  FileHashing& hashing_;
  const SurveyOptions options_;
  Absence absence_;
};

}  // namespace swapmeet::transfer_swarm
