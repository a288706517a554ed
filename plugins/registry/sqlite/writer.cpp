#include "registry/sqlite/writer.h"

#include "registry/sqlite/schema.h"
#include "swapmeet/random.h"

namespace swapmeet::registry_sqlite {
namespace {

// Made at random with the database.
std::string feed_of(sqlite::Database& database) {
  auto known = database.prepare("SELECT value FROM meta WHERE name='feed'");
  if (known.step()) return known.text(0);
  auto feed = random_hex(16);
  database.prepare("INSERT INTO meta VALUES('feed', ?)").with(feed).run();
  return feed;
}

}  // namespace

Writer::Writer(const std::filesystem::path& file, const WriterOptions& options)
    : options_(options),
      database_(file, {.cache_kib = 64 * 1024, .most_pages = options.most_pages}),
      contents_((sqlite::migrate(database_, kMigrations), database_), options.seed,
                options.least_content_portion) {
  database_.checkpoint_apart();
  feed_ = feed_of(database_);
}

}  // namespace swapmeet::registry_sqlite
