//! JSON laid out for people.

/// Columns that a value may take on its line.
const WIDTH: usize = 80;

/// `json`, which is valid and compact, with a line for each element of what does not fit on one line.
///
/// Linear in its length, apart from the indentation itself.
pub fn layout(json: &str) -> String {
    let ends = ends(json);
    let mut out = String::with_capacity(json.len());
    // For each open bracket: whether its elements have lines of their own.
    let mut open: Vec<bool> = Vec::new();
    let mut column = 0;
    let mut quoted = false;
    let mut escaped = false;
    let mut next_end = ends.into_iter();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
        depth * 2
    };
    for (at, c) in json.char_indices() {
        if quoted {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => quoted = false,
                _ => {}
            }
            out.push(c);
            column += 1;
            continue;
        }
        match c {
            '{' | '[' => {
                let end = next_end.next().unwrap_or(json.len());
                let broken = column + (end - at) > WIDTH && end > at + 1;
                open.push(broken);
                out.push(c);
                column = if broken { line(&mut out, open.len()) } else { column + 1 };
            }
            '}' | ']' => {
                if open.pop() == Some(true) {
                    column = line(&mut out, open.len());
                }
                out.push(c);
                column += 1;
            }
            ',' => {
                out.push(',');
                if open.last() == Some(&true) {
                    column = line(&mut out, open.len());
                } else {
                    out.push(' ');
                    column += 2;
                }
            }
            ':' => {
                out.push_str(": ");
                column += 2;
            }
            c => {
                quoted = c == '"';
                out.push(c);
                column += 1;
            }
        }
    }
    out
}

/// For each opening bracket, in order, where its partner stands.
fn ends(json: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut open = Vec::new();
    let mut quoted = false;
    let mut escaped = false;
    for (at, byte) in json.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => {
                open.push(ends.len());
                ends.push(json.len());
            }
            b'}' | b']' => {
                if let Some(end) = open.pop().and_then(|index: usize| ends.get_mut(index)) {
                    *end = at;
                }
            }
            _ => {}
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::layout;

    #[test]
    fn what_fits_stays_on_its_line() {
        assert_eq!(layout(r#"{"a":[1,2],"b":{}}"#), r#"{"a": [1, 2], "b": {}}"#);
        assert_eq!(layout(r#""a,[\"{""#), r#""a,[\"{""#);
    }

    #[test]
    fn what_does_not_fit_has_a_line_for_each_element() {
        let long = format!(r#"{{"name":"{}","list":[1,2],"none":[]}}"#, "x".repeat(70));
        let expected =
            format!("{{\n  \"name\": \"{}\",\n  \"list\": [1, 2],\n  \"none\": []\n}}", "x".repeat(70));
        assert_eq!(layout(&long), expected);
    }
}
