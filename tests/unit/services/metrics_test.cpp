// Counters, gauges, and the text that Prometheus reads.
#include "host/services/metrics.h"

#include "catch.h"

using namespace swapmeet;

TEST_CASE("counters and gauges are told in Prometheus' text format, by name") {
  Metrics metrics;
  metrics.counter("requests_total", "Requests answered.")->add(3);
  double value = 1.5;
  const auto gauge = metrics.gauge("peers", "Peers that are present.", [&] { return value; });
  CHECK(metrics.text() ==
        "# HELP swapmeet_requests_total Requests answered.\n"
        "# TYPE swapmeet_requests_total counter\n"
        "swapmeet_requests_total 3\n"
        "# HELP swapmeet_peers Peers that are present.\n"
        "# TYPE swapmeet_peers gauge\n"
        "swapmeet_peers 1.5\n");
  value = 2;
  CHECK(metrics.text().ends_with("swapmeet_peers 2\n"));
}

TEST_CASE("the same name is the same counter") {
  Metrics metrics;
  metrics.counter("x", "X.")->add();
  metrics.counter("x", "Another text.")->add();
  CHECK(metrics.text() == "# HELP swapmeet_x X.\n# TYPE swapmeet_x counter\nswapmeet_x 2\n");
}

TEST_CASE("a gauge goes with its registration, and then one that came after it shows") {
  Metrics metrics;
  auto first = metrics.gauge("x", "X.", [] { return 1.0; });
  auto second = metrics.gauge("x", "X.", [] { return 2.0; });
  CHECK(metrics.text().ends_with("swapmeet_x 1\n"));
  first.reset();
  CHECK(metrics.text().ends_with("swapmeet_x 2\n"));
  second.reset();
  CHECK(metrics.text().empty());
}

TEST_CASE("a gauge that ends while another of its name shows leaves that alone") {
  Metrics metrics;
  const auto first = metrics.gauge("x", "X.", [] { return 1.0; });
  auto second = metrics.gauge("x", "X.", [] { return 2.0; });
  second.reset();
  CHECK(metrics.text().ends_with("swapmeet_x 1\n"));
}
