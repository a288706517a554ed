#include "host/app/process_facts.h"

#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace swapmeet {
namespace {

// Seconds since 1970 at which the machine started.
double boot_time() {
  std::ifstream in("/proc/stat");
  for (std::string word; in >> word;)
    if (double value = 0; word == "btime" && in >> value) return value;
  return 0;
}

}  // namespace

ProcessFacts process_facts() {
  ProcessFacts facts;
  std::ifstream in("/proc/self/stat");
  const std::string line((std::istreambuf_iterator<char>(in)), {});
  // After the name in brackets, which may have blanks: field 3 of proc(5) and on.
  const auto rest = line.rfind(')');
  if (rest == std::string::npos) return facts;
  std::istringstream words(line.substr(rest + 1));
  const std::vector<std::string> fields{std::istream_iterator<std::string>(words), {}};
  const auto number = [&](std::size_t field) {
    return field - 3 < fields.size() ? std::stod(fields[field - 3]) : 0.0;
  };
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  facts.cpu_seconds = (number(14) + number(15)) / ticks;
  facts.threads = number(20);
  if (const auto boot = boot_time(); boot > 0) facts.started = boot + number(22) / ticks;
  facts.virtual_bytes = number(23);
  facts.resident_bytes = number(24) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  std::error_code error;
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
       at.increment(error))
    ++facts.open_files;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    facts.most_files = static_cast<double>(limit.rlim_cur);
  return facts;
}

DiskFacts disk_facts(const std::filesystem::path& folder) {
  struct statvfs disk {};
  if (::statvfs(folder.c_str(), &disk) != 0) return {};
  const auto block = static_cast<double>(disk.f_frsize);
  return {static_cast<double>(disk.f_blocks) * block, static_cast<double>(disk.f_bavail) * block};
}

}  // namespace swapmeet
