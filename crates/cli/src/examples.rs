//! Data that are built into the program, to try it without a file: real recordings, and small ones that show one thing.

use probelang::diagnostic::human::one_line;

/// A recording with commands that show something.
pub struct Example {
    /// Its name behind `example:`.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub about: &'static str,
    /// The recording as its tracer wrote it.
    pub json: &'static str,
    /// Commands to try, without the name of the program.
    pub tries: &'static [&'static str],
}

/// All examples.
pub const EXAMPLES: &[Example] = &[
    Example {
        name: "request",
        about: "A plain JSON document: an HTTP request and what it is about. Most pages of `explain` use it.",
        json: include_str!("../data/request.json"),
        tries: &[
            "test 'request.status >= 500 && user.plan == \"gold\"' -i example:request",
            "render '{user.name} ordered {len(items)} items' -i example:request",
            "eval 'request.stauts' -i example:request",
        ],
    },
    Example {
        name: "children",
        about: "A .NET method with a list of objects in a local variable.",
        json: include_str!("../data/dotnet-HasLocalListOfObjects.json"),
        tries: &[
            "eval 'filter(children, {@it.Age > 20})' -i example:children --frame return",
            "render '{len(children)} children, the first is {children[0].Name}' -i example:children --frame return",
        ],
    },
    Example {
        name: "shop",
        about: "A line probe in Python: a user, lists and maps that were cut by size and depth, secrets.",
        json: include_str!("../data/python-shop-line-small.json"),
        tries: &[
            "eval 'len(numbers)' -i example:shop",
            "test 'any(stock, {@value == 3})' -i example:shop",
            "eval 'user.password' -i example:shop",
        ],
    },
    Example {
        name: "shop-node",
        about: "The same shop, recorded by the Node.js tracer.",
        json: include_str!("../data/node-shop-small.json"),
        tries: &["test 'user.address instanceof \"Address\"' -i example:shop-node"],
    },
    Example {
        name: "rounds",
        about: "Several rounds of rock, paper, scissors in Python: several inputs in one file.",
        json: include_str!("../data/python-rockpaperscissors.json"),
        tries: &["test 'shape == \"paper\"' -i example:rounds"],
    },
    Example {
        name: "throw",
        about: "A .NET method that ends with an exception.",
        json: include_str!("../data/dotnet-throw.json"),
        tries: &["eval '@exception.message' -i example:throw --frame return"],
    },
    Example {
        name: "ruby",
        about: "A Ruby method with its argument before and its value after the call.",
        json: include_str!("../data/ruby-args-return.json"),
        tries: &["render '{@return}' -i example:ruby"],
    },
    Example {
        name: "marks",
        about: "A small snapshot with every mark of what was not captured: redacted, cut by depth, size and length.",
        json: include_str!("../data/marks.json"),
        tries: &["eval 'order' -i example:marks", "eval 'any(items, {@it == 99})' -i example:marks"],
    },
    Example {
        name: "probes",
        about: "A probe file: a log with a condition, a metric, and a span whose time is over.",
        json: include_str!("../data/probes.json"),
        tries: &["probe check example:probes"],
    },
    Example {
        name: "wrong-probes",
        about: "A probe file in which every probe is wrong.",
        json: include_str!("../data/wrong-probes.json"),
        tries: &["probe check example:wrong-probes"],
    },
    Example {
        name: "undefined",
        about: "A local variable of Node.js whose value is `undefined`.",
        json: include_str!("../data/undefined.json"),
        tries: &["eval 'isDefined(x)' -i example:undefined"],
    },
];

/// The example that an input names, such as `example:shop`.
pub fn find(input: &str) -> Option<&'static Example> {
    let name = input.strip_prefix("example:")?;
    EXAMPLES.iter().find(|example| example.name == name)
}

/// What is said of an example that is not there.
pub fn unknown(name: &str) -> String {
    let names: Vec<_> = EXAMPLES.iter().map(|example| format!("example:{}", example.name)).collect();
    format!("there is no example `{}`; there are {}", one_line(name), names.join(", "))
}
