#include "json_tools.h"
#include "swapmeet/wire/web_link.h"

namespace swapmeet::wire {

std::string to_json(const WebLink& link) {
  JsonWriter out;
  out.begin().text("url", link.url);
  return out.end().take();
}
template <>
Result<WebLink> from_json(std::string_view text) {
  JsonReader in(text);
  WebLink link{in.text("url")};
  return in.finish(std::move(link));
}

}  // namespace swapmeet::wire
