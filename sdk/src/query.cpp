#include "swapmeet/query.h"

#include <algorithm>

#include "swapmeet/attributes.h"
#include "swapmeet/listing.h"
#include "swapmeet/values.h"

namespace swapmeet {
namespace {

constexpr std::size_t kMostBytes = 1024;
constexpr std::size_t kMostParts = 64;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string lower_ascii(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return result;
}

constexpr std::string_view kOther = "attr.";  // before the key of an attribute that is not known

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Two letters at least: "c:x" may be a place on a disk.
bool may_be_filter(std::string_view name) {
  return name.size() >= 2 && is_letter(name[0]) && is_attribute_key(name);
}

// What follows the name of a filter, not of "12:30", "http://x", "std::map", "a<b" or "x=y".
bool may_be_value(char mark, std::string_view rest) {
  if (rest.empty()) return false;
  const char first = lower_ascii(rest.substr(0, 1))[0];
  if (mark == ':') return is_letter(first) || is_digit(first) || (first & 0x80) != 0;
  if (mark == '=') return false;
  return is_digit(rest[0] == '=' && rest.size() > 1 ? rest[1] : first);
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Query> parse() {
    while (skip_spaces()) {
      if (query_.terms.size() + query_.filters.size() >= kMostParts)
        return wrong(at_, "a query may have at most 64 words and filters");
      if (auto taken = take_part(); !taken) return std::move(taken).error();
    }
    for (const auto& term : query_.terms)
      if (!term.negated) return query_;
    for (const auto& filter : query_.filters)
      if (!filter.negated) return query_;
    if (query_.terms.empty() && query_.filters.empty())
      return wrong(0, "the query has no words: say what to look for");
    return wrong(0, "the query only says what to leave out: add a word to look for");
  }

 private:
  static Error wrong(std::size_t position, std::string message) {
    return {ErrorCode::invalid_argument,
            std::move(message) + " (at character " + std::to_string(position + 1) + ")", position};
  }

  bool skip_spaces() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    return at_ < text_.size();
  }

  Result<void> take_part() {
    bool negated = false;
    if (text_[at_] == '-') {
      negated = true;
      ++at_;
      if (at_ == text_.size() || is_space(text_[at_])) return {};  // a dash by itself separates
    }
    if (text_[at_] == '"') return take_phrase(negated);
    const std::size_t begin = at_;
    while (at_ < text_.size() && !is_space(text_[at_]) && text_[at_] != '"') ++at_;
    const auto token = text_.substr(begin, at_ - begin);
    const auto mark = token.find_first_of(":<>=");
    if (mark != std::string_view::npos) {
      const std::string name = lower_ascii(token.substr(0, mark));
      if (name == "size") return take_size(token.substr(mark), begin + mark, negated);
      if (token[mark] == ':' &&
          (name == "type" || name == "ext" || name == "peer" || name == "path"))
        return take_filter(name, std::string(token.substr(mark + 1)), begin + mark + 1, negated);
      if (known_attribute(name) || name.starts_with(kOther))
        return take_attribute(name, token.substr(mark), begin + mark, negated);
      const auto rest = token.substr(mark + 1);
      const bool quoted =
          token[mark] == ':' && rest.empty() && at_ < text_.size() && text_[at_] == '"';
      if (may_be_filter(name) && (quoted || may_be_value(token[mark], rest)))
        return unknown(name, token, begin);
    }
    return take_word(token, begin, negated);
  }

  Result<void> unknown(const std::string& name, std::string_view token, std::size_t begin) const {
    auto literally = std::string(token);
    if (literally.back() == ':') literally += "\u2026";
    return wrong(begin, "'" + name + "' is no filter; type, ext, size, peer, path, " +
                            known_attribute_names() + " and attr.KEY are. To look for the words, " +
                            "put them in quotation marks: \"" + literally + '"');
  }

  // The value between quotation marks, if it is one: path:"two words".
  Result<void> take_quoted(std::string& value) {
    if (!value.empty() || at_ >= text_.size() || text_[at_] != '"') return {};
    const auto end = text_.find('"', at_ + 1);
    if (end == std::string_view::npos)
      return wrong(at_, "the text that begins here has no closing \"");
    value = std::string(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return {};
  }

  // `rest` begins with ':' or the operator.
  Result<void> take_attribute(const std::string& name, std::string_view rest, std::size_t position,
                              bool negated) {
    const bool other = name.starts_with(kOther);
    QueryFilter filter;
    filter.text = other ? name.substr(kOther.size()) : name;
    filter.negated = negated;
    if (!is_attribute_key(filter.text))
      return wrong(position,
                   "after 'attr.' the key of an attribute was expected, of letters, "
                   "digits, '_', '-' and '.', like attr.mood:calm");
    const auto* known = known_attribute(filter.text);
    const bool is_text = !known || known->type == AttributeType::text;
    const auto operator_size = rest.size() > 1 && rest[0] != ':' && rest[1] == '=' ? 2U : 1U;
    const auto op = rest.substr(0, operator_size);
    std::string value(rest.substr(operator_size));
    const bool equal = op == ":" || op == "=";
    if (equal)
      if (auto taken = take_quoted(value); !taken) return taken;
    position += operator_size;
    if (value.empty()) return wrong(position, name + std::string(op) + " needs a value");
    if (is_text && equal) {
      filter.field = QueryFilter::Field::words_of;
      filter.words.prefix = value.ends_with('*');
      filter.words.words = searchable_words(value)[0];
      if (filter.words.words.empty())
        return wrong(position, name + ": needs a value with letters or digits");
    } else {
      if (known && is_text)
        return wrong(position - operator_size,
                     name + " is a text: ask for its words, like " + name + ":word");
      const auto type = known ? known->type : AttributeType::number;
      const auto number = asked_number(type, value);
      if (!number)
        return wrong(position, type == AttributeType::duration
                                   ? "a duration was expected, like " + name + ">3m or 200s"
                                   : "a number was expected, like " + name + ">=100");
      filter.field = QueryFilter::Field::number_of;
      filter.number = *number;
      filter.comparison = equal        ? Comparison::equal
                          : op == ">"  ? Comparison::greater
                          : op == ">=" ? Comparison::at_least
                          : op == "<"  ? Comparison::less
                                       : Comparison::at_most;
    }
    query_.filters.push_back(std::move(filter));
    return {};
  }

  Result<void> take_phrase(bool negated) {
    const std::size_t begin = at_++;
    const auto end = text_.find('"', at_);
    if (end == std::string_view::npos)
      return wrong(begin, "the phrase that begins here has no closing \"");
    auto words = searchable_words(text_.substr(at_, end - at_))[0];
    at_ = end + 1;
    if (words.empty()) return wrong(begin, "the phrase is empty");
    query_.terms.push_back({std::move(words), false, negated});
    return {};
  }

  Result<void> take_word(std::string_view token, std::size_t begin, bool negated) {
    const bool prefix = token.ends_with('*');
    auto words = searchable_words(token)[0];
    if (words.empty()) {
      if (prefix) return wrong(begin, "'*' needs the beginning of a word before it");
      return {};  // only separators: nothing to look for
    }
    query_.terms.push_back({std::move(words), prefix, negated});
    return {};
  }

  Result<void> take_filter(const std::string& name, std::string value, std::size_t position,
                           bool negated) {
    if (auto taken = take_quoted(value); !taken) return taken;
    if (value.empty()) return wrong(position, name + ": needs a value");
    QueryFilter filter;
    filter.negated = negated;
    if (name == "type") {
      const auto type = media_type_from(lower_ascii(value));
      if (!type)
        return wrong(position, "'" + value +
                                   "' is no type; audio, video, image, document, archive, "
                                   "software and other are");
      filter.type = *type;
    } else {
      filter.field = name == "ext"    ? QueryFilter::Field::extension
                     : name == "peer" ? QueryFilter::Field::peer
                                      : QueryFilter::Field::path;
      if (name == "ext" && value.front() == '.') value.erase(0, 1);
      filter.text = name == "ext" ? lower_ascii(value) : std::move(value);
    }
    query_.filters.push_back(std::move(filter));
    return {};
  }

  // `rest` begins with the operator.
  Result<void> take_size(std::string_view rest, std::size_t position, bool negated) {
    std::size_t operator_size = 1;
    if (rest.size() > 1 && (rest[0] == '>' || rest[0] == '<') && rest[1] == '=') operator_size = 2;
    const auto op = rest.substr(0, operator_size);
    const auto bytes = parse_size(rest.substr(operator_size));
    if (!bytes) return wrong(position + operator_size, "a number was expected, like size>10M");
    const auto add = [&](QueryFilter::Field field, std::uint64_t limit) {
      QueryFilter filter;
      filter.field = field;
      filter.bytes = limit;
      filter.negated = negated;
      query_.filters.push_back(std::move(filter));
    };
    if (op == ">")
      add(QueryFilter::Field::min_size, *bytes + 1);
    else if (op == ">=")
      add(QueryFilter::Field::min_size, *bytes);
    else if (op == "<=")
      add(QueryFilter::Field::max_size, *bytes);
    else if (op == "<" && *bytes == 0)
      return wrong(position, "no file is smaller than 0 bytes");
    else if (op == "<")
      add(QueryFilter::Field::max_size, *bytes - 1);
    else if (negated)
      return wrong(position, "-size= is not possible; use size< or size>");
    else {
      add(QueryFilter::Field::min_size, *bytes);
      add(QueryFilter::Field::max_size, *bytes);
    }
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Query query_;
};

}  // namespace

Result<Query> parse_query(std::string_view text) {
  if (text.size() > kMostBytes)
    return Error{ErrorCode::invalid_argument, "the query is longer than 1,024 bytes", kMostBytes};
  if (!is_utf8(text)) return Error{ErrorCode::invalid_argument, "the query is not UTF-8", 0};
  return Parser(text).parse();
}

}  // namespace swapmeet
