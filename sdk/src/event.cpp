#include "swapmeet/event.h"

#include "swapmeet/json_object.h"

namespace swapmeet {

std::string to_json(const Event& event) {
  struct Writer {
    JsonObject& json;
    const std::string& name;
    void operator()(const std::string& value) const { json.text(name, value); }
    void operator()(std::uint64_t value) const { json.number(name, value); }
    void operator()(bool value) const { json.boolean(name, value); }
    void operator()(Time value) const { json.text(name, to_rfc3339(value)); }
    void operator()(const std::vector<std::string>& value) const { json.texts(name, value); }
    void operator()(const std::map<std::string, std::string>& value) const {
      JsonObject object;
      for (const auto& [key, text] : value) object.text(key, text);
      json.object(name, object);
    }
  };
  JsonObject json;
  for (const auto& [name, value] : event.fields) std::visit(Writer{json, name}, value);
  return json.json();
}

}  // namespace swapmeet
