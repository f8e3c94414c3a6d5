//! The bounds of an implementation: `T: Inspect` for each parameter that a field has which probes read.

use std::iter::Peekable;

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::punctuated::Punctuated;
use syn::{Generics, Path, Token, Type, WherePredicate, parse_quote};

/// The generics with the bounds that the fields need.
pub fn with<'t>(
    generics: &Generics,
    bound: Option<&Punctuated<WherePredicate, Token![,]>>,
    types: impl Iterator<Item = &'t Type>,
    path: &Path,
) -> Generics {
    let mut generics = generics.clone();
    if let Some(bound) = bound {
        generics.make_where_clause().predicates.extend(bound.iter().cloned());
        return generics;
    }
    let parameters: Vec<Ident> = generics.type_params().map(|parameter| parameter.ident.clone()).collect();
    let mut found = Found::default();
    for ty in types.filter(|ty| !is_phantom(ty)) {
        found.look(ty.to_token_stream(), &parameters);
    }
    let clause = generics.make_where_clause();
    for parameter in parameters.iter().filter(|parameter| found.parameters.contains(parameter)) {
        clause.predicates.push(parse_quote!(#parameter: #path::Inspect));
    }
    for (parameter, item) in found.associated {
        clause.predicates.push(parse_quote!(#parameter::#item: #path::Inspect));
    }
    generics
}

/// The parameters in the types of fields.
#[derive(Default)]
struct Found {
    parameters: Vec<Ident>,
    /// `T::Item`, which needs the bound in place of `T`.
    associated: Vec<(Ident, Ident)>,
}

impl Found {
    fn look(&mut self, tokens: TokenStream, parameters: &[Ident]) {
        let mut tokens = tokens.into_iter().peekable();
        // after `::` a name is a part of a path
        let mut is_part = false;
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) => self.look(group.stream(), parameters),
                TokenTree::Ident(ident) if !is_part && parameters.contains(&ident) => {
                    match take_part(&mut tokens) {
                        Some(item) if !self.associated.contains(&(ident.clone(), item.clone())) => {
                            self.associated.push((ident, item));
                        }
                        Some(_) => {}
                        None => self.parameters.push(ident),
                    }
                }
                TokenTree::Punct(punct) => {
                    is_part = punct.as_char() == ':';
                    continue;
                }
                TokenTree::Ident(_) | TokenTree::Literal(_) => {}
            }
            is_part = false;
        }
    }
}

/// Takes `::Item`, if it comes next.
fn take_part(tokens: &mut Peekable<IntoIter>) -> Option<Ident> {
    let is_colon = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':');
    tokens.next_if(is_colon)?;
    tokens.next_if(is_colon)?;
    match tokens.next()? {
        TokenTree::Ident(item) => Some(item),
        TokenTree::Group(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => None,
    }
}

/// Whether a type is `PhantomData`, which needs nothing of its parameter.
fn is_phantom(ty: &Type) -> bool {
    let Type::Path(ty) = ty else { return false };
    ty.path.segments.last().is_some_and(|last| last.ident == "PhantomData")
}
