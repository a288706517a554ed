#include "search/memory/kept_snapshot.h"

#include <string>

namespace swapmeet::search_memory {

Result<StoreReport> KeptSnapshot::verify() {
  StoreReport report;
  const auto note = [&](const std::string& what) {
    report.notes.push_back(file_.filename().string() + ": " + what);
  };
  std::error_code ignored;
  if (!std::filesystem::exists(file_, ignored)) {
    note("there is none; the next start reads all from the registry");
    return report;
  }
  try {
    report.follows = Index::verify(file_);
    note("is whole, and stands at revision " + std::to_string(report.follows->revision));
  } catch (const std::exception& bad) {
    note(std::string("is of no use: ") + bad.what() +
         "; the next start reads all from the registry");
  }
  return report;
}

Result<void> KeptSnapshot::back_up(const std::filesystem::path& folder) {
  if (!index_) return Error{ErrorCode::unavailable, "the search is not running", {}};
  return index_->save(folder / file_.filename());
}

}  // namespace swapmeet::search_memory
