//! What a call came to, and the numbers of enums.

use crate::boundary::Stop;

/// What a call came to. Everything but `PROBELANG_STATUS_OK` left its out-parameters as they were, unless a function
/// says otherwise.
#[repr(i32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_status {
    /// It was done.
    Ok = 0,
    /// A pointer is null that must not be.
    Null = 1,
    /// A handle is not of the type that the function takes.
    WrongHandle = 2,
    /// The size in the first field of a struct is smaller than that of its first version, or absurd.
    WrongSize = 3,
    /// A number is not one of those that an argument can be.
    WrongNumber = 4,
    /// Text is not UTF-8, or not UTF-16.
    NotUnicode = 5,
    /// A length or a count is more than the function takes. Nothing was read.
    TooLong = 6,
    /// The buffer of the caller is too small; how much is needed was written.
    TooSmall = 7,
    /// The handle is in use: by another thread, or by the call that is asking the host right now.
    Busy = 8,
    /// The program is of another kind than the function takes, or cannot be traced.
    WrongKind = 9,
    /// A name is none of those that an argument can be: a dialect, a probe.
    Unknown = 10,
    /// The source, schema, artifact or probe is rejected; the report says why.
    Rejected = 11,
    /// The run ended in a fault; the report says which.
    Fault = 12,
    /// A callback of the host failed in a question whose answer cannot be left open. What the run gave counts for
    /// nothing.
    HostFailed = 13,
    /// The writer of the caller failed.
    WriteFailed = 14,
    /// There is nothing at that index.
    OutOfRange = 15,
    /// A defect of this library; please report it. The handles can be used further and freed.
    Panicked = 100,
}

/// What a callback of a host came to that does not return a kind. Any other number counts as failed.
#[repr(i32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_reply {
    /// It answered.
    Done = 0,
    /// It has no answer: the default of that callback holds, as if it were absent.
    None = 1,
    /// It failed. The reason, in one or a few words, is what `why` was set to.
    Failed = -1,
}

/// An enum of C that functions take as a number, so that none of its values can be invalid.
pub(crate) trait Numbered: Sized {
    /// The type of the number.
    type Number;

    /// The one with this number.
    fn of(number: Self::Number) -> Option<Self>;

    /// The same, of an argument.
    fn given(number: Self::Number) -> Result<Self, Stop> {
        Self::of(number).ok_or_else(|| probelang_status::WrongNumber.into())
    }
}

/// Implements `Numbered` for an enum, of which all variants are listed.
macro_rules! numbered {
    ($name:ident as $number:ty: $($variant:ident)*) => {
        impl $crate::status::Numbered for $name {
            type Number = $number;

            #[inline]
            fn of(number: $number) -> Option<Self> {
                const _: fn($name) = |all| match all { $($name::$variant => {})* };
                $(if number == Self::$variant as $number {
                    return Some(Self::$variant);
                })*
                None
            }
        }
    };
}
pub(crate) use numbered;

numbered!(probelang_reply as i32: Done None Failed);
