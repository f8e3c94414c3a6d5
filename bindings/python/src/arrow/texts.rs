//! Arrays of JSON texts.

use arrow_array::cast::AsArray;
use arrow_array::{Array, BinaryArray, BinaryViewArray, LargeBinaryArray};
use arrow_schema::DataType;

/// JSON texts, as bytes: what others call a string need not be UTF-8, and the reader of JSON looks anyway.
pub enum Texts {
    Small(BinaryArray),
    Large(LargeBinaryArray),
    View(BinaryViewArray),
    /// Places in other texts; `None` for null.
    Dictionary(Vec<Option<usize>>, Box<Self>),
}

impl Texts {
    /// The texts of an array, `None` for one of another type. Copies no text.
    pub fn of(array: &dyn Array) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Utf8 => Self::Small(array.as_string_opt::<i32>()?.clone().into()),
            DataType::LargeUtf8 => Self::Large(array.as_string_opt::<i64>()?.clone().into()),
            DataType::Utf8View => Self::View(array.as_string_view_opt()?.clone().to_binary_view()),
            DataType::Binary => Self::Small(array.as_binary_opt::<i32>()?.clone()),
            DataType::LargeBinary => Self::Large(array.as_binary_opt::<i64>()?.clone()),
            DataType::BinaryView => Self::View(array.as_binary_view_opt()?.clone()),
            DataType::Dictionary(_, _) => {
                Self::Dictionary(keys(array)?, Box::new(Self::of(array.as_any_dictionary_opt()?.values())?))
            }
            _ => return None,
        })
    }

    /// The text of a row, `None` for null.
    #[inline]
    pub fn get(&self, row: usize) -> Option<&[u8]> {
        match self {
            Self::Small(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Large(array) => array.is_valid(row).then(|| array.value(row)),
            Self::View(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Dictionary(keys, values) => values.get((*keys.get(row)?)?),
        }
    }
}

/// Which value of a dictionary each row has.
pub fn keys(array: &dyn Array) -> Option<Vec<Option<usize>>> {
    let dictionary = array.as_any_dictionary_opt()?;
    if dictionary.values().is_empty() {
        return Some(vec![None; array.len()]);
    }
    let keys = dictionary.normalized_keys().into_iter().enumerate();
    Some(keys.map(|(row, key)| array.is_valid(row).then_some(key)).collect())
}
