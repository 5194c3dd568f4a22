"""Tables of romanization: what letters of other scripts become in the schemes in use."""

from __future__ import annotations

CYRILLIC: dict[str, str] = {
    "^": "", "$": "",
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "yo", "ж": "zh", "з": "z",
    "и": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh",
    "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
    "і": "i", "ї": "yi", "є": "ye", "ґ": "g", "ў": "u", "ђ": "dj", "ј": "j", "љ": "lj",
    "њ": "nj", "ћ": "c", "џ": "dz", "ѓ": "gj", "ќ": "kj", "ѕ": "dz", "ѝ": "i",
    "ә": "a", "ғ": "g", "қ": "k", "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "һ": "h",
}  # fmt: skip

_BGN = {"^е": "ye", "ае": "aye", "ее": "eye", "ие": "iye", "ое": "oye", "уе": "uye", "ье": "ye",
        "ье$": "ye", "ъе": "ye", "ё": "ye"}  # fmt: skip
_INFORMAL = {"х": "h", "щ": "sch", "ий$": "y", "ый$": "y", "кс": "x", "ья": "ia", "ье": "ie"}
_PASSPORT = {"ё": "e", "й": "i", "ю": "iu", "я": "ia", "ъ": "ie", "є": "ie", "ї": "i"}
_SCIENTIFIC = {"ё": "e", "ж": "z", "й": "j", "х": "ch", "ц": "c", "ч": "c", "ш": "s", "щ": "sc",
               "ю": "ju", "я": "ja", "є": "je", "ї": "ji"}  # fmt: skip
_ISO_9 = {"ё": "e", "ж": "z", "й": "j", "х": "h", "ц": "c", "ч": "c", "ш": "s", "щ": "s",
          "ю": "u", "я": "a", "є": "e", "ї": "i"}  # fmt: skip
_GOST_B = {"ё": "yo", "й": "j", "х": "x", "ц": "cz", "щ": "shh", "ю": "yu", "я": "ya"}
_GOST_J = {"ё": "jo", "й": "j", "х": "h", "ю": "ju", "я": "ja", "э": "e", "щ": "sch"}
_GERMAN = {"^е": "je", "ё": "jo", "ж": "sch", "з": "s", "й": "i", "х": "ch", "ц": "z", "ч": "tsch",
           "ш": "sch", "щ": "schtsch", "в": "w", "ю": "ju", "я": "ja", "ий$": "i"}  # fmt: skip
_FRENCH = {"у": "ou", "ё": "io", "ж": "j", "й": "i", "ч": "tch", "ш": "ch", "щ": "chtch",
           "ю": "iou", "я": "ia", "ий$": "i", "ин$": "ine", "ге": "gue", "ги": "gui"}  # fmt: skip
_POLISH = {"в": "w", "ё": "jo", "ж": "z", "й": "j", "х": "ch", "ц": "c", "ч": "cz", "ш": "sz",
           "щ": "szcz", "ю": "ju", "я": "ja", "ий$": "i"}  # fmt: skip
_UKRAINIAN = {"г": "h", "зг": "zgh", "и": "y", "й": "i", "ю": "iu", "я": "ia", "є": "ie",
              "ї": "i", "^ю": "yu", "^я": "ya", "^є": "ye", "^ї": "yi", "^й": "y"}  # fmt: skip
_UKRAINIAN_Y = {"г": "h", "и": "y", "й": "y", "є": "ye", "ий$": "y"}
_BULGARIAN = {"щ": "sht", "ъ": "a", "х": "h", "ия$": "ia", "й": "y"}
_SERBIAN = {"ж": "z", "ч": "c", "ш": "s", "ц": "c", "х": "h", "ђ": "d", "џ": "dz"}

CYRILLIC_SCHEMES: tuple[dict[str, str], ...] = (
    {}, _BGN, _INFORMAL, _PASSPORT, _SCIENTIFIC, _ISO_9, _GOST_B, _GOST_J, _GERMAN, _FRENCH,
    _POLISH, _UKRAINIAN, _UKRAINIAN_Y, _BULGARIAN, _SERBIAN,
)  # fmt: skip

# A hair space after a vowel stands for its dialytika: it does not join the vowel before it.
GREEK: dict[str, str] = {
    "^": "", "$": "", "\u200a": "",
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i",
    "κ": "k", "λ": "l", "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s",
    "ς": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch", "ψ": "ps", "ω": "o",
    "ου": "ou", "γγ": "ng", "γξ": "nx", "γχ": "nch", "^μπ": "b",
}  # fmt: skip

_VOICED = {"αυ": "av", "ευ": "ev", "ηυ": "iv"}
_VOICELESS = {"θ": "th", "κ": "k", "ξ": "x", "π": "p", "σ": "s", "ς": "s", "τ": "t", "φ": "f",
              "χ": "ch", "ψ": "ps", "$": ""}  # fmt: skip
_ELOT = _VOICED | {
    vowels + after: f"{to[0]}f{sound}"
    for vowels, to in _VOICED.items()
    for after, sound in _VOICELESS.items()
}
_PHONETIC = _ELOT | {
    "αι": "e", "ει": "i", "οι": "i", "υι": "i", "υ": "i", "ου": "u", "χ": "h", "μπ": "b",
    "ντ": "d", "γκ": "g", "τζ": "tz", "γγ": "g", "αι\u200a": "ai", "ει\u200a": "ei",
    "οι\u200a": "oi",
}  # fmt: skip
_ENGLISH = _ELOT | {"χ": "h", "φ": "ph", "υ": "y", "ντ": "nt", "^ντ": "d", "^γκ": "g", "ξ": "x"}
_KH = _ELOT | {"χ": "kh", "γκ": "g", "ντ": "nd", "μπ": "mb", "ξ": "ks", "γ": "gh", "δ": "dh"}
_X = _ELOT | {"χ": "x", "ξ": "ks", "η": "h", "ω": "w", "υ": "u", "ου": "ou", "β": "b"}
_CLASSICAL = {"β": "b", "η": "e", "φ": "ph", "χ": "ch", "υ": "y", "αυ": "au", "ευ": "eu",
              "μπ": "mp", "^μπ": "mp", "ντ": "nt", "αι": "ae", "οι": "oe", "κ": "k"}  # fmt: skip
_ISO_843 = {"η": "i", "ου": "ou", "αυ": "au", "ευ": "eu", "γγ": "gg", "γκ": "gk", "^μπ": "mp",
            "χ": "ch", "φ": "f"}  # fmt: skip
_LETTER_BY_LETTER = {"ου": "oy", "αυ": "ay", "ευ": "ey", "γγ": "gg", "^μπ": "mp", "χ": "ch"}
_LETTER_BY_LETTER_U = {"ου": "ou", "αυ": "au", "ευ": "eu", "υ": "u", "γγ": "gg", "^μπ": "mp",
                       "χ": "kh", "η": "e", "φ": "ph", "β": "b"}  # fmt: skip

GREEK_SCHEMES: tuple[dict[str, str], ...] = (
    _ELOT, _PHONETIC, _ENGLISH, _KH, _X, _CLASSICAL, _ISO_843, _LETTER_BY_LETTER,
    _LETTER_BY_LETTER_U,
)  # fmt: skip

LATIN_SCHEMES: tuple[dict[str, str], ...] = (
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "đ": "dj", "ð": "dh"},
    {"ä": "e", "æ": "e", "œ": "e", "ß": "s", "þ": "p", "ø": "o", "ő": "oe", "ű": "ue"},
    {"š": "sh", "ş": "sh", "ș": "sh", "č": "ch", "ç": "ch", "ć": "ch", "ž": "zh", "ř": "rz",
     "ť": "t", "ľ": "l", "ţ": "ts", "ț": "ts", "ñ": "ny", "ğ": "gh"},
    {"ñ": "ni", "ğ": "", "ç": "s", "ł": "w", "ě": "ie", "ă": "a", "â": "i", "î": "a"},
)  # fmt: skip

_ARABIC: dict[str, str] = {
    "ب": "b", "ت": "t", "ث": "t", "ج": "g", "ح": "h", "خ": "k", "د": "d", "ذ": "d", "ر": "r",
    "ز": "z", "س": "s", "ش": "s", "ص": "s", "ض": "d", "ط": "t", "ظ": "z", "غ": "g", "ف": "f",
    "ق": "k", "ك": "k", "ل": "l", "م": "m", "ن": "n", "ه": "h",
    "پ": "b", "چ": "s", "ژ": "z", "گ": "g", "ڤ": "f",
}  # fmt: skip
_HEBREW: dict[str, str] = {
    "ג": "g", "ד": "d", "ז": "z", "ח": "k", "ט": "t", "כ": "k", "ך": "k", "ה": "k", "ל": "l",
    "מ": "m", "ם": "m", "נ": "n", "ן": "n", "ס": "s", "פ": "p", "ף": "p", "צ": "z", "ץ": "z",
    "ק": "k", "ר": "r", "ש": "s", "ת": "t",
}  # fmt: skip
SEMITIC: dict[str, tuple[str, dict[str, str]]] = {
    "arabic": ("ال", _ARABIC),
    "hebrew": ("", _HEBREW),
}

HANGUL_SURNAMES: dict[str, tuple[str, ...]] = {
    "김": ("kim",), "이": ("lee", "yi", "rhee"), "박": ("park", "pak", "bak"),
    "최": ("choi", "choe"),
    "정": ("jung", "jeong", "chung"), "강": ("kang",), "조": ("cho", "jo"), "윤": ("yoon", "yun"),
    "장": ("jang", "chang"), "임": ("lim", "im"), "오": ("oh",), "한": ("han",),
    "신": ("shin", "sin"),
    "서": ("seo", "suh"), "권": ("kwon",), "황": ("hwang",), "안": ("ahn", "an"), "송": ("song",),
    "류": ("ryu", "yoo"), "유": ("yoo", "yu"), "전": ("jeon", "chun"), "홍": ("hong",),
    "고": ("ko", "go"),
    "문": ("moon", "mun"), "양": ("yang",), "손": ("son", "sohn"), "배": ("bae", "pae"),
    "백": ("baek", "paik"), "허": ("heo", "hur"), "남": ("nam",), "심": ("shim", "sim"),
    "노": ("noh", "roh"), "하": ("ha",), "곽": ("kwak",), "성": ("sung",), "차": ("cha",),
    "주": ("joo", "ju"), "우": ("woo", "wu"), "구": ("koo", "gu"), "민": ("min",), "나": ("na",),
}  # fmt: skip

# Japanese readings of the most frequent surnames and given names: Han signs alone read as Chinese.
HAN_NAMES: dict[str, tuple[str, ...]] = {
    "佐藤": ("sato", "satou"), "鈴木": ("suzuki",), "高橋": ("takahashi",), "田中": ("tanaka",),
    "渡辺": ("watanabe",), "渡邉": ("watanabe",), "伊藤": ("ito", "itou"), "山本": ("yamamoto",),
    "中村": ("nakamura",), "小林": ("kobayashi",), "加藤": ("kato", "katou"), "吉田": ("yoshida",),
    "山田": ("yamada",), "佐々木": ("sasaki",), "山口": ("yamaguchi",), "松本": ("matsumoto",),
    "井上": ("inoue",), "木村": ("kimura",), "林": ("hayashi", "lin"), "斎藤": ("saito", "saitou"),
    "斉藤": ("saito", "saitou"), "清水": ("shimizu",), "山崎": ("yamazaki", "yamasaki"),
    "森": ("mori",), "池田": ("ikeda",), "橋本": ("hashimoto",), "阿部": ("abe",),
    "石川": ("ishikawa",), "山下": ("yamashita",), "中島": ("nakajima",), "石井": ("ishii",),
    "小川": ("ogawa",), "前田": ("maeda",), "岡田": ("okada",), "長谷川": ("hasegawa",),
    "藤田": ("fujita",), "後藤": ("goto", "gotou"), "近藤": ("kondo", "kondou"),
    "村上": ("murakami",), "遠藤": ("endo", "endou"), "青木": ("aoki",), "坂本": ("sakamoto",),
    "福田": ("fukuda",), "太田": ("ota", "oota"), "西村": ("nishimura",), "藤井": ("fujii",),
    "金子": ("kaneko",), "岡本": ("okamoto",), "藤原": ("fujiwara",), "中野": ("nakano",),
    "三浦": ("miura",), "原田": ("harada",), "中川": ("nakagawa",), "松田": ("matsuda",),
    "竹内": ("takeuchi",), "小野": ("ono",), "田村": ("tamura",), "中山": ("nakayama",),
    "和田": ("wada",), "石田": ("ishida",), "森田": ("morita",), "上田": ("ueda",), "原": ("hara",),
    "内田": ("uchida",), "柴田": ("shibata",), "酒井": ("sakai",), "宮崎": ("miyazaki",),
    "横山": ("yokoyama",), "高木": ("takagi",), "安藤": ("ando",), "宮本": ("miyamoto",),
    "大野": ("ono", "oono"), "小島": ("kojima",), "工藤": ("kudo",), "谷口": ("taniguchi",),
    "今井": ("imai",), "高田": ("takada",), "増田": ("masuda",), "丸山": ("maruyama",),
    "杉山": ("sugiyama",), "村田": ("murata",), "大塚": ("otsuka",), "新井": ("arai",),
    "小山": ("koyama",), "平野": ("hirano",), "藤本": ("fujimoto",), "河野": ("kono",),
    "上野": ("ueno",), "野口": ("noguchi",), "武田": ("takeda",), "松井": ("matsui",),
    "千葉": ("chiba",), "岩崎": ("iwasaki",), "菅原": ("sugawara",), "木下": ("kinoshita",),
    "久保": ("kubo",), "松尾": ("matsuo",), "野村": ("nomura",), "菊地": ("kikuchi",),
    "健一": ("kenichi",), "直樹": ("naoki",), "浩": ("hiroshi",), "学": ("manabu",),
    "和也": ("kazuya",), "翔太": ("shota",), "翼": ("tsubasa",), "聡太郎": ("sotaro",),
    "裕太": ("yuta",), "陽一": ("yoichi",), "裕樹": ("yuki",), "零": ("rei",), "英樹": ("hideki",),
    "篤司": ("atsushi",), "くみ子": ("kumiko",), "美加子": ("mikako",), "裕美子": ("yumiko",),
    "幹": ("miki",), "洋介": ("yosuke",), "太一": ("taichi",), "拓真": ("takuma",),
    "晃": ("akira",), "智也": ("tomoya",), "涼平": ("ryohei",), "淳": ("jun",), "治": ("osamu",),
    "京助": ("kyosuke",), "修平": ("shuhei",), "亮介": ("ryosuke",), "明美": ("akemi",),
    "真綾": ("maaya",), "陽子": ("yoko",), "里佳": ("rika",), "花子": ("hanako",),
    "直子": ("naoko",), "知実": ("tomomi",), "春香": ("haruka",), "結衣": ("yui",),
    "舞": ("mai",), "香織": ("kaori",), "加奈": ("kana",), "桃子": ("momoko",),
    "七夏": ("nanami",), "さゆり": ("sayuri",), "康弘": ("yasuhiro",), "千代": ("chiyo",),
    "充": ("mitsuru",), "美香": ("mika",), "太郎": ("taro", "tarou"), "誠": ("makoto",),
}  # fmt: skip
