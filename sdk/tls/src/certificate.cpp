#include "swapmeet/tls/certificate.h"

#include <openssl/bn.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <chrono>
#include <ctime>
#include <fstream>
#include <sstream>
#include <vector>

#include "handles.h"
#include "swapmeet/digest.h"
#include "swapmeet/secret_file.h"

namespace swapmeet::tls {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;

// What browsers take at most of an authority is a good length for others as well.
constexpr hours kLifetime{24 * 397};
constexpr hours kClockSkew{24};
constexpr int kSerialBits = 127;
constexpr long kVersion3 = 2;

Error wrong(const fs::path& file, const std::string& what) {
  return {ErrorCode::invalid_argument, file.string() + ": " + what, {}};
}

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

BioHandle reading(const std::string& text) {
  return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Keys with a passphrase are refused: nobody is there to type it.
int no_passphrase(char*, int, int, void*) { return -1; }

Result<KeyHandle> read_key(const fs::path& file) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0)
    return Error{ErrorCode::not_found, file.string() + ": there is no such file", {}};
  if (open_to_others(file, facts.st_mode))
    return Error{
        ErrorCode::not_allowed, file.string() + ": others can read this key; `chmod 600` it", {}};
  const auto text = text_of(file);
  KeyHandle key(PEM_read_bio_PrivateKey(reading(text).get(), nullptr, no_passphrase, nullptr));
  if (key) return key;
  ERR_clear_error();
  return wrong(file, "is not a private key in PEM without a passphrase");
}

// The first one is the host's own, the others lead up to its authority.
Result<std::vector<CertificateHandle>> read_chain(const fs::path& file) {
  const auto text = text_of(file);
  const auto bio = reading(text);
  std::vector<CertificateHandle> chain;
  while (auto* one = PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr))
    chain.emplace_back(one);
  ERR_clear_error();
  if (chain.empty()) return wrong(file, "holds no certificate in PEM");
  return chain;
}

template <class Write>
std::string pem_of(Write&& write) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  write(bio.get());
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

KeyHandle make_key(KeyKind kind) {
  return KeyHandle(kind == KeyKind::ed25519 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                            : EVP_EC_gen("P-256"));
}

bool add_extension(X509* certificate, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Freeing<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_serial(X509* certificate) {
  const std::unique_ptr<BIGNUM, Freeing<BN_free>> serial(BN_new());
  return serial && BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr;
}

// Signed by its own key: who pins that key needs nobody to vouch for it.
CertificateHandle make_certificate(EVP_PKEY* key, KeyKind kind, const std::string& name, Time now) {
  CertificateHandle certificate(X509_new());
  auto* const one = certificate.get();
  const auto begins = std::chrono::system_clock::to_time_t(now - kClockSkew);
  const auto ends = std::chrono::system_clock::to_time_t(now - kClockSkew + kLifetime);
  auto* const subject = X509_get_subject_name(one);
  const auto* const common_name = reinterpret_cast<const unsigned char*>(name.c_str());
  const bool made =
      X509_set_version(one, kVersion3) == 1 && set_serial(one) &&
      ASN1_TIME_set(X509_getm_notBefore(one), begins) != nullptr &&
      ASN1_TIME_set(X509_getm_notAfter(one), ends) != nullptr && X509_set_pubkey(one, key) == 1 &&
      X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, common_name, -1, -1, 0) == 1 &&
      X509_set_issuer_name(one, subject) == 1 &&
      add_extension(one, NID_subject_alt_name, "DNS:" + name) &&
      add_extension(one, NID_basic_constraints, "critical,CA:FALSE") &&
      add_extension(one, NID_key_usage, "critical,digitalSignature") &&
      add_extension(one, NID_ext_key_usage, "serverAuth") &&
      X509_sign(one, key, kind == KeyKind::ed25519 ? nullptr : EVP_sha256()) > 0;
  return made ? std::move(certificate) : nullptr;
}

Time time_of(const ASN1_TIME* when) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(when, &parts) != 1) return {};
  return std::chrono::time_point_cast<Time::duration>(
      std::chrono::system_clock::from_time_t(::timegm(&parts)));
}

}  // namespace

struct Certificate::Parts {
  KeyHandle key;
  std::vector<CertificateHandle> chain;
  std::string public_key;
  std::string fingerprint;

  static Result<std::shared_ptr<const Parts>> of(KeyHandle key,
                                                 std::vector<CertificateHandle> chain,
                                                 const fs::path& file) {
    if (X509_check_private_key(chain.front().get(), key.get()) != 1) {
      ERR_clear_error();
      return wrong(file, "is not the certificate of this key");
    }
    auto parts = std::make_shared<Parts>();
    parts->public_key = public_key_of(key.get());
    parts->fingerprint = fingerprint_of(parts->public_key);
    parts->key = std::move(key);
    parts->chain = std::move(chain);
    return std::shared_ptr<const Parts>(std::move(parts));
  }
};

Result<Certificate> Certificate::read(const fs::path& certificate, const fs::path& key) {
  auto private_key = read_key(key);
  if (!private_key) return std::move(private_key).error();
  auto chain = read_chain(certificate);
  if (!chain) return std::move(chain).error();
  auto parts = Parts::of(std::move(*private_key), std::move(*chain), certificate);
  if (!parts) return std::move(parts).error();
  return Certificate(std::move(*parts));
}

Result<Certificate> Certificate::own(const fs::path& file, KeyKind kind, const std::string& name,
                                     Time now) {
  const fs::path key_file = file.string() + ".key";
  const fs::path certificate_file = file.string() + ".crt";
  if (std::error_code error; !fs::exists(key_file, error)) {
    const auto fresh = make_key(kind);
    if (!fresh) return Error{ErrorCode::internal, "no key can be made: " + trouble(), {}};
    auto written = write_secret(key_file, pem_of([&](BIO* bio) {
                                  PEM_write_bio_PKCS8PrivateKey(bio, fresh.get(), nullptr, nullptr,
                                                                0, nullptr, nullptr);
                                }));
    if (!written) return std::move(written).error();
  }
  if (auto kept = read(certificate_file, key_file); kept && kept->expires() - now > kLifetime / 3)
    return kept;
  auto key = read_key(key_file);
  if (!key) return std::move(key).error();
  auto made = make_certificate(key->get(), kind, name, now);
  if (!made) return Error{ErrorCode::internal, "no certificate can be made: " + trouble(), {}};
  auto written = write_secret(certificate_file,
                              pem_of([&](BIO* bio) { PEM_write_bio_X509(bio, made.get()); }));
  if (!written) return std::move(written).error();
  std::vector<CertificateHandle> chain;
  chain.push_back(std::move(made));
  auto parts = Parts::of(std::move(*key), std::move(chain), certificate_file);
  if (!parts) return std::move(parts).error();
  return Certificate(std::move(*parts));
}

const std::string& Certificate::fingerprint() const { return parts_->fingerprint; }
const std::string& Certificate::public_key() const { return parts_->public_key; }

std::string Certificate::sign(std::string_view text) const {
  const DigestHandle signing(EVP_MD_CTX_new());
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  const bool hashes = EVP_PKEY_get_base_id(parts_->key.get()) != EVP_PKEY_ED25519;
  std::size_t size = 0;
  if (EVP_DigestSignInit(signing.get(), nullptr, hashes ? EVP_sha256() : nullptr, nullptr,
                         parts_->key.get()) != 1 ||
      EVP_DigestSign(signing.get(), nullptr, &size, bytes, text.size()) != 1)
    return {};
  std::string signature(size, '\0');
  if (EVP_DigestSign(signing.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     bytes, text.size()) != 1)
    return {};
  signature.resize(size);
  return signature;
}

Time Certificate::expires() const { return time_of(X509_get0_notAfter(parts_->chain[0].get())); }

Result<void> Certificate::use_in(ssl_ctx_st* context) const {
  bool used = SSL_CTX_use_certificate(context, parts_->chain.front().get()) == 1 &&
              SSL_CTX_use_PrivateKey(context, parts_->key.get()) == 1;
  for (std::size_t i = 1; used && i < parts_->chain.size(); ++i)
    used = SSL_CTX_add1_chain_cert(context, parts_->chain[i].get()) == 1;
  if (used) return {};
  return Error{ErrorCode::invalid_argument, "the certificate cannot be used: " + trouble(), {}};
}

bool is_signed(std::string_view public_key, std::string_view text, std::string_view signature) {
  const auto* der = reinterpret_cast<const unsigned char*>(public_key.data());
  const KeyHandle key(d2i_PUBKEY(nullptr, &der, static_cast<long>(public_key.size())));
  const DigestHandle checking(EVP_MD_CTX_new());
  const bool good =
      key &&
      EVP_DigestVerifyInit(
          checking.get(), nullptr,
          EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519 ? EVP_sha256() : nullptr, nullptr,
          key.get()) == 1 &&
      EVP_DigestVerify(checking.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                       signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size()) == 1;
  ERR_clear_error();
  return good;
}

std::string fingerprint_of(std::string_view public_key) { return sha256_hex(public_key); }

}  // namespace swapmeet::tls
