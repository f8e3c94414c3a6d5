//! `PL09xx`: schemas.

codes! {
    "PL0901" BAD_SCHEMA Schema Error "schema that does not read";
}
