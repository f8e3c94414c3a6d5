//! `PL06xx`: it reads, and the program is refused.

codes! {
    "PL0601" ELEMENT_OUTSIDE Program Error "element name outside of a predicate";
    "PL0602" SUBSTRING_WITHOUT_END Program Error "substring without its end";
    "PL0603" COMPUTED_PATTERN Program Error "computed pattern";
    "PL0604" BAD_PATTERN Pattern Error "invalid regular expression";
    "PL0605" PATTERN_CONSTRUCT Pattern Error "pattern construct without linear time";
    "PL0607" BAD_ARTIFACT Program Error "artifact that is rejected";
}
