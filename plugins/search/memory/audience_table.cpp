#include "search/memory/audience_table.h"

namespace swapmeet::search_memory {

Number AudienceTable::number_of(const Audience& audience) {
  const auto next = static_cast<Number>(audiences_.size());
  const auto [known, is_new] = numbers_.try_emplace(audience, next);
  if (is_new) audiences_.push_back(audience);
  return known->second;
}

void AudienceTable::save(SnapshotWriter& out) const {
  out.number(audiences_.size());
  for (const auto& audience : audiences_) {
    out.number(audience.everyone ? 1 : 0);
    for (const auto* names : {&audience.groups, &audience.accounts}) {
      out.number(names->size());
      for (const auto& name : *names) out.text(name);
    }
  }
}

void AudienceTable::load(SnapshotReader& in) {
  for (auto left = in.number(); left > 0; --left) {
    auto& audience = audiences_.emplace_back();
    audience.everyone = in.number() != 0;
    for (auto* names : {&audience.groups, &audience.accounts})
      for (auto more = in.number(); more > 0; --more) names->push_back(in.text());
    numbers_.emplace(audience, static_cast<Number>(audiences_.size() - 1));
  }
}

}  // namespace swapmeet::search_memory
