/* A tracer in C for the benchmarks: the values of benches/src/data.rs as structs of C, and a host over them as one writes it. The word of
 * a handle is an address. */
#include <probelang.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct text { const char *data; size_t len; };
struct user { int64_t id; struct text name; int64_t age; struct text plan, email; };
struct item { struct text sku; int64_t quantity; double price; bool stocked; };
struct texts { size_t count; const struct text *at; };
struct zone { int64_t code; };
struct region { struct zone zone; };
struct tier { struct region region; };
struct plan { struct tier tier; };
struct account { struct plan plan; };
struct customer { struct account account; };
struct order { struct customer customer; };
struct y { struct text z; };
struct x { struct y y; };
struct state {
    struct user user;
    struct item items[100];
    struct texts names10, names100, names1000;
    struct text id;
    struct order order;
    struct x x;
    int64_t count;
    bool flag;
};

/* What a handle is a handle of. */
enum shape { USER, ITEMS, ITEM, TEXTS, ORDER, CUSTOMER, ACCOUNT, PLAN, TIER, REGION, ZONE, X, Y };
/* The names that the host knows; a symbol is a place in this list. */
enum name {
    N_USER, N_ITEMS, N_NAMES10, N_NAMES100, N_NAMES1000, N_ID, N_ORDER, N_X, N_COUNT, N_FLAG, N_NAME, N_AGE, N_PLAN, N_EMAIL, N_SKU,
    N_QTY, N_PRICE, N_STOCKED, N_CUSTOMER, N_ACCOUNT, N_TIER, N_REGION, N_ZONE, N_CODE, N_Y, N_Z, N_NAMES
};
static const char *const NAMES[] = {
    "user", "items", "names10", "names100", "names1000", "id", "order", "x", "count", "flag", "name", "age", "plan", "email", "sku",
    "qty", "price", "stocked", "customer", "account", "tier", "region", "zone", "code", "y", "z"
};

uint32_t tracer_resolve(const char *name, size_t len) {
    uint32_t at = 0;
    while (at < N_NAMES && (strlen(NAMES[at]) != len || memcmp(NAMES[at], name, len) != 0)) at++;
    return at;
}

static uint32_t integer(probelang_payload *out, int64_t it) { return out->integer = it, PROBELANG_KIND_INT; }
static uint32_t boolean(probelang_payload *out, bool it) { return out->integer = it, PROBELANG_KIND_BOOL; }
static uint32_t number(probelang_payload *out, double it) { return out->number = it, PROBELANG_KIND_FLOAT; }
static uint32_t text(probelang_payload *out, struct text it) {
    return out->text.data = it.data, out->text.len = it.len, PROBELANG_KIND_STR;
}
static uint32_t handle(probelang_payload *out, uint32_t kind, uint32_t shape, const void *it) {
    return out->handle.shape = shape, out->handle.word = (uintptr_t)it, kind;
}
static uint32_t object(probelang_payload *out, uint32_t shape, const void *it) {
    return handle(out, PROBELANG_KIND_OBJECT, shape, it);
}

static uint32_t var(void *data, uint32_t name, probelang_payload *out) {
    const struct state *state = data;
    switch (name) {
    case N_USER: return object(out, USER, &state->user);
    case N_ITEMS: return handle(out, PROBELANG_KIND_LIST, ITEMS, state->items);
    case N_NAMES10: return handle(out, PROBELANG_KIND_LIST, TEXTS, &state->names10);
    case N_NAMES100: return handle(out, PROBELANG_KIND_LIST, TEXTS, &state->names100);
    case N_NAMES1000: return handle(out, PROBELANG_KIND_LIST, TEXTS, &state->names1000);
    case N_ID: return text(out, state->id);
    case N_ORDER: return object(out, ORDER, &state->order);
    case N_X: return object(out, X, &state->x);
    case N_COUNT: return integer(out, state->count);
    case N_FLAG: return boolean(out, state->flag);
    default: return PROBELANG_KIND_ABSENT;
    }
}

static uint32_t field(void *data, uint64_t word, uint32_t shape, uint32_t name, probelang_payload *out) {
    const void *it = (const void *)(uintptr_t)word;
    (void)data;
    switch ((enum shape)shape) {
    case USER: {
        const struct user *user = it;
        switch (name) {
        case N_ID: return integer(out, user->id);
        case N_NAME: return text(out, user->name);
        case N_AGE: return integer(out, user->age);
        case N_PLAN: return text(out, user->plan);
        case N_EMAIL: return text(out, user->email);
        default: return PROBELANG_KIND_ABSENT;
        }
    }
    case ITEM: {
        const struct item *item = it;
        switch (name) {
        case N_SKU: return text(out, item->sku);
        case N_QTY: return integer(out, item->quantity);
        case N_PRICE: return number(out, item->price);
        case N_STOCKED: return boolean(out, item->stocked);
        default: return PROBELANG_KIND_ABSENT;
        }
    }
    case ORDER: return name == N_CUSTOMER ? object(out, CUSTOMER, &((const struct order *)it)->customer) : PROBELANG_KIND_ABSENT;
    case CUSTOMER: return name == N_ACCOUNT ? object(out, ACCOUNT, &((const struct customer *)it)->account) : PROBELANG_KIND_ABSENT;
    case ACCOUNT: return name == N_PLAN ? object(out, PLAN, &((const struct account *)it)->plan) : PROBELANG_KIND_ABSENT;
    case PLAN: return name == N_TIER ? object(out, TIER, &((const struct plan *)it)->tier) : PROBELANG_KIND_ABSENT;
    case TIER: return name == N_REGION ? object(out, REGION, &((const struct tier *)it)->region) : PROBELANG_KIND_ABSENT;
    case REGION: return name == N_ZONE ? object(out, ZONE, &((const struct region *)it)->zone) : PROBELANG_KIND_ABSENT;
    case ZONE: return name == N_CODE ? integer(out, ((const struct zone *)it)->code) : PROBELANG_KIND_ABSENT;
    case X: return name == N_Y ? object(out, Y, &((const struct x *)it)->y) : PROBELANG_KIND_ABSENT;
    case Y: return name == N_Z ? text(out, ((const struct y *)it)->z) : PROBELANG_KIND_ABSENT;
    case ITEMS:
    case TEXTS: break;
    }
    return PROBELANG_KIND_ABSENT;
}

static size_t size(uint64_t word, uint32_t shape) {
    return shape == ITEMS ? 100 : ((const struct texts *)(uintptr_t)word)->count;
}

static int32_t len(void *data, uint64_t word, uint32_t shape, uint64_t *out, probelang_str *why) {
    (void)data, (void)why;
    *out = size(word, shape);
    return PROBELANG_REPLY_DONE;
}

static uint32_t index(void *data, uint64_t word, uint32_t shape, uint64_t at, probelang_payload *out) {
    (void)data;
    if (at >= size(word, shape)) return PROBELANG_KIND_ABSENT;
    if (shape == ITEMS) return object(out, ITEM, (const struct item *)(uintptr_t)word + at);
    return text(out, ((const struct texts *)(uintptr_t)word)->at[at]);
}

static int32_t items(void *data, probelang_cursor *cursor, probelang_value *out, size_t room, probelang_batch *batch) {
    size_t left = size(cursor->word, cursor->shape) - cursor->position, count = left < room ? left : room;
    (void)data;
    if (cursor->shape == ITEMS) {
        const struct item *item = (const struct item *)(uintptr_t)cursor->word + cursor->position;
        for (size_t at = 0; at < count; at++) out[at].kind = object(&out[at].of, ITEM, item + at);
    } else {
        const struct text *texts = ((const struct texts *)(uintptr_t)cursor->word)->at + cursor->position;
        for (size_t at = 0; at < count; at++) out[at].kind = text(&out[at].of, texts[at]);
    }
    cursor->position += count;
    batch->count = count;
    batch->more = count < left ? PROBELANG_MORE_YES : PROBELANG_MORE_DONE;
    return PROBELANG_REPLY_DONE;
}

static struct text lend(const char *it) { return (struct text){it, strlen(it)}; }

/* The one state, and its host. */
void tracer_host(probelang_host *host) {
    static struct state state;
    static char memory[1100][16];
    static struct text names[1000];
    char(*at)[16] = memory;
    for (int i = 0; i < 1000; i++, at++) {
        snprintf(*at, sizeof *at, "name%04d", i);
        names[i] = lend(*at);
    }
    for (int i = 0; i < 100; i++, at++) {
        snprintf(*at, sizeof *at, "sku%05d", i);
        state.items[i] = (struct item){lend(*at), i * 37 % 100, i * 1.5, i % 2 == 0};
    }
    state.names10 = (struct texts){10, names}, state.names100 = (struct texts){100, names}, state.names1000 = (struct texts){1000, names};
    state.user = (struct user){12345, lend("Ada Lovelace"), 42, lend("gold"), lend("ada@example.org")};
    state.id = lend("user-12345"), state.x.y.z = lend("abcdef");
    state.order.customer.account.plan.tier.region.zone.code = 7;
    state.count = 42, state.flag = true;
    *host = (probelang_host){
        .size = sizeof *host, .data = &state, .var = var, .field = field, .index = index, .len = len, .items = items
    };
}
