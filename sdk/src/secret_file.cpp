#include "swapmeet/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "swapmeet/http.h"
#include "swapmeet/listing.h"

namespace swapmeet {
namespace {

constexpr std::size_t kLongestLine = 4096;

Error failed(const std::filesystem::path& path, const std::string& doing) {
  const ErrorCode code = errno == ENOSPC ? ErrorCode::no_space : ErrorCode::unavailable;
  return {code, path.string() + ": " + doing + ": " + std::strerror(errno), {}};
}

// UTF-16 of a text in Latin letters, with its mark or without.
bool is_of_two_bytes(std::string_view text) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) return true;
  const auto half = [&](std::size_t from) {
    for (std::size_t at = from; at < text.size(); at += 2)
      if (text[at] != '\0') return false;
    return true;
  };
  return text.size() >= 4 && (half(0) || half(1));
}

}  // namespace

Result<void> write_secret(const std::filesystem::path& file, const std::string& text) {
  const auto temporary = file.string() + ".new";
  {
    const http::OpenFile out(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (out.descriptor() < 0) return failed(file, "cannot be written");
    if (::write(out.descriptor(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        ::fsync(out.descriptor()) != 0)
      return failed(file, "cannot be written");
  }
  if (::rename(temporary.c_str(), file.c_str()) != 0) return failed(file, "cannot be written");
  const http::OpenFile folder(
      ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.descriptor() >= 0) ::fsync(folder.descriptor());
  return {};
}

bool equal_in_constant_time(std::string_view sent, std::string_view secret) {
  if (secret.empty() || sent.size() != secret.size()) return false;
  volatile unsigned char different = 0;  // volatile: no compiler may stop at the first difference
  for (std::size_t i = 0; i < secret.size(); ++i)
    different = static_cast<unsigned char>(different | (sent[i] ^ secret[i]));
  return different == 0;
}

Result<std::string> read_or_make_secret(const std::filesystem::path& file,
                                        const std::string& fresh) {
  if (std::ifstream in(file); in) {
    std::string word;
    in >> word;
    if (word.size() == fresh.size()) return word;
    return corrupt(file.string() +
                   ": holds something else than expected; restore it from a backup, or "
                   "remove it to get a new one");
  }
  if (std::error_code error; std::filesystem::exists(file, error) || error)
    return unavailable(file.string() + ": cannot be read");
  if (auto written = write_secret(file, fresh + "\n"); !written) return std::move(written).error();
  return fresh;
}

bool open_to_others(const std::filesystem::path& file, unsigned mode) {
  const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
  const bool handed_over = credentials != nullptr && *credentials != '\0' &&
                           (file.parent_path() / "").lexically_normal() ==
                               (std::filesystem::path(credentials) / "").lexically_normal();
  return (mode & (handed_over ? 007U : 077U)) != 0;
}

Result<std::string> read_secret(const std::filesystem::path& file) {
  const http::OpenFile in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.descriptor() < 0) {
    const bool missing = errno == ENOENT;
    auto error = failed(file, "cannot be read");
    if (missing) error.code = ErrorCode::not_found;
    return error;
  }
  struct stat status {};
  if (::fstat(in.descriptor(), &status) != 0) return failed(file, "cannot be read");
  if (open_to_others(file, status.st_mode))
    return not_allowed(file.string() + ": others can read this secret; chmod 600 " + file.string());
  std::string line(kLongestLine + 5, '\0');
  const auto size = ::read(in.descriptor(), line.data(), line.size());
  if (size < 0) return failed(file, "cannot be read");
  line.resize(static_cast<std::size_t>(size));
  constexpr std::string_view kMark = "\xef\xbb\xbf";  // that some editors put in front
  if (line.starts_with(kMark)) line.erase(0, kMark.size());
  if (is_of_two_bytes(line))
    return Error{ErrorCode::invalid_argument,
                 file.string() + ": it is not UTF-8 (UTF-16?); save it as UTF-8",
                 {}};
  line.resize(std::min(line.find('\n'), line.size()));
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty() || line.size() > kLongestLine)
    return Error{
        ErrorCode::invalid_argument, file.string() + ": its first line must be the secret", {}};
  if (!is_utf8(line))
    return Error{
        ErrorCode::invalid_argument, file.string() + ": it is not UTF-8; save it as UTF-8", {}};
  return line;
}

}  // namespace swapmeet
