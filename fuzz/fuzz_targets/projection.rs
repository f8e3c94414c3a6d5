#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| probelang_safety::oracle::projection(data));
