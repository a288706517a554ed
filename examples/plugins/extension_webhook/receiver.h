// A receiver for tests: takes deliveries on a port of 127.0.0.1 that the system chooses, remembers
// them, and answers what the test wants.
// Threads: thread-safe; the server's own call it.
#pragma once

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>

#include <functional>
#include <istream>
#include <iterator>
#include <mutex>
#include <string>
#include <vector>

namespace webhook::testing {

struct Received {
  std::string id;
  std::string signature;
  std::string target;
  std::string body;
  int answered = 0;
};

class Receiver {
 public:
  // `answer` says with which status, for the delivery with this number, from 0.
  explicit Receiver(std::function<int(std::size_t)> answer = [](std::size_t) { return 204; })
      : answer_(std::move(answer)),
        socket_(Poco::Net::SocketAddress("127.0.0.1", 0)),
        server_(new Factory(*this), socket_, parameters()) {
    server_.start();
  }
  ~Receiver() { server_.stopAll(true); }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  std::string url() const { return "http://" + socket_.address().toString(); }
  std::vector<Received> received() {
    const std::lock_guard lock(mutex_);
    return received_;
  }

 private:
  class Handler final : public Poco::Net::HTTPRequestHandler {
   public:
    explicit Handler(Receiver& receiver) : receiver_(receiver) {}
    void handleRequest(Poco::Net::HTTPServerRequest& request,
                       Poco::Net::HTTPServerResponse& response) override {
      Received received{request.get("X-Swapmeet-Delivery", ""),
                        request.get("X-Swapmeet-Signature", ""), request.getURI(),
                        std::string(std::istreambuf_iterator<char>(request.stream()), {})};
      response.setStatus(
          static_cast<Poco::Net::HTTPResponse::HTTPStatus>(receiver_.take(std::move(received))));
      response.setContentLength(0);
      response.send();
    }

   private:
    Receiver& receiver_;
  };
  class Factory final : public Poco::Net::HTTPRequestHandlerFactory {
   public:
    explicit Factory(Receiver& receiver) : receiver_(receiver) {}
    Poco::Net::HTTPRequestHandler* createRequestHandler(
        const Poco::Net::HTTPServerRequest&) override {
      return new Handler(receiver_);
    }

   private:
    Receiver& receiver_;
  };

  static Poco::Net::HTTPServerParams* parameters() {
    auto* parameters = new Poco::Net::HTTPServerParams;
    parameters->setMaxThreads(2);
    return parameters;
  }
  int take(Received received) {
    const std::lock_guard lock(mutex_);
    received.answered = answer_(received_.size());
    received_.push_back(std::move(received));
    return received_.back().answered;
  }

  std::mutex mutex_;
  const std::function<int(std::size_t)> answer_;
  std::vector<Received> received_;
  Poco::Net::ServerSocket socket_;
  Poco::Net::HTTPServer server_;
};

}  // namespace webhook::testing
