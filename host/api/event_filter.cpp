#include "host/api/event_filter.h"

#include <algorithm>

#include "swapmeet/event_topics.h"
#include "swapmeet/plugin.h"

namespace swapmeet {
namespace {

bool is_known(std::string_view family) {
  const auto topics = event_topics();
  return std::any_of(topics.begin(), topics.end(),
                     [&](const auto& topic) { return is_of_family(topic.name, family); });
}

// "extension.mine", "extension.mine.counted"
bool may_be_of_plugin(std::string_view topic) {
  const auto kind = topic.substr(0, topic.find('.'));
  if (kind.size() + 1 >= topic.size()) return false;
  for (const auto one : {Kind::registry, Kind::search, Kind::transfer, Kind::auth, Kind::extension,
                         Kind::attributes})
    if (name_of(one) == kind) return true;
  return false;
}

Error no_topic(std::string_view text) {
  std::string known;
  for (const auto& topic : event_topics()) (known += known.empty() ? "" : ", ") += topic.name;
  return {ErrorCode::invalid_argument,
          "topics: there is no topic '" + std::string(text) + "'; there are " + known,
          {}};
}

}  // namespace

bool EventFilter::admits(const Event& event) const {
  if (!watch.empty() || !event.watch.empty()) {
    if (watch != event.watch) return false;
  } else if (!owner) {
    const auto* const topic = find_event_topic(event.topic);
    if (topic == nullptr || topic->readers != EventReaders::everyone) return false;
  }
  return topics.empty() || std::any_of(topics.begin(), topics.end(), [&](const auto& family) {
           return is_of_family(event.topic, family);
         });
}

Result<std::vector<std::string>> topics_from(std::string_view text) {
  std::vector<std::string> topics;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    const auto topic = text.substr(begin, end - begin);
    if (!is_known(topic) && !may_be_of_plugin(topic)) return no_topic(topic);
    topics.emplace_back(topic);
    begin = end + 1;
  }
  return topics;
}

}  // namespace swapmeet
