// What people see: widths, sizes, times, tables, progress.
#include "catch.h"
#include "host/cli/display.h"
#include "host/cli/human.h"
#include "host/cli/progress.h"
#include "host/cli/table.h"

using namespace swapmeet::cli;
using namespace std::chrono_literals;

TEST_CASE("widths are counted in columns of the terminal") {
  CHECK(display_width("") == 0);
  CHECK(display_width("abc") == 3);
  CHECK(display_width("Köln") == 4);
  CHECK(display_width("Ko\xcc\x88ln") == 4);  // a combining diaeresis
  CHECK(display_width("日本語") == 6);
  CHECK(display_width("\xf0\x9f\x8e\xb5") == 2);  // a musical note
}

TEST_CASE("what is too long ends in an ellipsis") {
  CHECK(cut_to_width("abcdef", 6) == "abcdef");
  CHECK(cut_to_width("abcdef", 5) == "abcd…");
  CHECK(cut_to_width("日本語", 5) == "日本…");
  CHECK(cut_to_width("日本語", 4) == "日…");
}

TEST_CASE("long texts break at spaces, and long words stay whole") {
  CHECK(wrapped("one two three", 2, 9) == "  one two\n  three\n");
  CHECK(wrapped("one two three", 2, 10) == "  one two\n  three\n");
  CHECK(wrapped("one two three", 2, 80) == "  one two three\n");
  CHECK(wrapped("one two three", 2, std::nullopt) == "  one two three\n");
  CHECK(wrapped("/a/very/long/path is there", 1, 8) == " /a/very/long/path\n is\n there\n");
  CHECK(wrapped("日本 日本 日本", 0, 9) == "日本 日本\n日本\n");
}

TEST_CASE("a folder that is too long keeps its end") {
  CHECK(end_to_width("music/live", 10) == "music/live");
  CHECK(end_to_width("music/live", 6) == "…/live");
  CHECK(end_to_width("日本語/音楽", 6) == "…/音楽");
  CHECK(end_to_width("日本語/音楽", 5) == "…音楽");
  CHECK(end_to_width("ab", 1) == "…");
}

TEST_CASE("nothing from others steers the terminal") {
  const std::string bad = "\xef\xbf\xbd";
  CHECK(printable("a\x1b[2Jb") == "a" + bad + "[2Jb");
  CHECK(printable("a\nb\tc\x7f") == "a" + bad + "b" + bad + "c" + bad);
  CHECK(printable("\xc2\x9b"
                  "31m") == bad + "31m");  // CSI in one character
  CHECK(printable("\xe2\x80\xae"
                  "gpj.exe") == bad + "gpj.exe");  // right to left
  CHECK(printable("\xff\xc0\x80") == bad + bad + bad);
  CHECK(printable("Köln 日本") == "Köln 日本");
  CHECK(printable_json("{\"a\":\"\xc2\x9b\xe2\x80\xae\"}") == "{\"a\":\"\\u009b\\u202e\"}");
}

TEST_CASE("sizes, rates and times are read at a glance") {
  CHECK(human_size(0) == "0 B");
  CHECK(human_size(999) == "999 B");
  CHECK(human_size(1000) == "1.0 kB");
  CHECK(human_size(999'949) == "1.0 MB");
  CHECK(human_size(123'456'789) == "123 MB");
  CHECK(human_size(1'000'000'000'000'000'000) == "1000 PB");
  CHECK(human_rate(1'500'000) == "1.5 MB/s");
  CHECK(human_duration(0s) == "0 s");
  CHECK(human_duration(59s) == "59 s");
  CHECK(human_duration(250s) == "4 min 10 s");
  CHECK(human_duration(2h + 5min) == "2 h 5 min");
  CHECK(human_duration(72h) == "3 days");
  const swapmeet::Time now(100'000'000s);
  CHECK(human_time({}, now) == "-");
  CHECK(human_time(now, now) == "now");
  CHECK(human_time(now - 305s, now) == "5 min ago");
  CHECK(human_time(now - 100h, now) == "4 days ago");
  CHECK(human_time(now + 30s, now) == "in 30 s");
  CHECK(counted(1, "file") == "1 file");
  CHECK(counted(2, "file") == "2 files");
  CHECK(counted(1'000'000, "file") == "1,000,000 files");
  CHECK(human_count(0) == "0");
  CHECK(human_count(999) == "999");
  CHECK(human_count(12'345) == "12,345");
}

TEST_CASE("tables are aligned, and cut only where the terminal is narrow") {
  Table table({{"#", true}, {"NAME", false, true}, {"SIZE", true}});
  table.add({"1", "日本語.txt", "5 B"});
  table.add({"10", "a very long name of a file.txt", "12 MB"});
  CHECK(table.text(std::nullopt) ==
        " #  NAME                             SIZE\n"
        " 1  日本語.txt                        5 B\n"
        "10  a very long name of a file.txt  12 MB\n");
  CHECK(table.text(25) ==
        " #  NAME             SIZE\n"
        " 1  日本語.txt        5 B\n"
        "10  a very long n…  12 MB\n");
  Table wild({{"NAME"}});
  wild.add({"a\x1b[31m\nb"});
  CHECK(wild.text(std::nullopt) ==
        "NAME\na\xef\xbf\xbd[31m\xef\xbf\xbd"
        "b\n");
}

TEST_CASE("progress tells how far, how fast, how long") {
  CHECK(progress_line({"", 25, 100, 10, "from 2 sources"}, std::nullopt) ==
        " 25 %  25 B of 100 B  10 B/s, 8 s left  from 2 sources");
  CHECK(progress_line({"", 50, 100, 0, ""}, 80) ==
        "[###############...............]  50 %  50 B of 100 B");
  CHECK(progress_line({"1 of 2 files", 0, 0, 0, ""}, std::nullopt) ==
        "1 of 2 files  100 %  0 B of 0 B");
  CHECK(display_width(progress_line({"", 1, 2, 3, std::string(200, 'x')}, 70)) == 69);
}
