// auth.sample: people who stand in the configuration log in. Put what you have in the place of
// find(): a directory, a database, a company's server. Sessions, guests and pauses after failed
// attempts are the host's.
// Threads: any; nothing changes after configure().
#include <swapmeet/authenticator.h>
#include <swapmeet/digest.h>
#include <swapmeet/plugin.h>

#include <map>

namespace {

using namespace swapmeet;

// Takes as long for any two texts of this length.
bool same(const std::string& a, const std::string& b) {
  unsigned differing = a.size() != b.size();
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
    differing |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  return differing == 0;
}

class SampleAuth final : public Plugin, public Authenticator {
 public:
  // What a key's row cannot say: how a user's value is written.
  Result<void> check(const Settings& settings) const override {
    for (const auto& [name, value] : settings.family("user.*"))
      if (value.find('$') == std::string::npos || value.size() - value.find('$') != 65)
        return invalid_argument("user." + name + ": is no SALT$DIGEST");
    return {};
  }
  Result<void> configure(Host& host) override {
    for (const auto& [name, value] : host.settings().family("user.*"))
      users_[name] = {value.substr(0, value.find('$')), value.substr(value.find('$') + 1)};
    groups_ = host.settings().list("groups");
    return {};
  }
  Result<void> start() override { return {}; }
  void stop() override {}
  void* interface(std::string_view id) override { return interface_of<Authenticator>(this, id); }

  // nullopt: this plugin does not know the name, and the next one is asked.
  Result<std::optional<Grant>> check(const LogIn& log_in) override {
    const auto* user = find(log_in.account);
    // For a name that is not there a digest is made as well, so that it takes as long.
    const auto digest = sha256_hex((user ? user->salt : "nobody") + log_in.password);
    if (user && !same(digest, user->digest)) return unauthenticated("wrong password");
    return grant(log_in.account, user);
  }
  // What the account may do now; the host asks this for each account that has sessions.
  Result<std::optional<Grant>> current(const std::string& account) override {
    return grant(account, find(account));
  }

 private:
  struct User {
    std::string salt;
    std::string digest;  // SHA-256 of salt and password, as hex
  };
  const User* find(const std::string& name) const {
    const auto found = users_.find(name);
    return found == users_.end() ? nullptr : &found->second;
  }
  std::optional<Grant> grant(const std::string& account, const User* user) const {
    if (!user) return std::nullopt;
    return Grant{.account = account, .groups = groups_, .roles = {}, .version = user->digest};
  }
  std::map<std::string, User> users_;
  std::vector<std::string> groups_;
};

constexpr const char* kProvides[] = {Authenticator::kInterface};
constexpr KeySpec kKeys[] = {
    {.name = "user.*",
     .type = KeyType::text,
     .default_value = "",
     .low = nullptr,
     .high = nullptr,
     .help = "Who may log in: SALT$DIGEST, the SHA-256 of salt and password as hex.",
     .secret = true},
    {"groups", KeyType::list, "", nullptr, nullptr, "Groups that all of them are in."}};

}  // namespace

SWAPMEET_PLUGIN(SampleAuth, {.id = "auth.sample",
                             .kind = Kind::auth,
                             .version = "0.1",
                             .summary = "People who stand in the configuration log in.",
                             .provides = kProvides,
                             .keys = kKeys});
