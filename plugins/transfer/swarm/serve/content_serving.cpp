#include "transfer/swarm/serve/content_serving.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace swapmeet::transfer_swarm {

Error not_shared(const std::string& content) {
  return {ErrorCode::not_found,
          "this peer does not share the content " + content + " (any more); ask another source",
          {}};
}

Reader Serving::who(const http::Request& request, const ContentId& content) const {
  return tickets == nullptr ? unticketed(request) : tickets->who(request, content);
}

std::vector<ContentPlace> Serving::places(const ContentId& content,
                                          const std::string* offer) const {
  auto found = catalogue.places(content);
  if (offers != nullptr && offer != nullptr)
    if (auto place = offers->place(content, *offer)) found.push_back(std::move(*place));
  return found;
}

std::optional<MerkleTree> Serving::tree(const ContentId& content, const std::string* offer) const {
  auto found = catalogue.tree(content);
  if (!found && offers != nullptr && offer != nullptr) return offers->tree(content, *offer);
  return found;
}

// Of a file that has gone there is nothing to hash again, but a scan notices that, too.
Result<Opened> open_content(const Serving& serving, const http::Request& request) {
  const auto& text = request.params.at("cid");
  const auto content = ContentId::parse(text);
  if (!content)
    return Error{ErrorCode::invalid_argument, "a content id has 64 hexadecimal digits", {}};
  const auto* offer = request.query_value("offer");
  const auto who = serving.who(request, *content);
  const auto commits = serving.catalogue.commits();
  for (auto& place : serving.places(*content, offer)) {
    if (!who.may_have(place.audience)) continue;
    auto file = std::make_shared<const http::OpenFile>(
        open(place.file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    const int error = file->descriptor() < 0 ? errno : 0;
    struct stat info {};
    if (error == 0 && fstat(file->descriptor(), &info) == 0 && is_still(place.stamp, info)) {
      Opened opened{*content, std::move(place), std::move(file)};
      if (serving.open != nullptr && offer == nullptr) serving.open->keep(opened, info, commits);
      return opened;
    }
    if (serving.changed) serving.changed(place.file, error);
  }
  return not_shared(text);
}

Result<Opened> open_content_or_growing(const Serving& serving, const http::Request& request) {
  auto opened = open_content(serving, request);
  if (opened || serving.growing == nullptr || opened.error().code != ErrorCode::not_found)
    return opened;
  const auto content = *ContentId::parse(request.params.at("cid"));
  auto growing = serving.growing->find(content);
  if (!growing || !serving.who(request, content).may_have(growing->audience())) return opened;
  const auto& facts = growing->facts();
  auto file = std::make_shared<const http::OpenFile>(
      open(facts.file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (file->descriptor() < 0) return opened;  // it is done, or cancelled, just now
  ContentPlace place{facts.file.string(), facts.name, {0, facts.size, 0}, {}};
  return Opened{content, std::move(place), std::move(file), std::move(growing)};
}

}  // namespace swapmeet::transfer_swarm
