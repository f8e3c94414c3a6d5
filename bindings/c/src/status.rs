//! What a call came to, and the numbers of enums.

use crate::boundary::Stop;

/// The result of a call. Unless it is `PROBELANG_STATUS_OK`, the out-parameters are unchanged, except where a function
/// says otherwise.
#[repr(i32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_status {
    /// The call succeeded.
    Ok = 0,
    /// A required pointer is null.
    Null = 1,
    /// A handle is not of the type that the function takes.
    WrongHandle = 2,
    /// The size in the first field of a struct is smaller than that of its first version, or absurd.
    WrongSize = 3,
    /// A number is not a value of its enum, or not in the range of its argument.
    WrongNumber = 4,
    /// Text is not UTF-8, or not UTF-16.
    NotUnicode = 5,
    /// A length or a count is more than the function takes. Nothing was read.
    TooLong = 6,
    /// The buffer is too small; the size that is needed was written.
    TooSmall = 7,
    /// The handle is in use: by another thread, or by the call that is asking the host right now.
    Busy = 8,
    /// The program is of another kind than the function takes, or cannot be traced.
    WrongKind = 9,
    /// There is no dialect, mode, shape, probe or status of that name.
    Unknown = 10,
    /// The source, schema, artifact or probe is rejected; the report says why.
    Rejected = 11,
    /// The run ended in a fault; the report says which.
    Fault = 12,
    /// A callback failed whose answer the run cannot do without. The result of the run is void.
    HostFailed = 13,
    /// The writer of the caller failed.
    WriteFailed = 14,
    /// There is nothing at that index.
    OutOfRange = 15,
    /// A bug in this library; please report it. The handles can still be used and freed.
    Panicked = 100,
}

/// The result of a callback that does not return a kind. Any other number counts as failed.
#[repr(i32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_reply {
    /// The callback answered.
    Done = 0,
    /// It has no answer: the default of the callback applies, as if it were null.
    None = 1,
    /// It failed. `why` is the reason, in one or a few words.
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

/// Implements `Numbered` for an enum. The list names all its variants.
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
