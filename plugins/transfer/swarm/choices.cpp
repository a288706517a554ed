#include "transfer/swarm/choices.h"

#include <algorithm>

#include "swapmeet/address.h"
#include "swapmeet/values.h"

namespace swapmeet::transfer_swarm {
namespace {

UploadWeights weights_of(const Settings& settings) {
  UploadWeights weights;
  for (const auto& [group, weight] : settings.family("upload_weight.*"))
    weights[group] = static_cast<std::uint64_t>(settings.integer("upload_weight." + group));
  return weights;
}

// The folders, and whom each is for. What may be a typing error in a key about a share is refused,
// for the share that was meant would be for everyone.
Result<ConfiguredShares> shares_of(const Settings& settings) {
  ConfiguredShares shares;
  for (const auto& [name, folder] : settings.family("share.*"))
    shares.push_back({name, folder, {}});
  for (const auto& one : shares)
    for (const auto& other : shares)
      if (one.name.starts_with(other.name + '.'))
        return invalid_argument("share." + one.name + ": share." + other.name +
                                " has the keys audience and visible, and no '" +
                                one.name.substr(other.name.size() + 1) +
                                "'; a share needs another name");
  const auto share_named = [&](const std::string& name, const char* key) -> Result<ShareSpec*> {
    const auto found = std::find_if(shares.begin(), shares.end(),
                                    [&](const ShareSpec& share) { return share.name == name; });
    if (found != shares.end()) return &*found;
    return invalid_argument("share." + name + '.' + key + ": there is no share." + name +
                            ", the folder that this is about");
  };
  for (const auto& [name, text] : settings.family("share.*.audience")) {
    auto share = share_named(name, "audience");
    if (!share) return std::move(share).error();
    auto audience = parse_audience(text);
    if (!audience)
      return invalid_argument("share." + name + ".audience: " + audience.error().message);
    (*share)->audience = std::move(*audience);
  }
  const auto is_private = [](const ShareSpec& share) { return !share.audience.everyone; };
  const auto hidden = std::find_if(shares.begin(), shares.end(), is_private);
  if (hidden != shares.end() && settings.text("tls") == "off")
    return invalid_argument("share." + hidden->name +
                            ".audience: what is not for everyone leaves over TLS only; set tls = "
                            "offered, or share it with everyone");
  for (const auto& [name, visible] : settings.family("share.*.visible")) {
    auto share = share_named(name, "visible");
    if (!share) return std::move(share).error();
    (*share)->audience.visible = parse_boolean(visible).value_or(false);
  }
  return shares;
}

}  // namespace

Result<Choices> Choices::of(const Settings& settings) {
  auto ignore = IgnoreRules::parse(settings.list("ignore"));
  if (!ignore) return ignore.error();
  auto schedule = LimitSchedule::parse(settings.list("schedule"));
  if (!schedule) return schedule.error();
  auto folders = DownloadFolders::of(settings);
  if (!folders) return folders.error();
  if (auto announced = announced_address(settings); !announced) return announced.error();
  auto shares = shares_of(settings);
  if (!shares) return std::move(shares).error();
  if (auto checked = check_configured(*shares); !checked) return checked.error();
  auto hooks = hook_commands(settings);
  if (!hooks) return hooks.error();
  return Choices{
      .shares = std::move(*shares),
      .ignore = std::move(*ignore),
      .rescan_interval = settings.duration("rescan_interval"),
      .folders = std::move(*folders),
      .downloads = {static_cast<std::size_t>(settings.integer("max_downloads")),
                    static_cast<std::size_t>(settings.integer("max_sources")),
                    settings.size("min_free_space")},
      .uploads = {static_cast<std::size_t>(settings.integer("upload_slots")),
                  static_cast<std::size_t>(settings.integer("connections_per_reader")),
                  weights_of(settings), settings.size("upload_daily_per_file"),
                  static_cast<std::size_t>(settings.integer("upload_history"))},
      .rates = {{settings.size("upload_limit"), settings.size("upload_limit_per_peer")},
                {settings.size("download_limit"), settings.size("download_limit_per_peer")}},
      .schedule = std::move(*schedule),
      .hooks = std::move(*hooks),
      .notify = settings.text("notify")};
}

Result<std::string> announced_address(const Settings& settings) {
  auto address = settings.text("announce_address");
  if (address.empty()) {
    const auto& host = settings.address("listen").host;
    return host.starts_with("127.") || host == "::1" ? host : std::string();
  }
  if (address.starts_with('[') && address.ends_with(']'))
    address = address.substr(1, address.size() - 2);
  auto checked = check_host(address);
  if (checked && (address == "::" || address.starts_with("0.")))
    checked = invalid_argument("'" + address + "' is not an address that anybody can connect to");
  if (!checked)
    return invalid_argument("announce_address: " + checked.error().message +
                            "; give an IP address or a host name, without a port");
  return address;
}

http::Tls tls_of(const Settings& settings) {
  const auto& choice = settings.text("tls");
  if (choice == "off") return http::Tls::off;
  return choice == "required" ? http::Tls::required : http::Tls::offered;
}

}  // namespace swapmeet::transfer_swarm
