//! Addresses of documents, and which files they are.

use std::path::PathBuf;

/// The file that a URI names; `None` if it names none.
pub(crate) fn path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    // an authority, such as localhost, is before the path
    let path = rest.get(rest.find('/')?..)?;
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    let path = String::from_utf8(bytes).ok()?;
    if path.contains('\0') {
        return None;
    }
    let mut chars = path.chars().skip(1);
    // `/C:/x` is a path of Windows
    let has_drive =
        cfg!(windows) && chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.next() == Some(':');
    Some(PathBuf::from(if has_drive { path.get(1..).unwrap_or("") } else { &path }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_paths_and_nothing_else_has() {
        assert_eq!(path("file:///a%20b/%C3%A9.json"), Some(PathBuf::from("/a b/é.json")));
        assert_eq!(path("file://localhost/x"), Some(PathBuf::from("/x")));
        for none in
            ["untitled:1", "file:", "file://", "file:///%", "file:///%zz", "file:///%ff", "file:///%00", ""]
        {
            assert_eq!(path(none), None, "{none}");
        }
    }
}
