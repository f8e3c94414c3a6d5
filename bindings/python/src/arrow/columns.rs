//! Columns of Arrow as a host: a struct is a map of its fields, as an object of JSON is, and each row of it one scope.
//!
//! A handle is a column and a row of it. Null is null: columns cannot say that something is missing.

use std::cell::OnceCell;
use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, BinaryViewArray, BooleanArray, StructArray};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use probelang::host::{
    Batch, Cursor, Handle, Host, More, Names, Nature, Natures, Search, Size, Symbol, Value,
};

use super::texts::keys;

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
    /// Which rows are null, if any are.
    nulls: Option<&'a NullBuffer>,
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
    Text(Strings<'a, i32>),
    LargeText(Strings<'a, i64>),
    TextView(BinaryViewArray),
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
    /// The column for each symbol, [`NONE`] where there is none.
    symbols: Vec<u32>,
}

/// No column.
const NONE: u32 = u32::MAX;

/// Texts, where each of them begins, and at last where it ends.
struct Strings<'a, T> {
    offsets: &'a [T],
    bytes: &'a [u8],
    /// Where the first begins, and all of them as text, if they are that. Found out when one is asked for.
    text: OnceCell<Option<(usize, &'a str)>>,
}

impl<'a, T: Copy + TryInto<usize>> Strings<'a, T> {
    const fn new(offsets: &'a [T], bytes: &'a [u8]) -> Self {
        Self { offsets, bytes, text: OnceCell::new() }
    }

    /// The text of a row that is not null.
    #[inline]
    fn get(&self, row: usize) -> Value<'a> {
        let text = match self.text.get() {
            Some(Some((first, all))) => range(self.offsets, row)
                .and_then(|range| all.get(range.start.wrapping_sub(*first)..range.end.wrapping_sub(*first))),
            Some(None) | None => self.other(row),
        };
        text.map_or(Value::Unreadable("not UTF-8"), Value::Str)
    }

    /// The same of the first text, and where not all of them are UTF-8, as what others call a string need not be: all are looked at,
    /// once.
    #[cold]
    fn other(&self, row: usize) -> Option<&'a str> {
        let _ = self.text.get_or_init(|| {
            let (first, last) =
                (place(self.offsets, 0), place(self.offsets, self.offsets.len().checked_sub(1)?));
            Some((first, std::str::from_utf8(self.bytes.get(first..last)?).ok()?))
        });
        std::str::from_utf8(self.bytes.get(range(self.offsets, row)?)?).ok()
    }
}

/// From the place that is written at a row to the next one.
#[inline]
fn range<T: Copy + TryInto<usize>>(offsets: &[T], row: usize) -> Option<Range<usize>> {
    let [start, end] = *offsets.get(row..)?.first_chunk::<2>()?;
    Some(start.try_into().ok()?..end.try_into().ok()?)
}

/// A place that is written at a row.
#[inline]
fn place<T: Copy + TryInto<usize>>(all: &[T], row: usize) -> usize {
    all.get(row).and_then(|at| (*at).try_into().ok()).unwrap_or_default()
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
        fn between<T: Copy + TryInto<usize>>(offsets: &[T], row: usize) -> Range<usize> {
            range(offsets, row).unwrap_or_default()
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
        let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
        // its place, before those of what is in it
        self.columns.push(Column { nulls, data: Data::Null });
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
            DataType::Utf8 => {
                let Some(texts) = array.as_string_opt::<i32>() else { return other() };
                Data::Text(Strings::new(texts.value_offsets(), texts.values()))
            }
            DataType::LargeUtf8 => {
                let Some(texts) = array.as_string_opt::<i64>() else { return other() };
                Data::LargeText(Strings::new(texts.value_offsets(), texts.values()))
            }
            DataType::Utf8View => match array.as_string_view_opt() {
                Some(texts) => Data::TextView(texts.clone().to_binary_view()),
                None => other(),
            },
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
        let number = |symbol| fields.find(self.names.text(Symbol(symbol))).unwrap_or(NONE);
        fields.symbols = symbols.map(number).collect();
        fields
    }

    fn data_of(&self, column: u32) -> Option<&Data<'a>> {
        self.columns.get(column as usize).map(|column| &column.data)
    }

    /// The value of a row of a column.
    #[inline]
    fn value(&self, column: u32, row: usize) -> Value<'_> {
        match self.columns.get(column as usize) {
            Some(found) => self.value_of(found, column, row),
            None => Value::Absent,
        }
    }

    /// The same of a column that was found.
    #[inline(always)]
    fn value_of<'v>(&'v self, Column { nulls, data }: &'v Column<'a>, column: u32, row: usize) -> Value<'v> {
        if let Some(nulls) = nulls
            && (row >= nulls.len() || nulls.is_null(row))
        {
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
            Data::Text(texts) => texts.get(row),
            Data::LargeText(texts) => texts.get(row),
            Data::TextView(texts) if row < texts.len() => match std::str::from_utf8(texts.value(row)) {
                Ok(text) => Value::Str(text),
                Err(_) => Value::Unreadable("not UTF-8"),
            },
            Data::TextView(_) => Value::Absent,
            Data::Struct(_) | Data::Map(_, _, _) => Value::Map(handle),
            Data::List(_, _) => Value::List(handle),
            Data::Dictionary(keys, values) => {
                keys.get(row).copied().flatten().map_or(Value::Null, |key| self.value(*values, key))
            }
            Data::Null => Value::Null,
            Data::Other(reason) => Value::Unreadable(reason),
        }
    }

    /// The columns and the rows of the keys and elements of a list or map.
    fn range(&self, handle: Handle) -> Option<(Option<u32>, u32, Range<usize>)> {
        let (ranges, keys, values) = match self.data_of(handle.shape)? {
            Data::List(ranges, values) => (ranges, None, *values),
            Data::Map(ranges, keys, values) => (ranges, Some(*keys), *values),
            Data::Bool(_)
            | Data::Int8(_)
            | Data::Int16(_)
            | Data::Int32(_)
            | Data::Int64(_)
            | Data::Uint8(_)
            | Data::Uint16(_)
            | Data::Uint32(_)
            | Data::Uint64(_)
            | Data::Float32(_)
            | Data::Float64(_)
            | Data::Floats(_)
            | Data::Text(_)
            | Data::LargeText(_)
            | Data::TextView(_)
            | Data::Struct(_)
            | Data::Dictionary(_, _)
            | Data::Null
            | Data::Other(_) => return None,
        };
        Some((keys, values, ranges.get(row(handle))))
    }

    fn fields_of(&self, handle: Handle) -> Option<&Fields<'a>> {
        let Data::Struct(fields) = self.data_of(handle.shape)? else { return None };
        Some(fields)
    }

    /// Writes the field of a struct that a symbol names; `false` of another column.
    #[inline(always)]
    fn named<'v>(&'v self, column: u32, row: usize, name: Symbol, out: &mut Value<'v>) -> bool {
        let Some(Column { data: Data::Struct(fields), .. }) = self.columns.get(column as usize) else {
            return false;
        };
        let number = fields.symbols.get(name.0 as usize).copied().unwrap_or(NONE);
        *out = match self.columns.get(number as usize) {
            Some(found) => self.value_of(found, number, row),
            None => Value::Absent,
        };
        true
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
        if !self.named(0, self.row, name, out) {
            *out = Value::Absent;
        }
    }

    fn field<'v>(&'v self, object: Handle, name: Symbol, out: &mut Value<'v>) {
        if !self.named(object.shape, row(object), name, out) {
            *out = Value::Absent;
        }
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
        if self.named(map.shape, row(map), key, out) { Search::Done } else { Search::Walk }
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
