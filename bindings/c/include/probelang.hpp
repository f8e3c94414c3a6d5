// probelang.hpp: probelang.h for C++17. Handles free themselves, failures are exceptions, a host is a class.
//
// A class derives from probelang::Host and overrides what it has. Exceptions of its methods do not cross the library: the
// call that asked fails with "the host failed", and the rest is as in C.
#ifndef PROBELANG_HPP
#define PROBELANG_HPP

#include <probelang.h>

#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace probelang {

struct Free {
    void operator()(probelang_text *it) const { probelang_text_free(it); }
    void operator()(probelang_report *it) const { probelang_report_free(it); }
    void operator()(probelang_engine *it) const { probelang_engine_free(it); }
    void operator()(probelang_names *it) const { probelang_names_free(it); }
    void operator()(probelang_program *it) const { probelang_program_free(it); }
    void operator()(probelang_bound *it) const { probelang_bound_free(it); }
    void operator()(probelang_budget *it) const { probelang_budget_free(it); }
    void operator()(probelang_capture *it) const { probelang_capture_free(it); }
    void operator()(probelang_probes *it) const { probelang_probes_free(it); }
    void operator()(probelang_changes *it) const { probelang_changes_free(it); }
    void operator()(probelang_site *it) const { probelang_site_free(it); }
};

template <typename T> using Owned = std::unique_ptr<T, Free>;

// What failed, with the sentence of the report if there is one.
class Error : public std::runtime_error {
  public:
    Error(probelang_status status, const std::string &what) : std::runtime_error(what), status(status) {}
    const probelang_status status;
};

inline std::string_view view(probelang_str text) {
    return text.len == 0 ? std::string_view() : std::string_view(text.data, text.len);
}

// Throws where a call failed. `report` may be null.
inline void must(probelang_status status, Owned<probelang_report> report = nullptr) {
    if (status == PROBELANG_STATUS_OK) return;
    probelang_str why{};
    if (report) probelang_report_message(report.get(), &why);
    throw Error(status, why.len ? std::string(view(why)) : "status " + std::to_string(int(status)));
}

// A value that a host writes.
struct Value : probelang_value {
    static Value null() { return make(PROBELANG_KIND_NULL); }
    static Value absent() { return make(PROBELANG_KIND_ABSENT); }
    static Value unreadable(std::string_view why) { return text(PROBELANG_KIND_UNREADABLE, why); }
    static Value string(std::string_view lent) { return text(PROBELANG_KIND_STR, lent); }
    static Value boolean(bool truth) { return integer(PROBELANG_KIND_BOOL, truth); }
    static Value integer(int64_t number) { return integer(PROBELANG_KIND_INT, number); }
    static Value number(double number) {
        Value value = make(PROBELANG_KIND_FLOAT);
        value.of.number = number;
        return value;
    }
    // A list, set, map, object or opaque value: `kind` says which.
    static Value handle(probelang_kind kind, uint32_t shape, uint64_t word) {
        Value value = make(kind);
        value.of.handle = {word, shape};
        return value;
    }

  private:
    static Value make(uint32_t kind) {
        Value value{};
        value.kind = static_cast<uint8_t>(kind);
        return value;
    }
    static Value integer(uint32_t kind, int64_t number) {
        Value value = make(kind);
        value.of.integer = number;
        return value;
    }
    static Value text(uint32_t kind, std::string_view lent) {
        Value value = make(kind);
        value.of.text = {lent.data(), lent.size()};
        return value;
    }
};

// A host as a class. The most used questions are methods; for the others fill in callbacks() yourself.
class Host {
  public:
    Host() : table_{} {
        table_.size = sizeof table_;
        table_.data = this;
        table_.var = [](void *host, uint32_t name, probelang_payload *out) {
            return read(out, [&] { return self(host).var(name); });
        };
        table_.field = [](void *host, uint64_t word, uint32_t shape, uint32_t name, probelang_payload *out) {
            return read(out, [&] { return self(host).field(word, shape, name); });
        };
        table_.index = [](void *host, uint64_t word, uint32_t shape, uint64_t index, probelang_payload *out) {
            return read(out, [&] { return self(host).index(word, shape, index); });
        };
        table_.len = [](void *host, uint64_t word, uint32_t shape, uint64_t *out, probelang_str *) {
            return guard([&] { *out = self(host).len(word, shape); });
        };
        table_.items = [](void *host, probelang_cursor *cursor, probelang_value *out, size_t room, probelang_batch *batch) {
            return guard([&] { self(host).items(*cursor, out, room, *batch); });
        };
        table_.entries = [](void *host, probelang_cursor *cursor, probelang_value *keys, probelang_value *values, size_t room,
                            probelang_batch *batch) {
            return guard([&] { self(host).entries(*cursor, keys, values, room, *batch); });
        };
    }
    Host(const Host &) = delete;
    Host &operator=(const Host &) = delete;
    virtual ~Host() = default;

    virtual Value var(uint32_t name) = 0;
    virtual Value field(uint64_t, uint32_t, uint32_t) { return Value::unreadable("not shown by the host"); }
    virtual Value index(uint64_t, uint32_t, uint64_t) { return Value::unreadable("not shown by the host"); }
    virtual uint64_t len(uint64_t, uint32_t) { throw std::logic_error("no length"); }
    virtual void items(probelang_cursor &, probelang_value *, size_t, probelang_batch &) { throw std::logic_error("no items"); }
    virtual void entries(probelang_cursor &, probelang_value *, probelang_value *, size_t, probelang_batch &) {
        throw std::logic_error("no entries");
    }

    probelang_host &callbacks() { return table_; }

  private:
    static Host &self(void *host) { return *static_cast<Host *>(host); }
    template <typename F> static uint32_t read(probelang_payload *out, F ask) noexcept {
        try {
            Value value = ask();
            *out = value.of;
            return value.kind;
        } catch (...) {
            return PROBELANG_KIND_FAILED;
        }
    }
    template <typename F> static int32_t guard(F ask) noexcept {
        try {
            ask();
            return PROBELANG_REPLY_DONE;
        } catch (...) {
            return PROBELANG_REPLY_FAILED;
        }
    }
    probelang_host table_;
};

// A table of names, and the text of a symbol.
class Names {
  public:
    Names() { must(make(&probelang_names_new)); }
    std::string_view text(uint32_t symbol) const {
        probelang_str text{};
        return probelang_names_text(it_.get(), symbol, &text) == PROBELANG_STATUS_OK ? view(text) : std::string_view();
    }
    uint32_t symbol(std::string_view name) {
        uint32_t symbol = 0;
        must(probelang_names_symbol(it_.get(), name.data(), name.size(), &symbol));
        return symbol;
    }
    probelang_names *get() const { return it_.get(); }

  private:
    probelang_status make(probelang_status (*create)(probelang_names **)) {
        probelang_names *it = nullptr;
        probelang_status status = create(&it);
        it_.reset(it);
        return status;
    }
    Owned<probelang_names> it_;
};

// A bound program of any kind.
class Program {
  public:
    explicit Program(Owned<probelang_bound> bound) : bound_(std::move(bound)) {
        probelang_text *text = nullptr;
        must(probelang_text_new(&text));
        text_.reset(text);
    }
    bool test(Host &host, probelang_budget *budget = nullptr) {
        uint32_t verdict = PROBELANG_VERDICT_FAILED;
        probelang_report *report = nullptr;
        probelang_status status = probelang_test(bound_.get(), &host.callbacks(), budget, &verdict, &report);
        must(status, Owned<probelang_report>(report));
        return verdict == PROBELANG_VERDICT_MATCHED;
    }
    std::string render(Host &host, probelang_budget *budget = nullptr) { return text(&probelang_render, host, budget); }
    std::string eval(Host &host, probelang_budget *budget = nullptr) { return text(&probelang_eval, host, budget); }
    double measure(Host &host, probelang_budget *budget = nullptr) {
        probelang_value value{};
        probelang_report *report = nullptr;
        probelang_status status = probelang_measure(bound_.get(), &host.callbacks(), budget, &value, &report);
        must(status, Owned<probelang_report>(report));
        if (value.kind == PROBELANG_KIND_FLOAT) return value.of.number;
        return value.kind == PROBELANG_KIND_UINT ? double(value.of.uint) : double(value.of.integer);
    }
    probelang_bound *get() const { return bound_.get(); }

  private:
    template <typename F> std::string text(F run, Host &host, probelang_budget *budget) {
        probelang_report *report = nullptr;
        probelang_status status = run(bound_.get(), &host.callbacks(), budget, text_.get(), &report);
        must(status, Owned<probelang_report>(report));
        probelang_str lent{};
        must(probelang_text_get(text_.get(), &lent));
        return std::string(view(lent));
    }
    Owned<probelang_bound> bound_;
    Owned<probelang_text> text_;
};

class Engine {
  public:
    Engine() {
        probelang_engine *it = nullptr;
        must(probelang_engine_new(&it));
        it_.reset(it);
    }
    void redact(probelang_redaction rule, std::string_view name) {
        probelang_str text{name.data(), name.size()};
        must(probelang_engine_redact(it_.get(), rule, &text, 1));
    }
    // What of texts is hidden because of what they say: `off`, `targeted` or `strict`.
    void redaction(std::string_view mode) { must(probelang_engine_set_redaction(it_.get(), mode.data(), mode.size())); }
#ifdef PROBELANG_FRONT_END
    void dialect(std::string_view name) { must(probelang_engine_set_dialect(it_.get(), name.data(), name.size())); }
    // Compiles text and binds it to the hosts that know the symbols of `names`.
    Program compile(probelang_program_kind kind, std::string_view source, Names &names) {
        probelang_program *program = nullptr;
        probelang_report *report = nullptr;
        probelang_status status = probelang_compile(it_.get(), kind, PROBELANG_FORM_TEXT, source.data(), source.size(),
                                                    &program, &report);
        Owned<probelang_program> compiled(program);
        must(status, Owned<probelang_report>(report));
        probelang_bound *bound = nullptr;
        must(probelang_bind(compiled.get(), names.get(), &bound));
        return Program(Owned<probelang_bound>(bound));
    }
#endif
    probelang_engine *get() const { return it_.get(); }

  private:
    Owned<probelang_engine> it_;
};

} // namespace probelang

#endif
