#include "outbox.h"

namespace webhook {
namespace {

using namespace swapmeet;

constexpr const char* kMigrations[] = {
    "CREATE TABLE confirmed(feed TEXT NOT NULL, revision INTEGER NOT NULL);"
    "CREATE TABLE pending(id TEXT NOT NULL, body TEXT NOT NULL, feed TEXT NOT NULL,"
    " revision INTEGER NOT NULL);"};

constexpr sqlite::Rule kRules[] = {
    {"SELECT max(0, count(*)-1) FROM confirmed", "positions are too many"},
    {"SELECT max(0, count(*)-1) FROM pending", "deliveries that wait are too many"}};

std::filesystem::path file_in(const std::filesystem::path& folder) { return folder / "outbox.db"; }

}  // namespace

Outbox::Outbox(const std::filesystem::path& folder) : database_(file_in(folder)) {
  sqlite::migrate(database_, kMigrations);
}

FeedPosition Outbox::confirmed() {
  auto row = database_.keep("SELECT feed, revision FROM confirmed");
  if (!row->step()) return {};
  return {row->text(0), static_cast<Revision>(row->integer(1))};
}

std::optional<Delivery> Outbox::pending() {
  auto row = database_.keep("SELECT id, body, feed, revision FROM pending");
  if (!row->step()) return std::nullopt;
  return Delivery{
      row->text(0), row->text(1), {row->text(2), static_cast<Revision>(row->integer(3))}};
}

void Outbox::put(const Delivery& delivery) {
  sqlite::Transaction transaction(database_);
  database_.execute("DELETE FROM pending");
  database_.keep("INSERT INTO pending VALUES(?,?,?,?)")
      ->with(delivery.id, delivery.body, delivery.upto.feed, delivery.upto.revision)
      .run();
  transaction.commit();
}

void Outbox::confirm(const FeedPosition& position) {
  sqlite::Transaction transaction(database_);
  database_.execute("DELETE FROM pending; DELETE FROM confirmed");
  database_.keep("INSERT INTO confirmed VALUES(?,?)")->with(position.feed, position.revision).run();
  transaction.commit();
}

sqlite::KeptStores stores_in(const std::filesystem::path& folder) {
  return sqlite::KeptStores(
      {{.file = file_in(folder),
        .migrations = kMigrations,
        .rules = kRules,
        .remedy = "remove the file: what follows begins as [extension.webhook] begin says",
        .read = [](sqlite::Database& database, StoreReport& report) {
          auto row = database.prepare("SELECT feed, revision FROM confirmed");
          if (row.step()) report.follows = {row.text(0), static_cast<Revision>(row.integer(1))};
        }}});
}

}  // namespace webhook
