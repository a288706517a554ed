// Of a text, the words by which somebody would look for it: as many as one attribute holds.
// Threads: a free function without shared state.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace attributes_text {

// Distinct words, folded as the search folds them, in the order in which they come in the text.
// When there is room for a part only, the words that come often and are long go first, and the
// commonest words of English never. At most `most` bytes.
std::string telling_words(std::string_view text, std::size_t most = 1'024);

}  // namespace attributes_text
