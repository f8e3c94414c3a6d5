//! `PL08xx`: runtimes would answer differently.

codes! {
    "PL0801" DIFFERS Portability Warning "runtimes answer differently";
}
