#include "host/app/log.h"

#include <Poco/AutoPtr.h>
#include <Poco/ConsoleChannel.h>
#include <Poco/Exception.h>
#include <Poco/FileChannel.h>
#include <Poco/FormattingChannel.h>
#include <Poco/Logger.h>
#include <Poco/Message.h>
#include <Poco/PatternFormatter.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <mutex>
#include <shared_mutex>

#include "host/app/crash.h"
#include "swapmeet/characters.h"
#include "swapmeet/text.h"

namespace swapmeet {
namespace {

Poco::Message::Priority priority_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return Poco::Message::PRIO_DEBUG;
    case LogLevel::info: return Poco::Message::PRIO_INFORMATION;
    case LogLevel::warning: return Poco::Message::PRIO_WARNING;
    case LogLevel::error: return Poco::Message::PRIO_ERROR;
  }
  return Poco::Message::PRIO_ERROR;
}

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warning: return "warning";
    case LogLevel::error: return "error";
  }
  return "error";
}

// Quoted when a reader could not tell where the value ends; what steers a terminal or turns text
// around never passes, so that nobody can write log lines of their own.
void append_value(std::string& line, std::string_view raw) {
  const auto value = without_steering(raw, "?");
  const bool plain =
      !value.empty() && value == raw && std::none_of(value.begin(), value.end(), [](char c) {
        return std::string_view(" \"=\\").find(c) != std::string_view::npos;
      });
  if (!plain) line += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\')
      (line += '\\') += c;
    else
      line += c;
  }
  if (!plain) line += '"';
}

Result<Poco::AutoPtr<Poco::Channel>> channel_for(const Settings& host) {
  if (!host.has("log_file"))
    return Poco::AutoPtr<Poco::Channel>(new Poco::ConsoleChannel(std::cerr));
  const auto file = host.path("log_file");
  std::error_code ignored;  // opening the file reports what is wrong
  std::filesystem::create_directories(file.parent_path(), ignored);
  if (!std::ofstream(file, std::ios::app))
    return Error{ErrorCode::unavailable,
                 "[host] log_file: " + file.string() + " cannot be written: " +
                     std::strerror(errno) + "; name another file, or leave the key out",
                 {}};
  Poco::AutoPtr<Poco::FileChannel> channel(new Poco::FileChannel(file.string()));
  channel->setProperty("rotation", std::to_string(host.size("log_size")));
  channel->setProperty("purgeCount", std::to_string(host.integer("log_keep")));
  channel->setProperty("archive", "number");
  return Poco::AutoPtr<Poco::Channel>(channel);
}

constexpr const char* kLogger = "swapmeet";

// A Poco logger lets go of its old channel without waiting for those who still write to it.
std::shared_mutex channel_mutex;

}  // namespace

Result<void> set_up_log(const Settings& host) {
  auto channel = channel_for(host);
  if (!channel) return std::move(channel).error();
  set_crash_log(host.has("log_file") ? host.path("log_file").string() : std::string());
  Poco::AutoPtr<Poco::PatternFormatter> formatter(
      new Poco::PatternFormatter("%Y-%m-%dT%H:%M:%S.%iZ %t"));
  Poco::AutoPtr<Poco::FormattingChannel> formatting(
      new Poco::FormattingChannel(formatter, *channel));
  auto& logger = Poco::Logger::get(kLogger);
  {
    const std::unique_lock lock(channel_mutex);
    logger.setChannel(formatting);
  }
  for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error})
    if (name_of(level) == host.text("log_level")) logger.setLevel(priority_of(level));
  return {};
}

bool is_logged(LogLevel level) { return Poco::Logger::get(kLogger).is(priority_of(level)); }

void write_log(const std::string& source, LogLevel level, std::string_view message,
               std::initializer_list<LogField> fields) {
  auto& logger = Poco::Logger::get(kLogger);
  const auto priority = priority_of(level);
  if (!logger.is(priority)) return;
  std::string line(name_of(level));
  (line += ' ') += source;
  line += ' ';
  line += without_steering(message, " ");
  for (const auto& field : fields) {
    ((line += ' ') += field.key) += '=';
    append_value(line, field.value);
  }
  try {
    const std::shared_lock lock(channel_mutex);
    logger.log(Poco::Message(source, line, priority));
  } catch (const Poco::Exception&) {
    // A full disk must not end what was to be logged; there is nowhere to say so.
    static_cast<void>(0);
  }
}

}  // namespace swapmeet
