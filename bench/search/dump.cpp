// Writes the workload that the searches are measured with into files, for other programs:
// FOLDER/listings.tsv (peer, content, size, path) and FOLDER/queries.tsv (class, query).
//   bench_search_dump FOLDER [LISTINGS] [QUERIES]
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "bench/search/workload.h"

using namespace swapmeet;
using namespace swapmeet::bench;

int main(int argc, char** argv) {
  const auto number = [&](int at, std::size_t otherwise) {
    return argc > at ? static_cast<std::size_t>(std::strtoull(argv[at], nullptr, 10)) : otherwise;
  };
  if (argc < 2) {
    std::fputs("bench_search_dump FOLDER [LISTINGS] [QUERIES]\n", stderr);
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  const Workload workload(1, {.listings = number(2, 1'000'000)});
  std::ofstream listings(folder / "listings.tsv");
  for (std::size_t peer = 0; peer < workload.size().peers; ++peer)
    for (const auto& listing : workload.listings(peer))
      listings << peer << '\t' << listing.content.text() << '\t' << listing.size << '\t'
               << listing.path << '\n';
  std::ofstream queries(folder / "queries.tsv");
  for (const auto query_class : kQueryClasses)
    for (const auto& query : workload.queries(query_class, number(3, 200)))
      queries << name_of(query_class) << '\t' << query << '\n';
  return listings.flush() && queries.flush() ? 0 : 1;
}
