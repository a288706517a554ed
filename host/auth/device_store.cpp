#include "host/auth/device_store.h"

namespace swapmeet {
namespace {

constexpr const char* kDeviceMigrations[] = {R"sql(
CREATE TABLE places(
  is_device INTEGER NOT NULL, place BLOB NOT NULL, name TEXT NOT NULL, used INTEGER NOT NULL,
  PRIMARY KEY(is_device, place, name)) WITHOUT ROWID;
)sql"};

constexpr const char* kDevicesFile = "devices.db";
constexpr const char* kDevicesRemedy =
    "stop the host and restore the file from a backup, or remove it: every device is a new one "
    "then, and nothing else is lost";

}  // namespace

DeviceStore::DeviceStore(const std::filesystem::path& data)
    : database_(data / kDevicesFile, {.cache_kib = 1024, .remedy = kDevicesRemedy}) {
  sqlite::migrate(database_, kDeviceMigrations);
  database_.check();
}

sqlite::KeptDatabase DeviceStore::kept_in(const std::filesystem::path& data) {
  return {.file = data / kDevicesFile,
          .migrations = kDeviceMigrations,
          .remedy = kDevicesRemedy,
          .made_anew = true};
}

std::vector<KnownPlace> DeviceStore::all() {
  std::vector<KnownPlace> all;
  auto row = database_.prepare("SELECT is_device, place, name, used FROM places ORDER BY used");
  while (row.step())
    all.push_back({.is_device = row.integer(0) != 0,
                   .place = row.text(1),
                   .name = row.text(2),
                   .used = Time(std::chrono::milliseconds(row.integer(3)))});
  return all;
}

void DeviceStore::put(const KnownPlace& place) {
  database_.keep("INSERT INTO places VALUES(?,?,?,?) ON CONFLICT DO UPDATE SET used=excluded.used")
      ->bind(1, place.is_device)
      .bind_blob(2, place.place.data(), place.place.size())
      .bind(3, place.name)
      .bind(4, place.used.time_since_epoch().count())
      .run();
}

void DeviceStore::remove(const std::vector<KnownPlace>& places) {
  if (places.empty()) return;
  sqlite::Transaction transaction(database_);
  for (const auto& place : places)
    database_.keep("DELETE FROM places WHERE is_device=? AND place=? AND name=?")
        ->bind(1, place.is_device)
        .bind_blob(2, place.place.data(), place.place.size())
        .bind(3, place.name)
        .run();
  transaction.commit();
}

}  // namespace swapmeet
