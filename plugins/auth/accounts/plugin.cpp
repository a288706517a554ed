// auth.accounts as the host loads it.
#include "swapmeet/plugin.h"

#include <cstdlib>
#include <memory>
#include <optional>

#include "auth/accounts/authority.h"
#include "auth/accounts/store.h"
#include "swapmeet/secret_file.h"

namespace {

using namespace swapmeet;

constexpr const char* kProvides[] = {Authenticator::kInterface, Accounts::kInterface};
constexpr KeySpec kKeys[] = {
    at_once(
        one_of("closed|open", {"registration", "closed", "May people make accounts themselves?"})),
    at_once({"max_accounts", KeyType::integer, "10000", "1", "1000000",
             "How many accounts there may be."}),
    at_once({"password_memory", KeyType::size, "64Mi", "8Mi", "1Gi",
             "Memory that hashing a password takes, for a moment."}),
    at_once(
        {"password_passes", KeyType::integer, "2", "1", "10", "How often hashing goes over it."}),
    at_once({"max_hashing", KeyType::integer, "2", "1", "64",
             "Passwords hashed at once; others wait for their turn."}),
};

auth_accounts::Policy policy_of(const Settings& settings) {
  auth_accounts::Policy policy;
  policy.open_registration = settings.text("registration") == "open";
  policy.max_accounts = static_cast<std::size_t>(settings.integer("max_accounts"));
  policy.cost.memory = settings.size("password_memory");
  policy.cost.passes = static_cast<std::uint64_t>(settings.integer("password_passes"));
  policy.cost.slots = static_cast<int>(settings.integer("max_hashing"));
  return policy;
}

class AccountsAuth final : public Plugin {
 public:
  Result<void> configure(Host& host) override {
    host_ = &host;
    kept_.emplace(auth_accounts::Store::kept_in(host.data_folder()));
    return {};
  }

  Result<void> start() override {
    auto opened = auth_accounts::Authority::open(
        host_->data_folder(), host_->clock(), policy_of(host_->settings()), host_->find<Sessions>(),
        [host = host_](LogLevel level, std::string_view message,
                       std::initializer_list<LogField> fields) {
          host->log(level, message, fields);
        });
    if (!opened) return std::move(opened).error();
    authority_ = std::move(*opened);
    if (auto made = make_first_admin(); !made) return made;
    accounts_ = host_->gauge("accounts", "Accounts that there are.",
                             [this] { return static_cast<double>(authority_->size()); });
    return {};
  }

  // By the environment, or by whoever uses the code that the log tells.
  Result<void> make_first_admin() {
    const char* const name = std::getenv("SWAPMEET_ADMIN_ACCOUNT");
    if (name && *name && !authority_->get(name)) {
      auto password = admin_password();
      if (!password) return std::move(password).error();
      if (auto made = authority_->create(name, *password, true); !made)
        return std::move(made).error();
      AccountChange change;
      change.roles = {"admin"};
      if (auto changed = authority_->change(name, change); !changed)
        return std::move(changed).error();
    }
    const auto code = authority_->set_up_code();
    if (!code) return code.error();
    if (!code->empty())
      host_->log(LogLevel::info,
                 "there is no admin yet: whoever uses this code within a day becomes the first",
                 {{"code", *code}, {"command", "swapmeet account join " + *code + " NAME"}});
    return {};
  }

  static Result<std::string> admin_password() {
    if (const char* const file = std::getenv("SWAPMEET_ADMIN_PASSWORD_FILE"); file && *file)
      return read_secret(file);
    if (const char* const password = std::getenv("SWAPMEET_ADMIN_PASSWORD"))
      return std::string(password);
    return invalid_argument(
        "SWAPMEET_ADMIN_ACCOUNT names the first admin, and the password is missing: set "
        "SWAPMEET_ADMIN_PASSWORD_FILE to a file that only its owner can read");
  }

  void stop() override { accounts_.reset(); }

  Result<void> reconfigure(const Settings& settings) override {
    authority_->set_policy(policy_of(settings));
    return {};
  }

  void* interface(std::string_view id) override {
    if (auto* stores = interface_of<Stores>(&*kept_, id)) return stores;
    return interface_of<Authenticator, Accounts>(authority_.get(), id);
  }

 private:
  Host* host_ = nullptr;
  std::optional<sqlite::KeptStores> kept_;
  std::unique_ptr<auth_accounts::Authority> authority_;
  Registration accounts_;
};

}  // namespace

SWAPMEET_PLUGIN(AccountsAuth, {.id = "auth.accounts",
                               .kind = swapmeet::Kind::auth,
                               .version = "0.2.0",
                               .summary = "People have accounts with names and passwords.",
                               .provides = kProvides,
                               .keys = kKeys});
