#include "swapmeet/identity.h"

#include <algorithm>

#include "swapmeet/listing.h"
#include "swapmeet/text.h"

namespace swapmeet {
namespace {
bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}
}  // namespace

bool Identity::has_role(const std::string& role) const { return contains(roles, role); }

bool Audience::admits(const Identity& who) const {
  if (everyone || who.has_role("admin")) return true;
  if (who.is_guest()) return false;
  return contains(accounts, who.account) ||
         std::any_of(who.groups.begin(), who.groups.end(),
                     [&](const std::string& group) { return contains(groups, group); });
}

Audience Audience::as_known_to(const Identity& who) const {
  Audience known;
  known.everyone = everyone;
  if (everyone || who.is_guest()) return known;
  for (const auto& group : groups)
    if (contains(who.groups, group)) known.groups.push_back(group);
  if (contains(accounts, who.account)) known.accounts.push_back(who.account);
  return known;
}

void Audience::widen(const Audience& other) {
  everyone = everyone || other.everyone;
  const auto add = [](std::vector<std::string>& all, const std::vector<std::string>& more) {
    for (const auto& one : more)
      if (!contains(all, one)) all.push_back(one);
  };
  add(groups, other.groups);
  add(accounts, other.accounts);
  if (everyone) *this = {};
}

Result<Audience> parse_audience(std::string_view text) {
  Audience audience;
  audience.everyone = false;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    auto name = text.substr(begin, end - begin);
    begin = end + 1;
    while (name.starts_with(' ') || name.starts_with('\t')) name.remove_prefix(1);
    while (name.ends_with(' ') || name.ends_with('\t')) name.remove_suffix(1);
    const bool is_account = name.starts_with('@');
    if (is_account) name.remove_prefix(1);
    if (name.empty() || name.size() > 255 || name.find('@') == 0 || has_control(name) ||
        !is_utf8(name))
      return invalid_argument(
          "an audience is 'everyone', or groups, and accounts with an '@', separated by commas: "
          "'friends, @bob'");
    if (!is_account && name == "everyone")
      audience.everyone = true;
    else
      (is_account ? audience.accounts : audience.groups).emplace_back(name);
  }
  if (audience.everyone && !(audience.groups.empty() && audience.accounts.empty()))
    return invalid_argument("an audience of everyone names nobody else");
  return audience;
}

std::string text_of(const Audience& audience) {
  if (audience.everyone) return "everyone";
  std::string text;
  const auto add = [&](const std::string& name) { (text += text.empty() ? "" : ", ") += name; };
  for (const auto& group : audience.groups) add(group);
  for (const auto& account : audience.accounts) add('@' + account);
  return text.empty() ? "nobody" : text;
}

}  // namespace swapmeet
