// Words as the index keeps them: split as every search splits (swapmeet/query.h), and folded so
// that case, accents and compatibility forms do not matter (Unicode NFKC_Casefold without marks, by
// ICU). Threads: free functions without state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace search_memory {

// "CAFÉ" and "Cafe\u0301" both give "cafe". Text that is no UTF-8 gives U+FFFD for what is wrong.
std::string fold(std::string_view text);
// The words of a name or path, folded, in order.
std::vector<std::string> folded_words(std::string_view text);

}  // namespace search_memory
