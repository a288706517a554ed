#include "bench/search/measured_host.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "bench/search/plain_client.h"

namespace swapmeet::bench {
namespace {

constexpr const char* kLongestLease = "1h";  // nobody renews here

using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point began) {
  return std::chrono::duration<double>(Steady::now() - began).count();
}

}  // namespace

MeasuredHost::MeasuredHost(const std::string& search)
    : port_(e2e::free_port()),
      node_(folder_.path(), "index",
            e2e::unlimited(e2e::index_ini(folder_.path(), "127.0.0.1:" + std::to_string(port_),
                                          kLongestLease, search))) {}

double MeasuredHost::start() {
  const auto began = Steady::now();
  node_.launch();
  PlainClient client(port_);
  while (client.request("GET", "/api/v1/search?q=the&limit=1") != 200) {
    if (seconds_since(began) > 300) throw std::runtime_error("no start:\n" + node_.log());
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return seconds_since(began);
}

double MeasuredHost::stop() {
  const auto began = Steady::now();
  node_.signal(SIGTERM);
  return seconds_since(began);
}

void MeasuredHost::forget_cached() {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(node_.data())) {
    if (!entry.is_regular_file()) continue;
    const int file = ::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
    ::fsync(file);  // what is not on the disk stays in the cache
    ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    ::close(file);
  }
}

double MeasuredHost::processor_seconds() const {
  std::ifstream stat("/proc/" + std::to_string(node_.pid()) + "/stat");
  std::string word;
  double ticks = 0;
  // The program's name has no space; utime and stime are fields 14 and 15.
  for (int field = 1; field <= 15 && stat >> word; ++field)
    if (field >= 14) ticks += std::stod(word);
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double MeasuredHost::status_megabytes(const char* field) const {
  std::ifstream status("/proc/" + std::to_string(node_.pid()) + "/status");
  std::string word;
  while (status >> word)
    if (word == field) {
      double kib = 0;
      status >> kib;
      return kib * 1024 / 1e6;
    }
  return 0;
}

double MeasuredHost::megabytes() const { return status_megabytes("VmRSS:"); }
double MeasuredHost::most_megabytes() const { return status_megabytes("VmHWM:"); }

double MeasuredHost::megabytes_on_disk() const {
  double bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(node_.data()))
    if (entry.is_regular_file()) bytes += static_cast<double>(entry.file_size());
  return bytes / 1e6;
}

void MeasuredHost::wait_until_idle() const {
  double before = processor_seconds();
  for (int quiet = 0; quiet < 3;) {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    const double now = processor_seconds();
    quiet = now - before < 0.05 ? quiet + 1 : 0;
    before = now;
  }
}

}  // namespace swapmeet::bench
