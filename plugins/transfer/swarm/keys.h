// The keys of [transfer] with plugin = swarm. Threads: constants.
#pragma once

#include "swapmeet/settings.h"

namespace swapmeet::transfer_swarm {

inline constexpr KeySpec kKeys[] = {
    {"listen", KeyType::address, "127.0.0.1:6699", nullptr, nullptr,
     "Where other peers fetch from; port 0: any free one."},
    one_of("off|offered|required",
           {"tls", "offered",
            "Whether others fetch over TLS: on the same port as over HTTP, or only so."}),
    {"announce_address", KeyType::text, "", nullptr, nullptr,
     "The host name or address that others reach this one by; empty: as the index sees it."},
    at_once(
        {"share.*.audience", KeyType::list, "everyone", nullptr, nullptr,
         "Whom that share is for: everyone, or groups of the index's accounts, and people with an "
         "@: friends, @bob."}),
    at_once({"share.*.visible", KeyType::boolean, "no", nullptr, nullptr,
             "Whom that share is not for sees its name, and that it is locked; no: sees nothing."}),
    at_once(
        {"share.*", KeyType::path, "", nullptr, nullptr, "A folder to share, under this name."}),
    at_once({"rescan_interval", KeyType::duration, "1h", "1s", nullptr,
             "How often all shares are walked, whatever the file system reports."}),
    at_once(
        {"ignore", KeyType::list, "*.part, *.crdownload, Thumbs.db, desktop.ini", nullptr, nullptr,
         "Names below the shares that are not shared; a lone comma: share all but hidden ones."}),
    {"hash_threads", KeyType::integer, "0", "0", "64",
     "Threads that hash new files, at low priority; 0: half of the machine's."},
    {"download_folder", KeyType::path, nullptr, nullptr, nullptr, "Where downloads go."},
    {"download_folders", KeyType::list, "", nullptr, nullptr,
     "Other folders, with all below them, that a request through the API may name; /: any. The "
     "command line also names those that its user may write to."},
    at_once({"max_downloads", KeyType::integer, "3", "1", "64", "Downloads that run at once."}),
    at_once({"max_sources", KeyType::integer, "12", "1", "64",
             "Peers that one download fetches from."}),
    {"offer_partial", KeyType::boolean, "yes", nullptr, nullptr,
     "While a download runs, others may fetch what it has got already."},
    at_once({"upload_limit", KeyType::size, "0", nullptr, nullptr,
             "Bytes a second that others together may fetch; 0: as fast as it goes."}),
    at_once({"upload_limit_per_peer", KeyType::size, "0", nullptr, nullptr,
             "Bytes a second that may go to one address; 0: as fast as it goes."}),
    at_once({"upload_slots", KeyType::integer, "0", "0", "100000",
             "Readers that fetch at once, further ones wait in a queue; 0: all."}),
    at_once({"connections_per_reader", KeyType::integer, "4", "1", "64",
             "Connections over which one peer may fetch at once; it is one reader all the same."}),
    at_once({"upload_weight.*", KeyType::integer, "1", "1", "1000",
             "How many slots this group of the index's accounts gets for each one of those that "
             "are in no "
             "such group."}),
    at_once({"upload_daily_per_file", KeyType::size, "0", nullptr, nullptr,
             "Bytes of one file that may leave in a day; 0: any number."}),
    at_once({"download_limit", KeyType::size, "0", nullptr, nullptr,
             "Bytes a second that all downloads together fetch; 0: as fast as it goes."}),
    at_once({"download_limit_per_peer", KeyType::size, "0", nullptr, nullptr,
             "Bytes a second that are fetched from one peer; 0: as fast as it goes."}),
    at_once({"schedule", KeyType::list, "", nullptr, nullptr,
             "Other limits by time of day: mon-fri 08:00-18:00 upload 1M download 5M."}),
    at_once({"upload_history", KeyType::integer, "10000", "0", "1000000",
             "Uploads that are kept in the history of who took what; 0: none."}),
    {"inbox_accept", KeyType::list, "ask", nullptr, nullptr,
     "Whose files are taken without asking: ask, everyone, or names and ids of peers."},
    at_once({"on_download_done", KeyType::text, "", nullptr, nullptr,
             "A program to run when a download is done, with the facts in its environment: "
             "SWAPMEET_NAME, SWAPMEET_PATH, SWAPMEET_PEER, …"}),
    at_once({"on_download_failed", KeyType::text, "", nullptr, nullptr,
             "The same, when a download ends without all that was asked for."}),
    at_once({"on_offer", KeyType::text, "", nullptr, nullptr,
             "The same, when another peer offers a file or folder."}),
    at_once({"on_upload_done", KeyType::text, "", nullptr, nullptr,
             "The same, when somebody has fetched a file, or a part of it, from here."}),
    at_once(one_of("auto|yes|no",
                   {"notify", "auto",
                    "Notifications by notify-send of downloads and offers; auto: where there is a "
                    "desktop."})),
    at_once({"min_free_space", KeyType::size, "0", nullptr, nullptr,
             "What downloads leave free on disk."}),
};

}  // namespace swapmeet::transfer_swarm
