//! What a code means, for people: the texts behind `explain`, the prompt, and the language reference.

use crate::Code;

/// All pages in the order of the registry, as people edit them.
const PAGES: &str = include_str!("../data/pages.txt");

/// The page of one code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
    /// A few sentences, in lines that are short enough for a terminal: what the code means, why it is so, and
    /// what to do.
    pub text: &'static str,
    /// A command that shows the code, without the name of the program; `None` where none can.
    pub example: Option<&'static str>,
    /// A command that does not, because it is right; `None` where there is none.
    pub instead: Option<&'static str>,
}

impl Code {
    /// The page of the code; empty for one that has none, which a test forbids. Linear in the length of all
    /// pages.
    #[must_use]
    pub fn page(self) -> Page {
        let entry = PAGES.split("\n\n").find(|entry| entry.starts_with(self.text())).unwrap_or("");
        let body = entry.split_once('\n').map_or("", |(_, body)| body).trim_end();
        let (text, commands) =
            body.rsplit_once("\n$ ").map_or((body, None), |(text, rest)| (text, Some(rest)));
        let (example, instead) = match commands.map(|commands| commands.split_once("\n= ")) {
            Some(Some((example, instead))) => (Some(example), Some(instead)),
            Some(None) => (commands, None),
            None => (None, None),
        };
        Page { text, example, instead }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_page_under_its_title_and_in_order() {
        let entries = PAGES.split("\n\n").filter(|entry| !entry.starts_with('#'));
        let mut titles = entries.filter_map(|entry| entry.lines().next());
        for code in Code::all() {
            let title = format!("{} {}", code.text(), code.title());
            assert_eq!(titles.next(), Some(title.as_str()), "data/pages.txt has one entry a code, in order");
        }
        assert_eq!(titles.next(), None);
        for code in Code::all() {
            let page = code.page();
            assert!(page.text.len() > 20 && page.text.lines().all(|line| line.len() <= 120), "{code}");
        }
    }
}
