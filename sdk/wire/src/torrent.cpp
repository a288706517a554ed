#include "swapmeet/wire/torrent.h"

#include "swapmeet/wire/metalink.h"

namespace swapmeet::wire {
namespace {

// Bencoding (BEP 3). Who writes a dictionary puts its keys in the order of their bytes.
std::string number(std::uint64_t value) { return 'i' + std::to_string(value) + 'e'; }
std::string text(std::string_view bytes) {
  return std::to_string(bytes.size()) + ':' + std::string(bytes);
}

std::string info_of(const ContentRecord& content, std::string_view root, std::uint64_t piece,
                    std::string_view sha1, TorrentForm form) {
  const auto name = text(file_name_of(content));
  const auto length = text("length") + number(content.size);
  if (form == TorrentForm::version_1)
    return "d" + length + text("name") + name + text("piece length") + number(piece) +
           text("pieces") + text(sha1) + "e";
  const auto file = "d" + length + text("pieces root") + text(root) + "e";
  auto info = "d" + text("file tree") + "d" + name + "d" + text("") + file + "ee";
  if (!sha1.empty()) info += length;
  info += text("meta version") + number(2) + text("name") + name;
  info += text("piece length") + number(piece);
  if (!sha1.empty()) info += text("pieces") + text(sha1);
  return info + "e";
}

std::string seeds_of(const ContentRecord& content) {
  std::string seeds;
  for (const auto& source : content.sources)
    if (source.have >= content.size) seeds += text(source.url);
  return seeds;
}

}  // namespace

Result<TorrentForm> torrent_form_from(const std::string* version) {
  if (version == nullptr) return TorrentForm::hybrid;
  if (*version == "1") return TorrentForm::version_1;
  return invalid_argument(
      "version must be 1, for a torrent of version 1 alone; leave it out for a hybrid");
}

Result<std::string> torrent(const ContentRecord& content, std::string_view layer,
                            std::string_view sha1, TorrentForm form) {
  if (content.size == 0) return unsupported("this content is empty, and torrents are not");
  const auto seeds = seeds_of(content);
  if (seeds.empty())
    return not_found(
        "nobody who is present has all of this content now; try again when a source is "
        "back");
  const auto piece = hashed_piece_size(content.size);
  const auto pieces = content.size / piece + (content.size % piece == 0 ? 0 : 1);
  if (layer.size() != (pieces == 1 ? 0 : pieces * kNodeSize) ||
      (!sha1.empty() && sha1.size() != pieces * kSha1Size))
    return invalid_argument("a content of this size has " + std::to_string(pieces) + " pieces");
  if (form == TorrentForm::version_1 && sha1.empty())
    return unavailable(
        "no torrent of version 1 can be made now: the sources that are present do not agree on the "
        "SHA-1 hashes of this content; try again later, or take the one without ?version=1");
  const std::string_view root(reinterpret_cast<const char*>(content.content.bytes.data()),
                              content.content.bytes.size());
  const auto begin = "d" + text("created by") + text("swapmeet") + text("info") +
                     info_of(content, root, piece, sha1, form);
  const auto end = text("url-list") + "l" + seeds + "ee";
  if (form == TorrentForm::version_1) return begin + end;
  const auto layers = "d" + (layer.empty() ? "" : text(root) + text(layer)) + "e";
  return begin + text("piece layers") + layers + end;
}

}  // namespace swapmeet::wire
