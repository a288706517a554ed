// A search that is typed, and the list of what it finds: what a person sees and does in
// `search -i`, without a terminal and without a host. Keys and answers go in; what to ask for and
// what to draw come out.
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/cli/edited_line.h"
#include "host/cli/frame.h"
#include "host/cli/keys.h"
#include "host/cli/lookup.h"
#include "swapmeet/search.h"

namespace swapmeet::cli {

// What a search has found, and who has each hit, in words.
struct FoundPage {
  SearchPage page;
  std::vector<std::string> from;  // one for each hit
};

class SearchList {
 public:
  struct Request {
    ShownSearch search;
    std::string after;  // empty: the first page
  };

  SearchList(ShownSearch search, std::size_t width, std::size_t height);

  void press(const Key& key);
  void resize(std::size_t width, std::size_t height);
  // What to ask the host for now. Nothing while it is asked for something already, so what is typed
  // meanwhile is asked for at once, and only as it stands then.
  std::optional<Request> next_request();
  // What came of it; always, also when it is of no interest any more.
  void answer(const Request& request, Result<FoundPage> found);

  Frame frame() const;
  bool over() const { return over_; }
  // What is to be fetched: what was picked, in that order, or else what the cursor was on. Empty:
  // it was left without.
  const std::vector<Hit>& chosen() const { return chosen_; }
  // As it stood in the end.
  ShownSearch search() const;

 private:
  struct Row {
    Hit hit;
    std::string from;
  };
  struct Asked {
    std::string query;
    std::string sort;
    bool operator==(const Asked&) const = default;
  };
  Asked wanted() const;
  std::size_t rows_shown() const;
  void press_control(char letter);
  void move(std::ptrdiff_t by);
  void pick();
  void get();
  bool is_picked(const Hit& hit) const;
  std::string status_text() const;
  FrameLine row_line(std::size_t row) const;
  std::string columns(const std::string& marks, const std::string& name, const std::string& size,
                      const std::string& from, const std::string& folder) const;

  EditedLine line_;
  std::size_t limit_;
  std::size_t type_ = 0;  // 0: all, else a media type and 1
  std::size_t sort_ = 0;
  std::size_t width_;
  std::size_t height_;

  Asked asked_;  // last
  Asked shown_;  // what the rows answer
  bool waits_ = false;
  std::vector<Row> rows_;
  SearchPage page_;  // the first, without hits, and where it goes on
  std::string problem_;
  std::size_t at_ = 0;   // the row of the cursor
  std::size_t top_ = 0;  // the first row that is drawn
  std::vector<Hit> picked_;
  std::vector<Hit> chosen_;
  bool over_ = false;
};

}  // namespace swapmeet::cli
