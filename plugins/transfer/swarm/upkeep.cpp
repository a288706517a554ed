#include "transfer/swarm/upkeep.h"

#include "transfer/swarm/catalogue/catalogue_sql.h"
#include "transfer/swarm/fetch/download_store.h"
#include "transfer/swarm/inbox/offer_store.h"
#include "transfer/swarm/serve/upload_history.h"
#include "transfer/swarm/statistics.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr sqlite::Rule kCatalogueRules[] = {
    {"SELECT count(*) FROM files WHERE revision>(SELECT value FROM meta WHERE name='latest')",
     "files have a revision above the catalogue's latest"},
    {"SELECT count(*) FROM removed WHERE revision>(SELECT value FROM meta WHERE name='latest')",
     "removals have a revision above the catalogue's latest"},
};

}  // namespace

sqlite::KeptStores stores_in(const std::filesystem::path& folder) {
  return sqlite::KeptStores(
      {{.file = folder / "catalogue.sqlite",
        .migrations = kCatalogueMigrations,
        .rules = kCatalogueRules,
        .remedy = "restore the data folder from a backup, or remove the file and run "
                  "`swapmeet check --data --accept-loss`: the shares are then hashed anew"},
       {.file = folder / "downloads.sqlite", .migrations = DownloadStore::migrations()},
       {.file = folder / "inbox.sqlite", .migrations = OfferStore::migrations()},
       {.file = folder / "statistics.sqlite", .migrations = Statistics::migrations()},
       {.file = folder / "uploads.sqlite", .migrations = UploadHistory::migrations()}});
}

}  // namespace swapmeet::transfer_swarm
