//! `PL3xxx`: configurations of probes.

codes! {
    "PL3001" NO_PROBE_FILE Probe Error "not a probe file";
    "PL3002" MISSING_KEY Probe Error "a key that the probe needs is missing";
    "PL3003" WRONG_VALUE Probe Error "a value that its key does not take";
    "PL3004" UNKNOWN_KEY Probe Warning "unknown key";
    "PL3005" UNKNOWN_PROBE_TYPE Probe Error "unknown type of probe";
    "PL3006" SAME_ID Probe Error "two probes with one id";
    "PL3007" NO_RESULT_YET Probe Error "a result is read before it exists";
    "PL3008" NO_MESSAGE Probe Warning "a log probe without a message";
    "PL3009" UNUSED_KEY Probe Warning "a key without effect";
    "PL3010" TOO_MUCH Probe Error "a probe file beyond a limit";
}
