// Result<T>: a value or an Error, for everything that is expected to fail now and then. Errors name
// the thing, the cause and the remedy; exceptions never cross a plugin border.
// Threads: value types, no shared state.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace swapmeet {

// What went wrong, as programs see it. The names (`name_of`) are stable: they are the `code` of an
// HTTP problem document, and an Error that crosses the wire keeps its code.
enum class ErrorCode {
  invalid_argument,  // the request is wrong and will stay wrong
  not_found,
  already_exists,
  conflict,         // the state moved on; read it again
  unauthenticated,  // who are you?
  not_allowed,      // known, but not permitted
  too_large,
  too_many,     // a limit was reached; later it may work
  unavailable,  // the other side cannot be reached or is not ready
  timed_out,
  cancelled,
  corrupt,   // stored or received bytes are not what they should be
  no_space,  // the disk is full
  unsupported,
  internal,  // a defect: ours or a plugin's
};

// "not_found" for ErrorCode::not_found, and so on.
std::string_view name_of(ErrorCode code);
// The other way; `internal` for a name that is not known.
ErrorCode error_code_from(std::string_view name);

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;                  // a sentence for a person
  std::optional<std::size_t> position;  // byte offset in the text that was wrong, if there is one
  // When it may work again, where that is known (too_many).
  std::optional<std::chrono::seconds> retry_after = std::nullopt;

  bool operator==(const Error&) const = default;
};

// An Error of each code, with its sentence: `return not_found("there is no peer of that name")`.
inline Error invalid_argument(std::string sentence) {
  return {ErrorCode::invalid_argument, std::move(sentence), {}};
}
inline Error not_found(std::string sentence) {
  return {ErrorCode::not_found, std::move(sentence), {}};
}
inline Error already_exists(std::string sentence) {
  return {ErrorCode::already_exists, std::move(sentence), {}};
}
inline Error conflict(std::string sentence) {
  return {ErrorCode::conflict, std::move(sentence), {}};
}
inline Error unauthenticated(std::string sentence) {
  return {ErrorCode::unauthenticated, std::move(sentence), {}};
}
inline Error not_allowed(std::string sentence) {
  return {ErrorCode::not_allowed, std::move(sentence), {}};
}
inline Error too_large(std::string sentence) {
  return {ErrorCode::too_large, std::move(sentence), {}};
}
inline Error too_many(std::string sentence) {
  return {ErrorCode::too_many, std::move(sentence), {}};
}
inline Error unavailable(std::string sentence) {
  return {ErrorCode::unavailable, std::move(sentence), {}};
}
inline Error timed_out(std::string sentence) {
  return {ErrorCode::timed_out, std::move(sentence), {}};
}
inline Error cancelled(std::string sentence) {
  return {ErrorCode::cancelled, std::move(sentence), {}};
}
inline Error corrupt(std::string sentence) { return {ErrorCode::corrupt, std::move(sentence), {}}; }
inline Error no_space(std::string sentence) {
  return {ErrorCode::no_space, std::move(sentence), {}};
}
inline Error unsupported(std::string sentence) {
  return {ErrorCode::unsupported, std::move(sentence), {}};
}
inline Error internal_error(std::string sentence) {
  return {ErrorCode::internal, std::move(sentence), {}};
}

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : value_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return value_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Throws std::logic_error when there is no value: ask ok() first.
  T& value() & { return check(), *std::get_if<0>(&value_); }
  const T& value() const& { return check(), *std::get_if<0>(&value_); }
  T&& value() && { return check(), std::move(*std::get_if<0>(&value_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T value_or(T other) const& { return ok() ? *std::get_if<0>(&value_) : std::move(other); }

  // Only when !ok().
  const Error& error() const& { return std::get<1>(value_); }
  Error&& error() && { return std::get<1>(std::move(value_)); }

 private:
  void check() const {
    if (!ok()) throw std::logic_error("value() of a failed Result: " + std::get<1>(value_).message);
  }
  std::variant<T, Error> value_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  // Only when !ok().
  const Error& error() const& { return error_.value(); }
  Error&& error() && { return std::move(error_).value(); }

 private:
  std::optional<Error> error_;
};

}  // namespace swapmeet
