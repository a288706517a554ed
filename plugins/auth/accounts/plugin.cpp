// auth.accounts as the host loads it.
#include "swapmeet/plugin.h"

#include <memory>
#include <optional>

#include "auth/accounts/authority.h"
#include "auth/accounts/store.h"

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
             "Passwords hashed at once; whoever logs in beyond that is told to try again."}),
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
    if (authority_->size() == 0)
      host_->log(LogLevel::info,
                 "there are no accounts yet: who has this host's api.token makes them");
    accounts_ = host_->gauge("accounts", "Accounts that there are.",
                             [this] { return static_cast<double>(authority_->size()); });
    return {};
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
