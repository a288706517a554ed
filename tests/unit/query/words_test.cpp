#include "catch.h"
#include "swapmeet/query.h"

using swapmeet::fold;
using swapmeet::split_words;
using Words = std::vector<std::string>;

TEST_CASE("words end at separators and where case changes") {
  CHECK(split_words("foo_bar-baz.(live)[2]/x") == Words{"foo", "bar", "baz", "live", "2", "x"});
  CHECK(split_words("camelCase HTTPServer") == Words{"camel", "Case", "HTTP", "Server"});
  CHECK(split_words("Ärger – naïve") == Words{"Ärger", "naïve"});
  CHECK(split_words("").empty());
  CHECK(split_words("._-/").empty());
}

namespace {

using Runs = std::vector<Words>;

Runs searched(std::string_view text) { return swapmeet::searchable_words(text); }

}  // namespace

TEST_CASE("folding leaves the plain letter of a Latin one") {
  CHECK(fold("ABC xyz 09 _-.") == "abc xyz 09 _-.");
  CHECK(fold("áàâäãåā ÁÀÂÄÃÅĀ") == "aaaaaaa aaaaaaa");
  CHECK(fold("Łódź Český Ğ Ø ø Đ") == "lodz cesky g o o d");
  CHECK(fold("Straße STRASSE ẞ") == "strasse strasse ss");
  CHECK(fold("Æther œuvre") == "aether oeuvre");
  CHECK(fold("Þór Ðað") == "thor dad");
  CHECK(fold("Việt Nam") == "viet nam");
  CHECK(fold("İstanbul ılık") == "istanbul ilik");
}

TEST_CASE("folding other alphabets takes case and accents away") {
  CHECK(fold("Ελλάδα") == "ελλαδα");
  CHECK(fold("ΟΔΥΣΣΕΥΣ Οδυσσεύς") == "οδυσσευσ οδυσσευσ");  // the last sigma is a sigma
  CHECK(fold("Ἀθῆναι") == "αθηναι");
  CHECK(fold("МОСКВА Ёлка Йод Їжак") == "москва елка иод іжак");
  CHECK(fold("ԵՐԵՎԱՆ") == "երեվան");
}

TEST_CASE("composed and decomposed text folds to the same") {
  CHECK(fold("caf\u00e9") == fold("cafe\u0301"));
  CHECK(fold("\u1ec7") == fold("e\u0323\u0302"));
  CHECK(fold("\u0419") == fold("\u0418\u0306"));  // Cyrillic short i
  CHECK(fold("\u03ce") == fold("\u03c9\u0301"));  // Greek omega with tonos
  CHECK(fold("\u1112\u1161\u11ab") == "\ud55c");  // Hangul
  CHECK(fold("\u304b\u3099") == "\u304c");        // hiragana ga
}

TEST_CASE("full-width letters and digits are plain ones") {
  CHECK(fold("Ｓｗａｐ２０２４") == "swap2024");
  CHECK(searched("Ｌｉｖｅ（２）") == Runs{{"live", "2"}});
}

TEST_CASE("the marks that are left out in writing are folded away in every script") {
  CHECK(fold("كِتَابٌ") == fold("كتاب"));
  CHECK(fold("أغنية") == fold("اغنية"));
  CHECK(fold("كـــتاب") == fold("كتاب"));  // the tatweel
  CHECK(fold("ی ک") == fold("ي ك"));       // Persian letters
  CHECK(fold("שָׁלוֹם") == "שלום");
  CHECK(fold("\ufb2a") == "ש");
  CHECK(fold("हिन्दी") == fold("हिंदी"));
  CHECK(fold("क़लम") == fold("कलम"));  // a nukta
  CHECK(fold("गाँव") == fold("गांव"));
  CHECK(fold("е\u0301") == "е");
}

TEST_CASE("the marks without which a word is another one stay") {
  CHECK(fold("กิน") != fold("กัน"));
  CHECK(fold("कि") != fold("कु"));
  CHECK(fold("が") != fold("か"));
  CHECK(fold("ਕੁ") != fold("ਕ"));
}

TEST_CASE("compatibility forms, and what is canonically one, are folded together") {
  CHECK(fold("ﾊﾟｰﾃｨｰ") == "パーティー");
  CHECK(fold("ｶﾞｷﾞ") == "ガギ");
  CHECK(fold("ﬁle oﬃce") == "file office");
  CHECK(fold("ĳsland Ǆep ǆep x² Ⅳ") == "ijsland dzep dzep x2 iv");
  CHECK(fold("\u212bngstrom \u2126hm \u212aelvin") == "angstrom ωhm kelvin");
  CHECK(fold("\uf9dc") == "隆");
  CHECK(fold("\U0002f800") == "丽");
  CHECK(fold("𝐁𝐨𝐥𝐝 Ⓐⓑ ™ ㎏ №") == "bold ab tm kg no");
  CHECK(fold("⑴") == "1");
  CHECK(fold("٣ ३ ３ ๓") == "3 3 3 3");
  CHECK(fold("ﾡ") == "\u1100");
  CHECK(fold("ㅎㅏㄴ") == fold("하\u1102"));
  CHECK(fold("\u3042\u3099") == "\u3042\u3099");  // no such letter
  CHECK(fold("ᏣᎳᎩ") == fold("ꮳꮃꭹ"));
  CHECK(searched("パーティー") == searched("ﾊﾟｰﾃｨｰ"));
}

TEST_CASE("what is not seen makes no difference") {
  CHECK(searched("I \u2764\ufe0f NY") == searched("I \u2764 NY"));
  CHECK(searched("co\u00adoperate one\u200btwo") == Runs{{"cooperate", "onetwo"}});
  CHECK(searched("می\u200cخواهم") == searched("میخواهم"));
  CHECK(searched("\u200eabc\u202e\ufeff") == Runs{{"abc"}});
  CHECK(searched("\U0001f44d\U0001f3fd") == searched("\U0001f44d"));
  CHECK(searched("\u200b") == Runs{{}});
}

TEST_CASE("letters that look like apostrophes are apostrophes") {
  const Runs amour{{"l", "amour"}};
  for (const auto* name : {"l'amour", "L\u2019amour", "L\u02bcamour", "L\u02b9amour"})
    CHECK(searched(name) == amour);
  CHECK(searched("Hawai\u02bbi") == searched("hawai'i"));
}

TEST_CASE("punctuation of every script stands between words") {
  CHECK(searched("a،b؛c־d।e・f︰g") == Runs{{"a", "b", "c", "d", "e", "f", "g"}});
}

TEST_CASE("what is folded stays as it is when it is folded again") {
  for (char32_t code = 0x80; code < 0x110000; ++code) {
    if (code >= 0xD800 && code <= 0xDFFF) continue;
    std::string text;
    if (code < 0x800) {
      text = {static_cast<char>(0xC0 | (code >> 6)), static_cast<char>(0x80 | (code & 0x3F))};
    } else if (code < 0x10000) {
      text = {static_cast<char>(0xE0 | (code >> 12)),
              static_cast<char>(0x80 | ((code >> 6) & 0x3F)),
              static_cast<char>(0x80 | (code & 0x3F))};
    } else {
      text = {
          static_cast<char>(0xF0 | (code >> 18)), static_cast<char>(0x80 | ((code >> 12) & 0x3F)),
          static_cast<char>(0x80 | ((code >> 6) & 0x3F)), static_cast<char>(0x80 | (code & 0x3F))};
    }
    const auto once = fold(text);
    if (fold(once) != once) FAIL_CHECK("U+" << std::hex << static_cast<std::uint32_t>(code));
  }
}

TEST_CASE("what is no text stays as it is") {
  CHECK(fold("").empty());
  CHECK(fold("\xff\xfe") == "\xff\xfe");
  CHECK(fold("東京") == "東京");
  CHECK(fold("\U0001F600") == "\U0001F600");
}

TEST_CASE("a name is found by its words, and by their parts") {
  CHECK(searched("The Wire") == Runs{{"the", "wire"}});
  CHECK(searched("新東京2019 Live版") ==
        Runs{{"新", "東", "京", "2019", "live", "版"}, {"新", "東", "京", "2019"}});
  CHECK(searched("서울에서") == Runs{{"서", "울", "에", "서"}});
  CHECK(searched("カ\u3099ス") == Runs{{"ガ", "ス"}});
  CHECK(searched("the_wire-s01e02.mkv") ==
        Runs{{"the", "wire", "s01e02", "mkv"}, {"s", "01", "e", "02"}});
  CHECK(searched("camelCaseName") == Runs{{"camelcasename"}, {"camel", "case", "name"}});
  CHECK(searched("HTTPServer") == Runs{{"httpserver"}, {"http", "server"}});
  CHECK(searched("mp3Player") == Runs{{"mp3player"}, {"mp", "3", "player"}});
  CHECK(searched("YouTube_s01e02") ==
        Runs{{"youtube", "s01e02"}, {"you", "tube"}, {"s", "01", "e", "02"}});
  CHECK(searched("naïveÉtude") == Runs{{"naiveetude"}, {"naive", "etude"}});
  CHECK(searched("Straße") == Runs{{"strasse"}});
  CHECK(searched("cafe\u0301Noir") == Runs{{"cafenoir"}, {"cafe", "noir"}});
  CHECK(searched(" ._-/[] ") == Runs{{}});
}

TEST_CASE("a word of too many parts, such as a hash, is found whole only") {
  CHECK(searched("a1b2c3d4e5f6") ==
        Runs{{"a1b2c3d4e5f6"}, {"a", "1", "b", "2", "c", "3", "d", "4", "e", "5", "f", "6"}});
  CHECK(searched("a1b2c3d4e5f6a") == Runs{{"a1b2c3d4e5f6a"}});
}
