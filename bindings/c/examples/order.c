/* Structs of a C program as a host: a condition, a message, a snapshot, and a probe. */
#include <probelang.h>
#include <stdio.h>
#include <string.h>

struct item { const char *sku; int64_t quantity; double price; };
struct order { int64_t id; const char *card_number; struct item items[3]; };
/* The names that the host knows; a symbol is a place in this list. */
enum name { N_ORDER, N_ID, N_CARD_NUMBER, N_ITEMS, N_SKU, N_QUANTITY, N_PRICE, N_COUNT };
static const char *const NAMES[] = {"order", "id", "cardNumber", "items", "sku", "quantity", "price"};
/* What a handle is a handle of; the word of an item is its place. */
enum shape { ORDER, ITEMS, ITEM };

static uint32_t resolve(void *data, const char *name, size_t len, uint32_t use) {
    uint32_t at = 0;
    (void)data, (void)use;
    while (at < N_COUNT && (strlen(NAMES[at]) != len || memcmp(NAMES[at], name, len) != 0)) at++;
    return at;
}
static uint32_t text(probelang_payload *out, const char *it) {
    return out->text.data = it, out->text.len = strlen(it), PROBELANG_KIND_STR;
}
static uint32_t integer(probelang_payload *out, int64_t it) { return out->integer = it, PROBELANG_KIND_INT; }
static uint32_t number(probelang_payload *out, double it) { return out->number = it, PROBELANG_KIND_FLOAT; }
static uint32_t handle(probelang_payload *out, uint32_t kind, uint32_t shape, uint64_t word) {
    return out->handle.shape = shape, out->handle.word = word, kind;
}
static uint32_t var(void *data, uint32_t name, probelang_payload *out) {
    (void)data;
    return name == N_ORDER ? handle(out, PROBELANG_KIND_OBJECT, ORDER, 0) : PROBELANG_KIND_ABSENT;
}
static uint32_t field(void *data, uint64_t word, uint32_t shape, uint32_t name, probelang_payload *out) {
    const struct order *order = data;
    if (shape == ORDER && name == N_ID) return integer(out, order->id);
    if (shape == ORDER && name == N_CARD_NUMBER) return text(out, order->card_number);
    if (shape == ORDER && name == N_ITEMS) return handle(out, PROBELANG_KIND_LIST, ITEMS, 0);
    if (shape == ITEM && name == N_SKU) return text(out, order->items[word].sku);
    if (shape == ITEM && name == N_QUANTITY) return integer(out, order->items[word].quantity);
    if (shape == ITEM && name == N_PRICE) return number(out, order->items[word].price);
    return PROBELANG_KIND_ABSENT;
}
static int32_t len(void *data, uint64_t word, uint32_t shape, uint64_t *out, probelang_str *why) {
    (void)data, (void)word, (void)why;
    *out = shape == ITEMS ? 3 : 0;
    return PROBELANG_REPLY_DONE;
}
static int32_t items(void *data, probelang_cursor *cursor, probelang_value *out, size_t room, probelang_batch *batch) {
    (void)data;
    for (; batch->count < room && cursor->position < 3; cursor->position++, batch->count++)
        out[batch->count].kind = handle(&out[batch->count].of, PROBELANG_KIND_OBJECT, ITEM, cursor->position);
    batch->more = cursor->position < 3 ? PROBELANG_MORE_YES : PROBELANG_MORE_DONE;
    return PROBELANG_REPLY_DONE;
}
/* The fields of an object, for the snapshot. */
static int32_t entries(void *data, probelang_cursor *cursor, probelang_value *keys, probelang_value *values, size_t room,
                       probelang_batch *batch) {
    uint32_t name = cursor->shape == ORDER ? N_ID : N_SKU, after = cursor->shape == ORDER ? N_SKU : N_COUNT;
    for (name += (uint32_t)cursor->position; batch->count < room && name < after; name++, cursor->position++, batch->count++) {
        keys[batch->count].kind = text(&keys[batch->count].of, NAMES[name]);
        values[batch->count].kind = field(data, cursor->word, cursor->shape, name, &values[batch->count].of);
    }
    return PROBELANG_REPLY_DONE;
}
static int32_t type_name(void *data, uint64_t word, uint32_t shape, char *scratch, size_t room, probelang_str *out) {
    (void)data, (void)word, (void)scratch, (void)room;
    static const char *const TYPES[] = {"struct order", "struct item[3]", "struct item"};
    out->data = TYPES[shape], out->len = strlen(TYPES[shape]);
    return PROBELANG_REPLY_DONE;
}
/* Prints why a call failed, if it did. */
static void must(probelang_status status, probelang_report *report) {
    probelang_str why = {"", 0};
    if (report != NULL) probelang_report_message(report, &why);
    if (status != PROBELANG_STATUS_OK) printf("status %d: %.*s\n", (int)status, (int)why.len, why.data);
    probelang_report_free(report);
}
static probelang_bound *bind(probelang_engine *engine, uint32_t kind, const char *source) {
    probelang_program *program = NULL; probelang_bound *bound = NULL; probelang_report *report = NULL;
    probelang_status status =
        probelang_compile(engine, kind, PROBELANG_FORM_TEXT, source, strlen(source), &program, &report);
    must(status, report);
    must(probelang_bind_with(program, resolve, NULL, &bound), NULL);
    probelang_program_free(program);
    return bound;
}
static int32_t print(void *data, const char *bytes, size_t len) {
    printf("%s%.*s\n", (const char *)data, (int)len, bytes);
    return 0;
}
#define NOW 1760000000000000000u /* nanoseconds since 1970 */
static const char PROBES[] =
    "[{\"id\": \"p1\", \"type\": \"LOG_PROBE\", \"where\": {\"sourceFile\": \"order.c\", \"lines\": [\"42\"]},"
    "  \"when\": {\"dsl\": \"order.id == 7\"}, \"template\": \"order {order.id}\"}]";

int main(void) {
    struct order order = {7, "4111-1111", {{"a-1", 2, 9.5}, {"b-2", 40, 120}, {"c-3", 1, 3}}};
    probelang_host host = {sizeof host};
    host.data = &order, host.var = var, host.field = field, host.len = len, host.items = items;
    host.entries = entries, host.type_name = type_name;
    probelang_engine *engine = NULL; probelang_budget *budget = NULL; probelang_text *message = NULL;
    probelang_capture *capture = NULL; probelang_probes *probes = NULL; probelang_site *site = NULL;
    probelang_changes *changes = NULL;
    must(probelang_engine_new(&engine), NULL);
    probelang_str secret = {"cardNumber", 10};
    must(probelang_engine_redact(engine, PROBELANG_REDACTION_NAMES, &secret, 1), NULL);
    must(probelang_budget_new(engine, &budget), NULL);
    must(probelang_text_new(&message), NULL);
    /* A condition, and a message where it matches, within one budget. */
    probelang_bound *when = bind(engine, PROBELANG_PROGRAM_KIND_CONDITION, "any(order.items, @it.quantity > 10)");
    probelang_bound *what = bind(engine, PROBELANG_PROGRAM_KIND_TEMPLATE,
                                 "order {order.id}, {len(order.items)} items, card {order.cardNumber}");
    uint32_t verdict = PROBELANG_VERDICT_FAILED;
    probelang_str lent = {"", 0};
    must(probelang_test(when, &host, budget, &verdict, NULL), NULL);
    printf("condition: %s\n", verdict == PROBELANG_VERDICT_MATCHED ? "matched" : "not matched");
    must(probelang_render(what, &host, budget, message, NULL), NULL);
    must(probelang_text_get(message, &lent), NULL);
    printf("message: %.*s\n", (int)lent.len, lent.data);
    /* What cannot be answered is neither a match nor none. */
    probelang_bound *fails = bind(engine, PROBELANG_PROGRAM_KIND_CONDITION, "order.cardNumber == \"4111\"");
    probelang_report *report = NULL;
    probelang_status status = probelang_test(fails, &host, NULL, &verdict, &report);
    must(status, report);
    /* A snapshot of the order. */
    must(probelang_capture_new(engine, &capture), NULL);
    probelang_name name = {{"order", 5}, PROBELANG_GROUP_LOCALS, N_ORDER};
    probelang_frame frame = {sizeof frame, PROBELANG_MOMENT_LINE, 42, &name, 1};
    probelang_about about = {sizeof about, {"c", 1}};
    probelang_writer writer = {sizeof writer, "snapshot: ", print};
    must(probelang_capture_frame(capture, &host, &frame, NULL), NULL);
    must(probelang_capture_write(capture, &about, 0, &writer), NULL);
    /* A probe: loaded, armed at its place, hit, and its events drained. */
    must(probelang_probes_new(engine, NULL, &probes), NULL);
    must(probelang_site_new(NULL, 0, "order.c:42", 10, &site), NULL);
    must(probelang_probes_load(probes, PROBES, sizeof PROBES - 1, NOW, &changes, NULL), NULL);
    probelang_change change = {sizeof change};
    for (size_t at = 0; probelang_changes_get(changes, at, &change) == PROBELANG_STATUS_OK; at++)
        must(probelang_probes_arm_with(probes, site, change.id.data, change.id.len, resolve, NULL, NOW, NULL), NULL);
    probelang_scene scene = {sizeof scene, &host};
    must(probelang_probes_line(probes, site, &scene, NOW), NULL);
    char events[4096];
    size_t written = 0, left = 0;
    must(probelang_probes_drain(probes, events, sizeof events, &written, &left), NULL);
    printf("events:\n%.*s", (int)written, events);
    probelang_bound_free(when), probelang_bound_free(what), probelang_bound_free(fails), probelang_text_free(message);
    probelang_changes_free(changes), probelang_site_free(site), probelang_probes_free(probes);
    return probelang_capture_free(capture) || probelang_budget_free(budget) || probelang_engine_free(engine);
}
