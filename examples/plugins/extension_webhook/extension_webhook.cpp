// extension.webhook: sends what changes in an index, as signed batches of JSON, to a program of
// somebody else's by HTTP POST. It follows the registry's feed with the host's pump. A batch counts
// as applied when the receiver has answered 2xx, so nothing is lost, whoever crashes: what is not
// confirmed is sent again, after growing pauses, as the same delivery.
// Threads: the pump's does the work; the host's others start, stop and read a number.
#include <swapmeet/plugin.h>
#include <swapmeet/random.h>
#include <swapmeet/registry.h>
#include <swapmeet/wire/client.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "delivery.h"
#include "outbox.h"

namespace {

using namespace swapmeet;
using webhook::Delivery;

constexpr std::size_t kLeastSecret = 16;  // characters

// "https://example.org:8443/hooks/1?x" as host and target.
struct Url {
  std::string host;
  std::string target;

  explicit Url(const std::string& url) {
    const auto path = url.find_first_of("/?", url.find("://") + 3);
    host = url.substr(0, path);
    target = path == url.npos ? "/" : url.substr(path);
    if (target.front() == '?') target.insert(0, "/");
  }
};

class Webhook final : public Plugin, public ChangeFollower {
 public:
  Result<void> check(const Settings& settings) const override {
    if (settings.text("secret").size() < kLeastSecret)
      return invalid_argument("secret: it has less than " + std::to_string(kLeastSecret) +
                              " characters; `openssl rand -hex 32` makes one");
    return {};
  }

  Result<void> configure(Host& host) override {
    host_ = &host;
    kept_.emplace(webhook::stores_in(host.data_folder()));
    sent_ = host.counter("webhook_deliveries_total", "Batches that the receiver confirmed.");
    failed_ = host.counter("webhook_failures_total", "Attempts that came to nothing.");
    return {};
  }

  Result<void> start() override {
    const auto& settings = host_->settings();
    feed_ = host_->find<Registry>()->feed();
    if (!feed_) return unsupported("the registry has no feed: extension.webhook is for an index");
    const Url url(settings.text("url"));
    target_ = url.target;
    secret_ = settings.text("secret");
    most_ = static_cast<std::size_t>(settings.integer("max_batch"));
    client_.emplace(wire::ClientOptions{
        .url = url.host,
        .token = {},
        .timeout = settings.duration("timeout"),
        .ca_file = settings.has("ca_file") ? settings.path("ca_file").string() : std::string()});
    auto opened = sqlite::attempt([&] { return open(settings.text("begin") == "now"); });
    if (!opened) return opened;
    behind_ = host_->gauge("webhook_behind", "Revisions of the feed that are not confirmed yet.",
                           [this] { return behind(); });
    following_ = host_->follow(*feed_, *this);
    return {};
  }

  void stop() override {
    following_.reset();  // waits for what is on its way: `timeout` must be short
    behind_.reset();
    outbox_.reset();
    client_.reset();
  }

  void* interface(std::string_view id) override { return interface_of<Stores>(&*kept_, id); }

  // The pump asks this before each batch. What is on its way goes first.
  Result<FeedPosition> applied() override {
    return sqlite::attempt([&]() -> Result<FeedPosition> {
      if (const auto pending = outbox_->pending())
        if (auto sent = send(*pending); !sent) return std::move(sent).error();
      return outbox_->confirmed();
    });
  }

  Result<void> apply(const ChangeBatch& batch) override {
    if (batch.changes.size() > most_) return too_large("max_batch is less");  // the pump halves it
    return sqlite::attempt([&]() -> Result<void> {
      if (batch.base != 0 && outbox_->confirmed() != FeedPosition{batch.feed, batch.base})
        return conflict("the webhook stands elsewhere in the feed");
      const auto delivery = webhook::delivery_of(batch, host_->name(), random_hex(16));
      if (delivery.body.empty()) return confirm(delivery.upto), Result<void>{};
      outbox_->put(delivery);
      return send(delivery);
    });
  }

 private:
  Result<void> open(bool from_now_on) {
    outbox_ = std::make_unique<webhook::Outbox>(host_->data_folder());
    if (from_now_on && outbox_->confirmed() == FeedPosition{} && !outbox_->pending()) {
      const auto state = feed_->state();
      if (!state) return state.error();
      outbox_->confirm({state->feed, state->latest});
    }
    confirmed_ = outbox_->confirmed().revision;
    return {};
  }

  Result<void> send(const Delivery& delivery) {
    http::Headers headers;
    headers.set("Content-Type", "application/json");
    headers.set("User-Agent", "Swapmeet/" + host_->version());
    headers.set("X-Swapmeet-Delivery", delivery.id);
    headers.set("X-Swapmeet-Signature", webhook::signature_of(delivery.body, secret_));
    const auto reply = client_->exchange("POST", target_, delivery.body, headers);
    if (reply && reply->status >= 200 && reply->status < 300) {
      confirm(delivery.upto);
      sent_->add();
      return {};
    }
    failed_->add();
    if (!reply) return reply.error();
    return unavailable(client_->url() + " answers " + std::to_string(reply->status));
  }

  void confirm(const FeedPosition& position) {
    outbox_->confirm(position);
    confirmed_ = position.revision;
  }

  double behind() {
    const auto state = feed_->state();
    const auto confirmed = confirmed_.load();
    return state && state->latest > confirmed ? static_cast<double>(state->latest - confirmed) : 0;
  }

  Host* host_ = nullptr;
  ChangeFeed* feed_ = nullptr;
  std::optional<sqlite::KeptStores> kept_;
  std::shared_ptr<Counter> sent_;
  std::shared_ptr<Counter> failed_;
  std::string target_;
  std::string secret_;
  std::size_t most_ = 0;
  std::atomic<Revision> confirmed_{0};
  std::optional<wire::Client> client_;
  std::unique_ptr<webhook::Outbox> outbox_;
  Registration behind_;
  Registration following_;
};

constexpr const char* kRequires[] = {Registry::kInterface};
constexpr KeySpec kKeys[] = {
    {"url", KeyType::url, nullptr, nullptr, nullptr, "Where batches are sent."},
    {.name = "secret",
     .type = KeyType::text,
     .default_value = nullptr,
     .low = nullptr,
     .high = nullptr,
     .help = "What batches are signed with; 16 characters or more.",
     .secret = true},
    {"max_batch", KeyType::integer, "500", "1", "2000", "Changes in one batch, at most."},
    {"timeout", KeyType::duration, "2s", "100ms", "2500ms",
     "How long the receiver may take to answer."},
    {"ca_file", KeyType::path, "", nullptr, nullptr,
     "Certificates (PEM) that are trusted for https, in place of the machine's."},
    one_of("now|start", {"begin", "now",
                         "What is sent at the very first: what changes from now on, or all that is "
                         "there."}),
};

}  // namespace

SWAPMEET_PLUGIN(Webhook, {.id = "extension.webhook",
                          .kind = Kind::extension,
                          .version = "0.1",
                          .summary = "Sends what changes in the index to a program by HTTP.",
                          .requires_interfaces = kRequires,
                          .keys = kKeys});
