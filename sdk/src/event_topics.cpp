#include "swapmeet/event_topics.h"

#include <algorithm>
#include <array>
#include <string>

namespace swapmeet {
namespace {

using enum EventType;

constexpr EventField kPeerFields[] = {
    {"peer", text, "Its peer id."},
    {"name", text, "Its name."},
    {"address", text, "Where to reach it, as HOST:PORT."},
};
constexpr EventField kListingFields[] = {
    {"peer", text, "Whose they are, a peer id."},
    {"count", number, "How many of this batch."},
    {"paths", texts, "The first of them, at most 10."},
    {"revision", number, "Of the registry's feed after this batch."},
};
constexpr EventField kMatchFields[] = {
    {"content", text, "The content id."},
    {"name", text, "The file's name."},
    {"path", text, "Its path, from the share's name on."},
    {"size", number, "Bytes."},
    {"type", text, "audio, video, image, document, archive, software or other."},
    {"peer", text, "Who has it, a peer id."},
    {"attributes", pairs, "What is known of it besides, such as artist; empty: nothing."},
};
constexpr EventField kSearchFields[] = {
    {"query", text, "As it was typed."},
    {"account", text, "Who asked; empty: a guest."},
    {"hits", number, "How many there are in all."},
    {"milliseconds", number, "How long it took."},
};
constexpr EventField kAccountFields[] = {
    {"account", text, "Its name."},
    {"what", text, "made, changed or removed."},
};
constexpr EventField kFaultyFields[] = {
    {"plugin", text, "Its id."},
    {"in", text, "What the host had called it for."},
    {"what", text, "What went wrong."},
    {"failures", number, "How many there have been since the host started."},
};
constexpr EventField kProgressFields[] = {
    {"id", text, "The download's id."},
    {"state", text, "queued, running, waiting, paused, done or failed."},
    {"size", number, "Bytes of the file, or of all files of the folder that are known."},
    {"done", number, "Proven bytes on the disk."},
    {"rate", number, "Bytes a second."},
    {"files", number, "In the folder, as far as they are known; 0: it is one file."},
    {"files_done", number, "Of these, those that are there."},
    {"files_failed", number, "Of these, those that were not fetched."},
};
constexpr EventField kDownloadFields[] = {
    {"id", text, "The download's id."},
    {"content", text, "The content id; zeros of a folder."},
    {"name", text, "Of the file or folder."},
    {"files", number, "In the folder, as far as they are known; 0: it is one file."},
    {"path", text, "Where it is, or will be, on the host's machine."},
    {"size", number, "Bytes of the file, or of all files of the folder that are known."},
    {"done", number, "Proven bytes on the disk."},
    {"peers", texts, "The names of those who gave some of it."},
};
constexpr EventField kDownloadFailedFields[] = {
    {"id", text, "The download's id."},
    {"content", text, "The content id; zeros of a folder."},
    {"name", text, "Of the file or folder."},
    {"files", number, "In the folder, as far as they are known; 0: it is one file."},
    {"path", text, "Where it would be on the host's machine."},
    {"size", number, "Bytes of the file, or of all files of the folder that are known."},
    {"done", number, "Proven bytes on the disk."},
    {"state", text, "waiting: it is tried again by itself; failed: it is not."},
    {"why", text, "What it is that keeps it."},
};
constexpr EventField kUploadFields[] = {
    {"id", text, "The upload's number since the host started."},
    {"address", text, "Of the reader."},
    {"account", text, "That the reader's ticket names; empty: it brought none."},
    {"peer", text, "The peer id that the reader says is its own; empty: it says none."},
    {"peer_name", text, "The name of that peer, once it is known."},
    {"content", text, "The content id."},
    {"name", text, "The file's name."},
    {"size", number, "Bytes of the file."},
    {"done", number, "Of these, what the reader was sent from here."},
};
constexpr EventField kInboxFields[] = {
    {"id", text, "The offer's id."},
    {"incoming", boolean, "false: it was made here."},
    {"peer", text, "The other one's peer id."},
    {"peer_name", text, "The other one's name."},
    {"content", text, "The content id; zeros while the file is hashed, and of a folder."},
    {"name", text, "Of the file or folder."},
    {"files", number, "In the folder; 0: it is a file."},
    {"size", number, "Bytes of all of them."},
    {"done", number, "Proven bytes at the receiver."},
    {"state", text, "waiting, accepted, refused, done or failed."},
    {"download", text, "The id of its download, when it was accepted here."},
    {"why", text, "Of refused and failed; of waiting: what for."},
    {"created", time, "When it was made."},
};
constexpr EventField kOfferFields[] = {
    {"id", text, "The offer's id."},
    {"peer", text, "Who makes it, a peer id."},
    {"peer_name", text, "The name of that peer."},
    {"content", text, "The content id; zeros of a folder."},
    {"name", text, "Of the file or folder."},
    {"files", number, "In the folder; 0: it is a file."},
    {"size", number, "Bytes of all of them."},
};

constexpr auto kEveryone = EventReaders::everyone;
constexpr auto kOwner = EventReaders::owner;

constexpr EventTopic kTopics[] = {
    {"peer.joined", "A peer is present that was not.", "index", kEveryone, kPeerFields},
    {"peer.left", "A peer said goodbye.", "index", kEveryone, kPeerFields},
    {"peer.lapsed", "A peer's lease ran out.", "index", kEveryone, kPeerFields},
    {"listing.added", "A peer announced files, new ones or changed ones.", "index", kOwner,
     kListingFields},
    {"listing.removed", "A peer announced that files are gone, or was forgotten.", "index", kOwner,
     kListingFields},
    {"search.asked", "Somebody searched.", "both", kOwner, kSearchFields},
    {"match", "A file appeared that a watch looks for.", "both", EventReaders::watch, kMatchFields},
    {"account.changed", "An account was made, changed or removed over the API.", "index", kOwner,
     kAccountFields},
    {"plugin.faulty", "A call into a plugin went wrong; at most one event every ten seconds.",
     "both", kOwner, kFaultyFields},
    {"download", "How a download does: twice a second while it runs, and when its state changes.",
     "peer", kOwner, kProgressFields},
    {"download.began", "A download is being fetched, for the first time or once more.", "peer",
     kOwner, kDownloadFields},
    {"download.ended", "A download is done: the whole file is there, or the whole folder.", "peer",
     kOwner, kDownloadFields},
    {"download.failed",
     "A download stopped without the whole file or folder, and nobody stopped it.", "peer", kOwner,
     kDownloadFailedFields},
    {"upload.began", "Somebody begins to fetch a file, or a part of one.", "peer", kOwner,
     kUploadFields},
    {"upload.ended", "All of the file was sent, or the reader has asked for no more of it.", "peer",
     kOwner, kUploadFields},
    {"upload.failed", "The reader went away in the middle of an answer.", "peer", kOwner,
     kUploadFields},
    {"offer.came", "Another peer offers a file or folder.", "peer", kOwner, kOfferFields},
    {"inbox", "An offer is new or has another state, whichever side made it.", "peer", kOwner,
     kInboxFields},
};

Error wrong(const Event& event, const std::string& what) {
  return {ErrorCode::invalid_argument, "event " + event.topic + ": " + what, {}};
}

}  // namespace

std::string_view name_of(EventType type) {
  constexpr std::array<std::string_view, 6> kNames{"text", "number", "boolean",
                                                   "time", "texts",  "pairs"};
  return kNames.at(static_cast<std::size_t>(type));
}

std::span<const EventTopic> event_topics() { return kTopics; }

const EventTopic* find_event_topic(std::string_view name) {
  const auto* const found = std::find_if(std::begin(kTopics), std::end(kTopics),
                                         [&](const auto& one) { return one.name == name; });
  return found == std::end(kTopics) ? nullptr : found;
}

Result<void> check_event(const Event& event) {
  const auto* const topic = find_event_topic(event.topic);
  if (topic == nullptr) return wrong(event, "there is no such topic");
  if ((topic->readers == EventReaders::watch) == event.watch.empty())
    return wrong(event, "only matches are of a watch, and each is of one");
  for (const auto& field : topic->fields) {
    const auto found = std::find_if(event.fields.begin(), event.fields.end(),
                                    [&](const auto& one) { return one.first == field.name; });
    if (found == event.fields.end())
      return wrong(event, "the field " + std::string(field.name) + " is missing");
    if (found->second.index() != static_cast<std::size_t>(field.type))
      return wrong(event, "the field " + std::string(field.name) + " is not of type " +
                              std::string(name_of(field.type)));
  }
  if (event.fields.size() != topic->fields.size())
    return wrong(event, "it has fields that the topic has not");
  return {};
}

bool is_of_family(std::string_view topic, std::string_view family) {
  return topic.starts_with(family) &&
         (topic.size() == family.size() || topic[family.size()] == '.');
}

}  // namespace swapmeet
