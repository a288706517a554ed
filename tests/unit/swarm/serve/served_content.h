// A content that is shared, and the routes of it by their handlers alone.
// Threads: one.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"
#include "transfer/swarm/hashing/merkle.h"
#include "transfer/swarm/serve/content_routes.h"
#include "unit/swarm/catalogue/still_clock.h"

namespace swapmeet::transfer_swarm {

struct RoutesByPattern : http::Routes {
  std::map<std::string, http::Handler> handlers;
  std::map<std::string, http::AtOnce> at_once;
  Result<Registration> add(const std::string&, const std::string& pattern, http::Handler handler,
                           const http::RouteOptions& options) override {
    handlers[pattern] = std::move(handler);
    if (options.at_once) at_once[pattern] = options.at_once;
    return Registration();
  }
};

using Fields = std::vector<std::pair<std::string, std::string>>;

// One shared file, and what is told about it.
struct ServedContent {
  ServedContent(const std::string& name, const std::string& bytes) {
    file = folder / name;
    std::ofstream(file, std::ios::binary) << bytes;
    MerkleBuilder builder;
    for (std::size_t at = 0; at < bytes.size(); at += kBlockSize)
      builder.add(bytes.data() + at, std::min<std::size_t>(kBlockSize, bytes.size() - at));
    HashedFile hashed{name, {}, builder.finish()};
    struct stat info {};
    ::stat(file.c_str(), &info);
    hashed.stamp = stamp_of(info);
    content = hashed.tree.content;
    tag = '"' + content.text() + '"';
    catalogue.put_share({"s", folder.string(), {}}, true);
    catalogue.commit(catalogue.share("s")->key, {hashed});
    auto added = add_content_routes(
        routes, {catalogue, meter, hashes,
                 [this](const std::string& path, int error) { changed.emplace_back(path, error); },
                 nullptr, nullptr, &open, nullptr, nullptr,
                 [this](const std::string& path) { spoiled.push_back(path); }});
    REQUIRE(added.ok());
    registrations = std::move(*added);
  }
  ~ServedContent() { std::filesystem::remove_all(folder); }

  http::Response ask(const std::string& pattern, const Fields& fields, const std::string& cid,
                     const Fields& query = {}, const std::string& method = "GET") {
    http::Request request;
    request.method = method;
    request.remote_address = address;
    request.remote_port = port;
    request.params["cid"] = cid;
    request.query = query;
    for (const auto& [name, value] : fields) request.headers.add(name, value);
    return routes.handlers.at(pattern)(request);
  }
  // The status, when it is answered without a worker; 0: it is not.
  int at_once(const Fields& query = {}, const Identity& who = {}) {
    http::Request request;
    request.method = "GET";
    request.remote_address = address;
    request.params["cid"] = content.text();
    request.query = query;
    request.identity = who;
    request.secure = !who.is_guest();
    const auto answer = routes.at_once.at("/content/{cid}")(request);
    return answer ? answer->status : 0;
  }
  http::Response get(const Fields& fields = {}) {
    return ask("/content/{cid}", fields, content.text());
  }
  http::Response layer(const std::string& piece) {
    return ask("/content/{cid}/layer", {}, content.text(), {{"piece", piece}});
  }

  static std::filesystem::path new_folder() {
    char pattern[] = "/tmp/swapmeet-content-XXXXXX";
    return ::mkdtemp(pattern);
  }

  const std::filesystem::path folder = new_folder();
  std::filesystem::path file;
  std::string address = "127.0.0.1";  // of who asks
  std::uint16_t port = 1;
  ContentId content;
  std::string tag;
  std::vector<std::pair<std::string, int>> changed;  // and errno
  std::vector<std::string> spoiled;
  Catalogue catalogue{folder / ".catalogue.sqlite", still_clock()};
  testing::ManualClock clock;
  UploadMeter meter{clock};
  FileHashes hashes{clock};
  OpenContents open{catalogue, clock};
  RoutesByPattern routes;
  std::vector<Registration> registrations;
};

inline std::string value(const http::Response& response, std::string_view name) {
  const auto* found = response.headers.find(name);
  return found ? *found : "";
}

inline std::pair<std::uint64_t, std::uint64_t> part(const http::Response& response) {
  const auto& body = std::get<http::FileBody>(response.body);
  return {body.offset, body.length};
}

}  // namespace swapmeet::transfer_swarm
