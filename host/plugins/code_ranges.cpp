#include "host/plugins/code_ranges.h"

#include <link.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>

#include "host/plugins/inside.h"

namespace swapmeet {
namespace {

struct Range {
  std::uintptr_t begin;
  std::uintptr_t end;
  const char* plugin;
};

std::mutex mutex;  // of those who write
std::array<Range, 256> ranges;
std::atomic<std::size_t> count{0};

struct Wanted {
  std::uintptr_t symbol;
  const char* plugin;
};

void note(const dl_phdr_info& library, const Wanted& wanted) {
  const auto address = [&](const ElfW(Phdr) & segment) {
    return library.dlpi_addr + segment.p_vaddr;
  };
  bool is_there = false;
  for (int i = 0; i < library.dlpi_phnum; ++i) {
    const auto& segment = library.dlpi_phdr[i];
    is_there = is_there || (segment.p_type == PT_LOAD && wanted.symbol >= address(segment) &&
                            wanted.symbol < address(segment) + segment.p_memsz);
  }
  if (!is_there) return;
  for (int i = 0; i < library.dlpi_phnum; ++i) {
    const auto& segment = library.dlpi_phdr[i];
    const auto next = count.load();
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0 || next == ranges.size())
      continue;
    ranges[next] = {address(segment), address(segment) + segment.p_memsz, wanted.plugin};
    count = next + 1;
  }
}

}  // namespace

void note_code(const std::string& plugin, const void* symbol) {
  const std::lock_guard lock(mutex);
  Wanted wanted{reinterpret_cast<std::uintptr_t>(symbol), kept_id(plugin)};
  dl_iterate_phdr(
      [](dl_phdr_info* library, std::size_t, void* data) {
        note(*library, *static_cast<const Wanted*>(data));
        return 0;
      },
      &wanted);
}

const char* plugin_at(const void* address) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  const auto known = count.load();
  for (std::size_t i = 0; i < known; ++i)
    if (at >= ranges[i].begin && at < ranges[i].end) return ranges[i].plugin;
  return nullptr;
}

}  // namespace swapmeet
