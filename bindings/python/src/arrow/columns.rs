//! Columns of Arrow as a host: a struct is a map of its fields, as an object of JSON is, and each row of it one scope.
//!
//! A handle is a column and a row of it. Null is null: columns cannot say that something is missing.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, BooleanArray, StructArray};
use arrow_schema::DataType;
use probelang::host::{
    Batch, Cursor, Handle, Host, More, Names, Nature, Natures, Search, Size, Symbol, Value,
};

use super::texts::{Texts, keys};

/// Types inside types, at most.
const DEPTH: usize = 64;

/// The row of a struct whose fields are the names in scope.
pub struct Columns<'a> {
    columns: Vec<Column<'a>>,
    names: &'a Names,
    /// Which row is asked for.
    pub row: usize,
}

/// A column, with what is in it as the numbers of other columns.
struct Column<'a> {
    /// The array, for its nulls.
    array: &'a dyn Array,
    has_nulls: bool,
    data: Data<'a>,
}

/// How a column is read.
enum Data<'a> {
    Bool(&'a BooleanArray),
    Int8(&'a [i8]),
    Int16(&'a [i16]),
    Int32(&'a [i32]),
    Int64(&'a [i64]),
    Uint8(&'a [u8]),
    Uint16(&'a [u16]),
    Uint32(&'a [u32]),
    Uint64(&'a [u64]),
    Float32(&'a [f32]),
    Float64(&'a [f64]),
    /// Widened beforehand.
    Floats(Vec<f64>),
    Text(Texts),
    Struct(Fields<'a>),
    List(Ranges<'a>, u32),
    Map(Ranges<'a>, u32, u32),
    Dictionary(Vec<Option<usize>>, u32),
    /// All of it is null.
    Null,
    /// The language has no such values.
    Other(&'static str),
}

/// The fields of a struct, each name once.
#[derive(Default)]
struct Fields<'a> {
    /// In the order of the struct.
    all: Vec<(&'a str, u32)>,
    /// By name.
    sorted: Vec<(&'a str, u32)>,
    /// For each symbol.
    symbols: Vec<Option<u32>>,
}

/// Where the elements of each row are.
enum Ranges<'a> {
    Small(&'a [i32]),
    Large(&'a [i64]),
    Fixed(usize),
    SmallView(&'a [i32], &'a [i32]),
    LargeView(&'a [i64], &'a [i64]),
}

impl Ranges<'_> {
    fn get(&self, row: usize) -> Range<usize> {
        fn place<T: Copy + TryInto<usize>>(all: &[T], row: usize) -> usize {
            all.get(row).and_then(|at| (*at).try_into().ok()).unwrap_or_default()
        }
        fn between<T: Copy + TryInto<usize>>(offsets: &[T], row: usize) -> Range<usize> {
            place(offsets, row)..place(offsets, row.saturating_add(1))
        }
        fn sized<T: Copy + TryInto<usize>>(offsets: &[T], sizes: &[T], row: usize) -> Range<usize> {
            let start = place(offsets, row);
            start..start.saturating_add(place(sizes, row))
        }
        match self {
            Self::Small(offsets) => between(offsets, row),
            Self::Large(offsets) => between(offsets, row),
            Self::Fixed(size) => row.saturating_mul(*size)..row.saturating_add(1).saturating_mul(*size),
            Self::SmallView(offsets, sizes) => sized(offsets, sizes, row),
            Self::LargeView(offsets, sizes) => sized(offsets, sizes, row),
        }
    }
}

fn primitives<T: ArrowPrimitiveType>(array: &dyn Array) -> &[T::Native] {
    array.as_primitive_opt::<T>().map(|array| &**array.values()).unwrap_or_default()
}

impl<'a> Columns<'a> {
    /// The rows of a struct, for programs that were bound with these names.
    pub fn new(rows: &'a StructArray, names: &'a Names) -> Self {
        let mut columns = Self { columns: Vec::new(), names, row: 0 };
        columns.add(rows, 0);
        columns
    }

    /// Adds a column and what is in it; gives its number. The first one is the whole.
    fn add(&mut self, array: &'a dyn Array, depth: usize) -> u32 {
        let number = self.columns.len();
        let has_nulls = array.is_nullable();
        // its place, before those of what is in it
        self.columns.push(Column { array, has_nulls, data: Data::Null });
        let data =
            if depth > DEPTH { Data::Other("types nested too deeply") } else { self.data(array, depth) };
        if let Some(column) = self.columns.get_mut(number) {
            column.data = data;
        }
        u32::try_from(number).unwrap_or(u32::MAX)
    }

    fn data(&mut self, array: &'a dyn Array, depth: usize) -> Data<'a> {
        let inner = depth.saturating_add(1);
        let other = || Data::Other("not shown by its library");
        match array.data_type() {
            DataType::Null => Data::Null,
            DataType::Boolean => array.as_boolean_opt().map_or_else(other, Data::Bool),
            DataType::Int8 => Data::Int8(primitives::<Int8Type>(array)),
            DataType::Int16 => Data::Int16(primitives::<Int16Type>(array)),
            DataType::Int32 => Data::Int32(primitives::<Int32Type>(array)),
            DataType::Int64 => Data::Int64(primitives::<Int64Type>(array)),
            DataType::UInt8 => Data::Uint8(primitives::<UInt8Type>(array)),
            DataType::UInt16 => Data::Uint16(primitives::<UInt16Type>(array)),
            DataType::UInt32 => Data::Uint32(primitives::<UInt32Type>(array)),
            DataType::UInt64 => Data::Uint64(primitives::<UInt64Type>(array)),
            DataType::Float16 => {
                Data::Floats(primitives::<Float16Type>(array).iter().map(|n| n.to_f64()).collect())
            }
            DataType::Float32 => Data::Float32(primitives::<Float32Type>(array)),
            DataType::Float64 => Data::Float64(primitives::<Float64Type>(array)),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                Texts::of(array).map_or_else(other, Data::Text)
            }
            DataType::Struct(_) => {
                let Some(array) = array.as_struct_opt() else { return other() };
                Data::Struct(self.fields(array, inner))
            }
            DataType::List(_) => {
                let Some(list) = array.as_list_opt::<i32>() else { return other() };
                Data::List(Ranges::Small(list.value_offsets()), self.add(list.values(), inner))
            }
            DataType::LargeList(_) => {
                let Some(list) = array.as_list_opt::<i64>() else { return other() };
                Data::List(Ranges::Large(list.value_offsets()), self.add(list.values(), inner))
            }
            DataType::FixedSizeList(_, size) => {
                let Some(list) = array.as_fixed_size_list_opt() else { return other() };
                let size = usize::try_from(*size).unwrap_or_default();
                Data::List(Ranges::Fixed(size), self.add(list.values(), inner))
            }
            DataType::ListView(_) => {
                let Some(list) = array.as_list_view_opt::<i32>() else { return other() };
                Data::List(Ranges::SmallView(list.offsets(), list.sizes()), self.add(list.values(), inner))
            }
            DataType::LargeListView(_) => {
                let Some(list) = array.as_list_view_opt::<i64>() else { return other() };
                Data::List(Ranges::LargeView(list.offsets(), list.sizes()), self.add(list.values(), inner))
            }
            DataType::Map(_, _) => {
                let Some(map) = array.as_map_opt() else { return other() };
                let keys = self.add(map.keys(), inner);
                Data::Map(Ranges::Small(map.value_offsets()), keys, self.add(map.values(), inner))
            }
            DataType::Dictionary(_, _) => {
                let (Some(keys), Some(dictionary)) = (keys(array), array.as_any_dictionary_opt()) else {
                    return other();
                };
                Data::Dictionary(keys, self.add(dictionary.values(), inner))
            }
            DataType::Timestamp(_, _) => Data::Other("a timestamp column"),
            DataType::Date32 | DataType::Date64 => Data::Other("a date column"),
            DataType::Time32(_) | DataType::Time64(_) => Data::Other("a column of times"),
            DataType::Duration(_) | DataType::Interval(_) => Data::Other("a column of durations"),
            DataType::Binary
            | DataType::LargeBinary
            | DataType::BinaryView
            | DataType::FixedSizeBinary(_) => Data::Other("a binary column"),
            DataType::Decimal32(_, _)
            | DataType::Decimal64(_, _)
            | DataType::Decimal128(_, _)
            | DataType::Decimal256(_, _) => Data::Other("a decimal column"),
            DataType::Union(_, _) => Data::Other("a union column"),
            DataType::RunEndEncoded(_, _) => Data::Other("a run-end encoded column"),
        }
    }

    fn fields(&mut self, array: &'a StructArray, depth: usize) -> Fields<'a> {
        let mut fields = Fields::default();
        for (field, column) in array.fields().iter().zip(array.columns()) {
            let number = self.add(column, depth);
            // as in JSON the last of a name counts
            fields.all.retain(|(name, _)| name != field.name());
            fields.all.push((field.name(), number));
        }
        fields.sorted.clone_from(&fields.all);
        fields.sorted.sort_unstable();
        let symbols = 0..u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        fields.symbols = symbols.map(|symbol| fields.find(self.names.text(Symbol(symbol)))).collect();
        fields
    }

    fn data_of(&self, column: u32) -> Option<&Data<'a>> {
        self.columns.get(column as usize).map(|column| &column.data)
    }

    /// The value of a row of a column.
    #[inline]
    fn value(&self, column: u32, row: usize) -> Value<'_> {
        let Some(Column { array, has_nulls, data }) = self.columns.get(column as usize) else {
            return Value::Absent;
        };
        if *has_nulls && (row >= array.len() || array.is_null(row)) {
            return Value::Null;
        }
        let int = |n: Option<i64>| n.map_or(Value::Absent, Value::Int);
        let float = |n: Option<f64>| n.map_or(Value::Absent, Value::Float);
        let handle = Handle { word: row as u64, shape: column };
        match data {
            Data::Bool(values) if row < values.len() => Value::Bool(values.value(row)),
            Data::Bool(_) => Value::Absent,
            Data::Int8(values) => int(values.get(row).map(|n| i64::from(*n))),
            Data::Int16(values) => int(values.get(row).map(|n| i64::from(*n))),
            Data::Int32(values) => int(values.get(row).map(|n| i64::from(*n))),
            Data::Int64(values) => int(values.get(row).copied()),
            Data::Uint8(values) => int(values.get(row).map(|n| i64::from(*n))),
            Data::Uint16(values) => int(values.get(row).map(|n| i64::from(*n))),
            Data::Uint32(values) => int(values.get(row).map(|n| i64::from(*n))),
            Data::Uint64(values) => values.get(row).map_or(Value::Absent, |n| Value::from_u64(*n)),
            Data::Float32(values) => float(values.get(row).map(|n| f64::from(*n))),
            Data::Float64(values) => float(values.get(row).copied()),
            Data::Floats(values) => float(values.get(row).copied()),
            Data::Text(texts) => match texts.get(row).map(std::str::from_utf8) {
                None => Value::Null,
                Some(Ok(text)) => Value::Str(text),
                Some(Err(_)) => Value::Unreadable("not UTF-8"),
            },
            Data::Struct(_) | Data::Map(_, _, _) => Value::Map(handle),
            Data::List(_, _) => Value::List(handle),
            Data::Dictionary(keys, values) => match keys.get(row) {
                Some(Some(key)) => self.value(*values, *key),
                _ => Value::Null,
            },
            Data::Null => Value::Null,
            Data::Other(reason) => Value::Unreadable(reason),
        }
    }

    /// The columns and the rows of the keys and elements of a list or map.
    fn range(&self, handle: Handle) -> Option<(Option<u32>, u32, Range<usize>)> {
        match self.data_of(handle.shape)? {
            Data::List(ranges, values) => Some((None, *values, ranges.get(row(handle)))),
            Data::Map(ranges, keys, values) => Some((Some(*keys), *values, ranges.get(row(handle)))),
            _ => None,
        }
    }

    fn fields_of(&self, handle: Handle) -> Option<&Fields<'a>> {
        match self.data_of(handle.shape)? {
            Data::Struct(fields) => Some(fields),
            _ => None,
        }
    }

    /// The field of a struct that a symbol names.
    #[inline]
    fn named(&self, column: u32, row: usize, name: Symbol) -> Option<Value<'_>> {
        let Data::Struct(fields) = self.data_of(column)? else { return None };
        let number = fields.symbols.get(name.0 as usize).copied().flatten();
        Some(number.map_or(Value::Absent, |number| self.value(number, row)))
    }
}

/// The row of a handle.
fn row(handle: Handle) -> usize {
    usize::try_from(handle.word).unwrap_or(usize::MAX)
}

impl Fields<'_> {
    fn find(&self, name: &str) -> Option<u32> {
        let at = self.sorted.binary_search_by(|(field, _)| (*field).cmp(name)).ok()?;
        self.sorted.get(at).map(|(_, number)| *number)
    }
}

/// What a cursor lends of so many, and what follows.
fn batch(cursor: &mut Cursor, len: usize, room: usize) -> (Range<usize>, Batch<'static>) {
    let start = usize::try_from(cursor.position).unwrap_or(usize::MAX).min(len);
    let left = len.saturating_sub(start);
    let count = left.min(room);
    let end = start.saturating_add(count);
    cursor.position = end as u64;
    (start..end, Batch { count, more: if left > count { More::Yes } else { More::Done } })
}

impl Host for Columns<'_> {
    fn var<'v>(&'v self, name: Symbol, out: &mut Value<'v>) {
        *out = self.named(0, self.row, name).unwrap_or_default();
    }

    fn field<'v>(&'v self, object: Handle, name: Symbol, out: &mut Value<'v>) {
        *out = self.named(object.shape, row(object), name).unwrap_or_default();
    }

    fn index<'v>(&'v self, list: Handle, index: u64, out: &mut Value<'v>) {
        *out = Value::Absent;
        let Some((_, values, range)) = self.range(list) else { return };
        let at = usize::try_from(index).ok().and_then(|index| range.start.checked_add(index));
        if let Some(at) = at.filter(|at| range.contains(at)) {
            *out = self.value(values, at);
        }
    }

    fn entry<'v>(&'v self, map: Handle, key: Symbol, out: &mut Value<'v>) -> Search {
        let Some(value) = self.named(map.shape, row(map), key) else { return Search::Walk };
        *out = value;
        Search::Done
    }

    fn key<'v>(&'v self, map: Handle, key: &Value<'_>, out: &mut Value<'v>) -> Search {
        let Some(fields) = self.fields_of(map) else { return Search::Walk };
        let Value::Str(name) = key else { return Search::Walk };
        *out = fields.find(name).map_or(Value::Absent, |number| self.value(number, row(map)));
        Search::Done
    }

    fn len(&self, value: Handle) -> Size<'_> {
        if let Some(fields) = self.fields_of(value) {
            return Size::Known(fields.all.len() as u64);
        }
        Size::Known(self.range(value).map_or(0, |(_, _, range)| range.len() as u64))
    }

    fn items<'v>(&'v self, cursor: &mut Cursor, out: &mut [Value<'v>]) -> Batch<'v> {
        let Some((_, values, range)) = self.range(cursor.handle) else {
            return Batch { count: 0, more: More::Done };
        };
        let (places, batch) = batch(cursor, range.len(), out.len());
        for (place, out) in places.zip(out) {
            *out = self.value(values, range.start.saturating_add(place));
        }
        batch
    }

    fn entries<'v>(
        &'v self,
        cursor: &mut Cursor,
        keys: &mut [Value<'v>],
        values: &mut [Value<'v>],
    ) -> Batch<'v> {
        let room = keys.len().min(values.len());
        let handle = cursor.handle;
        if let Some(fields) = self.fields_of(handle) {
            let (places, batch) = batch(cursor, fields.all.len(), room);
            let lent = fields.all.get(places).unwrap_or_default();
            for ((name, number), (key, value)) in lent.iter().zip(keys.iter_mut().zip(values)) {
                *key = Value::Str(name);
                *value = self.value(*number, row(handle));
            }
            return batch;
        }
        let Some((Some(named), elements, range)) = self.range(handle) else {
            return Batch { count: 0, more: More::Done };
        };
        let (places, batch) = batch(cursor, range.len(), room);
        for (place, (key, value)) in places.zip(keys.iter_mut().zip(values)) {
            let at = range.start.saturating_add(place);
            *key = self.value(named, at);
            *value = self.value(elements, at);
        }
        batch
    }

    /// As an object of plain JSON, a struct is a map and an object.
    fn also(&self, value: Handle, nature: Nature) -> Option<Handle> {
        (nature == Nature::Fields && self.fields_of(value).is_some()).then_some(value)
    }

    /// Its fields are its keys, and nothing more.
    fn natures(&self, _: Handle) -> Natures {
        Natures::NONE
    }
}
