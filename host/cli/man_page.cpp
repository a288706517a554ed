#include "host/cli/man_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace swapmeet::cli {
namespace {

constexpr const char* kBegin = R"(.TH SWAPMEET 1 "" "swapmeet {}" "User commands"
.SH NAME
swapmeet \- file sharing with a meeting place
.SH SYNOPSIS
.B swapmeet
.I COMMAND
[\fIWORDS\fR] [\fIOPTIONS\fR]
.br
.B swapmeet help
[\fICOMMAND\fR]
.SH DESCRIPTION
An index knows who is there and what they share. Peers find files through it, and fetch them
straight from each other. Both are this program: \fBswapmeet run\fR with a configuration for the
one or the other.
.PP
Most commands speak to a running host. They look for it in this order:
.IP 1. 4
\fB\-\-config\fR \fIFILE\fR and \fB\-\-host\fR \fIURL\fR,
.IP 2. 4
the variable \fBSWAPMEET_HOST\fR,
.IP 3. 4
\fIpeer.ini\fR and \fIindex.ini\fR in \fI~/.config/swapmeet\fR,
.IP 4. 4
\fI./config/peer.ini\fR.
.SH COMMANDS
)";

constexpr const char* kEnd = R"(.SH EXIT STATUS
.TP
0
done
.TP
1
it failed
.TP
2
wrong usage
.TP
3
not found
.TP
4
not allowed
.TP
5
host not reachable
.SH ENVIRONMENT
.TP
.B SWAPMEET_HOST
the address of the host that commands speak to
.TP
.B SWAPMEET_TOKEN
the token for it; else the one in its data folder, or that of the last log-in
.TP
.B SWAPMEET_INSECURE
.B yes
is the same as
.B \-\-insecure
.SH FILES
.TP
.I ~/.config/swapmeet/peer.ini
the configuration of a person's own peer
.TP
.I ~/.local/share/swapmeet
its data
.TP
.I /etc/swapmeet/index.ini
the configuration of the index that
.B swapmeet@index.service
runs
.TP
.I /var/lib/swapmeet
its data
.SH SEE ALSO
.BR swapmeet.ini (5),
.BR systemctl (1)
)";

// A line of text: nothing in it is a request or an escape.
std::string escaped(const std::string& text) {
  std::string safe = text.starts_with('.') || text.starts_with('\'') ? "\\&" : "";
  for (const char c : text) {
    if (c == '\\')
      safe += "\\e";
    else if (c == '-')
      safe += "\\-";
    else if (c == '~')
      safe += "\\(ti";
    else if (c == '^')
      safe += "\\(ha";
    else if (c == '`')
      safe += "\\(ga";
    else if (c == '\'')
      safe += "\\(aq";
    else
      safe += c;
  }
  return safe;
}

std::string sentence(std::string text) {
  if (!text.empty() && text.back() != '.' && text.back() != '?') text += '.';
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return escaped(text);
}

std::string option_text(const Option& option) {
  const auto names =
      option.letter.empty()
          ? fmt::format("\\fB{}\\fR", escaped(option.name))
          : fmt::format("\\fB{}\\fR, \\fB{}\\fR", escaped(option.letter), escaped(option.name));
  return fmt::format(".TP\n{}{}\n{}\n", names,
                     option.value.empty() ? "" : fmt::format(" \\fI{}\\fR", escaped(option.value)),
                     escaped(option.help));
}

bool is_among(const Option& option, std::span<const Option> options) {
  return std::any_of(options.begin(), options.end(),
                     [&](const Option& other) { return other.name == option.name; });
}

std::string command_text(const Command& command, std::span<const Option> common) {
  auto text = fmt::format(".SS {}\n.nf\n", escaped(command.name));
  std::istringstream usage(command.usage);
  for (std::string line; std::getline(usage, line);)
    text += fmt::format("\\fBswapmeet\\fR {}\n", escaped(line));
  text += fmt::format(".fi\n.PP\n{}\n", sentence(command.summary));
  for (const auto& option : command.options)
    if (!is_among(option, common)) text += option_text(option);
  return text;
}

}  // namespace

std::string man_page(std::span<const Command> commands, std::span<const Option> common,
                     const std::string& version) {
  auto page = fmt::format(kBegin, version);
  for (const auto& command : commands) page += command_text(command, common);
  page += ".SH OPTIONS\nMost commands take these as well.\n";
  for (const auto& option : common) page += option_text(option);
  return page + kEnd;
}

}  // namespace swapmeet::cli
