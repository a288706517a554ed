#include "host/cli/init_text.h"

#include <algorithm>
#include <set>

#include "host/config/ini.h"
#include "samples.h"
#include "swapmeet/text.h"
#include "swapmeet/wire/host_url.h"

namespace swapmeet::cli {
namespace {

// The share's name in the configuration: its folder's, with what keys may not have replaced.
std::string share_name(const std::filesystem::path& folder, std::set<std::string>& taken) {
  auto name = (folder.has_filename() ? folder : folder.parent_path()).filename().string();
  for (char& c : name)
    if (c == '=' || c == '/' || c == ' ' || c == '[' || c == ']' || c == ';' || c == '#') c = '_';
  if (name.empty()) name = "files";
  auto one = name;
  for (int number = 2; !taken.insert(one).second; ++number) one = name + std::to_string(number);
  return one;
}

}  // namespace

std::string with_key(std::string text, const std::string& section, const std::string& key,
                     const std::string& value) {
  const auto begin = text.find("\n[" + section + "]\n");
  if (begin == std::string::npos) return text;
  const auto end = std::min(text.find("\n[", begin + 2), text.size());
  const auto line = "\n" + key + " = " + value;
  for (const std::string& start : {"\n" + key + " =", "\n;" + key + " ="}) {
    const auto at = text.find(start, begin);
    if (at >= end) continue;
    const auto line_end = std::min(text.find('\n', at + 1), text.size());
    text.replace(at, line_end - at, line);
    break;
  }
  return text;
}

Result<std::string> init_text(const std::string& kind, const InitChoices& choices) {
  const bool peer = kind == "peer";
  std::string text(peer ? kPeerSample : kIndexSample);
  const auto sample = "config/" + kind + ".ini";
  if (const auto at = text.find(sample); at != std::string::npos)
    text.replace(at, sample.size(), choices.file.string());
  text = with_key(std::move(text), "host", "name", choices.name);
  text = with_key(std::move(text), "host", "data", choices.data.string());
  if (peer) {
    text = with_key(std::move(text), "transfer", "download_folder", choices.downloads.string());
    if (!choices.index.empty())
      text = with_key(std::move(text), "registry", "index", choices.index);
    std::string shares;
    std::set<std::string> taken;
    for (const auto& folder : choices.shares)
      shares += (shares.empty() ? "" : "\n") + ("share." + share_name(folder, taken)) + " = " +
                folder.string();
    if (!shares.empty()) {
      const std::string line = ";share.music = /home/alice/Music";
      const auto at = text.find(line);
      if (at == std::string::npos)
        text += shares + "\n";
      else
        text.replace(at, line.size(), shares);
    }
  }
  for (const auto& value : {choices.name, choices.index, choices.file.string(),
                            choices.data.string(), choices.downloads.string()})
    if (has_control(value)) return invalid_argument("'" + value + "' has a control character");
  for (const auto& folder : choices.shares)
    if (has_control(folder.string()))
      return invalid_argument(folder.string() + " has a control character");
  if (choices.name.empty()) return invalid_argument("the name is empty");
  if (!choices.index.empty())
    if (const auto index = wire::parse_host_url(choices.index); !index)
      return invalid_argument("--index: " + index.error().message);
  if (auto read = parse_ini(text, choices.file); !read) return read.error();
  return text;
}

}  // namespace swapmeet::cli
