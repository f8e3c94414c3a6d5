// A class as a host: names are looked up as text, failures are exceptions.
#include <probelang.hpp>

#include <iostream>
#include <map>
#include <vector>

struct Line { std::string sku; int64_t quantity; };

// A cart, seen by name. Shape 0 is the list of lines, shape 1 one of them, shape 2 the map of headers.
class Cart : public probelang::Host {
  public:
    Cart(probelang::Names &names) : names_(names) {}
    std::vector<Line> lines{{"a-1", 2}, {"b-2", 40}};
    std::map<std::string, std::string> headers{{"host", "shop"}, {"authorization", "Bearer s3cret"}};

    probelang::Value var(uint32_t name) override {
        if (names_.text(name) == "lines") return probelang::Value::handle(PROBELANG_KIND_LIST, 0, 0);
        if (names_.text(name) == "headers") return probelang::Value::handle(PROBELANG_KIND_MAP, 2, 0);
        return probelang::Value::absent();
    }
    probelang::Value field(uint64_t word, uint32_t, uint32_t name) override {
        if (names_.text(name) == "sku") return probelang::Value::string(lines.at(word).sku);
        if (names_.text(name) == "quantity") return probelang::Value::integer(lines.at(word).quantity);
        return probelang::Value::absent();
    }
    uint64_t len(uint64_t, uint32_t shape) override { return shape == 2 ? headers.size() : lines.size(); }
    void items(probelang_cursor &at, probelang_value *out, size_t room, probelang_batch &batch) override {
        for (; batch.count < room && at.position < lines.size(); at.position++)
            out[batch.count++] = probelang::Value::handle(PROBELANG_KIND_OBJECT, 1, at.position);
        batch.more = at.position < lines.size() ? PROBELANG_MORE_YES : PROBELANG_MORE_DONE;
    }
    void entries(probelang_cursor &at, probelang_value *keys, probelang_value *values, size_t room,
                 probelang_batch &batch) override {
        auto entry = std::next(headers.begin(), at.position);
        for (; batch.count < room && entry != headers.end(); ++entry, ++at.position, ++batch.count) {
            keys[batch.count] = probelang::Value::string(entry->first);
            values[batch.count] = probelang::Value::string(entry->second);
        }
        batch.more = entry == headers.end() ? PROBELANG_MORE_DONE : PROBELANG_MORE_YES;
    }

  private:
    probelang::Names &names_;
};

int main() {
    probelang::Engine engine;
    probelang::Names names;
    Cart cart(names);

    auto large = engine.compile(PROBELANG_PROGRAM_KIND_CONDITION, "any(lines, @it.quantity > 10)", names);
    std::cout << "condition: " << (large.test(cart) ? "matched" : "not matched") << "\n";
    auto message = engine.compile(PROBELANG_PROGRAM_KIND_TEMPLATE, "{len(lines)} lines with {headers}", names);
    std::cout << "message: " << message.render(cart) << "\n";
    auto skus = engine.compile(PROBELANG_PROGRAM_KIND_VALUE, "filter(lines, @it.quantity > 10)[0].sku", names);
    std::cout << "value: " << skus.eval(cart) << "\n";
    auto count = engine.compile(PROBELANG_PROGRAM_KIND_METRIC, "len(lines)", names);
    std::cout << "metric: " << count.measure(cart) << "\n";
    try {
        engine.compile(PROBELANG_PROGRAM_KIND_CONDITION, "len(lines) > 1 and true", names);
    } catch (const probelang::Error &error) {
        std::cout << "rejected: " << error.what() << "\n";
    }
    try {
        engine.compile(PROBELANG_PROGRAM_KIND_CONDITION, "headers[\"authorization\"] == \"x\"", names).test(cart);
    } catch (const probelang::Error &error) {
        std::cout << "fault: " << error.what() << "\n";
    }
}
