#include "fakes.h"
#include "host/api/backups.h"
#include "host/api/plugins.h"
#include "host/api/settings.h"
#include "host/api/web.h"

using namespace swapmeet;
using namespace swapmeet::testing;

namespace {

using rapidjson::Value;

std::string upper(std::string text) {
  for (auto& c : text) c = static_cast<char>(std::toupper(c));
  return text;
}

// "#/components/schemas/Peer" followed to the schema.
const Value& resolved(const rapidjson::Document& document, const Value& schema) {
  if (!schema.HasMember("$ref")) return schema;
  const std::string name = schema["$ref"].GetString();
  const auto& schemas = document["components"]["schemas"];
  const auto key = name.substr(name.rfind('/') + 1);
  INFO(name);
  REQUIRE(schemas.HasMember(key.c_str()));
  return schemas[key.c_str()];
}

// Everything required is there, nothing is there that is not described, and types agree.
void check_against(const rapidjson::Document& document, const Value& raw, const Value& value) {
  const auto& schema = resolved(document, raw);
  const std::string type = schema["type"].GetString();
  if (type == "object") {
    REQUIRE(value.IsObject());
    if (schema.HasMember("required"))
      for (const auto& name : schema["required"].GetArray()) {
        INFO(name.GetString());
        CHECK(value.HasMember(name));
      }
    if (!schema.HasMember("properties")) return;
    for (const auto& member : value.GetObject()) {
      INFO(member.name.GetString());
      REQUIRE(schema["properties"].HasMember(member.name));
      check_against(document, schema["properties"][member.name], member.value);
    }
  } else if (type == "array") {
    REQUIRE(value.IsArray());
    for (const auto& item : value.GetArray()) check_against(document, schema["items"], item);
  } else {
    CHECK(((type == "string" && value.IsString()) || (type == "integer" && value.IsUint64()) ||
           (type == "number" && value.IsNumber()) || (type == "boolean" && value.IsBool())));
  }
}

void check_answer(const rapidjson::Document& document, World& world, const std::string& method,
                  const std::string& path, const std::string& target,
                  const std::string& body = "") {
  INFO(method << " " << path);
  const auto response = world.call(upper(method), target, body);
  const auto& responses = document["paths"][path.c_str()][method.c_str()]["responses"];
  const auto status = std::to_string(response.status);
  REQUIRE(responses.HasMember(status.c_str()));
  check_against(document, responses[status.c_str()]["content"]["application/json"]["schema"],
                parsed(response));
}

Result<std::vector<std::string>> no_backup(const std::filesystem::path&) {
  return std::vector<std::string>{"registry.sqlite"};
}

const PluginActions kPluginActions{
    .reload =
        [](const std::string& kind) {
          return wire::PluginsReloaded{kind, {{"search.memory", "1", "search.fts"}}};
        },
    .shadow =
        [] {
          wire::ShadowReport report;
          report.failure = "it is tired";
          report.differences.push_back({{}, "song", {"one"}, {"two"}, 50});
          return report;
        }};

const wire::ReloadReport kReloaded{{}, {"peer.ini [transfer] ignore"}, {}, {}};
const SettingsActions kSettingsActions{
    .list =
        [] {
          wire::Setting name;
          name.key.name = "name";
          return wire::SettingsReport{"/x/peer.ini", {{"host", "", {name}}}};
        },
    .change = [](const std::vector<wire::SettingChange>&) { return kReloaded; },
    .reload = [] { return kReloaded; }};

}  // namespace

TEST_CASE("the OpenAPI document describes every route, and no other") {
  World world;
  Api api(world.all());
  add_backups(api, no_backup);
  add_plugins(api, kPluginActions);
  add_settings(api, kSettingsActions);
  WebSessions sessions(world.clock, 6690);
  add_web(api, sessions, "http://127.0.0.1:6690");
  const auto document = parsed(world.call("GET", "/api/v1/openapi.json"));
  std::set<std::string> described;
  for (const auto& path : document["paths"].GetObject())
    for (const auto& operation : path.value.GetObject())
      described.insert(upper(operation.name.GetString()) + " " + path.name.GetString());
  // One route answers all three: a segment of a pattern matches as a whole.
  CHECK(described.erase("GET /api/v1/contents/{content}.meta4") == 1);
  CHECK(described.erase("GET /api/v1/contents/{content}.torrent") == 1);
  CHECK(described == world.routes.registered());
}

TEST_CASE("answers are what the OpenAPI document says") {
  World world;
  Api api(world.all());
  add_backups(api, no_backup);
  add_plugins(api, kPluginActions);
  add_settings(api, kSettingsActions);
  const auto document = parsed(world.call("GET", "/api/v1/openapi.json"));
  const std::string v = "/api/v1";
  for (const auto* list :
       {"/status", "/accounts", "/peers", "/shares", "/downloads", "/uploads", "/inbox"})
    check_answer(document, world, "get", v + list, v + list);
  check_answer(document, world, "get", v + "/search", v + "/search?q=a");
  check_answer(document, world, "get", v + "/search/suggest", v + "/search/suggest?q=a");
  check_answer(document, world, "post", v + "/watches", v + "/watches", R"({"query":"a"})");
  check_answer(document, world, "get", v + "/watches", v + "/watches");
  const auto watch = parsed(world.call("POST", v + "/watches", R"({"query":"b","collect":true})"));
  check_answer(document, world, "get", v + "/watches/{id}/matches",
               v + "/watches/" + watch["id"].GetString() + "/matches");
  const auto peer = v + "/peers/" + kPeer;
  check_answer(document, world, "get", v + "/peers/{id}", peer);
  check_answer(document, world, "get", v + "/peers/{id}/files", peer + "/files");
  check_answer(document, world, "get", v + "/peers/{id}/folders", peer + "/folders");
  check_answer(document, world, "get", v + "/peers/{id}/changes", peer + "/changes");
  check_answer(document, world, "post", v + "/peers/{id}/lease", peer + "/lease");
  check_answer(document, world, "put", v + "/peers/{id}", peer, R"({"name":"a","port":1})");
  check_answer(document, world, "patch", v + "/peers/{id}", peer, R"({"account":"alice"})");
  check_answer(
      document, world, "post", v + "/bans", v + "/bans",
      "{\"peer\":\"" + kPeer + R"(","addresses":"192.0.2.0/24","reason":"floods","seconds":60})");
  check_answer(document, world, "get", v + "/bans", v + "/bans");
  check_answer(document, world, "get", v + "/contents/{content}", v + "/contents/" + kContent);
  for (const std::string path : {"/sessions", "/keys", "/audit", "/invitations"})
    check_answer(document, world, "get", v + path, v + path);
  check_answer(document, world, "post", v + "/keys", v + "/keys",
               R"({"name":"a script","scopes":["read","metrics"]})");
  check_answer(document, world, "post", v + "/invitations", v + "/invitations",
               R"({"note":"for Bob","groups":["friends"],"roles":[]})");
  check_answer(document, world, "post", v + "/sessions", v + "/sessions",
               R"({"account":"a","password":"right"})");
  check_answer(document, world, "get", v + "/tickets/key", v + "/tickets/key");
  check_answer(document, world, "get", v + "/downloads/{id}", v + "/downloads/1");
  for (const char* change : {"pause", "resume", "cancel", "clear"})
    check_answer(document, world, "post", v + "/downloads/" + change, v + "/downloads/" + change);
  check_answer(document, world, "get", v + "/uploads/history", v + "/uploads/history?limit=1");
  check_answer(document, world, "get", v + "/downloads/{id}", v + "/downloads/folder");
  check_answer(document, world, "get", v + "/downloads/{id}/files", v + "/downloads/folder/files");
  check_answer(document, world, "post", v + "/downloads", v + "/downloads",
               "{\"peer\":\"" + kPeer + R"(","path":"music/album"})");
  check_answer(document, world, "post", v + "/downloads", v + "/downloads",
               "{\"content\":\"" + kContent + "\"}");
  check_answer(document, world, "post", v + "/shares", v + "/shares",
               R"({"name":"m","folder":"/x"})");
  check_answer(document, world, "get", v + "/inbox/{id}", v + "/inbox/1");
  check_answer(document, world, "post", v + "/plugins/reload", v + "/plugins/reload?kind=search");
  check_answer(document, world, "get", v + "/plugins/shadow", v + "/plugins/shadow");
  check_answer(document, world, "get", v + "/settings", v + "/settings");
  check_answer(document, world, "patch", v + "/settings", v + "/settings",
               R"({"host.name":"y","http.workers":null})");
  check_answer(document, world, "post", v + "/settings/reload", v + "/settings/reload");
  check_answer(document, world, "post", v + "/backups", v + "/backups", R"({"folder":"/x"})");
}

TEST_CASE("a problem is what the OpenAPI document says") {
  World world;
  const Api api(world.all());
  const auto document = parsed(world.call("GET", "/api/v1/openapi.json"));
  const auto problem = parsed(world.call("GET", "/api/v1/downloads/2"));
  check_against(document, document["components"]["schemas"]["Problem"], problem);
}
