// Counters, gauges, and the text that Prometheus reads.
#include "host/services/metrics.h"

#include <atomic>
#include <future>
#include <thread>

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"

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

TEST_CASE("a name that Prometheus could not read is not shown") {
  Metrics metrics;
  metrics.counter("bad name!", "X.")->add();
  const auto gauge = metrics.gauge("1x", "X.", [] { return 1.0; });
  CHECK_FALSE(gauge);
  CHECK(metrics.text().empty());
  for (const auto* name : {"", "a-b", "a.b", "\xc3\xa4", "x\n"})
    CHECK_FALSE(Metrics::is_name(name));
  for (const auto* name : {"a", "_a1", "A_total"}) CHECK(Metrics::is_name(name));
}

TEST_CASE("a help text of two lines is one") {
  Metrics metrics;
  metrics.counter("x", "One.\nswapmeet_y 7");
  CHECK(metrics.text().starts_with("# HELP swapmeet_x One.\\nswapmeet_y 7\n"));
}

TEST_CASE("a gauge that cannot tell is left out") {
  Metrics metrics;
  const auto broken = metrics.gauge("broken", "X.", [] { return std::nullopt; });
  const auto well = metrics.gauge("well", "X.", [] { return 3.0; });
  CHECK(metrics.text() == "# HELP swapmeet_well X.\n# TYPE swapmeet_well gauge\nswapmeet_well 3\n");
}

TEST_CASE("a gauge that hangs is waited for once, and is left out with those of its thread") {
  testing::ManualClock clock;
  Metrics metrics;
  std::promise<void> go_on;
  {
    SideThread hung(clock);
    SideThread well(clock);
    std::atomic<bool> hangs = true;
    const auto slow = metrics.gauge(
        "a_slow", "X.",
        [&] {
          if (hangs) go_on.get_future().wait();
          return 1.0;
        },
        &hung);
    const auto behind = metrics.gauge(
        "b_behind", "X.", [] { return 2.0; }, &hung);
    const auto other = metrics.gauge(
        "c_other", "X.", [] { return 3.0; }, &well);
    std::string text;
    std::thread asking([&] { text = metrics.text(); });
    clock.await_waiters(1);
    clock.advance(std::chrono::seconds(1));
    asking.join();
    CHECK(text.find("a_slow") == std::string::npos);
    CHECK(text.ends_with("swapmeet_c_other 3\n"));
    CHECK(metrics.text() == text);  // at once: the clock stands still
    hangs = false;
    go_on.set_value();
    while (metrics.text().find("swapmeet_b_behind 2\n") == std::string::npos)
      std::this_thread::yield();
  }
}

TEST_CASE("numbers that belong together are told apart by their labels") {
  Metrics metrics;
  auto family = metrics.family({"plugin_faults_total", "Faults.", "counter", [] {
                                  return std::vector<Metrics::Sample>{
                                      {{{"plugin", "auth.a"}}, 0}, {{{"plugin", "search.b"}}, 3}};
                                }});
  CHECK(metrics.text() ==
        "# HELP swapmeet_plugin_faults_total Faults.\n# TYPE swapmeet_plugin_faults_total counter\n"
        "swapmeet_plugin_faults_total{plugin=\"auth.a\"} 0\n"
        "swapmeet_plugin_faults_total{plugin=\"search.b\"} 3\n");
  family.reset();
  CHECK(metrics.text().empty());
}

TEST_CASE("a counter with labels is another than that without, under one head") {
  Metrics metrics;
  metrics.counter("answers_total", "Answers.", {{"code", "2xx"}, {"to", "a \"b\"\\"}})->add(2);
  metrics.counter("answers_total", "Answers.", {{"code", "4xx"}, {"to", "c"}})->add();
  CHECK(metrics.text() ==
        "# HELP swapmeet_answers_total Answers.\n# TYPE swapmeet_answers_total counter\n"
        "swapmeet_answers_total{code=\"2xx\",to=\"a \\\"b\\\"\\\\\"} 2\n"
        "swapmeet_answers_total{code=\"4xx\",to=\"c\"} 1\n");
}

TEST_CASE("a histogram counts what took at most so long, and all together") {
  Metrics metrics;
  const auto took = metrics.histogram("took_seconds", "How long.", {0.001, 0.5});
  for (const auto seconds : {0.0005, 0.001, 0.25, 7.0}) took->observe(seconds);
  CHECK(metrics.histogram("took_seconds", "How long.", {}) == took);
  CHECK(metrics.text() ==
        "# HELP swapmeet_took_seconds How long.\n# TYPE swapmeet_took_seconds histogram\n"
        "swapmeet_took_seconds_bucket{le=\"0.001\"} 2\n"
        "swapmeet_took_seconds_bucket{le=\"0.5\"} 3\n"
        "swapmeet_took_seconds_bucket{le=\"+Inf\"} 4\n"
        "swapmeet_took_seconds_sum 7.2515\nswapmeet_took_seconds_count 4\n");
}

TEST_CASE("what all programs tell of their process has the name that all use") {
  Metrics metrics;
  const auto files = metrics.gauge("process_open_fds", "Open files.", [] { return 7.0; });
  CHECK(metrics.text() ==
        "# HELP process_open_fds Open files.\n# TYPE process_open_fds gauge\nprocess_open_fds 7\n");
}

TEST_CASE("a gauge that ends while another of its name shows leaves that alone") {
  Metrics metrics;
  const auto first = metrics.gauge("x", "X.", [] { return 1.0; });
  auto second = metrics.gauge("x", "X.", [] { return 2.0; });
  second.reset();
  CHECK(metrics.text().ends_with("swapmeet_x 1\n"));
}
