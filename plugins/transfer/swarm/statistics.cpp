#include "transfer/swarm/statistics.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr const char* kMigrations[] = {
    "CREATE TABLE totals (requests INTEGER NOT NULL, sent INTEGER NOT NULL, received INTEGER NOT "
    "NULL);"
    "INSERT INTO totals VALUES (0, 0, 0)"};

}  // namespace

std::span<const char* const> Statistics::migrations() { return kMigrations; }

Statistics::Statistics(const std::filesystem::path& file)
    : database_(file, {.durability = sqlite::Durability::normal}) {
  sqlite::migrate(database_, kMigrations);
  auto row = database_.prepare("SELECT requests, sent, received FROM totals");
  if (!row.step()) return;
  totals_ = {static_cast<std::uint64_t>(row.integer(0)), static_cast<std::uint64_t>(row.integer(1)),
             static_cast<std::uint64_t>(row.integer(2))};
}

void Statistics::put(const TransferTotals& totals) {
  if (totals == totals_) return;
  auto put = database_.prepare("UPDATE totals SET requests=?, sent=?, received=?");
  put.with(totals.requests, totals.sent, totals.received).run();
  totals_ = totals;
}

}  // namespace swapmeet::transfer_swarm
