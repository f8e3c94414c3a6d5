//! `#[derive(Inspect)]`: lets probes read the values of a type of a Rust program.
//!
//! It is a part of `probelang-tracing`, which exports it and documents what it writes; nobody needs this crate alone.
//! The code that it writes borrows, copies nothing but numbers, and has no `unsafe`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Fields, Ident, Index, Member, Path, Type, parse_quote};

mod attributes;
mod bounds;

use attributes::Container;

/// Lets probes read a struct or an enum.
///
/// ```ignore
/// #[derive(Inspect)]
/// struct Order {
///     total: u64,
///     #[inspect(rename = "items")]
///     lines: Vec<Line>,
///     #[inspect(secret)]
///     card: String,
///     #[inspect(skip)]
///     connection: Connection,
/// }
/// ```
///
/// | attribute | of | what it does |
/// |---|---|---|
/// | `skip` | a field | probes do not see it; its type need not be `Inspect` |
/// | `secret` | a field, a variant, a type | probes see that it is there, and that it is redacted; its type need not be `Inspect` |
/// | `rename = "…"` | a field, a variant, a type | the name that probes know it by; that of a type is its whole name |
/// | `bound = "…"` | a type | the bounds of the implementation, in place of `T: Inspect` for each parameter `T` that a field has |
/// | `crate = "…"` | a type | the path of `probelang_tracing`, where it has another name |
///
/// What becomes of a type:
///
/// | type | value |
/// |---|---|
/// | `struct Cart { total: u64 }` | an object with fields |
/// | `struct Price(u64)` | what is in it, with the name of this type; around another type of a name an object with the field `_0` |
/// | `struct Point(f64, f64)` | a list |
/// | `enum Plan { Free, Paid }` | a constant of an enum, equal to `"Paid"` |
/// | `enum Event { Moved { x: f64 }, Named(String) }` | an object with the fields `x` or `_0`, and with the field `variant` |
///
/// The name of a type is its full one, `shop::cart::Cart`, without parameters.
#[proc_macro_derive(Inspect, attributes(inspect))]
pub fn derive_inspect(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    expand(input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// What every part of an implementation needs to know.
struct Subject {
    ident: Ident,
    /// An expression for the full name.
    name: TokenStream,
    /// The path of the module with the traits.
    path: Path,
}

fn expand(input: DeriveInput) -> syn::Result<TokenStream> {
    let container = Container::of(&input)?;
    let root = container.path.clone().unwrap_or_else(|| parse_quote!(::probelang_tracing));
    let path: Path = parse_quote!(#root::inspect);
    let ident = input.ident.clone();
    let text = plain(&ident);
    let name = match &container.rename {
        Some(name) => quote!(#name),
        None => quote!(::core::concat!(::core::module_path!(), "::", #text)),
    };
    let subject = Subject { ident, name, path };
    let shapes: Vec<Shape> = match &input.data {
        Data::Struct(data) => vec![Shape::of(None, &data.fields)?],
        Data::Enum(data) => {
            let shapes = data.variants.iter().map(|variant| Shape::of(Some(variant), &variant.fields));
            shapes.collect::<syn::Result<_>>()?
        }
        Data::Union(data) => {
            return Err(syn::Error::new(
                data.union_token.span,
                "which field of a union is valid cannot be known: `Inspect` is for structs and enums",
            ));
        }
    };
    let read = shapes.iter().flat_map(|shape| &shape.fields).filter(|field| !field.is_secret);
    let generics = if container.secret {
        input.generics.clone()
    } else {
        bounds::with(&input.generics, container.bound.as_ref(), read.map(|field| &field.ty), &subject.path)
    };
    let (parameters, arguments, clause) = generics.split_for_impl();
    let Subject { ident, path, .. } = &subject;
    let (node, view) = if container.secret {
        (quote!(#path::Node::Secret), None)
    } else {
        subject.view(&input.data, &shapes)
    };
    let view = view.map(|(of, body)| {
        quote! {
            #[automatically_derived]
            impl #parameters #path::#of for #ident #arguments #clause { #body }
        }
    });
    Ok(quote! {
        #[automatically_derived]
        impl #parameters #path::Inspect for #ident #arguments #clause {
            #[inline]
            fn inspect(&self) -> #path::Node<'_> { #node }
        }
        #view
    })
}

/// A struct, or a variant of an enum.
struct Shape {
    /// The variant as code has it and as probes name it.
    variant: Option<(Ident, String)>,
    is_tuple: bool,
    /// Those that probes see.
    fields: Vec<Field>,
}

struct Field {
    name: String,
    member: Member,
    ty: Type,
    is_secret: bool,
}

impl Shape {
    fn of(variant: Option<&syn::Variant>, fields: &Fields) -> syn::Result<Self> {
        let said = variant.map(attributes::Variant::of).transpose()?.unwrap_or_default();
        let mut seen: Vec<Field> = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            let own = attributes::Field::of(field)?;
            if own.skip {
                continue;
            }
            let (name, member) = match &field.ident {
                Some(ident) => (plain(ident), Member::Named(ident.clone())),
                None => (format!("_{index}"), Member::Unnamed(Index::from(index))),
            };
            let name = own.rename.unwrap_or(name);
            if seen.iter().any(|other| other.name == name) {
                return Err(syn::Error::new_spanned(field, format!("two fields are named `{name}`")));
            }
            let is_secret = own.secret || said.secret;
            seen.push(Field { name, member, ty: field.ty.clone(), is_secret });
        }
        let variant = variant
            .map(|variant| (variant.ident.clone(), said.rename.unwrap_or_else(|| plain(&variant.ident))));
        Ok(Self { variant, is_tuple: matches!(fields, Fields::Unnamed(_)), fields: seen })
    }

    /// The pattern that binds the fields of a variant that are read, to what [`Field::place`] says.
    fn pattern(&self) -> Option<TokenStream> {
        let (variant, _) = self.variant.as_ref()?;
        let bound = self.fields.iter().enumerate().filter(|(_, field)| !field.is_secret);
        let bound = bound.map(|(at, Field { member, .. })| {
            let name = binding(at);
            quote!(#member: #name,)
        });
        Some(quote!(Self::#variant { #(#bound)* .. }))
    }

    /// An expression for each field: its value.
    fn nodes<'s>(&'s self, path: &'s Path) -> impl Iterator<Item = (&'s str, TokenStream)> {
        self.fields.iter().enumerate().map(move |(at, field)| {
            let Field { name, member, is_secret, .. } = field;
            let node = match (is_secret, &self.variant) {
                (true, _) => quote!(#path::Node::Secret),
                (false, None) => quote!(#path::Inspect::inspect(&self.#member)),
                (false, Some(_)) => {
                    let place = binding(at);
                    quote!(#path::Inspect::inspect(#place))
                }
            };
            (name.as_str(), node)
        })
    }
}

impl Subject {
    /// How a value is shown, and the implementation of the trait for that.
    fn view(&self, data: &Data, shapes: &[Shape]) -> (TokenStream, Option<(Ident, TokenStream)>) {
        let Self { name, path, .. } = self;
        let of_name = quote! {
            fn type_name(&self) -> &str { #name }
        };
        let (view, body) = match (data, shapes) {
            (Data::Struct(_), [shape]) if shape.is_tuple => {
                let nodes: Vec<_> = shape.nodes(path).map(|(_, node)| node).collect();
                match nodes.as_slice() {
                    [node] => (
                        "Newtype",
                        quote! {
                            #of_name
                            fn inner(&self) -> #path::Node<'_> { #node }
                        },
                    ),
                    nodes => {
                        let (count, at) = (nodes.len(), 0_usize..);
                        (
                            "List",
                            quote! {
                                fn type_name(&self) -> ::core::option::Option<&str> {
                                    ::core::option::Option::Some(#name)
                                }
                                fn len(&self) -> usize { #count }
                                fn item(&self, index: usize) -> ::core::option::Option<#path::Node<'_>> {
                                    match index {
                                        #(#at => ::core::option::Option::Some(#nodes),)*
                                        _ => ::core::option::Option::None,
                                    }
                                }
                            },
                        )
                    }
                }
            }
            _ => ("Object", self.object(of_name, shapes)),
        };
        let view = format_ident!("{view}");
        (quote!(#path::Node::#view(self)), Some((view, body)))
    }

    /// The methods of an object.
    fn object(&self, of_name: TokenStream, shapes: &[Shape]) -> TokenStream {
        let path = &self.path;
        let some = quote!(::core::option::Option::Some);
        let none = quote!(::core::option::Option::None);
        // by variant, or for the struct
        let each = |of: &dyn Fn(&Shape) -> TokenStream| match shapes {
            [] => quote!(match *self {}),
            [shape] if shape.variant.is_none() => of(shape),
            shapes => {
                let arms = shapes.iter().map(|shape| {
                    let (pattern, body) = (shape.pattern(), of(shape));
                    quote!(#pattern => #body,)
                });
                quote!(match self { #(#arms)* })
            }
        };
        let variant = each(&|shape| match &shape.variant {
            Some((_, name)) => quote!(#some(#name)),
            None => none.clone(),
        });
        let len = each(&|shape| {
            let count = shape.fields.len();
            quote!(#count)
        });
        let field = each(&|shape| {
            let arms = shape.nodes(path).map(|(name, node)| quote!(#name => #some(#node),));
            quote!(match name { #(#arms)* _ => #none })
        });
        let entry = each(&|shape| {
            let arms = shape.nodes(path).enumerate();
            let arms = arms.map(|(at, (name, node))| quote!(#at => #some((#name, #node)),));
            quote!(match index { #(#arms)* _ => #none })
        });
        quote! {
            #of_name
            #[allow(unused_variables)]
            fn variant(&self) -> ::core::option::Option<&str> { #variant }
            #[allow(unused_variables)]
            fn len(&self) -> usize { #len }
            #[allow(unused_variables)]
            fn field(&self, name: &str) -> ::core::option::Option<#path::Node<'_>> { #field }
            #[allow(unused_variables)]
            fn entry(&self, index: usize) -> ::core::option::Option<(&str, #path::Node<'_>)> { #entry }
        }
    }
}

/// What a pattern binds the field at this place to.
fn binding(at: usize) -> Ident {
    format_ident!("__field{at}")
}

/// A name without `r#`.
fn plain(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map_or(text.clone(), str::to_owned)
}
