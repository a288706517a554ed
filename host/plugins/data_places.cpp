#include "host/plugins/data_places.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <vector>

namespace swapmeet {
namespace fs = std::filesystem;
namespace {

constexpr const char* kNote = ".folder";

fs::path note_of(const fs::path& data, const std::string& id) { return data / (id + kNote); }

// "ID@2", if the note names a folder of this plugin that is there.
std::string noted(const fs::path& data, const std::string& id) {
  std::string name;
  std::ifstream(note_of(data, id)) >> name;
  std::error_code error;
  const bool is_right = name.starts_with(id + '@') && name.find('/') == std::string::npos &&
                        fs::is_directory(data / name, error);
  return is_right ? name : std::string();
}

bool sync(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  return synced;
}

}  // namespace

fs::path place_of_data(const fs::path& data, const std::string& id) {
  const auto name = noted(data, id);
  return data / (name.empty() ? id : name);
}

fs::path fresh_place_of_data(const fs::path& data, const std::string& id) {
  std::error_code error;
  for (int number = 2;; ++number) {
    auto folder = data / (id + '@' + std::to_string(number));
    if (!fs::exists(fs::symlink_status(folder, error))) return folder;
  }
}

Result<void> take_place_of_data(const fs::path& data, const std::string& id,
                                const fs::path& folder) {
  const auto note = note_of(data, id);
  auto fresh = note;
  fresh += ".new";
  std::ofstream out(fresh);
  out << folder.filename().string() << '\n' << std::flush;
  std::error_code error;
  if (out && sync(fresh)) fs::rename(fresh, note, error);
  if (!out || error || !sync(data))
    return unavailable(note.string() +
                       " cannot be written: " + (error ? error.message() : std::strerror(errno)));
  return {};
}

std::vector<std::string> replaced_places(const fs::path& data) {
  std::vector<std::string> ids;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(data, error))
    if (entry.path().extension() == kNote && !noted(data, entry.path().stem().string()).empty())
      ids.push_back(entry.path().stem().string());
  return ids;
}

void settle_places_of_data(const fs::path& data) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(data, error)) entries.push_back(entry.path());
  for (const auto& note : entries) {
    if (note.extension() != kNote) continue;
    const auto id = note.stem().string();
    if (const auto name = noted(data, id); !name.empty()) {
      fs::remove_all(data / id, error);
      fs::rename(data / name, data / id, error);
      if (error) continue;  // it stays where it is, and is found there
    }
    fs::remove(note, error);
  }
  for (const auto& folder : entries) {
    const auto name = folder.filename().string();
    const auto at = name.rfind('@');
    if (at == std::string::npos || name.find('.') > at) continue;
    if (noted(data, name.substr(0, at)) != name) fs::remove_all(folder, error);
  }
}

}  // namespace swapmeet
