// A host in Java over field tables, with JNA: the fields of a class are looked up once, when a program is bound to it.
import com.sun.jna.*;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.*;

public class Fields {
    /** The functions of the library that this example calls. */
    public interface Library extends com.sun.jna.Library {
        int probelang_engine_new(Pointer[] out);
        int probelang_text_new(Pointer[] out);
        int probelang_compile_utf16(Pointer engine, int kind, int form, char[] source, long units, Pointer[] out, Pointer[] report);
        int probelang_bind_with(Pointer program, Resolve resolve, Pointer data, Pointer[] out);
        int probelang_test(Pointer bound, Pointer host, Pointer budget, int[] verdict, Pointer[] report);
        int probelang_render(Pointer bound, Pointer host, Pointer budget, Pointer text, Pointer[] report);
        int probelang_text_utf16(Pointer text, char[] buffer, long room, long[] needed);
        int probelang_report_human(Pointer report, String name, long length, Pointer text);
        int probelang_report_free(Pointer report);
    }
    public interface Resolve extends Callback { int invoke(Pointer data, Pointer name, long length, int use); }
    public interface Var extends Callback { int invoke(Pointer data, int name, Pointer out); }
    public interface Get extends Callback { int invoke(Pointer data, long word, int shape, int name, Pointer out); }
    public interface Index extends Callback { int invoke(Pointer data, long word, int shape, long index, Pointer out); }
    public interface Len extends Callback { int invoke(Pointer data, long word, int shape, Pointer out, Pointer why); }
    public interface Items extends Callback { int invoke(Pointer data, Pointer cursor, Pointer out, long room, Pointer batch); }

    static final int ABSENT = 0, LIST = 1, OBJECT = 4, NULL = 5, FLOAT = 6, INT = 7, BOOL = 10, STR = 11, FAILED = 255;
    static final Library LIBRARY = Native.load(System.getProperty("probelang", "probelang"), Library.class);

    /** Names by their symbols, and for each class the field of each symbol. */
    static final List<String> names = new ArrayList<>();
    static final Map<Class<?>, Map<Integer, Field>> tables = new HashMap<>();
    static final Resolve resolve = (data, name, length, use) -> {
        String text = new String(name.getByteArray(0, (int) length), StandardCharsets.UTF_8);
        if (!names.contains(text)) names.add(text);
        return names.indexOf(text);
    };

    static Field field(Class<?> type, int symbol) {
        return tables.computeIfAbsent(type, t -> new HashMap<>()).computeIfAbsent(symbol, s -> {
            try {
                Field field = type.getDeclaredField(names.get(s));
                field.setAccessible(true);
                return field;
            } catch (ReflectiveOperationException | RuntimeException gone) {
                return null;
            }
        });
    }

    /** The values of one run: a handle is a place in the list, texts live as long as it does. */
    static class Host {
        final List<Object> lent = new ArrayList<>();
        final Memory struct = new Memory(8 * 26);
        final Map<String, Object> variables;
        final Callback[] callbacks;

        Host(Map<String, Object> variables) {
            this.variables = variables;
            Var var = (data, name, out) -> give(out, variables.containsKey(names.get(name)), variables.get(names.get(name)));
            Get get = (data, word, shape, name, out) -> {
                Object object = lent.get((int) word);
                Field field = field(object.getClass(), name);
                try {
                    return give(out, field != null, field == null ? null : field.get(object));
                } catch (IllegalAccessException closed) {
                    return FAILED;
                }
            };
            Index index = (data, word, shape, at, out) -> {
                List<?> list = (List<?>) lent.get((int) word);
                return give(out, at < list.size(), at < list.size() ? list.get((int) at) : null);
            };
            Len len = (data, word, shape, out, why) -> {
                out.setLong(0, ((List<?>) lent.get((int) word)).size());
                return 0;
            };
            Items items = (data, cursor, out, room, batch) -> {
                List<?> list = (List<?>) lent.get((int) cursor.getLong(0));
                int at = (int) cursor.getLong(16), count = (int) Math.min(room, list.size() - at);
                for (int n = 0; n < count; n++) out.setByte(24L * n, (byte) give(out.share(24L * n + 8), true, list.get(at + n)));
                cursor.setLong(16, at + count);
                batch.setLong(0, count);
                batch.setInt(8, at + count < list.size() ? 1 : 0);
                return 0;
            };
            // struct probelang_host: size, data, var, field, index, entry, key, len, open, items, ...
            callbacks = new Callback[] {var, get, index, null, null, len, null, items};
            struct.clear();
            struct.setLong(0, struct.size());
            for (int at = 0; at < callbacks.length; at++)
                if (callbacks[at] != null) struct.setPointer(16 + 8L * at, CallbackReference.getFunctionPointer(callbacks[at]));
        }

        /** Writes what a value carries, a union probelang_payload, and returns its kind. */
        int give(Pointer out, boolean known, Object value) {
            int kind = !known ? ABSENT : value == null ? NULL : value instanceof Boolean ? BOOL : value instanceof String ? STR
                : value instanceof Float || value instanceof Double ? FLOAT : value instanceof Number ? INT
                : value instanceof List ? LIST : OBJECT;
            switch (kind) {
                case BOOL -> out.setLong(0, (Boolean) value ? 1 : 0);
                case INT -> out.setLong(0, ((Number) value).longValue());
                case FLOAT -> out.setDouble(0, ((Number) value).doubleValue());
                case STR -> {
                    byte[] bytes = ((String) value).getBytes(StandardCharsets.UTF_8);
                    Memory memory = new Memory(bytes.length + 1);
                    memory.write(0, bytes, 0, bytes.length);
                    lent.add(memory);
                    out.setPointer(0, memory);
                    out.setLong(8, bytes.length);
                }
                case LIST, OBJECT -> { lent.add(value); out.setLong(0, lent.size() - 1); }
                default -> { }
            }
            return kind;
        }
    }
    record User(String name, String password, int age) { }

    static Pointer compile(Pointer engine, int kind, String source) {
        Pointer[] program = new Pointer[1], bound = new Pointer[1];
        int status = LIBRARY.probelang_compile_utf16(engine, kind, 0, source.toCharArray(), source.length(), program, null);
        if (status != 0 || LIBRARY.probelang_bind_with(program[0], resolve, null, bound) != 0) throw new IllegalStateException(source);
        return bound[0];
    }
    static String text(Pointer text) {
        char[] units = new char[1 << 16];
        long[] needed = new long[1];
        return LIBRARY.probelang_text_utf16(text, units, units.length, needed) == 0 ? new String(units, 0, (int) needed[0]) : "";
    }
    public static void main(String[] arguments) {
        Pointer[] engine = new Pointer[1], text = new Pointer[1], report = new Pointer[1];
        LIBRARY.probelang_engine_new(engine);
        LIBRARY.probelang_text_new(text);
        Host host = new Host(Map.of("users", List.of(new User("Žofie", "s3cret", 36), new User("Bo", "x", 17))));
        int[] verdict = new int[1];
        LIBRARY.probelang_test(compile(engine[0], 0, "any(users, @it.age < 18)"), host.struct, null, verdict, null);
        System.out.println("condition: " + (verdict[0] == 1 ? "matched" : "not matched"));
        LIBRARY.probelang_render(compile(engine[0], 3, "{users[0].name}, {users[0].password}"), host.struct, null, text[0], null);
        System.out.println("message: " + text(text[0]));
        LIBRARY.probelang_test(compile(engine[0], 0, "users[1].email == \"\""), host.struct, null, verdict, report);
        LIBRARY.probelang_report_human(report[0], "when", 4, text[0]);
        System.out.print(text(text[0]));
        LIBRARY.probelang_report_free(report[0]);
    }
}
