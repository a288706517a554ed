"""Downloads by a torrent with libtorrent and says what became of it.

  fetch_torrent.py TORRENT FOLDER SECONDS

Debian's python3-libtorrent. Prints one JSON object: the versions that the torrent has, the web seeds,
whether all was there in time, and the last things that went wrong. No trackers, no DHT: what
arrives is the web seeds'.
"""
import json, sys, time
import libtorrent

torrent, folder, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
info = libtorrent.torrent_info(torrent)
session = libtorrent.session({
    "listen_interfaces": "127.0.0.1:0", "enable_dht": False, "enable_lsd": False, "enable_upnp": False,
    "enable_natpmp": False, "urlseed_wait_retry": 1,
    "alert_mask": libtorrent.alert.category_t.error_notification | libtorrent.alert.category_t.peer_notification
                  | libtorrent.alert.category_t.status_notification})
handle = session.add_torrent({"ti": info, "save_path": folder})
until = time.monotonic() + seconds
troubles = []
while True:
    status = handle.status()
    troubles += [alert.what() for alert in session.pop_alerts()]
    if status.is_seeding or status.errc.value() or time.monotonic() > until:
        break
    session.wait_for_alert(50)
print(json.dumps({
    "v1": info.info_hashes().has_v1(), "v2": info.info_hashes().has_v2(), "name": info.name(), "size": info.total_size(),
    "seeds": sorted(seed["url"] for seed in info.web_seeds()), "done": status.is_seeding, "failed_bytes": status.total_failed_bytes,
    "error": status.errc.message() if status.errc.value() else "", "hash_failed": troubles.count("hash_failed"),
    "troubles": sorted(set(troubles))}))
