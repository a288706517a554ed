// What host and plugin must agree on before they speak: the ABI version and the toolchain. The
// interfaces are C++ (virtual functions, standard strings), so the same compiler, standard library
// and sanitizers are required, and checked.
#pragma once

#include <cstdint>

namespace swapmeet {

inline constexpr std::uint64_t kPluginMagic = 0x5377'6170'6d65'6574;  // "Swapmeet"
// Major: changed when an existing plugin would break. Minor: when something was added.
inline constexpr std::uint16_t kAbiMajor = 4;
inline constexpr std::uint16_t kAbiMinor = 0;

#define SWAPMEET_TEXT_(x) #x
#define SWAPMEET_TEXT(x) SWAPMEET_TEXT_(x)

#if defined(__clang__)
#define SWAPMEET_COMPILER "clang " SWAPMEET_TEXT(__clang_major__)
#elif defined(__GNUC__)
#define SWAPMEET_COMPILER "gcc " SWAPMEET_TEXT(__GNUC__)
#else
#error "Swapmeet is built with gcc or clang"
#endif

#if defined(_LIBCPP_VERSION)
#define SWAPMEET_LIBRARY "libc++ " SWAPMEET_TEXT(_LIBCPP_ABI_VERSION)
#elif defined(_GLIBCXX_USE_CXX11_ABI)
#define SWAPMEET_LIBRARY "libstdc++ cxx11-abi " SWAPMEET_TEXT(_GLIBCXX_USE_CXX11_ABI)
#endif

#if defined(__SANITIZE_ADDRESS__)
#define SWAPMEET_SANITIZER "address"
#elif defined(__SANITIZE_THREAD__)
#define SWAPMEET_SANITIZER "thread"
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SWAPMEET_SANITIZER "address"
#elif __has_feature(thread_sanitizer)
#define SWAPMEET_SANITIZER "thread"
#endif
#endif
#ifndef SWAPMEET_SANITIZER
#define SWAPMEET_SANITIZER "none"
#endif

#if __cplusplus >= 202302L
#define SWAPMEET_LEVEL "c++23"
#else
#define SWAPMEET_LEVEL "c++20"
#endif

inline constexpr const char* kToolchain =
    SWAPMEET_COMPILER ", " SWAPMEET_LIBRARY ", " SWAPMEET_LEVEL ", sanitizer " SWAPMEET_SANITIZER;

// A fingerprint of the contract headers (comments and spaces aside), which swapmeet_add_plugin()
// makes of those that a plugin is built with. Equal ABI numbers with other headers are refused.
#ifndef SWAPMEET_CONTRACTS
#define SWAPMEET_CONTRACTS ""
#endif
inline constexpr const char* kContracts = SWAPMEET_CONTRACTS;

}  // namespace swapmeet
