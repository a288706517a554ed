#include "swapmeet/process/child.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <utility>

namespace swapmeet::process {
namespace {

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return unavailable(std::string("no pipe can be made: ") + std::strerror(errno));
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

Descriptor without_blocking(Descriptor end) {
  ::fcntl(end.number(), F_SETFL, ::fcntl(end.number(), F_GETFL) | O_NONBLOCK);
  return end;
}

// What posix_spawn shall do in the child.
struct Setting {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};

  Setting() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~Setting() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  Setting(const Setting&) = delete;
  Setting& operator=(const Setting&) = delete;
};

std::vector<std::string> last_of_each(const std::vector<std::string>& variables) {
  std::map<std::string, std::string> by_name;
  for (const auto& variable : variables)
    by_name.insert_or_assign(variable.substr(0, variable.find('=')), variable);
  std::vector<std::string> all;
  all.reserve(by_name.size());
  for (auto& [name, variable] : by_name) all.push_back(std::move(variable));
  return all;
}

Error not_started(const std::filesystem::path& file, int cause) {
  const auto why = file.string() + " cannot be started: " + std::strerror(cause);
  switch (cause) {
    case ENOENT: return not_found(why + "; is it there, and what its first line names (#!)?");
    case EACCES: return not_allowed(why + "; may this user run it (chmod +x)?");
    default: return unavailable(why);
  }
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    number_ = other.release();
  }
  return *this;
}

void Descriptor::close() {
  if (number_ >= 0) ::close(release());
}

int Descriptor::release() { return std::exchange(number_, -1); }

Result<Child> Child::start(const std::filesystem::path& file,
                           const std::vector<std::string>& arguments, const Surroundings& around) {
  auto input = make_pipe();
  auto output = make_pipe();
  auto error = make_pipe();
  for (const auto* made : {&input, &output, &error})
    if (!*made) return made->error();

  Setting setting;
  ::posix_spawn_file_actions_adddup2(&setting.actions, input->read.number(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&setting.actions, output->write.number(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&setting.actions, error->write.number(), STDERR_FILENO);
  const auto folder = around.folder.empty() ? file.parent_path().string() : around.folder.string();
  if (!folder.empty()) ::posix_spawn_file_actions_addchdir_np(&setting.actions, folder.c_str());

  std::string name = file.string();
  std::vector<std::string> words = arguments;
  std::vector<char*> argv{name.data()};
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  auto variables = last_of_each(around.environment.value_or(std::vector<std::string>{}));
  std::vector<char*> envp;
  envp.reserve(variables.size() + 1);
  for (auto& variable : variables) envp.push_back(variable.data());
  envp.push_back(nullptr);
  Child child;
  const int failed =
      ::posix_spawn(&child.process_.pid, name.c_str(), &setting.actions, &setting.attributes,
                    argv.data(), around.environment ? envp.data() : environ);
  if (failed != 0) {
    child.process_.pid = -1;
    return not_started(file, failed);
  }
  child.input_ = without_blocking(std::move(input->write));
  child.output_ = without_blocking(std::move(output->read));
  child.error_ = without_blocking(std::move(error->read));
  return child;
}

Child::~Child() {
  std::string how;
  if (process_.pid < 0 || has_ended(how)) return;
  signal(SIGKILL);
  has_ended(how, true);
}

void Child::signal(int number) const {
  if (process_.pid > 0) ::kill(-process_.pid, number);
}

bool Child::has_ended(std::string& how, bool wait) {
  if (process_.pid < 0) return true;
  int status = 0;
  pid_t ended = 0;
  do ended = ::waitpid(process_.pid, &status, wait ? 0 : WNOHANG);
  while (ended < 0 && errno == EINTR);
  if (ended == 0) return false;
  signal(SIGKILL);  // what it has left running
  process_.pid = -1;
  how = WIFSIGNALED(status) ? ::strsignal(WTERMSIG(status))
                            : "exit code " + std::to_string(WEXITSTATUS(status));
  return true;
}

}  // namespace swapmeet::process
