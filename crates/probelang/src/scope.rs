//! Values that a program looks at by name.

use probelang_host::{Host, Names};

/// Anything that programs run over by name: a JSON document, a recorded snapshot, a type of your own.
///
/// A scope lends a [`Host`] that looks names up in `names`, the table that the program was linked with. A type
/// of your own implements `Host` for a small struct that borrows the value and the table:
///
/// ```
/// use probelang::host::{Host, Names, Symbol, Value};
///
/// struct Request {
///     path: String,
///     status: u16,
/// }
///
/// /// A request, seen by name.
/// struct Seen<'s>(&'s Request, &'s Names);
///
/// impl Host for Seen<'_> {
///     fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>) {
///         *out = match self.1.text(name) {
///             "path" => Value::Str(&self.0.path),
///             "status" => Value::Int(self.0.status.into()),
///             _ => Value::Absent,
///         };
///     }
/// }
///
/// impl probelang::Scope for Request {
///     type Host<'s> = Seen<'s>;
///     fn host<'s>(&'s self, names: &'s Names) -> Seen<'s> {
///         Seen(self, names)
///     }
/// }
///
/// let slow = probelang::Engine::new().condition(r#"status >= 500 && startsWith(path, "/cart")"#)?;
/// assert!(slow.test(&Request { path: "/cart/7".into(), status: 503 })?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A host with numbers of its own for names, the fastest kind, needs no scope: see [`Bound`](crate::Bound).
pub trait Scope {
    /// The host that this scope lends.
    type Host<'s>: Host
    where
        Self: 's;

    /// The values as a host. Called once for each run.
    fn host<'s>(&'s self, names: &'s Names) -> Self::Host<'s>;
}

impl<S: Scope> Scope for &S {
    type Host<'s>
        = S::Host<'s>
    where
        Self: 's;

    fn host<'s>(&'s self, names: &'s Names) -> S::Host<'s> {
        (**self).host(names)
    }
}

#[cfg(feature = "snapshot")]
impl Scope for probelang_snapshot::Document {
    type Host<'s> = probelang_snapshot::View<'s>;

    fn host<'s>(&'s self, names: &'s Names) -> probelang_snapshot::View<'s> {
        self.view(names)
    }
}

#[cfg(feature = "snapshot")]
impl Scope for probelang_snapshot::Snapshot {
    type Host<'s> = probelang_snapshot::View<'s>;

    fn host<'s>(&'s self, names: &'s Names) -> probelang_snapshot::View<'s> {
        self.view(names)
    }
}

#[cfg(feature = "snapshot")]
impl Scope for probelang_snapshot::Plain<'_> {
    type Host<'s>
        = probelang_snapshot::View<'s>
    where
        Self: 's;

    fn host<'s>(&'s self, names: &'s Names) -> probelang_snapshot::View<'s> {
        self.view(names)
    }
}

#[cfg(feature = "snapshot")]
impl Scope for probelang_snapshot::Input {
    type Host<'s> = probelang_snapshot::View<'s>;

    fn host<'s>(&'s self, names: &'s Names) -> probelang_snapshot::View<'s> {
        self.view(names)
    }
}

#[cfg(feature = "snapshot")]
impl<S> Scope for (S, &probelang_snapshot::Vars)
where
    for<'s> S: Scope<Host<'s> = probelang_snapshot::View<'s>> + 's,
{
    type Host<'s>
        = probelang_snapshot::View<'s>
    where
        Self: 's;

    /// The scope with variables laid over it.
    fn host<'s>(&'s self, names: &'s Names) -> probelang_snapshot::View<'s> {
        self.0.host(names).with_vars(self.1)
    }
}
