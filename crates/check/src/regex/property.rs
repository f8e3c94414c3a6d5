//! Unicode properties of characters that a pattern may name.
//!
//! The regex crate also knows when a character was added (`\p{Age=6.0}`) and where text breaks (`\p{WB=Extend}`). No runtime
//! of the dialects does, and their tables are 60 KB of each program that links this one, so the features for them are off.
//! Another crate of a program may switch them on: a pattern is refused all the same.

use regex_syntax::ast::{self, Ast, ClassSetItem, ClassUnicode, ClassUnicodeKind, Visitor};

/// Properties that have values here, as the regex crate compares their names.
const WITH_VALUES: [&str; 6] = ["gc", "generalcategory", "sc", "script", "scx", "scriptextensions"];

/// The first property of a pattern that no runtime knows.
pub fn of_no_runtime(pattern: &Ast) -> Option<String> {
    ast::visit(pattern, Properties).err()
}

/// Stops at such a property.
struct Properties;

impl Visitor for Properties {
    type Output = ();
    type Err = String;

    fn finish(self) -> Result<(), String> {
        Ok(())
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), String> {
        if let Ast::ClassUnicode(class) = ast { known(class) } else { Ok(()) }
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), String> {
        if let ClassSetItem::Unicode(class) = item { known(class) } else { Ok(()) }
    }
}

fn known(class: &ClassUnicode) -> Result<(), String> {
    let ClassUnicodeKind::NamedValue { name, .. } = &class.kind else { return Ok(()) };
    let plain: String =
        name.chars().filter(|c| !matches!(c, ' ' | '_' | '-')).map(|c| c.to_ascii_lowercase()).collect();
    // the crate lets names begin with "is"
    let is_known = |name: &str| WITH_VALUES.contains(&name);
    if is_known(&plain) || plain.strip_prefix("is").is_some_and(is_known) {
        Ok(())
    } else {
        Err(name.clone())
    }
}
