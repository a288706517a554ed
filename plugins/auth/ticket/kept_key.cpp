#include "auth/ticket/kept_key.h"

#include <fstream>

#include "swapmeet/id.h"
#include "swapmeet/secret_file.h"

namespace swapmeet::auth_ticket {

std::optional<IndexTickets::Key> read_kept_key(const std::filesystem::path& file,
                                               const std::string& index) {
  std::ifstream in(file);
  std::string whose;
  std::string digits;
  IndexTickets::Key key{};
  if (!std::getline(in, whose) || !std::getline(in, digits) || whose != index ||
      !from_hex(digits, key.data(), key.size()))
    return std::nullopt;
  return key;
}

bool keep_key(const std::filesystem::path& file, const std::string& index,
              const IndexTickets::Key& key) {
  return write_secret(file, index + '\n' + to_hex(key.data(), key.size()) + '\n').ok();
}

}  // namespace swapmeet::auth_ticket
