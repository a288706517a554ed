// auth.htpasswd: whoever stands in an Apache password file logs in, with every kind of hash that
// Apache takes (bcrypt, $apr1$, {SHA} and crypt(3)), for Apache's own apr-util checks it. The files
// are read again when they have changed. Threads: any.
#include <apr_md5.h>
#include <swapmeet/authenticator.h>
#include <swapmeet/from_files.h>
#include <swapmeet/plugin.h>
#include <swapmeet/text.h>

#include <fstream>
#include <map>
#include <sstream>

namespace {
using namespace swapmeet;

struct Users {
  std::map<std::string, std::string> hashes;               // by name
  std::map<std::string, std::vector<std::string>> groups;  // by name
};

template <class Take>  // gets what is before and after the colon of each line
void each_line(const std::filesystem::path& file, Take take) {
  std::string line;
  for (std::ifstream in(file); std::getline(in, line);)
    if (const auto colon = line.find(':'); colon != line.npos && line[0] != '#')
      take(line.substr(0, colon), std::string(trim(line.substr(colon + 1), " \t\r")));
}

class HtpasswdAuth final : public Plugin, public Authenticator {
 public:
  Result<void> configure(Host& host) override {
    settings_ = host.settings();
    const std::vector<std::filesystem::path> files{settings_.path("file"),
                                                   settings_.text("groups")};
    users_.emplace(files, [this] { return read(); });
    return {};
  }
  Result<void> start() override { return users_->now() ? Result<void>() : users_->now().error(); }
  void stop() override {}
  void* interface(std::string_view id) override { return interface_of<Authenticator>(this, id); }
  Result<std::optional<Grant>> check(const LogIn& wanted) override {
    const auto users = users_->now();
    if (!users) return users.error();
    const auto granted = grant(**users, wanted.account);
    // For a name that is not there another's hash is computed, so that it takes as long.
    const auto& hashes = (*users)->hashes;
    const auto hash = granted ? granted->version : hashes.empty() ? "" : hashes.begin()->second;
    const bool is_right = apr_password_validate(wanted.password.c_str(), hash.c_str()) == 0;
    if (granted && !is_right) return unauthenticated("wrong password");
    return granted;
  }
  Result<std::optional<Grant>> current(const std::string& account) override {
    const auto users = users_->now();
    if (!users) return users.error();
    return grant(**users, account);
  }

 private:
  std::optional<Grant> grant(const Users& users, const std::string& name) const {
    const auto found = users.hashes.find(name);
    if (found == users.hashes.end()) return std::nullopt;
    Grant granted{.account = name, .version = found->second};  // another password ends sessions
    if (const auto in = users.groups.find(name); in != users.groups.end())
      granted.groups = in->second;
    for (const auto& group : granted.groups)
      if (group == settings_.text("admin_group")) granted.roles = {"admin"};
    return granted;
  }

  Users read() const {
    Users users;
    each_line(settings_.path("file"), [&](const std::string& name, const std::string& hash) {
      users.hashes[name] = hash.substr(0, hash.find(':'));
    });
    each_line(settings_.text("groups"), [&](const std::string& group, const std::string& members) {
      std::string name;
      for (std::istringstream in(members); in >> name;) users.groups[name].push_back(group);
    });
    return users;
  }

  Settings settings_;
  std::optional<FromFiles<Users>> users_;
};

constexpr const char* kProvides[] = {Authenticator::kInterface};
constexpr KeySpec kKeys[] = {
    {"file", KeyType::path, nullptr, nullptr, nullptr, "The password file, as htpasswd writes it."},
    {"groups", KeyType::path, "", nullptr, nullptr, "A file of groups: 'friends: ann bob'."},
    {"admin_group", KeyType::text, "", nullptr, nullptr, "Whose members are admins."}};

}  // namespace

SWAPMEET_PLUGIN(HtpasswdAuth, {.id = "auth.htpasswd",
                               .kind = swapmeet::Kind::auth,
                               .version = "1.0",
                               .summary = "People in an Apache password file log in.",
                               .provides = kProvides,
                               .keys = kKeys});
