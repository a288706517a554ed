// What a share leaves out, in one sentence.
#include "transfer/swarm/scan/left_out.h"

#include <vector>

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

TEST_CASE("one file is named, of several the first") {
  LeftOut out;
  CHECK(out.sentence() == "");
  out.add("b", "Permission denied");
  CHECK(out.sentence() == "1 file or folder is left out: b: Permission denied");
  out.add("a", "Input/output error");
  out.add("a", "Permission denied");
  CHECK(out.sentence() == "2 files or folders are left out, the first: a: Permission denied");
}

// A scan of the scope that finds these in trouble, and passes over those folders.
void scan(LeftOut& out, const Scope& scope, const std::vector<std::string>& found,
          const std::vector<std::string>& passed = {}) {
  out.begin();
  for (const auto& path : found) out.add(path, "why");
  for (const auto& folder : passed) out.pass(folder);
  out.finish(scope);
}

TEST_CASE("scanning a part again forgets what it has looked at, and nothing else") {
  LeftOut out;
  for (const auto* path : {"a", "in/b", "in/deep/c", "in/deep/", "inn"}) out.add(path, "why");
  scan(out, {"s", "in", false}, {}, {"in/deep/"});
  CHECK(out.sentence().starts_with("4 files"));  // what is deeper was not looked at
  CHECK(out.has("in/deep/"));
  CHECK(out.has("in/deep/c"));
  scan(out, {"s", "", false}, {"a"}, {"in/"});
  CHECK(out.sentence().starts_with("3 files"));
  scan(out, {"s", "in", false}, {});  // in/deep is not there any more
  CHECK(out.sentence() == "1 file or folder is left out: a: why");
  scan(out, {"s", "", false}, {});
  CHECK(out.sentence() == "");
}

TEST_CASE("a folder that cannot be looked into stands for what is in it") {
  LeftOut out;
  for (const auto* path : {"in/b", "in/deep/c"}) out.add(path, "why");
  scan(out, {"s", "in", true}, {"in/"});
  CHECK(out.sentence() == "1 file or folder is left out: in/: why");
}

TEST_CASE("a file that is about to be read again is left out until it turns out to be in order") {
  LeftOut out;
  for (const auto* path : {"a", "b"}) out.add(path, "why");
  out.begin();
  for (const auto* path : {"a", "new"}) out.keep(path);
  out.finish({"s", "", true});
  CHECK(out.sentence() == "1 file or folder is left out: a: why");
  CHECK(out.forget("a"));
  CHECK_FALSE(out.forget("a"));
  CHECK(out.sentence() == "");
}

TEST_CASE("of very many it says that there are more, and long names are cut") {
  LeftOut out(1000);
  out.add(std::string(119, 'a') + "ü", "why");
  CHECK(out.sentence() == "1 file or folder is left out: " + std::string(119, 'a') + "…: why");
  for (int i = 0; i < 1001; ++i) out.add("b" + std::to_string(i), "why");
  CHECK(out.sentence().starts_with("more than 1000 files"));
  out.begin();
  out.finish({"s", "", true});
  CHECK(out.sentence() == "");
}

TEST_CASE("when there were too many, a part that is in order asks for a scan of all") {
  LeftOut out(2);
  for (const auto* path : {"c", "in/b", "d"}) out.add(path, "why");
  CHECK(out.sentence().starts_with("more than 2 files or folders are left out, the first: c"));
  CHECK_FALSE(out.is_cut());
  scan(out, {"s", "in", true}, {});
  scan(out, {"s", "", false}, {"d"}, {"in/"});
  CHECK(out.is_cut());
  scan(out, {"s", "", true}, {"d", "in/b"});
  CHECK_FALSE(out.is_cut());
  CHECK(out.sentence() == "2 files or folders are left out, the first: d: why");
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
