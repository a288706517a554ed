#include "host/app/ledger.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

namespace swapmeet {
namespace fs = std::filesystem;
namespace {

constexpr const char* kFile = "ledger";
constexpr const char* kHead = "swapmeet ledger 1";
constexpr const char* kNoId = "-";

bool has_nothing(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  return error || size == 0;
}

bool is_synced(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  if (descriptor >= 0) ::close(descriptor);
  return synced;
}

const char* state_of(const fs::path& file) {
  std::error_code error;
  return fs::exists(fs::symlink_status(file, error)) ? " is empty" : " is gone";
}

// Empty: it is what it was.
std::string loss_of(const KeptFile& kept, const std::string& id) {
  const auto file = kept.file.string();
  const std::string begin = "though this host has kept something in it";
  if (has_nothing(kept.file)) return file + state_of(kept.file) + ", " + begin;
  if (!kept.problem.empty()) return file + " " + kept.problem + ", " + begin;
  if (id != kNoId && kept.id != id)
    return file + " is not the store that this host has kept, but one that was begun anew";
  return {};
}

}  // namespace

Result<Ledger> Ledger::read(const fs::path& data) {
  Ledger ledger(data);
  const auto file = data / kFile;
  std::ifstream in(file);
  if (!in) {
    std::error_code error;
    if (fs::exists(file, error)) return unavailable(file.string() + ": cannot be read");
    return ledger;
  }
  std::string line;
  bool is_right = std::getline(in, line) && line == kHead;
  while (is_right && std::getline(in, line)) {
    const auto blank = line.find(' ');
    is_right = blank != std::string::npos && blank > 0 && blank + 1 < line.size();
    if (is_right) ledger.ids_[line.substr(blank + 1)] = line.substr(0, blank);
  }
  if (!is_right)
    return corrupt(file.string() +
                   ": is damaged; restore it from a backup, or remove it and run `swapmeet check "
                   "--data --accept-loss`, which makes a new one of what is there");
  ledger.was_there_ = true;
  return ledger;
}

std::vector<std::string> Ledger::lost_files() const {
  std::vector<std::string> lost;
  for (const auto& [name, id] : ids_)
    if (name.find('/') == std::string::npos && has_nothing(data_ / name))
      lost.push_back((data_ / name).string() + state_of(data_ / name) +
                     ", though this host has had it");
  return lost;
}

std::vector<std::string> Ledger::losses(const std::vector<NamedFile>& kept) const {
  std::vector<std::string> lost;
  bool any_of_ours = false;
  for (const auto& [name, file] : kept) {
    any_of_ours = any_of_ours || (!file.made_anew && !file.id.empty());
    const auto known = ids_.find(name);
    if (file.made_anew || known == ids_.end()) continue;
    if (auto loss = loss_of(file, known->second); !loss.empty()) lost.push_back(std::move(loss));
  }
  if (!was_there_ && any_of_ours)
    lost.push_back((data_ / kFile).string() +
                   " is gone, though this host has had one: whether more is gone cannot be told");
  // Without a ledger: a host of an earlier version made these, and never left one empty.
  if (!was_there_ && !any_of_ours)
    for (const auto& [name, file] : kept) {
      std::error_code error;
      if (!file.made_anew && fs::exists(file.file, error) && has_nothing(file.file))
        lost.push_back(file.file.string() + " is empty");
    }
  return lost;
}

Result<void> Ledger::record(const std::vector<NamedFile>& kept) {
  for (const auto& [name, file] : kept) {
    if (file.made_anew || !file.problem.empty() || has_nothing(file.file)) continue;
    auto& id = ids_[name];
    const auto now = file.id.empty() ? std::string(kNoId) : file.id;
    changed_ = changed_ || id != now;
    id = now;
  }
  return changed_ || !was_there_ ? write() : Result<void>{};
}

void Ledger::forget_all_of(const std::string& plugin) {
  changed_ = std::erase_if(
                 ids_, [&](const auto& one) { return one.first.starts_with(plugin + '/'); }) > 0 ||
             changed_;
}

Result<std::string> Ledger::forget(const std::string& name, const fs::path& file) {
  ids_.erase(name);
  changed_ = true;
  std::error_code error;
  if (!fs::exists(fs::symlink_status(file, error)))
    return file.string() + ": its loss is accepted; it is begun anew at the next start";
  auto aside = file;
  aside += ".lost";
  fs::rename(file, aside, error);
  if (error)
    return unavailable(file.string() + " cannot be set aside as " + aside.string() + ": " +
                       error.message());
  return file.string() + ": its loss is accepted; what is there is set aside as " +
         aside.filename().string() + ", and it is begun anew at the next start";
}

Result<std::vector<std::string>> Ledger::accept_lost_files() {
  std::vector<std::string> told;
  std::vector<std::string> names;
  for (const auto& [name, id] : ids_)
    if (name.find('/') == std::string::npos && has_nothing(data_ / name)) names.push_back(name);
  for (const auto& name : names) {
    auto forgotten = forget(name, data_ / name);
    if (!forgotten) return forgotten.error();
    told.push_back(std::move(*forgotten));
  }
  if (!told.empty())
    if (auto written = write(); !written) return written.error();
  return told;
}

Result<std::vector<std::string>> Ledger::accept_losses(const std::vector<NamedFile>& kept) {
  std::vector<std::string> told;
  for (const auto& [name, file] : kept) {
    const auto known = ids_.find(name);
    if (file.made_anew || known == ids_.end() || loss_of(file, known->second).empty()) continue;
    if (!has_nothing(file.file) && file.problem.empty()) {
      told.push_back(file.file.string() + ": is taken as it is");
      continue;  // record() says what it is
    }
    auto forgotten = forget(name, file.file);
    if (!forgotten) return forgotten.error();
    told.push_back(std::move(*forgotten));
  }
  if (!was_there_) told.push_back((data_ / kFile).string() + ": a new one is made");
  if (auto recorded = record(kept); !recorded) return recorded.error();
  return told;
}

// Either the old state or the whole new file survives a crash.
Result<void> Ledger::write() {
  const auto file = data_ / kFile;
  auto fresh = file;
  fresh += ".new";
  std::ofstream out(fresh, std::ios::trunc);
  out << kHead << '\n';
  for (const auto& [name, id] : ids_) out << id << ' ' << name << '\n';
  out.close();
  std::error_code error;
  fs::permissions(fresh, fs::perms::owner_read | fs::perms::owner_write, error);
  if (out && is_synced(fresh)) fs::rename(fresh, file, error);
  if (!out || error || !is_synced(data_))
    return unavailable(file.string() +
                       " cannot be written: " + (error ? error.message() : std::strerror(errno)));
  was_there_ = true;
  changed_ = false;
  return {};
}

std::vector<NamedFile> own_secrets(const fs::path& data) {
  std::vector<NamedFile> secrets;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(data, error)) {
    const auto kind = entry.path().extension();
    if (kind == ".token" || kind == ".key" || kind == ".id")
      secrets.push_back({entry.path().filename().string(), {.file = entry.path()}});
  }
  return secrets;
}

std::string remedy_of_losses(const fs::path& data) {
  return "What to do: put a backup of " + data.string() +
         " in its place (docs/how-to/back-up.md); or, to begin anew without what is lost, run "
         "`swapmeet check --data --accept-loss` and start again";
}

}  // namespace swapmeet
