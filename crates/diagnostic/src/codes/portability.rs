//! `PL08xx`: runtimes would answer differently.

codes! {
    "PL0801" DIFFERS Portability Warning "runtimes answer differently";
    "PL0802" FAULTS_ELSEWHERE Portability Warning "some runtimes go on where others fault";
    "PL0803" UNANCHORED Portability Warning "a pattern that runtimes anchor differently";
    "PL0804" REDACTED_ELSEWHERE Portability Warning "a runtime reads what is redacted here";
    "PL0805" UNSUPPORTED Portability Warning "a runtime does not take this";
}
