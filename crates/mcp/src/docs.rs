//! Pages of the manual, as resources and for `explain`.

/// A page.
pub(crate) struct Page {
    pub name: &'static str,
    pub title: &'static str,
    pub text: &'static str,
}

/// All pages.
pub(crate) const PAGES: [Page; 6] = [
    Page { name: "language", title: "The expression language", text: include_str!("../docs/language.md") },
    Page { name: "probes", title: "What probes are and do", text: include_str!("../docs/probes.md") },
    Page { name: "redaction", title: "What is hidden", text: include_str!("../docs/redaction.md") },
    Page { name: "recordings", title: "Data that can be read", text: include_str!("../docs/recordings.md") },
    Page { name: "live", title: "Probes in running programs", text: include_str!("../docs/live.md") },
    Page { name: "codes", title: "All codes", text: include_str!("../docs/codes.md") },
];

/// What the addresses of pages begin with.
pub(crate) const SCHEME: &str = "probelang://docs/";

/// The page of that name.
pub(crate) fn find(name: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.name == name)
}
