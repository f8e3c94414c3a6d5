/* cycles COUNT GROWTH: compiles, binds, runs, captures and frees COUNT times, with rejected sources, faults and probes in between. Fails if
 * the memory of the process grows by more than GROWTH KiB after the first tenth; 0 is no check. */
#include <probelang.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t var(void *data, uint32_t name, probelang_payload *out) {
    (void)name;
    out->text.data = data, out->text.len = strlen(data);
    return PROBELANG_KIND_STR;
}

static int32_t sink(void *data, const char *bytes, size_t len) {
    (void)bytes;
    *(size_t *)data += len;
    return 0;
}

static long resident(void) { /* KiB */
    long pages = 0, ignored;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL) return 0;
    if (fscanf(file, "%ld %ld", &ignored, &pages) != 2) pages = 0;
    fclose(file);
    return pages * 4;
}

#define MUST(call) \
    do { \
        probelang_status status_ = (call); \
        if (status_ != PROBELANG_STATUS_OK) { \
            printf("%s:%d: status %d\n", __FILE__, __LINE__, (int)status_); \
            exit(1); \
        } \
    } while (0)

static const char PROBES[] = "[{\"id\": \"p\", \"type\": \"LOG_PROBE\", \"captureSnapshot\": true, \"where\": {\"sourceFile\": \"a.c\", \"lines\": [\"1\"]},"
                             " \"template\": \"a is {a}\"}, {\"id\": \"q\", \"type\": \"NO_PROBE\"}]";

static void cycle(unsigned long at) {
    static const char *const SOURCES[] = {"a == \"x\"", "matches(a, \"^x{1,3}$\") || len(a) > 2", "a == 1 and b", "a > 1", "a ==", "any(a, @it > 1)"};
    const char *source = SOURCES[at % 6];
    probelang_engine *engine = NULL;
    probelang_names *names = NULL;
    probelang_program *program = NULL;
    probelang_bound *bound = NULL;
    probelang_report *report = NULL;
    probelang_capture *capture = NULL;
    probelang_host host = {sizeof host};
    probelang_name name = {{"a", 1}, PROBELANG_GROUP_LOCALS, 0};
    size_t bytes = 0;
    host.data = "xx", host.var = var;
    MUST(probelang_engine_new(&engine));
    MUST(probelang_names_new(&names));
    if (probelang_compile(engine, 0, 0, source, strlen(source), &program, &report) == PROBELANG_STATUS_OK) {
        uint32_t verdict;
        MUST(probelang_report_free(report));
        report = NULL;
        MUST(probelang_bind(program, names, &bound));
        probelang_test(bound, &host, NULL, &verdict, &report);
    }
    MUST(probelang_report_free(report));
    MUST(probelang_capture_new(engine, &capture));
    MUST(probelang_names_symbol(names, "a", 1, &name.symbol));
    probelang_frame frame = {sizeof frame, PROBELANG_MOMENT_RETURN, 0, &name, 1};
    probelang_about about = {sizeof about};
    probelang_writer writer = {sizeof writer, &bytes, sink};
    MUST(probelang_capture_frame(capture, &host, &frame, NULL));
    MUST(probelang_capture_write(capture, &about, 0, &writer));
    if (at % 16 == 0) {
        probelang_probes *probes = NULL;
        probelang_site *site = NULL;
        probelang_changes *changes = NULL;
        probelang_scene scene = {sizeof scene, &host, &name, 1};
        char events[8192];
        size_t written, left;
        MUST(probelang_probes_new(engine, NULL, &probes));
        MUST(probelang_site_new(NULL, 0, "a.c:1", 5, &site));
        report = NULL;
        MUST(probelang_probes_load(probes, PROBES, sizeof PROBES - 1, at, &changes, &report));
        MUST(probelang_report_free(report));
        MUST(probelang_probes_arm(probes, site, "p", 1, names, at, NULL));
        MUST(probelang_probes_line(probes, site, &scene, at));
        MUST(probelang_probes_drain(probes, events, sizeof events, &written, &left));
        MUST(probelang_changes_free(changes));
        /* what still waits, and what is armed, goes with the set */
        MUST(probelang_probes_line(probes, site, &scene, at + 2000000000u));
        MUST(probelang_probes_free(probes));
        MUST(probelang_site_free(site));
    }
    MUST(probelang_capture_free(capture));
    MUST(probelang_bound_free(bound));
    MUST(probelang_program_free(program));
    MUST(probelang_names_free(names));
    MUST(probelang_engine_free(engine));
}

int main(int count, char **arguments) {
    unsigned long cycles = count > 1 ? strtoul(arguments[1], NULL, 10) : 1000;
    long growth = count > 2 ? atol(arguments[2]) : 0, before = 0;
    for (unsigned long at = 0; at < cycles; at++) {
        if (at == cycles / 10) before = resident();
        cycle(at);
    }
    if (growth > 0) {
        long after = resident();
        printf("%lu cycles: %ld KiB, then %ld KiB\n", cycles, before, after);
        if (after - before > growth) return 1;
    }
    return 0;
}
