#include "registry/sqlite/enrollment_rules.h"

#include <string>

#include "swapmeet/address.h"
#include "swapmeet/listing.h"
#include "swapmeet/text.h"

namespace swapmeet::registry_sqlite {
namespace {

Result<void> check_name(const std::string& name) {
  if (has_control(name)) return invalid_argument("the name holds a control character");
  std::size_t characters = 0;
  for (const char c : name)
    if ((c & 0xc0) != 0x80) ++characters;
  if (!is_utf8(name)) return invalid_argument("the name is not UTF-8");
  if (characters == 0 || characters > 64)
    return invalid_argument("the name must have 1 to 64 characters");
  return {};
}

}  // namespace

Result<void> check_enrollment(const Enrollment& enrollment) {
  if (enrollment.id.is_zero()) return invalid_argument("the peer id must not be all zeros");
  if (auto checked = check_name(enrollment.name); !checked) return checked;
  if (enrollment.port == 0) return invalid_argument("the port must be from 1 to 65535");
  if (!enrollment.address.empty())
    if (auto checked = check_host(enrollment.address); !checked) return checked;
  if (auto checked = check_fingerprint(enrollment); !checked) return checked;
  if (enrollment.token.empty()) return {};
  if (enrollment.token.size() < 32 || enrollment.token.size() > 128)
    return invalid_argument("the token must have 32 to 128 characters");
  for (const char c : enrollment.token)
    if (c <= 0x20 || c >= 0x7f)
      return invalid_argument("the token holds a character that is not printable");
  return {};
}

}  // namespace swapmeet::registry_sqlite
