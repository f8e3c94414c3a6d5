//! `#[inspect(…)]`.

use syn::{Attribute, DeriveInput, LitStr, Path, Token, WherePredicate, punctuated::Punctuated};

/// What is said of a type.
#[derive(Default)]
pub struct Container {
    pub secret: bool,
    pub rename: Option<String>,
    pub bound: Option<Punctuated<WherePredicate, Token![,]>>,
    pub path: Option<Path>,
}

/// What is said of a variant.
#[derive(Default)]
pub struct Variant {
    pub secret: bool,
    pub rename: Option<String>,
}

/// What is said of a field.
#[derive(Default)]
pub struct Field {
    pub skip: bool,
    pub secret: bool,
    pub rename: Option<String>,
}

impl Container {
    pub fn of(input: &DeriveInput) -> syn::Result<Self> {
        let mut read = Self::default();
        each(&input.attrs, |meta| {
            match key(meta).as_str() {
                "secret" => read.secret = true,
                "rename" => read.rename = Some(name(meta)?),
                "bound" => {
                    let text: LitStr = meta.value()?.parse()?;
                    read.bound = Some(text.parse_with(Punctuated::parse_terminated)?);
                }
                "crate" => read.path = Some(meta.value()?.parse::<LitStr>()?.parse()?),
                _ => return Err(meta.error("a type has `secret`, `rename`, `bound` or `crate`")),
            }
            Ok(())
        })?;
        Ok(read)
    }
}

impl Variant {
    pub fn of(variant: &syn::Variant) -> syn::Result<Self> {
        let mut read = Self::default();
        each(&variant.attrs, |meta| {
            match key(meta).as_str() {
                "secret" => read.secret = true,
                "rename" => read.rename = Some(name(meta)?),
                _ => return Err(meta.error("a variant has `secret` or `rename`")),
            }
            Ok(())
        })?;
        Ok(read)
    }
}

impl Field {
    pub fn of(field: &syn::Field) -> syn::Result<Self> {
        let mut read = Self::default();
        each(&field.attrs, |meta| {
            match key(meta).as_str() {
                "skip" => read.skip = true,
                "secret" => read.secret = true,
                "rename" => read.rename = Some(name(meta)?),
                _ => return Err(meta.error("a field has `skip`, `secret` or `rename`")),
            }
            Ok(())
        })?;
        Ok(read)
    }
}

/// Reads each item of all attributes.
fn each(
    attributes: &[Attribute],
    mut item: impl FnMut(&syn::meta::ParseNestedMeta<'_>) -> syn::Result<()>,
) -> syn::Result<()> {
    let own = attributes.iter().filter(|attribute| attribute.path().is_ident("inspect"));
    own.into_iter().try_for_each(|attribute| attribute.parse_nested_meta(|meta| item(&meta)))
}

fn key(meta: &syn::meta::ParseNestedMeta<'_>) -> String {
    meta.path.get_ident().map(ToString::to_string).unwrap_or_default()
}

/// A name that probes can be given.
fn name(meta: &syn::meta::ParseNestedMeta<'_>) -> syn::Result<String> {
    let text: LitStr = meta.value()?.parse()?;
    if text.value().is_empty() {
        return Err(syn::Error::new(text.span(), "a name has at least one character"));
    }
    Ok(text.value())
}
