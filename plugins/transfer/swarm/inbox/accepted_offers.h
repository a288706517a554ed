// Offers that were accepted here and the downloads that fetch them: the one of a file, which begins
// at once, or one for each file of a folder, which begin little by little. An accepted offer goes
// as its downloads go. Threads: thread-safe, no lock; what it knows is in the OfferBook.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "transfer/swarm/fetch/offer_downloads.h"
#include "transfer/swarm/inbox/offer_book.h"
#include "transfer/swarm/inbox/rounds.h"

namespace swapmeet::transfer_swarm {

class AcceptedOffers {
 public:
  // `folder`: the download folder, absolute. All must outlive this.
  AcceptedOffers(OfferBook& book, OfferDownloads& downloads, std::filesystem::path folder,
                 Rounds& rounds)
      : book_(book), downloads_(downloads), folder_(std::move(folder)), rounds_(rounds) {}

  // Accepts an offer that waits, which begins its download. Taking the same one twice is harmless,
  // so a host that dies in between loses nothing. `conflict`: it waits no more.
  Result<Offer> take(const StoredOffer& stored);
  // Begins what has not begun, and brings the offer to where its downloads are. The offer as it is
  // then; nullopt: that cannot be told now.
  std::optional<StoredOffer> follow(const StoredOffer& stored);
  // The sender gives it no more. What others want too, the person or another offer, goes on.
  void give_up(const StoredOffer& stored);
  // Offers whose downloads are not done, by their ids.
  std::vector<std::string> with_downloads() { return downloads_.offers(); }

 private:
  Result<Offer> take_file(const StoredOffer& stored);
  Result<Offer> take_folder(const StoredOffer& stored);
  std::optional<Offer> look_at_file(const StoredOffer& stored);
  Offer look_at_folder(const StoredOffer& stored);
  void begin_files(const StoredOffer& stored, SentFiles& files, SentFiles& changed);
  Result<void> begin_file(const StoredOffer& stored, SentFile& one);
  DownloadStatus status_of(const std::string& download);
  std::vector<Source> sources_of(const StoredOffer& stored);
  std::string free_folder(const std::string& name) const;

  OfferBook& book_;
  OfferDownloads& downloads_;
  const std::filesystem::path folder_;
  Rounds& rounds_;
};

}  // namespace swapmeet::transfer_swarm
