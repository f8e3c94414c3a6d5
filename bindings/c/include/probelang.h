/* probelang.h: the probelang engine as a C library. Generated from bindings/c/src; do not edit.
 *
 * The guide is docs/c.md. The rules that hold for every function:
 *
 * - It returns a probelang_status and writes results to out-parameters. If it fails they are unchanged, unless it says otherwise.
 * - Text is a pointer and a length: UTF-8, without a zero at its end. Text that you pass in is lent for the length of the call.
 * - A handle has one owner, who frees it once, when no call uses it. Freeing null does nothing. A handle of the wrong type is an
 *   error; a handle that was freed, a wild pointer and a wrong length are undefined behaviour, as everywhere in C.
 * - A struct that begins with `size` may grow: set `size` to its sizeof, and fields that you do not need to zero.
 * - Nothing is global: no initialisation, no last error, no threads.
 *
 * If PROBELANG_RUNTIME_ONLY is defined, only the functions of a library without a front end are declared.
 */

#ifndef PROBELANG_H
#define PROBELANG_H

#include <stddef.h>
#include <stdint.h>
#ifndef PROBELANG_RUNTIME_ONLY
#define PROBELANG_FRONT_END
#endif

// The number of the binary interface: it goes up when a program that was built with an older header no longer runs
// with the library.
#define PROBELANG_ABI_VERSION 1

// The result of a call. Unless it is `PROBELANG_STATUS_OK`, the out-parameters are unchanged, except where a function
// says otherwise.
enum probelang_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The call succeeded.
  PROBELANG_STATUS_OK = 0,
  // A required pointer is null.
  PROBELANG_STATUS_NULL = 1,
  // A handle is not of the type that the function takes.
  PROBELANG_STATUS_WRONG_HANDLE = 2,
  // The size in the first field of a struct is smaller than that of its first version, or absurd.
  PROBELANG_STATUS_WRONG_SIZE = 3,
  // A number is not a value of its enum, or not in the range of its argument.
  PROBELANG_STATUS_WRONG_NUMBER = 4,
  // Text is not UTF-8, or not UTF-16.
  PROBELANG_STATUS_NOT_UNICODE = 5,
  // A length or a count is more than the function takes. Nothing was read.
  PROBELANG_STATUS_TOO_LONG = 6,
  // The buffer is too small; the size that is needed was written.
  PROBELANG_STATUS_TOO_SMALL = 7,
  // The handle is in use: by another thread, or by the call that is asking the host right now.
  PROBELANG_STATUS_BUSY = 8,
  // The program is of another kind than the function takes, or cannot be traced.
  PROBELANG_STATUS_WRONG_KIND = 9,
  // There is no dialect, mode, shape, probe or status of that name.
  PROBELANG_STATUS_UNKNOWN = 10,
  // The source, schema, artifact or probe is rejected; the report says why.
  PROBELANG_STATUS_REJECTED = 11,
  // The run ended in a fault; the report says which.
  PROBELANG_STATUS_FAULT = 12,
  // A callback failed whose answer the run cannot do without. The result of the run is void.
  PROBELANG_STATUS_HOST_FAILED = 13,
  // The writer of the caller failed.
  PROBELANG_STATUS_WRITE_FAILED = 14,
  // There is nothing at that index.
  PROBELANG_STATUS_OUT_OF_RANGE = 15,
  // A bug in this library; please report it. The handles can still be used and freed.
  PROBELANG_STATUS_PANICKED = 100,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum probelang_status probelang_status;
#else
typedef int32_t probelang_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The answer to `instanceof`, and to whether two handles are the same object.
enum probelang_answer
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // No: another type; another object.
  PROBELANG_ANSWER_NO = 0,
  // Yes: the type or a subtype of it; the same object.
  PROBELANG_ANSWER_YES = 1,
  // The host does not know a type of that name. Not an answer about two objects.
  PROBELANG_ANSWER_UNKNOWN_TYPE = 2,
  // The host cannot say; `why` says why.
  PROBELANG_ANSWER_UNKNOWN = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum probelang_answer probelang_answer;
#else
typedef uint32_t probelang_answer;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

#if defined(PROBELANG_FRONT_END)
// What the caller has to do.
enum probelang_change_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PROBELANG_FRONT_END)
  // Find the place of this probe and arm it there, or report an `ERROR`.
  PROBELANG_CHANGE_KIND_ADD = 0,
#endif
#if defined(PROBELANG_FRONT_END)
  // Arm this probe again where it is.
  PROBELANG_CHANGE_KIND_UPDATE = 1,
#endif
#if defined(PROBELANG_FRONT_END)
  // Clean up: it is disarmed.
  PROBELANG_CHANGE_KIND_REMOVE = 2,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum probelang_change_kind probelang_change_kind;
#else
typedef uint32_t probelang_change_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

// The class of an error or warning.
enum probelang_class
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // A class that this version of the header does not know.
  PROBELANG_CLASS_OTHER = 0,
  // No such name, field, key or index.
  PROBELANG_CLASS_UNDEFINED = 1,
  // The value is hidden by redaction.
  PROBELANG_CLASS_REDACTED = 2,
  // The value exists, and the host cannot show it.
  PROBELANG_CLASS_UNREADABLE = 3,
  // A value of the wrong kind.
  PROBELANG_CLASS_KIND = 4,
  // An argument outside of what the operation takes.
  PROBELANG_CLASS_RANGE = 5,
  // A limit was reached.
  PROBELANG_CLASS_LIMIT = 6,
  // A regular expression that cannot be used.
  PROBELANG_CLASS_PATTERN = 7,
  // The text or the JSON cannot be parsed.
  PROBELANG_CLASS_SYNTAX = 8,
  // It can be parsed, and the program is rejected.
  PROBELANG_CLASS_PROGRAM = 9,
  // A warning about a program that runs.
  PROBELANG_CLASS_LINT = 10,
  // Runtimes would answer differently.
  PROBELANG_CLASS_PORTABILITY = 11,
  // A schema that cannot be used.
  PROBELANG_CLASS_SCHEMA = 12,
  // Data that cannot be read.
  PROBELANG_CLASS_INPUT = 13,
  // A probe configuration that cannot be used.
  PROBELANG_CLASS_PROBE = 14,
  // A bug in the library.
  PROBELANG_CLASS_INTERNAL = 15,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum probelang_class probelang_class;
#else
typedef uint32_t probelang_class;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How a call ended.
enum probelang_ending
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // It has not ended, or how is not known.
  PROBELANG_ENDING_UNSAID = 0,
  // It returned.
  PROBELANG_ENDING_RETURNED = 1,
  // It threw `thrown`.
  PROBELANG_ENDING_THREW = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum probelang_ending probelang_ending;
#else
typedef uint32_t probelang_ending;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

#if defined(PROBELANG_FRONT_END)
// How a source is written.
enum probelang_form
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PROBELANG_FRONT_END)
  // Text; for a template, text with `{expression}` parts.
  PROBELANG_FORM_TEXT = 0,
#endif
#if defined(PROBELANG_FRONT_END)
  // JSON: an expression as probe configurations carry it, an object with `dsl`, `json` or both, or the segments of a
  // template.
  PROBELANG_FORM_JSON = 1,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum probelang_form probelang_form;
#else
typedef uint32_t probelang_form;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

// The group that a captured name belongs to.
enum probelang_group
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // An argument, `this` or `self` among them.
  PROBELANG_GROUP_ARGUMENTS = 0,
  // A local, `@return` and `@exception` among them.
  PROBELANG_GROUP_LOCALS = 1,
  // A static field or a global.
  PROBELANG_GROUP_STATIC_FIELDS = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum probelang_group probelang_group;
#else
typedef uint32_t probelang_group;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Why a value is hidden: the shape of `PROBELANG_KIND_REDACTED`.
enum probelang_hidden
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The runtime or the recording hid it.
  PROBELANG_HIDDEN_HOST = 0,
  // Its name, field or key is redacted.
  PROBELANG_HIDDEN_NAME = 1,
  // Its type is redacted.
  PROBELANG_HIDDEN_TYPE = 2,
  // The name that `hidden_by` of the host returns for the word is redacted.
  PROBELANG_HIDDEN_NAME_OF = 3,
  // The type that `hidden_by` of the host returns for the word is redacted.
  PROBELANG_HIDDEN_TYPE_OF = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum probelang_hidden probelang_hidden;
#else
typedef uint32_t probelang_hidden;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The kind of a value. A callback that reads one value returns one of these.
enum probelang_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // No such variable, field, key or index.
  PROBELANG_KIND_ABSENT = 0,
  // An ordered collection: `handle`.
  PROBELANG_KIND_LIST = 1,
  // A collection of distinct elements: `handle`.
  PROBELANG_KIND_SET = 2,
  // Keys and values: `handle`.
  PROBELANG_KIND_MAP = 3,
  // An object with fields: `handle`.
  PROBELANG_KIND_OBJECT = 4,
  // Null: a found value. Carries nothing.
  PROBELANG_KIND_NULL = 5,
  // A float: `number`.
  PROBELANG_KIND_FLOAT = 6,
  // An integer: `integer`.
  PROBELANG_KIND_INT = 7,
  // An integer without a sign: `uint`.
  PROBELANG_KIND_UINT = 8,
  // An integer beyond 64 bits: `handle`. `digits` of the host returns its digits.
  PROBELANG_KIND_BIG_INT = 9,
  // A Boolean: `integer`, 0 is false.
  PROBELANG_KIND_BOOL = 10,
  // Text: `text`, UTF-8.
  PROBELANG_KIND_STR = 11,
  // A value of a kind that the language does not know, or a scalar that has a handle: `handle`.
  PROBELANG_KIND_OPAQUE = 12,
  // A value that was not followed because it lies too deep: `handle`.
  PROBELANG_KIND_CUT = 13,
  // The beginning of a text whose rest was not captured: `text`.
  PROBELANG_KIND_CUT_STR = 14,
  // The value that the runtime itself calls undefined (JavaScript).
  PROBELANG_KIND_UNDEFINED = 15,
  // Hidden: `handle.shape` is a `probelang_hidden`, `handle.word` the number of a name or type if that asks for one.
  PROBELANG_KIND_REDACTED = 16,
  // Exists, and cannot be shown: `text` is the reason, in one or a few words.
  PROBELANG_KIND_UNREADABLE = 17,
  // From a callback only: it has no answer. Its default applies, as if it were null.
  PROBELANG_KIND_NO_ANSWER = 254,
  // From a callback only: it failed. `text` is the reason, in one or a few words, or empty.
  PROBELANG_KIND_FAILED = 255,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum probelang_kind probelang_kind;
#else
typedef uint32_t probelang_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// A moment of a hit.
enum probelang_moment
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Before the body of a function.
  PROBELANG_MOMENT_ENTRY = 0,
  // After it.
  PROBELANG_MOMENT_RETURN = 1,
  // Before a line.
  PROBELANG_MOMENT_LINE = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum probelang_moment probelang_moment;
#else
typedef uint32_t probelang_moment;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What follows a batch.
enum probelang_more
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // No more elements.
  PROBELANG_MORE_DONE = 0,
  // There are more; the library asks again. After an empty batch it means `DONE`.
  PROBELANG_MORE_YES = 1,
  // The rest exists and cannot be read; `why` says why.
  PROBELANG_MORE_CUT = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum probelang_more probelang_more;
#else
typedef uint32_t probelang_more;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What else a value can be read as.
enum probelang_nature
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // An object, with fields.
  PROBELANG_NATURE_FIELDS = 1,
  // A list.
  PROBELANG_NATURE_LIST = 2,
  // A map.
  PROBELANG_NATURE_MAP = 4,
  // Something of a length.
  PROBELANG_NATURE_LENGTH = 8,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum probelang_nature probelang_nature;
#else
typedef uint32_t probelang_nature;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Where a value was found.
enum probelang_origin
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The library computed it, or read it elsewhere.
  PROBELANG_ORIGIN_ELSEWHERE = 0,
  // It is the variable of that symbol.
  PROBELANG_ORIGIN_VAR = 1,
  // It is a key in the batch that began at the cursor.
  PROBELANG_ORIGIN_KEY = 2,
  // It is an element or the value of an entry in the batch that began at the cursor.
  PROBELANG_ORIGIN_ELEMENT = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum probelang_origin probelang_origin;
#else
typedef uint32_t probelang_origin;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a program is for.
enum probelang_program_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // A Boolean: the `when` of a probe.
  PROBELANG_PROGRAM_KIND_CONDITION = 0,
  // Any value.
  PROBELANG_PROGRAM_KIND_VALUE = 1,
  // A finite number.
  PROBELANG_PROGRAM_KIND_METRIC = 2,
  // Text with `{expression}` parts.
  PROBELANG_PROGRAM_KIND_TEMPLATE = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum probelang_program_kind probelang_program_kind;
#else
typedef uint32_t probelang_program_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a list of names, types or shapes means for redaction.
enum probelang_redaction
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Values under these names are hidden, in any spelling: `api_key`, `apiKey` and `API-KEY` are one name.
  PROBELANG_REDACTION_NAMES = 0,
  // Values of these types are hidden. `*` matches any text.
  PROBELANG_REDACTION_TYPES = 1,
  // Values under these names are never hidden because of their name, whatever other lists say.
  PROBELANG_REDACTION_EXCLUDE = 2,
  // Parts of texts that have these shapes of secrets are hidden too: `email`, `ip`. Where the mode is off, it becomes
  // *targeted*.
  PROBELANG_REDACTION_SHAPES = 3,
  // Parts of texts are not hidden because they have these shapes.
  PROBELANG_REDACTION_NO_SHAPES = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum probelang_redaction probelang_redaction;
#else
typedef uint32_t probelang_redaction;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The result of a callback that does not return a kind. Any other number counts as failed.
enum probelang_reply
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The callback answered.
  PROBELANG_REPLY_DONE = 0,
  // It has no answer: the default of the callback applies, as if it were null.
  PROBELANG_REPLY_NONE = 1,
  // It failed. `why` is the reason, in one or a few words.
  PROBELANG_REPLY_FAILED = -1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum probelang_reply probelang_reply;
#else
typedef int32_t probelang_reply;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The severity of a diagnostic.
enum probelang_severity
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The program is rejected, or the run ended.
  PROBELANG_SEVERITY_ERROR = 0,
  // The program runs, but is probably not what was meant.
  PROBELANG_SEVERITY_WARNING = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum probelang_severity probelang_severity;
#else
typedef uint32_t probelang_severity;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a name is used for.
enum probelang_use
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // A variable.
  PROBELANG_USE_VARIABLE = 0,
  // A name of the probe, with its `@`: `@return`.
  PROBELANG_USE_AT = 1,
  // A field of an object, or the key of an entry.
  PROBELANG_USE_FIELD = 2,
  // The key of an entry.
  PROBELANG_USE_KEY = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum probelang_use probelang_use;
#else
typedef uint32_t probelang_use;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The answer of a condition.
enum probelang_verdict
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // It does not match.
  PROBELANG_VERDICT_NOT_MATCHED = 0,
  // It matches.
  PROBELANG_VERDICT_MATCHED = 1,
  // It failed, which is neither a match nor a mismatch: report it.
  PROBELANG_VERDICT_FAILED = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum probelang_verdict probelang_verdict;
#else
typedef uint32_t probelang_verdict;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a run gave.
typedef struct Ended Ended;

// A program bound to a family of hosts: all that share one meaning of symbols. Immutable; any number of threads may
// run one.
typedef struct probelang_bound probelang_bound;

// What one probe may spend in one hit for everything that it does: steps and time. Used by one thread at a time.
typedef struct probelang_budget probelang_budget;

// Memory for the captures of a hit, to be reused for the next one. Used by one thread at a time.
typedef struct probelang_capture probelang_capture;

#if defined(PROBELANG_FRONT_END)
// What the caller has to do after it loaded a configuration. Immutable; any number of threads may read one.
typedef struct probelang_changes probelang_changes;
#endif

// The settings that programs are compiled and run with: dialect, redaction, limits, clock. Any number of threads may
// use one; a change applies to what is compiled after it.
typedef struct probelang_engine probelang_engine;

// A table of names: each name that a program mentions gets a number in it, its symbol, when the program is bound. Any
// number of threads may use one; a look-up waits while a program is being bound.
typedef struct probelang_names probelang_names;

#if defined(PROBELANG_FRONT_END)
// The probes of a process, with their counters, limits, statuses, and the events that wait to be drained. Any number
// of threads may use one.
typedef struct probelang_probes probelang_probes;
#endif

// A compiled program. Immutable; any number of threads may use one.
typedef struct probelang_program probelang_program;

// Details of a call: why a source is rejected, its warnings, the fault of a run. Immutable; any number of threads may
// read one. The caller that got it frees it.
typedef struct probelang_report probelang_report;

#if defined(PROBELANG_FRONT_END)
// A place of the running program: a function or a line, and what is armed there. Any number of threads may use one.
typedef struct probelang_site probelang_site;
#endif

// Memory for text that the library writes, to be reused: each call replaces the text of the one before. Used by one
// thread at a time.
typedef struct probelang_text probelang_text;

// A text that is lent: UTF-8, without a zero at its end. `data` may be null where `len` is 0.
typedef struct probelang_str {
  // Its first byte.
  const char *data;
  // Its bytes.
  size_t len;
} probelang_str;

// Two numbers of the host's choice for a value that is not a scalar. The library keeps them for the length of one
// call, does not interpret them, and passes back only handles that the host lent it in that call.
typedef struct probelang_handle {
  // The place: an index, an address.
  uint64_t word;
  // The number of a type or a layout, for the dispatch of the host.
  uint32_t shape;
} probelang_handle;

// What a value carries, by its kind. All zero when a callback that reads one value gets it.
//
// Text is lent until the function of this library returns that asked the host. It is checked to be UTF-8; what is not
// is unreadable.
typedef union probelang_payload {
  // A Boolean or an integer.
  int64_t integer;
  // An integer without a sign.
  uint64_t uint;
  // A float.
  double number;
  // A value that is not a scalar.
  struct probelang_handle handle;
  // A text or a reason.
  struct probelang_str text;
} probelang_payload;

// A value.
typedef struct probelang_value {
  // A `probelang_kind`.
  uint8_t kind;
  // What it carries.
  union probelang_payload of;
} probelang_value;

// A position in a collection. `position` and `state` belong to the host: they come back as it left them.
typedef struct probelang_cursor {
  // The word of the collection.
  uint64_t word;
  // The shape of the collection.
  uint32_t shape;
  // The number of elements lent so far, or whatever the host counts. 0 at first.
  uint64_t position;
  // A word of the host's own. 0 at first.
  uint64_t state;
} probelang_cursor;

// What one call of `items` or `entries` lent. All zero before the call.
typedef struct probelang_batch {
  // How many places were written, from the first one. A larger number than `room` counts as `room`.
  size_t count;
  // A `probelang_more`.
  uint32_t more;
  // The reason if the rest cannot be read.
  struct probelang_str why;
} probelang_batch;

// How the library reads the values of a runtime. Set `size`, and the callbacks that you have; leave the others null
// for the default that is described with each of them. Do not change the struct while a call uses it.
//
// Every callback is a read without side effects: it runs no code of the observed program, takes no lock and does not
// wait. It gets `data`. A callback that reads a value returns its `probelang_kind`, and writes what that kind carries
// to `out`, which is the memory of the engine. Every other callback writes its answer to its out-parameters and
// returns a `probelang_reply`. Callbacks run on the thread that called the library, before that call returns. They
// must not throw, unwind or jump out. They may call functions of this library with handles that are not in use.
//
// A handle is passed as its `word` and its `shape`. A symbol is the number that a name got when the program was bound.
// Strings that a callback gets are lent for the length of the callback; strings that it lends must live until the
// function of this library returns that asked. Strings longer than 1 GiB, and more than 256 MiB of long strings in one
// call, are unreadable.
typedef struct probelang_host {
  // `sizeof(probelang_host)`.
  size_t size;
  // Passed to every callback.
  void *data;
  // The variable `name`, or the `@`-name that it was bound from. Default: absent.
  uint32_t (*var)(void *data, uint32_t name, union probelang_payload *out);
  // The field `name` of an object. Default: unreadable.
  uint32_t (*field)(void *data, uint64_t word, uint32_t shape, uint32_t name, union probelang_payload *out);
  // Element `index` of a list, from 0. Default: unreadable.
  uint32_t (*index)(void *data, uint64_t word, uint32_t shape, uint64_t index, union probelang_payload *out);
  // The value of the entry of a map whose key is the text that symbol `key` was bound from; absent where there is
  // none. With `PROBELANG_KIND_NO_ANSWER`, the default, the library walks the entries.
  uint32_t (*entry)(void *data, uint64_t word, uint32_t shape, uint32_t key, union probelang_payload *out);
  // As `entry`, for a key that was computed: null, a Boolean, a number or a text. Default: the library walks the
  // entries.
  uint32_t (*key)(void *data,
                  uint64_t word,
                  uint32_t shape,
                  const struct probelang_value *key,
                  union probelang_payload *out);
  // The number of elements, entries or fields. Must cost O(1). Default: unreadable.
  int32_t (*len)(void *data, uint64_t word, uint32_t shape, uint64_t *out, struct probelang_str *why);
  // Begins a walk over a list, set, map, or the fields of an object. Default: the cursor as it comes, at position 0.
  int32_t (*open)(void *data, struct probelang_cursor *cursor, struct probelang_str *why);
  // The next elements of a list or set, at most `room`. Write kind and payload of each element that you count; the
  // places are absent and zero before. Default: the elements cannot be read.
  int32_t (*items)(void *data,
                   struct probelang_cursor *cursor,
                   struct probelang_value *out,
                   size_t room,
                   struct probelang_batch *batch);
  // The next entries of a map, or fields of an object with their names as text, at most `room`. Default: they cannot
  // be read.
  int32_t (*entries)(void *data,
                     struct probelang_cursor *cursor,
                     struct probelang_value *keys,
                     struct probelang_value *values,
                     size_t room,
                     struct probelang_batch *batch);
  // Ends a walk. Every cursor that was opened is closed, also after a fault. Default: nothing.
  int32_t (*close)(void *data, struct probelang_cursor *cursor);
  // The full name of the type of a value with a handle. The host lends it, or composes it in `scratch`, `room`
  // bytes, and sets `out` there. Default: none. A failure hides the value where types are redacted.
  int32_t (*type_name)(void *data, uint64_t word, uint32_t shape, char *scratch, size_t room, struct probelang_str *out);
  // Whether a value with a handle is an instance of the type of that name: a `probelang_answer`. Default: the exact
  // `type_name`, and no supertypes.
  int32_t (*instance_of)(void *data,
                         uint64_t word,
                         uint32_t shape,
                         const char *name,
                         size_t len,
                         uint32_t *out,
                         struct probelang_str *why);
  // Whether two handles are one object: a `probelang_answer`. Default: equal handles are; of others it is not known.
  int32_t (*same)(void *data,
                  uint64_t word_a,
                  uint32_t shape_a,
                  uint64_t word_b,
                  uint32_t shape_b,
                  uint32_t *out,
                  struct probelang_str *why);
  // The name of an enum constant. Default: the value is not one.
  int32_t (*enum_name)(void *data, uint64_t word, uint32_t shape, struct probelang_str *out);
  // The text of an opaque value, for people. Default: there is none.
  int32_t (*text)(void *data, uint64_t word, uint32_t shape, struct probelang_str *out);
  // The Boolean, number or string that an opaque value represents. Default: none.
  uint32_t (*scalar)(void *data, uint64_t word, uint32_t shape, union probelang_payload *out);
  // The decimal digits of an integer beyond 64 bits, lent or composed as those of `type_name`. Default: they cannot
  // be read.
  int32_t (*digits)(void *data, uint64_t word, uint32_t shape, char *scratch, size_t room, struct probelang_str *out);
  // Why a `PROBELANG_KIND_CUT` was not followed. Default: `depth`.
  int32_t (*cut_reason)(void *data, uint64_t word, uint32_t shape, struct probelang_str *out);
  // The handle by which a value is read as something else, a `probelang_nature`. Default: it is nothing else.
  int32_t (*also)(void *data, uint64_t word, uint32_t shape, uint32_t nature, uint64_t *out_word, uint32_t *out_shape);
  // Everything else that a value can be read as: a sum of `probelang_nature`. Default: what `also` answers for each. 0 for a
  // map that `also` reads as its fields by the same handle: its keys are the names of its fields, which *strict* shows.
  int32_t (*natures)(void *data, uint64_t word, uint32_t shape, uint32_t *out);
  // Why a value may be another than it was lent as, for recordings. `with` is the value that it is compared with, or
  // null. Default: it is certain.
  int32_t (*doubt)(void *data,
                   uint64_t word,
                   uint32_t shape,
                   const struct probelang_value *with,
                   struct probelang_str *out);
  // The name or type behind the number of a hidden value. Default: none.
  int32_t (*hidden_by)(void *data, uint32_t number, struct probelang_str *out);
  // As `instance_of`, for a Boolean, number or string without a handle. Default: no.
  int32_t (*scalar_instance_of)(void *data,
                                const struct probelang_value *value,
                                const char *name,
                                size_t len,
                                uint32_t *out,
                                struct probelang_str *why);
  // The name of the type of a value without a handle, for captures; lent or composed as that of `type_name`.
  // `origin` is a `probelang_origin`, with the symbol, or the cursor as it was before the batch and the place in it.
  // Default: the plain name of the kind.
  int32_t (*scalar_type)(void *data,
                         const struct probelang_value *value,
                         uint32_t origin,
                         uint32_t symbol,
                         const struct probelang_cursor *cursor,
                         size_t place,
                         char *scratch,
                         size_t room,
                         struct probelang_str *out);
} probelang_host;

// A name that a snapshot shows. Names of the same group must be adjacent.
typedef struct probelang_name {
  // The name.
  struct probelang_str name;
  // A `probelang_group`.
  uint32_t group;
  // Its symbol in the host.
  uint32_t symbol;
} probelang_name;

// How much of each value a capture shows. 0 keeps the default.
typedef struct probelang_capture_limits {
  // `sizeof(probelang_capture_limits)`.
  size_t size;
  // Levels of collections and objects: 3.
  size_t depth;
  // Elements of a collection: 100.
  size_t items;
  // Characters of a string: 255.
  size_t length;
  // Fields of an object, names of a group: 20.
  size_t fields;
} probelang_capture_limits;

// An expression whose value is captured under a name.
typedef struct probelang_named {
  // The name.
  struct probelang_str name;
  // The expression: a bound program that gives a value.
  const struct probelang_bound *program;
  // Its own limits; null for those of the frame.
  const struct probelang_capture_limits *limits;
} probelang_named;

// A frame of a call stack. Fields that are not known are null or 0.
typedef struct probelang_stack_frame {
  // The file.
  struct probelang_str file;
  // The function.
  struct probelang_str function;
  // The line, from 1.
  uint32_t line;
  // The column, from 1.
  uint32_t column;
} probelang_stack_frame;

// What a call threw.
typedef struct probelang_throwable {
  // Its full type.
  struct probelang_str type_name;
  // Its message, or null.
  struct probelang_str message;
  // Where it was thrown, innermost frame first.
  const struct probelang_stack_frame *stack;
  // How many frames that are, at most 1,024.
  size_t stack_count;
} probelang_throwable;

// What is captured at one moment of a hit.
typedef struct probelang_frame {
  // `sizeof(probelang_frame)`.
  size_t size;
  // A `probelang_moment`.
  uint32_t moment;
  // The line, of that moment.
  uint32_t line;
  // Its names.
  const struct probelang_name *names;
  // How many names.
  size_t name_count;
  // Expressions, captured after the names.
  const struct probelang_named *expressions;
  // How many expressions.
  size_t expression_count;
  // Why the host could not list all names; null if it could.
  struct probelang_str missing;
  // A `probelang_ending`.
  uint32_t ending;
  // What it threw, if it did.
  const struct probelang_throwable *thrown;
  // Limits; null for the default ones.
  const struct probelang_capture_limits *limits;
} probelang_frame;

// What a snapshot contains besides captures.
typedef struct probelang_about {
  // `sizeof(probelang_about)`.
  size_t size;
  // The language of the program: `java`.
  struct probelang_str language;
  // Its id, a UUID; null for none.
  struct probelang_str id;
  // When it was taken, in milliseconds since 1970; 0 for not known.
  uint64_t timestamp;
  // How long the call ran, in nanoseconds; 0 for not known.
  uint64_t duration;
  // The id of the probe; null for none.
  struct probelang_str probe_id;
  // The version of its configuration.
  uint64_t probe_version;
  // The type or module of the probe's function; for a line, its file.
  struct probelang_str place;
  // The function; null at a line.
  struct probelang_str method;
  // The line, as it is configured; null at a function.
  struct probelang_str line;
  // The call stack, innermost frame first.
  const struct probelang_stack_frame *stack;
  // How many frames, at most 1,024.
  size_t stack_count;
} probelang_about;

// A destination for bytes that the library writes.
typedef struct probelang_writer {
  // `sizeof(probelang_writer)`.
  size_t size;
  // Passed to `write`.
  void *data;
  // Takes `len` bytes of UTF-8. Anything but 0 ends the call with `PROBELANG_STATUS_WRITE_FAILED`.
  int32_t (*write)(void *data, const char *bytes, size_t len);
} probelang_writer;

#if defined(PROBELANG_FRONT_END)
// A change, with the place of its probe. The strings are lent until the list is freed; fields that a place does not
// have are null or 0.
typedef struct probelang_change {
  // `sizeof(probelang_change)`, to be set before the call.
  size_t size;
  // A `probelang_change_kind`.
  uint32_t kind;
  // A `probelang_moment`.
  uint32_t moment;
  // The probe.
  struct probelang_str id;
  // The version of its configuration.
  uint64_t version;
  // The type or module of its function.
  struct probelang_str type_name;
  // The function.
  struct probelang_str method;
  // Which of several functions of that name.
  struct probelang_str signature;
  // The file of its lines.
  struct probelang_str file;
  // The first line, from 1.
  uint32_t first_line;
  // The last line.
  uint32_t last_line;
} probelang_change;
#endif

// How much of a value a message shows, and of a message as a whole. 0 keeps the default.
typedef struct probelang_text_limits {
  // `sizeof(probelang_text_limits)`.
  size_t size;
  // Levels of collections and objects.
  size_t depth;
  // Elements of a collection.
  size_t items;
  // Fields of an object.
  size_t fields;
  // Characters of a string.
  size_t string;
  // Characters of a message.
  size_t message;
} probelang_text_limits;

// A clock: nanoseconds since some fixed moment, never going back. Called on any thread that runs a program, and only
// by runs of more than 512 steps.
typedef uint64_t (*probelang_clock)(void *data);

#if defined(PROBELANG_FRONT_END)
// A variable that is in scope, whether or not a program reads it.
typedef struct probelang_variable {
  // Its name.
  struct probelang_str name;
  // The symbol that the host knows it by.
  uint32_t symbol;
} probelang_variable;
#endif

#if defined(PROBELANG_FRONT_END)
// What can be seen at a hit. Everything but the host is read only if a probe fires. Null or 0 means that it is not
// known.
typedef struct probelang_scene {
  // `sizeof(probelang_scene)`.
  size_t size;
  // The values, by the symbols with which probes were armed at the place.
  const struct probelang_host *host;
  // The names that a snapshot shows.
  const struct probelang_name *names;
  // How many names.
  size_t name_count;
  // Why not all names can be listed; null if they can.
  struct probelang_str missing;
  // A read of the host: writes the call stack to `out`, innermost frame first, at most `room` frames, and how many
  // that are to `count`.
  int32_t (*stack)(void *data, struct probelang_stack_frame *out, size_t room, size_t *count);
  // The number of the thread.
  uint64_t thread_id;
  // Its name.
  struct probelang_str thread_name;
  // The upper half of the id of the active trace.
  uint64_t trace_high;
  // The lower half.
  uint64_t trace_low;
  // The active span; 0 for none.
  uint64_t span;
  // The language, if it is not the one of the process.
  struct probelang_str language;
} probelang_scene;
#endif

#if defined(PROBELANG_FRONT_END)
// A call that was entered and has not ended: plain data, to be kept with the frame of the call.
typedef struct probelang_pending {
  // Private.
  uint64_t words[3];
} probelang_pending;
#endif

#if defined(PROBELANG_FRONT_END)
// How a set of probes runs. Null or 0 keeps the default.
typedef struct probelang_probes_options {
  // `sizeof(probelang_probes_options)`.
  size_t size;
  // The service. It, the environment and the version also say which probes are for this process.
  struct probelang_str service;
  // The environment.
  struct probelang_str env;
  // The version of the service.
  struct probelang_str version;
  // The name of the machine.
  struct probelang_str host_name;
  // The language of the program: `java`.
  struct probelang_str language;
  // The id of this run of the process.
  struct probelang_str runtime_id;
  // Tags of all events, `key:value`.
  const struct probelang_str *tags;
  // How many tags.
  size_t tag_count;
  // Log events per second of all probes: 5,000.
  double logs_per_second;
  // Events with captures per second of all probes: 100.
  double captures_per_second;
  // Captured bytes per second of all probes: 8 MiB.
  uint64_t capture_bytes_per_second;
  // Bytes of an event: 1 MiB.
  size_t event_bytes;
  // The share of one CPU that one probe may take: 0.01.
  double probe_share;
  // The share of one CPU that all probes may take: 0.01.
  double share;
  // Events that may wait to be drained: 1,024. Further events are dropped and counted.
  size_t queue_events;
  // Captured bytes that may wait: 16 MiB.
  size_t queue_bytes;
  // The seed of the ids of events. It must differ from process to process, so set it to a random number.
  uint64_t seed;
  // The CPU time of the running thread in nanoseconds, with the data of the clock; null: the cost is estimated from
  // steps.
  probelang_clock cpu;
  // Passed to `cpu`.
  void *cpu_data;
} probelang_probes_options;
#endif

// Returns the symbol of a name, a number of the host's choice. `use_` is a `probelang_use`. The same name and use
// always get the same symbol; a name that no host knows gets a symbol that hosts answer with absent.
typedef uint32_t (*probelang_resolve)(void *data, const char *name, size_t len, uint32_t use_);

// A diagnostic. Its strings are lent until the report is freed.
typedef struct probelang_diagnostic {
  // `sizeof(probelang_diagnostic)`, to be set before the call.
  size_t size;
  // Its stable code, `PL0214`.
  struct probelang_str code;
  // A `probelang_severity`.
  uint32_t severity;
  // A `probelang_class`.
  uint32_t class_;
  // One line, without values.
  struct probelang_str message;
  // The JSON pointer (RFC 6901) of the node that it is about, for a program from JSON.
  struct probelang_str path;
  // Its place in bytes of the source.
  uint32_t start;
  // The end of that place.
  uint32_t end;
  // Its place in UTF-16 units of the source.
  uint32_t utf16_start;
  // The end of that place.
  uint32_t utf16_end;
  // The line of its beginning, from 1.
  uint32_t line;
  // The column of its beginning, in characters from 1.
  uint32_t column;
  // How many repairs it offers.
  size_t edits;
} probelang_diagnostic;

// A repair. Its strings are lent until the report is freed.
typedef struct probelang_edit {
  // `sizeof(probelang_edit)`, to be set before the call.
  size_t size;
  // Its description: ``write `&&` ``.
  struct probelang_str title;
  // 1 if it can be applied without asking, else 0.
  uint32_t safe;
} probelang_edit;



#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The number of the binary interface of the library: to be compared with `PROBELANG_ABI_VERSION` of the header.
uint32_t probelang_abi_version(void);

// The semantic version of the library: `0.1.0`. Lent for the life of the process.
probelang_status probelang_version(struct probelang_str *out);

#if defined(PROBELANG_FRONT_END)
// Compiles a program. `kind` is a `probelang_program_kind`, `form` a `probelang_form`. `report` may be null; it gets
// the reasons of a rejection or the warnings of a program, or null if there are none.
probelang_status probelang_compile(const struct probelang_engine *engine,
                                   uint32_t kind,
                                   uint32_t form,
                                   const char *source,
                                   size_t len,
                                   struct probelang_program **out,
                                   struct probelang_report **report);
#endif

#if defined(PROBELANG_FRONT_END)
// As `probelang_compile`, for a source in UTF-16; `len` counts units.
probelang_status probelang_compile_utf16(const struct probelang_engine *engine,
                                         uint32_t kind,
                                         uint32_t form,
                                         const uint16_t *source,
                                         size_t len,
                                         struct probelang_program **out,
                                         struct probelang_report **report);
#endif

#if defined(PROBELANG_FRONT_END)
// Checks a source: diagnostics, types, cost, and what it reads. `out` always gets a report; the status says whether it
// compiles.
probelang_status probelang_check(const struct probelang_engine *engine,
                                 uint32_t kind,
                                 uint32_t form,
                                 const char *source,
                                 size_t len,
                                 struct probelang_report **out);
#endif

#if defined(PROBELANG_FRONT_END)
// As `probelang_check`, for a source in UTF-16; `len` counts units.
probelang_status probelang_check_utf16(const struct probelang_engine *engine,
                                       uint32_t kind,
                                       uint32_t form,
                                       const uint16_t *source,
                                       size_t len,
                                       struct probelang_report **out);
#endif

// New memory for captures, with the current redaction, limits and clock of the engine.
probelang_status probelang_capture_new(const struct probelang_engine *engine, struct probelang_capture **out);

// Empties the memory for the next hit. It is kept, so that captures allocate nothing once it is large enough.
probelang_status probelang_capture_clear(struct probelang_capture *capture);

// Adds a moment of a hit to the capture. Values that the budget does not suffice for are marked `timeout` in the
// snapshot; an expression that fails is listed there. Neither is an error.
probelang_status probelang_capture_frame(struct probelang_capture *capture,
                                         const struct probelang_host *host,
                                         const struct probelang_frame *frame,
                                         struct probelang_budget *budget);

// Writes the captures as a snapshot of at most `most` bytes (`grammar/snapshot.schema.json`), 0 for 1 MiB; a larger
// one is pruned. The writer is called once.
probelang_status probelang_capture_write(struct probelang_capture *capture,
                                         const struct probelang_about *about,
                                         size_t most,
                                         const struct probelang_writer *writer);

// The number of bytes captured so far.
probelang_status probelang_capture_len(struct probelang_capture *capture, size_t *out);

// Frees the memory.
probelang_status probelang_capture_free(struct probelang_capture *capture);

#if defined(PROBELANG_FRONT_END)
// Change `index`, from 0. `PROBELANG_STATUS_OUT_OF_RANGE` after the last one.
probelang_status probelang_changes_get(const struct probelang_changes *changes,
                                       size_t index,
                                       struct probelang_change *out);
#endif

#if defined(PROBELANG_FRONT_END)
// Frees a list of changes.
probelang_status probelang_changes_free(struct probelang_changes *changes);
#endif

// A new engine: the portable dialect, the built-in redaction, 1,000,000 steps and 50 ms for each run.
probelang_status probelang_engine_new(struct probelang_engine **out);

#if defined(PROBELANG_FRONT_END)
// Selects the dialect of a runtime: `portable`, `java`, `python`, `node`, `dotnet`, `ruby`, `php`, `go`.
probelang_status probelang_engine_set_dialect(struct probelang_engine *engine, const char *name, size_t len);
#endif

#if defined(PROBELANG_FRONT_END)
// Sets what is known of the names in scope, as JSON (`grammar/schema.schema.json`), for checks. No answer depends on
// it.
probelang_status probelang_engine_set_schema(struct probelang_engine *engine,
                                             const char *json,
                                             size_t len,
                                             struct probelang_report **report);
#endif

#if defined(PROBELANG_FRONT_END)
// With 1, programs with an operation that is certain to fault are rejected; with 0, they get a warning.
probelang_status probelang_engine_set_strict(struct probelang_engine *engine, uint32_t strict);
#endif

#if defined(PROBELANG_FRONT_END)
// Rejects programs that may take more than `steps` steps.
probelang_status probelang_engine_set_max_cost(struct probelang_engine *engine, uint64_t steps);
#endif

// Adds names, types or shapes to the redaction policy; `rule` is a `probelang_redaction`. `PROBELANG_STATUS_UNKNOWN`
// where there is no shape of that name.
probelang_status probelang_engine_redact(struct probelang_engine *engine,
                                         uint32_t rule,
                                         const struct probelang_str *names,
                                         size_t count);

// Sets what of texts is hidden because of what they say: `off`, the mode of a new engine; `targeted`, each part that
// looks like a secret; `strict`, every text. Expressions see the texts; messages, values and captures do not show what is
// hidden. `PROBELANG_STATUS_UNKNOWN` for another name.
probelang_status probelang_engine_set_redaction(struct probelang_engine *engine,
                                                const char *mode,
                                                size_t len);

#if defined(PROBELANG_FRONT_END)
// Hides the parts of texts that a pattern of your own matches; it is written and bounded as those of the function
// `matches` are. Its name, of at most 64 letters, digits, `-` and `_`, is for messages; a pattern of the same name is
// replaced. Where the mode is off, it becomes *targeted*. `PROBELANG_STATUS_REJECTED` for a pattern or a name that cannot
// be: the report says why.
probelang_status probelang_engine_redact_pattern(struct probelang_engine *engine,
                                                 struct probelang_str name,
                                                 struct probelang_str pattern,
                                                 struct probelang_report **report);
#endif

// Sets the steps and nanoseconds that a run without a budget may spend, and the limits of new budgets.
probelang_status probelang_engine_set_limits(struct probelang_engine *engine, uint64_t steps, uint64_t nanoseconds);

// How much of a value a message shows.
probelang_status probelang_engine_set_text_limits(struct probelang_engine *engine,
                                                  const struct probelang_text_limits *limits);

// Measures deadlines with `now` instead of the clock of the operating system; null restores that one.
probelang_status probelang_engine_set_clock(struct probelang_engine *engine, probelang_clock now, void *data);

// Frees an engine. Programs that were compiled with it stay valid.
probelang_status probelang_engine_free(struct probelang_engine *engine);

// A new, empty table. Bound programs do not need it any more; hosts that look up names do.
probelang_status probelang_names_new(struct probelang_names **out);

// The number of names. Symbols are the numbers below it.
probelang_status probelang_names_count(const struct probelang_names *names, size_t *out);

// The name of a symbol, lent until the table is freed. `PROBELANG_STATUS_OUT_OF_RANGE` for a number that the table did
// not hand out.
probelang_status probelang_names_text(const struct probelang_names *names, uint32_t symbol, struct probelang_str *out);

// The symbol of a name, which is added if it is new.
probelang_status probelang_names_symbol(struct probelang_names *names, const char *name, size_t len, uint32_t *out);

// Frees a table.
probelang_status probelang_names_free(struct probelang_names *names);

#if defined(PROBELANG_FRONT_END)
// Makes another report of a fault, with what the values of the host say of it: the nearest name, the names that there
// are, `len(x)` for `x.length`. They are notes and repairs, in the JSON as `notes` and `edits`; the message stays as it
// is. `variables` are the `count` variables in scope, of which the first 1,000 are used. `report` is one of
// `probelang_test`, `probelang_measure` or `probelang_eval`, or the status is `PROBELANG_STATUS_WRONG_KIND`; the host
// shows what it showed to that run. No value is in the report. Costs up to 1,000 entries of each value on the way to
// the one that is missing.
probelang_status probelang_report_hint(const struct probelang_report *report,
                                       const struct probelang_host *host,
                                       const struct probelang_variable *variables,
                                       size_t count,
                                       struct probelang_report **out);
#endif

#if defined(PROBELANG_FRONT_END)
// Reports that a line is about to run. If no probe fires, it takes no lock and allocates nothing, except in the first
// hit of a thread.
probelang_status probelang_probes_line(const struct probelang_probes *probes,
                                       const struct probelang_site *site,
                                       const struct probelang_scene *scene,
                                       uint64_t now);
#endif

#if defined(PROBELANG_FRONT_END)
// Reports that a function is entered. `waits` gets 1 if the end of the call is to be reported with `pending`, else 0.
probelang_status probelang_probes_enter(const struct probelang_probes *probes,
                                        const struct probelang_site *site,
                                        const struct probelang_scene *scene,
                                        uint64_t now,
                                        struct probelang_pending *pending,
                                        uint32_t *waits);
#endif

#if defined(PROBELANG_FRONT_END)
// Reports that a call has ended. `ending` is a `probelang_ending`; `thrown` is read if it threw.
probelang_status probelang_probes_exit(const struct probelang_probes *probes,
                                       const struct probelang_site *site,
                                       const struct probelang_scene *scene,
                                       const struct probelang_pending *pending,
                                       uint32_t ending,
                                       const struct probelang_throwable *thrown,
                                       uint64_t now);
#endif

#if defined(PROBELANG_FRONT_END)
// Reports that the end of a call will not be reported, because its thread has died.
probelang_status probelang_probes_abandon(const struct probelang_probes *probes,
                                          const struct probelang_pending *pending);
#endif

#if defined(PROBELANG_FRONT_END)
// A new, empty set, with the current dialect, redaction, limits and clock of the engine. `options` may be null.
probelang_status probelang_probes_new(const struct probelang_engine *engine,
                                      const struct probelang_probes_options *options,
                                      struct probelang_probes **out);
#endif

#if defined(PROBELANG_FRONT_END)
// Frees a set. Its sites and lists of changes are freed on their own.
probelang_status probelang_probes_free(struct probelang_probes *probes);
#endif

#if defined(PROBELANG_FRONT_END)
// Replaces the set by a configuration (`grammar/probe.schema.json`): probes that it does not contain are removed, new
// ones are added, changed ones go on with their new configuration. `now` is in nanoseconds since 1970, as in all
// functions that take a time. `out` gets what the caller has to do. `report` may be null; it gets the diagnostics of
// the configuration, if any: its JSON is an object with `diagnostics`, and under `probes` those of each probe. A probe
// that cannot be used gets the status `ERROR` and does not affect the others; if the configuration as a whole cannot
// be read, the status is `PROBELANG_STATUS_REJECTED`, and the set is unchanged.
probelang_status probelang_probes_load(const struct probelang_probes *probes,
                                       const char *configuration,
                                       size_t len,
                                       uint64_t now,
                                       struct probelang_changes **out,
                                       struct probelang_report **report);
#endif

#if defined(PROBELANG_FRONT_END)
// Arms a probe at a place whose hosts know the symbols of `names`. The status is `PROBELANG_STATUS_UNKNOWN` for an id
// that the set does not contain, and `PROBELANG_STATUS_REJECTED` at a place where no probe is allowed.
probelang_status probelang_probes_arm(const struct probelang_probes *probes,
                                      const struct probelang_site *site,
                                      const char *id,
                                      size_t id_len,
                                      struct probelang_names *names,
                                      uint64_t now,
                                      struct probelang_report **report);
#endif

#if defined(PROBELANG_FRONT_END)
// As `probelang_probes_arm`, with symbols of the host's choice.
probelang_status probelang_probes_arm_with(const struct probelang_probes *probes,
                                           const struct probelang_site *site,
                                           const char *id,
                                           size_t id_len,
                                           probelang_resolve resolve,
                                           void *data,
                                           uint64_t now,
                                           struct probelang_report **report);
#endif

#if defined(PROBELANG_FRONT_END)
// Disarms a probe at a place that no longer exists. Calls that have not ended are still finished.
probelang_status probelang_probes_disarm(const struct probelang_probes *probes,
                                         const struct probelang_site *site,
                                         const char *id,
                                         size_t id_len);
#endif

#if defined(PROBELANG_FRONT_END)
// Reports what the caller knows of a probe: `status` is the name of one, `ERROR` or `DRIFTED`; `cause` may be null.
probelang_status probelang_probes_report(const struct probelang_probes *probes,
                                         const char *id,
                                         size_t id_len,
                                         uint64_t version,
                                         const char *status,
                                         size_t status_len,
                                         const char *cause,
                                         size_t cause_len,
                                         uint64_t now);
#endif

#if defined(PROBELANG_FRONT_END)
// Updates what depends on time. Call it about once a second.
probelang_status probelang_probes_tick(const struct probelang_probes *probes, uint64_t now);
#endif

#if defined(PROBELANG_FRONT_END)
// The kill switch: while `off` is 1, hits do nothing and are not counted.
probelang_status probelang_probes_switch_off(const struct probelang_probes *probes, uint32_t off);
#endif

#if defined(PROBELANG_FRONT_END)
// The last status of each probe, as a JSON array of `id`, `version`, `status` and perhaps `cause`.
probelang_status probelang_probes_statuses(const struct probelang_probes *probes, struct probelang_text *out);
#endif

#if defined(PROBELANG_FRONT_END)
// A report on each probe, as a JSON array: hits by outcome, bytes, steps, and in words why it is silent.
probelang_status probelang_probes_reports(const struct probelang_probes *probes, struct probelang_text *out);
#endif

#if defined(PROBELANG_FRONT_END)
// Moves events to `buffer`: whole events, in order, each one line of JSON with a line break
// (`grammar/probe-event.schema.json`), as many as fit in `room` bytes. `written` gets the number of bytes, `left` the
// number of events that still wait. If not even the first event fits, it stays, the status is
// `PROBELANG_STATUS_TOO_SMALL`, and `written` gets the bytes that it needs. Call it from one thread at a time, and not
// in a hit: a second thread gets `PROBELANG_STATUS_BUSY`.
probelang_status probelang_probes_drain(const struct probelang_probes *probes,
                                        char *buffer,
                                        size_t room,
                                        size_t *written,
                                        size_t *left);
#endif

#if defined(PROBELANG_FRONT_END)
// The number of events that were dropped because the queue was full.
probelang_status probelang_probes_dropped(const struct probelang_probes *probes, uint64_t *out);
#endif

// Loads a program from the bytes of an artifact, which are verified.
probelang_status probelang_load(const struct probelang_engine *engine,
                                const uint8_t *artifact,
                                size_t len,
                                struct probelang_program **out,
                                struct probelang_report **report);

// Copies the program to `buffer` as an artifact, for `probelang_load`; with `stripped` 1, without source and places.
// `needed` gets the size of the whole in bytes; if `room` is less, nothing is copied and the status is
// `PROBELANG_STATUS_TOO_SMALL`.
probelang_status probelang_program_artifact(const struct probelang_program *program,
                                            uint32_t stripped,
                                            uint8_t *buffer,
                                            size_t room,
                                            size_t *needed);

// What the program is for: a `probelang_program_kind`.
probelang_status probelang_program_get_kind(const struct probelang_program *program, uint32_t *out);

// The text that places count in: the source, or the canonical text of a program from JSON. Lent until the program is
// freed.
probelang_status probelang_program_source(const struct probelang_program *program, struct probelang_str *out);

// Frees a program. Bound programs stay valid.
probelang_status probelang_program_free(struct probelang_program *program);

// Binds a program to the hosts that know the symbols of `names`. Linear in the size of the program.
probelang_status probelang_bind(const struct probelang_program *program,
                                struct probelang_names *names,
                                struct probelang_bound **out);

// Binds a program to hosts with symbols of their choice. `resolve` is called for each name before this returns.
probelang_status probelang_bind_with(const struct probelang_program *program,
                                     probelang_resolve resolve,
                                     void *data,
                                     struct probelang_bound **out);

#if defined(PROBELANG_FRONT_END)
// As `probelang_bind`, for `probelang_trace` only. `PROBELANG_STATUS_WRONG_KIND` for a program from an artifact.
probelang_status probelang_bind_traced(const struct probelang_program *program,
                                       struct probelang_names *names,
                                       struct probelang_bound **out);
#endif

#if defined(PROBELANG_FRONT_END)
// As `probelang_bind_with`, for `probelang_trace` only.
probelang_status probelang_bind_traced_with(const struct probelang_program *program,
                                            probelang_resolve resolve,
                                            void *data,
                                            struct probelang_bound **out);
#endif

// Variable `index`, from 0, of those that the program may ask a host for: its name, lent until the bound program is
// freed, and its symbol. Redacted names are not listed. `PROBELANG_STATUS_OUT_OF_RANGE` after the last one.
probelang_status probelang_bound_variable(const struct probelang_bound *bound,
                                          size_t index,
                                          struct probelang_str *name,
                                          uint32_t *symbol);

// Frees a bound program.
probelang_status probelang_bound_free(struct probelang_bound *bound);

// Lends one sentence: the message of the first error or warning, or of the fault.
probelang_status probelang_report_message(const struct probelang_report *report, struct probelang_str *out);

// Writes the report as JSON: an array of diagnostics for a compilation (`grammar/diagnostic.schema.json`),
// `grammar/report.schema.json` for a check, `grammar/fault.schema.json` for a run, otherwise an object with its
// `message`.
probelang_status probelang_report_json(const struct probelang_report *report, struct probelang_text *out);

// Writes the report for people, with the lines of the source; `name` is the name of the source.
probelang_status probelang_report_human(const struct probelang_report *report,
                                        const char *name,
                                        size_t name_len,
                                        struct probelang_text *out);

// The number of diagnostics.
probelang_status probelang_report_count(const struct probelang_report *report, size_t *out);

// Diagnostic `index`, from 0, in the order of their places.
probelang_status probelang_report_diagnostic(const struct probelang_report *report,
                                             size_t index,
                                             struct probelang_diagnostic *out);

// Repair `edit` of diagnostic `index`, the best first.
probelang_status probelang_report_edit(const struct probelang_report *report,
                                       size_t index,
                                       size_t edit,
                                       struct probelang_edit *out);

// Writes the source with repair `edit` of diagnostic `index` applied.
probelang_status probelang_report_apply(const struct probelang_report *report,
                                        size_t index,
                                        size_t edit,
                                        struct probelang_text *out);

// Frees a report.
probelang_status probelang_report_free(struct probelang_report *report);

// A new budget with the current limits and clock of the engine.
probelang_status probelang_budget_new(const struct probelang_engine *engine, struct probelang_budget **out);

// Fills the budget again, for the next hit. Time counts from when the clock is first read.
probelang_status probelang_budget_start(struct probelang_budget *budget);

// Changes the limits, in steps and nanoseconds, and fills the budget.
probelang_status probelang_budget_set(struct probelang_budget *budget, uint64_t steps, uint64_t nanoseconds);

// The number of steps that were spent since it was filled.
probelang_status probelang_budget_spent(struct probelang_budget *budget, uint64_t *out);

// Frees a budget.
probelang_status probelang_budget_free(struct probelang_budget *budget);

// Whether a condition matches. `verdict` gets a `probelang_verdict`; if it failed, the status is
// `PROBELANG_STATUS_FAULT` and `report` gets the fault. If `budget` is null, the run has the limits of the engine; if
// `report` is null, nothing is allocated.
probelang_status probelang_test(const struct probelang_bound *bound,
                                const struct probelang_host *host,
                                struct probelang_budget *budget,
                                uint32_t *verdict,
                                struct probelang_report **report);

// The finite number of a metric: `out` gets an integer, an unsigned integer or a float. As `probelang_test`.
probelang_status probelang_measure(const struct probelang_bound *bound,
                                   const struct probelang_host *host,
                                   struct probelang_budget *budget,
                                   struct probelang_value *out,
                                   struct probelang_report **report);

// The value of an expression as one line of JSON. What is hidden or missing inside is a marker, such as `{"$redacted":
// true}`. As `probelang_test`; after a fault `out` is empty.
probelang_status probelang_eval(const struct probelang_bound *bound,
                                const struct probelang_host *host,
                                struct probelang_budget *budget,
                                struct probelang_text *out,
                                struct probelang_report **report);

// The message of a template. A part that fails shows what the dialect says; the status is still `PROBELANG_STATUS_OK`,
// and `report` gets the failed parts: its JSON is an array of objects with `expr`, `message` and perhaps `fault`.
// Allocates only to grow `out`.
probelang_status probelang_render(const struct probelang_bound *bound,
                                  const struct probelang_host *host,
                                  struct probelang_budget *budget,
                                  struct probelang_text *out,
                                  struct probelang_report **report);

#if defined(PROBELANG_FRONT_END)
// Runs a program that was bound with `probelang_bind_traced` and explains its answer, as JSON
// (`grammar/trace.schema.json`).
probelang_status probelang_trace(const struct probelang_bound *bound,
                                 const struct probelang_host *host,
                                 struct probelang_budget *budget,
                                 struct probelang_text *out,
                                 struct probelang_report **report);
#endif

#if defined(PROBELANG_FRONT_END)
// A new place. `type_name` is the full name of the type or module, null if it is not known; `name` is the name of
// spans of its calls.
probelang_status probelang_site_new(const char *type_name,
                                    size_t type_len,
                                    const char *name,
                                    size_t name_len,
                                    struct probelang_site **out);
#endif

#if defined(PROBELANG_FRONT_END)
// Whether calls and lines of a place are to be reported: `call` and `line` get 1 or 0. Costs two loads.
probelang_status probelang_site_moments(const struct probelang_site *site, uint32_t *call, uint32_t *line);
#endif

#if defined(PROBELANG_FRONT_END)
// Frees a place. Its probes are disarmed.
probelang_status probelang_site_free(struct probelang_site *site);
#endif

// A new, empty text. Free it with `probelang_text_free`.
probelang_status probelang_text_new(struct probelang_text **out);

// Lends the text until it is written again or freed.
probelang_status probelang_text_get(struct probelang_text *text, struct probelang_str *out);

// Copies the text to `buffer` as UTF-16. `needed` gets the size of the whole in units; if `room` is less, nothing is
// copied and the status is `PROBELANG_STATUS_TOO_SMALL`.
probelang_status probelang_text_utf16(struct probelang_text *text, uint16_t *buffer, size_t room, size_t *needed);

// Frees a text.
probelang_status probelang_text_free(struct probelang_text *text);

extern void tracer_host(struct probelang_host *host);

extern uint32_t tracer_resolve(const char *name, size_t len);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* PROBELANG_H */
