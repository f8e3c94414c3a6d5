//! Types cover values, on more seeds than the other targets get.

use probelang_safety::oracle;
use probelang_testkit::generate::for_each_seed;

#[test]
fn types_cover_values_and_a_schema_decides_nothing() {
    for_each_seed(4_000, oracle::types_of);
}
