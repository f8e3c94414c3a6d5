//! `PL05xx`: limits on text and tree.

codes! {
    "PL0501" SOURCE_TOO_LONG Limit Error "source text too long";
    "PL0502" NESTED_TOO_DEEPLY Limit Error "nested too deeply";
    "PL0503" TOO_MANY_NODES Limit Error "too many operations";
    "PL0504" TOO_MANY_PARTS Limit Error "too many template parts";
    "PL0506" PATTERN_TOO_LONG Limit Error "pattern too long";
    "PL0507" PATTERN_TOO_LARGE Limit Error "pattern too large when compiled";
    "PL0508" COST Limit Error "costs more than allowed";
}
