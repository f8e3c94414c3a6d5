//! Names, strings and numbers, with a taste for the rare ones.

use probelang_syntax::tree::At;

use crate::choices::Choices;

const STRINGS: &[&str] = &[
    "",
    "a",
    "abc",
    "hello world",
    "\"",
    "'",
    "`",
    "\\",
    "\\n",
    "\n",
    "\r\n",
    "\t\0",
    "\u{1}\u{1f}\u{7f}\u{85}\u{9f}",
    "\u{2028}\u{2029}",
    "\u{feff}",
    "\u{61c}\u{200e}\u{200f}\u{202a}\u{202e}\u{2066}\u{2069}",
    "\u{200b}\u{a0}",
    "é",
    "e\u{301}",
    "ß",
    "日本語",
    "😀",
    "👨\u{200d}👩\u{200d}👧",
    "\u{ffff}\u{10ffff}\u{e000}\u{d7ff}",
    "{",
    "}",
    "{{a}}",
    "${x} %s {0}",
    "^a+$",
    "[",
    "null",
    "true",
    "@it",
    "1",
    "/~0/~1",
    "// no comment # here",
    "pkg.Type",
];

const NAMES: &[&str] = &[
    "a",
    "b",
    "user",
    "xs",
    "this",
    "self",
    "len",
    "count",
    "any",
    "filter",
    "contains",
    "matches",
    "hasAny",
    "True",
    "None",
    "and",
    "or",
    "in",
    "e5",
    "e",
    "x1",
    "_",
    "$",
    "$this",
    "true",
    "false",
    "null",
    "not",
    "instanceof",
    "",
    "a b",
    "a.b",
    "a[0]",
    "a-b",
    "1a",
    "1",
    "-1",
    "<T>k__BackingField",
    "`",
    "\\",
    "\"",
    "'",
    "\n",
    "{}",
    "@",
    "@foo",
    "@It",
    "@it.name",
    "é",
    "日本",
    "ｘ",
    "e\u{301}",
    "\u{301}",
    "😀",
    "\u{202e}x",
    "\u{feff}",
    "a\u{200d}",
    "℘",
];

const CHARACTERS: &[char] = &[
    'a',
    'Z',
    '0',
    '9',
    '_',
    '$',
    ' ',
    '.',
    ',',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '"',
    '\'',
    '`',
    '\\',
    '/',
    '@',
    '#',
    '-',
    '+',
    '*',
    '=',
    '<',
    '>',
    '!',
    '&',
    '|',
    '~',
    '\n',
    '\r',
    '\t',
    '\0',
    '\u{8}',
    '\u{7f}',
    '\u{85}',
    '\u{a0}',
    'é',
    '\u{301}',
    'λ',
    '中',
    '\u{200d}',
    '\u{202e}',
    '\u{2028}',
    '\u{feff}',
    '\u{fffd}',
    '😀',
    '\u{10ffff}',
];

fn characters(choices: &mut Choices<'_>) -> String {
    let length = choices.below(9);
    (0..length)
        .map(|_| match choices.below(8) {
            7 => char::from_u32((choices.bits() % 0x11_0000) as u32).unwrap_or('x'),
            _ => CHARACTERS[choices.below(CHARACTERS.len())],
        })
        .collect()
}

/// A string.
pub fn string(choices: &mut Choices<'_>) -> String {
    match choices.below(8) {
        0..=5 => choices.pick(STRINGS).to_owned(),
        6 => characters(choices),
        _ => choices.pick(STRINGS).repeat(choices.below(40)),
    }
}

/// A name of the scope or of a member: any text that is no `@`-name of the language.
pub fn name(choices: &mut Choices<'_>) -> String {
    let name = match choices.below(8) {
        0..=5 => choices.pick(NAMES).to_owned(),
        6 => characters(choices),
        _ => string(choices),
    };
    if At::find(&name).is_some() { "a".to_owned() } else { name }
}

/// An integer of the language: `i64`, or above it `u64`.
pub fn integer(choices: &mut Choices<'_>) -> i128 {
    const ODD: &[i128] = &[
        i64::MIN as i128,
        i64::MIN as i128 + 1,
        i64::MAX as i128,
        i64::MAX as i128 + 1,
        u64::MAX as i128,
        -1,
        (1 << 53) - 1,
        1 << 53,
        (1 << 53) + 1,
        -(1 << 53) - 1,
        1 << 32,
        10_000_000_000_000_000,
    ];
    match choices.below(8) {
        0..=3 => choices.below(10) as i128,
        4 => -(choices.below(300) as i128),
        5 => ODD[choices.below(ODD.len())],
        6 => i128::from(choices.bits() as i64),
        _ => i128::from(choices.bits()),
    }
}

/// A finite float.
pub fn float(choices: &mut Choices<'_>) -> f64 {
    const ODD: &[f64] = &[
        0.0,
        -0.0,
        1.0,
        0.1,
        0.5,
        -1.5,
        100_000.0,
        1e15,
        9_999_999_999_999_998.0,
        1e16,
        1.000_000_000_000_000_2e16,
        1e17,
        1e21,
        1e22,
        1e-4,
        9.999_999_999_999_999e-5,
        1e-5,
        1e-7,
        5e-324,
        f64::MIN_POSITIVE,
        f64::MAX,
        f64::MIN,
        f64::EPSILON,
        9_007_199_254_740_993.0,
        9_223_372_036_854_775_808.0,
        18_446_744_073_709_551_616.0,
    ];
    let float = match choices.below(8) {
        0..=3 => ODD[choices.below(ODD.len())],
        4 => choices.below(1000) as f64 / 8.0,
        _ => f64::from_bits(choices.bits()),
    };
    if float.is_finite() { float } else { 0.25 }
}
