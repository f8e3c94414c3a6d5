//! `PL01xx`: characters, numbers, strings, names.

codes! {
    "PL0101" UNKNOWN_CHARACTER Syntax Error "character that the language does not use";
    "PL0102" WHITE_SPACE Syntax Error "white space that does not separate tokens";
    "PL0103" UNCLOSED_STRING Syntax Error "unterminated string";
    "PL0104" UNKNOWN_ESCAPE Syntax Error "unknown escape";
    "PL0105" BAD_CODE_POINT Syntax Error "escape that names no character";
    "PL0106" BAD_NUMBER Syntax Error "number in a form that the language does not read";
    "PL0107" NUMBER_RANGE Syntax Error "number out of range";
    "PL0108" UNKNOWN_AT_NAME Syntax Error "unknown @-name";
    "PL0109" UNCLOSED_NAME Syntax Error "name without its closing back quote";
}
