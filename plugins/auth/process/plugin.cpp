// auth.process as the host loads it: has a program of the operator's own say who somebody is.
#include "swapmeet/plugin.h"

#include <memory>

#include "swapmeet/authenticator.h"
#include "swapmeet/json_object.h"
#include "swapmeet/process/plugin_program.h"

namespace {

using namespace swapmeet;

std::optional<Grant> grant_from(const wire::JsonValue& answer) {
  const auto& grant = answer["grant"];
  if (grant.is_null()) return std::nullopt;
  return Grant{.account = grant["account"].text(),
               .groups = grant["groups"].texts(),
               .roles = grant["roles"].texts(),
               .version = grant["version"].text()};
}

class ProcessAuth final : public Plugin, public Authenticator {
 public:
  Result<void> configure(Host& host) override {
    host_ = &host;
    return {};
  }
  Result<void> start() override {
    auto program = process::start_program(*host_, Kind::auth);
    if (!program) return std::move(program).error();
    program_ = std::move(*program);
    return {};
  }
  void stop() override {
    if (program_) program_->stop();
  }
  void* interface(std::string_view id) override { return interface_of<Authenticator>(this, id); }

  using Plugin::check;
  Result<std::optional<Grant>> check(const LogIn& log_in) override {
    const auto within =
        log_in.deadline.left(host_->clock(), host_->settings().duration("patience"));
    JsonObject request;
    request.text("do", "check").text("account", log_in.account);
    request.text("password", log_in.password).text("address", log_in.address);
    request.number("within_ms", static_cast<std::uint64_t>(within.count()));
    const auto answer = program_->call(request.json(), log_in.deadline);
    if (!answer) return answer.error();
    return grant_from(*answer);
  }

  Result<std::optional<Grant>> current(const std::string& account) override {
    if (!program_->greeting()["current"].boolean()) return Authenticator::current(account);
    const auto answer =
        program_->call(JsonObject().text("do", "current").text("account", account).json());
    if (!answer) return answer.error();
    return grant_from(*answer);
  }

 private:
  Host* host_ = nullptr;
  std::unique_ptr<process::Program> program_;
};

constexpr const char* kProvides[] = {Authenticator::kInterface};

}  // namespace

SWAPMEET_PLUGIN(ProcessAuth, {.id = "auth.process",
                              .kind = Kind::auth,
                              .version = "0.2.0",
                              .summary = "Asks a program of your own who somebody is.",
                              .provides = kProvides,
                              .keys = process::kProgramKeys,
                              .may_run_twice = true});
