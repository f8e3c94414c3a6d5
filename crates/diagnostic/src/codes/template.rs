//! `PL03xx`: templates.

codes! {
    "PL0301" LONE_BRACE Syntax Error "closing brace without a part";
    "PL0302" EMPTY_PART Syntax Error "empty part";
    "PL0303" UNCLOSED_PART Syntax Error "part that is never closed";
}
