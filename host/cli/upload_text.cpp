#include "host/cli/upload_text.h"

namespace swapmeet::cli {

std::string reader_text(const UploadStatus& upload) {
  auto text = upload.at_home ? upload.peer_name : upload.address;
  if (!upload.at_home && !upload.peer_name.empty()) text += ", says " + upload.peer_name;
  return upload.account.empty() || upload.account == text ? text : upload.account + " at " + text;
}

}  // namespace swapmeet::cli
