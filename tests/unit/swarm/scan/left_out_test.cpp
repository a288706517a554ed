// What a share leaves out, in one sentence.
#include "transfer/swarm/scan/left_out.h"

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

TEST_CASE("scanning a part again forgets that part") {
  LeftOut out;
  for (const auto* path : {"a", "in/b", "in/deep/c", "in/deep/", "inn"}) out.add(path, "why");
  out.forget({"s", "in", false});
  CHECK(out.sentence().starts_with("3 files"));  // what is deeper was not looked at
  out.forget({"s", "in", true});
  CHECK(out.sentence().starts_with("2 files"));
  out.forget({"s", "", false});
  CHECK(out.sentence() == "");
}

TEST_CASE("of very many it says that there are more, and long names are cut") {
  LeftOut out;
  out.add(std::string(119, 'a') + "ü", "why");
  CHECK(out.sentence() == "1 file or folder is left out: " + std::string(119, 'a') + "…: why");
  for (int i = 0; i < 1001; ++i) out.add("b" + std::to_string(i), "why");
  CHECK(out.sentence().starts_with("more than 1000 files"));
  out.forget({"s", "", true});
  CHECK(out.sentence() == "");
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
