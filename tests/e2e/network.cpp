#include "network.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace e2e {
namespace {

pid_t spawn(const std::vector<std::string>& words, int output, int input = -1) {
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  // Nothing that takes memory comes between fork and exec: another thread may have held the
  // allocator's lock.
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  if (input >= 0) ::dup2(input, 0);
  ::dup2(output, 1);
  ::dup2(output, 2);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

}  // namespace

bool eventually(const std::function<bool()>& condition, std::chrono::seconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

fs::path program() {
  const char* bin = std::getenv("SWAPMEET_BIN");
  return fs::path(bin ? bin : "bin") / "swapmeet";
}

Outcome run_program(const std::vector<std::string>& words, const std::string& input) {
  std::vector<std::string> command{program().string()};
  command.insert(command.end(), words.begin(), words.end());
  return run_command(command, input);
}

Outcome run_command(const std::vector<std::string>& words, const std::string& input) {
  int ends[2];
  int typed[2];
  if (::pipe2(ends, O_CLOEXEC) != 0 || ::pipe2(typed, O_CLOEXEC) != 0) return {-1, "no pipe"};
  const pid_t pid = spawn(words, ends[1], typed[0]);
  ::close(ends[1]);
  ::close(typed[0]);
  // A line or two: the pipe holds it, whether the program reads or not.
  const bool sent = ::write(typed[1], input.data(), input.size()) >= 0;
  ::close(typed[1]);
  if (!sent) return {-1, "no input"};
  Outcome outcome;
  char buffer[4096];
  for (ssize_t n; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;)
    outcome.output.append(buffer, static_cast<std::size_t>(n));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

Folder::Folder() {
  static std::atomic<int> count{0};
  path_ = fs::temp_directory_path() /
          ("swapmeet-e2e-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
  fs::remove_all(path_);
  fs::create_directories(path_);
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Node::Node(fs::path folder, std::string name, std::string ini)
    : folder_(std::move(folder)), name_(std::move(name)) {
  write_file(this->ini(), ini);
}

Node::~Node() {
  if (running()) signal(SIGKILL);
}

bool Node::run_as_nobody() {
  if (::geteuid() != 0) return true;
  const std::vector<std::string> nobody{"setpriv", "--reuid=65534", "--regid=65534",
                                        "--clear-groups"};
  auto may = nobody;
  may.insert(may.end(), {"test", "-x", program().string()});
  if (run_command(may).code != 0) return false;
  for (const auto& path : {data(), folder_ / "downloads" / name_, ini()})
    if (fs::exists(path) && run_command({"chown", "-R", "65534:65534", path.string()}).code != 0)
      return false;
  prefix_ = nobody;
  return true;
}

void Node::launch() {
  std::error_code ignored;
  fs::remove(data() / "http.address", ignored);
  const int log =
      ::open((folder_ / (name_ + ".log")).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  auto words = prefix_;
  for (const auto& word :
       {program().string(), std::string("run"), std::string("--config"), ini().string()})
    words.push_back(word);
  pid_ = spawn(words, log);
  ::close(log);
}

void Node::start() {
  launch();
  const bool up = eventually([&] { return get("/healthz").ok(); });
  if (!up) throw std::runtime_error(name_ + " did not start:\n" + this->log());
}

int Node::signal(int number) {
  int status = 0;
  ::kill(pid_, number);
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string Node::url() const {
  std::string address;
  std::ifstream(data() / "http.address") >> address;
  return "http://" + address;
}

swapmeet::Result<std::string> Node::get(const std::string& target) { return call("GET", target); }

swapmeet::Result<std::string> Node::call(const std::string& method, const std::string& target,
                                         const std::string& body) {
  const std::string base = url();
  if (base == "http://")
    return swapmeet::Error{swapmeet::ErrorCode::unavailable, name_ + " is not up", {}};
  std::string token;
  std::ifstream(data() / "api.token") >> token;
  swapmeet::wire::ClientOptions options;
  options.url = base;
  options.token = token;
  options.timeout = std::chrono::seconds(10);
  swapmeet::wire::Client client(options);
  swapmeet::http::Headers headers;
  if (!body.empty()) headers.set("Content-Type", "application/json");
  auto reply = client.request(method, target, body, headers);
  if (!reply) return std::move(reply).error();
  return reply->body;
}

std::string Node::log() const { return read_file(folder_ / (name_ + ".log")); }

std::string index_ini(const fs::path& folder, const std::string& listen, const std::string& lease,
                      const std::string& search) {
  return "[host]\nname = index\ndata = " + (folder / "data/index").string() +
         "\n[http]\nlisten = " + listen +
         "\naccess = public\n[auth]\nplugin = open\n[registry]\nplugin = sqlite\nlease = " + lease +
         "\n[search]\nplugin = " + search + "\n";
}

std::string unlimited(std::string index_ini) {
  std::string keys = "plugin = sqlite\n";
  for (const char* key : {"max_peers", "max_peers_per_owner", "max_listings",
                          "max_listings_per_peer", "max_listings_per_owner", "max_bytes_per_peer"})
    keys += std::string(key) + " = 0\n";
  const std::string plugin = "plugin = sqlite\n";
  index_ini.replace(index_ini.find(plugin), plugin.size(), keys);
  index_ini += "[limits]\n";
  for (const char* key : {"registrations", "new_peers", "announcements", "changes", "searches",
                          "watches", "new_watches", "streams", "new_accounts"})
    index_ini += std::string(key) + " = 0\n" + key + "_in_all = 0\n";
  return index_ini;
}

std::string undialled(std::string index_ini) {
  const std::string plugin = "plugin = sqlite\n";
  return index_ini.insert(index_ini.find(plugin) + plugin.size(), "dial_back = no\n");
}

std::string peer_ini(const fs::path& folder, const std::string& name, const std::string& index,
                     const fs::path& share) {
  return "[host]\nname = " + name + "\ndata = " + (folder / "data" / name).string() +
         "\n[http]\nlisten = 127.0.0.1:0\naccess = owner\n[auth]\nplugin = open\n"
         "[registry]\nplugin = remote\nindex = " +
         index + "\n[search]\nplugin = remote\n[transfer]\nplugin = swarm\nlisten = 127.0.0.1:0\n" +
         "download_folder = " + (folder / "downloads" / name).string() +
         "\nnotify = no\nshare.files = " + share.string() + "\n";
}

void write_file(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return std::move(bytes).str();
}

std::string random_bytes(std::size_t size, unsigned seed) {
  std::mt19937_64 random(seed);
  std::string bytes(size, '\0');
  for (std::size_t at = 0; at < size; at += sizeof(std::uint64_t)) {
    const std::uint64_t word = random();
    std::memcpy(bytes.data() + at, &word, std::min(sizeof word, size - at));
  }
  return bytes;
}

// None that the system would give to somebody's connection before it is used here: those begin at
// 32,768. Tests at the same time begin at different ones.
int free_port() {
  constexpr int kFirst = 10'000;
  constexpr int kCount = 22'000;
  static int next = static_cast<int>(::getpid()) * 97 % kCount;
  for (int tries = 0; tries < kCount; ++tries) {
    const int port = kFirst + next++ % kCount;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool is_free = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    if (is_free) return port;
  }
  throw std::runtime_error("no port is free");
}

}  // namespace e2e
