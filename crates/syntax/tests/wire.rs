//! The wire form against data files, and what no file can say.

use probelang_syntax::{Limits, Parsed, SourceKind, print, wire};

fn read(json: &str) -> Parsed {
    wire::read(json, SourceKind::Expression, &Limits::default())
}

fn text(json: &str) -> String {
    let parsed = read(json);
    let tree = parsed.tree.unwrap_or_else(|| panic!("{json}: {:?}", parsed.diagnostics));
    print::tree(&tree)
}

#[test]
fn smoke() {
    for (json, expected) in [
        (
            r#"{"and":[{"and":[{"ref":"a"},{"ref":"b"}]},{"or":[{"ref":"c"},{"ref":"d"}]}]}"#,
            "a && b && (c || d)",
        ),
        (r#"{"not":{"eq":[{"ref":"a"},null]}}"#, "!(a == null)"),
        (r#"{"getmember":[{"not":{"ref":"a"}},"b"]}"#, "(!a).b"),
        (r#"{"json":{"any":[{"ref":"xs"},{"gt":[{"ref":"@it"},-1e16]}]}}"#, "any(xs, {@it > -1e16})"),
        (r#"{"instanceof":[{"index":[{"ref":"null"},0]},"a.B"]}"#, "`null`[0] instanceof \"a.B\""),
    ] {
        assert_eq!(text(json), expected);
        let tree = read(json).tree.unwrap();
        let back = read(&wire::write(&tree)).tree.unwrap();
        assert!(tree.same(&back));
        for id in tree.ids() {
            assert_eq!(tree.span(id).slice(tree.source()), print::node(&tree, id));
            assert!(tree.path(id).is_some());
        }
    }
}
