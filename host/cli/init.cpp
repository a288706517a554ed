// init: a commented configuration to start from, made of the samples that the program carries.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "host/cli/commands.h"
#include "host/cli/init_text.h"
#include "host/cli/places.h"
#include "swapmeet/http.h"

namespace swapmeet::cli {
namespace fs = std::filesystem;
namespace {

std::string default_name(const std::string& kind) {
  char name[256] = "";
  if (kind == "index" && ::gethostname(name, sizeof name - 1) == 0 && name[0] != '\0') return name;
  const auto user = environment("USER");
  return user.empty() ? "my " + kind : user;
}

Result<void> write_new(const fs::path& file, const std::string& text) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  const http::OpenFile out(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (out.descriptor() < 0 && errno == EEXIST)
    return Error{ErrorCode::already_exists,
                 file.string() +
                     " exists already and stays as it is; remove it first, or name "
                     "another folder",
                 {}};
  if (out.descriptor() < 0 ||
      ::write(out.descriptor(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return Error{
        ErrorCode::internal, file.string() + " cannot be written: " + std::strerror(errno), {}};
  return {};
}

}  // namespace

int init(const Arguments& arguments) {
  const auto& kind = arguments.words[0];
  if (kind != "index" && kind != "peer")
    return fail(wrong_usage("init makes an index or a peer, not '" + kind + "'"));
  if (kind == "index" && (arguments.has("--index") || arguments.has("--share")))
    return fail(wrong_usage("--index and --share are for peers"));
  const bool own_folder = arguments.words.size() == 2;
  const auto folder =
      own_folder ? fs::absolute(arguments.words[1]).lexically_normal() : config_home();
  InitChoices choices;
  choices.file = folder / (kind + ".ini");
  choices.name = arguments.has("--name") ? arguments.value("--name") : default_name(kind);
  choices.data = own_folder ? fs::path("data") / kind : data_home() / kind;
  choices.downloads =
      own_folder ? fs::path("downloads") : fs::path(environment("HOME")) / "Downloads";
  choices.index = arguments.value("--index");
  for (const auto& share : arguments.values("--share"))
    choices.shares.push_back(fs::absolute(share).lexically_normal());
  auto text = init_text(kind, choices);
  if (!text) return fail(text.error());
  if (auto written = write_new(choices.file, *text); !written) return fail(written.error());
  fmt::print(
      "Wrote {}; every key is explained in it.\nNext: swapmeet run{}\n", choices.file.string(),
      own_folder || default_config() != choices.file ? " --config " + choices.file.string() : "");
  return 0;
}

}  // namespace swapmeet::cli
