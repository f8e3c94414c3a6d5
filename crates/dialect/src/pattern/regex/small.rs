//! The simplest engine that reads every pattern: a simulation of the automaton.

use std::sync::{Arc, Mutex};

use regex_automata::nfa::thompson::NFA;
use regex_automata::nfa::thompson::pikevm::{self, Cache, PikeVM};
use regex_automata::{Input, Match};
use regex_syntax::ParserBuilder;

use super::RegexError;

/// A pattern, compiled.
#[derive(Clone, Debug)]
pub(super) struct Engine(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    pattern: Box<str>,
    vm: PikeVM,
    /// Where a search keeps its threads, for one search at a time.
    cache: Mutex<Option<Cache>>,
}

impl Engine {
    /// Compiles as the `regex` crate does, so that the same patterns fit into the same size.
    pub(super) fn new(pattern: &str, size: usize, nesting: u32) -> Result<Self, RegexError> {
        let hir = ParserBuilder::new()
            .nest_limit(nesting)
            .build()
            .parse(pattern)
            .map_err(|error| RegexError::Unreadable(error.to_string()))?;
        let vm = NFA::compiler()
            .configure(NFA::config().nfa_size_limit(Some(size)))
            .build_from_hir(&hir)
            .and_then(|nfa| pikevm::Builder::new().build_from_nfa(nfa))
            .map_err(|error| match error.size_limit() {
                Some(size) => RegexError::TooLarge(size),
                None => RegexError::Unreadable(error.to_string()),
            })?;
        Ok(Self(Arc::new(Compiled { pattern: pattern.into(), vm, cache: Mutex::new(None) })))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0.pattern
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.search(|vm, cache| vm.is_match(cache, text))
    }

    /// The first match from the byte `from` on, which is not beyond the end.
    pub(super) fn find(&self, text: &str, from: usize) -> Option<Match> {
        self.search(|vm, cache| vm.find(cache, Input::new(text).range(from..)))
    }

    fn search<R>(&self, run: impl FnOnce(&PikeVM, &mut Cache) -> R) -> R {
        let Compiled { vm, cache, .. } = &*self.0;
        match cache.try_lock() {
            Ok(mut cache) => run(vm, cache.get_or_insert_with(|| vm.create_cache())),
            // another thread searches
            Err(_) => run(vm, &mut vm.create_cache()),
        }
    }
}
