//! Exponential histograms: buckets whose bounds are powers of a base that fits the values.

use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;

/// Buckets on each side of zero.
const BUCKETS: i32 = 160;
/// The finest scale: 2^20 buckets for each power of two.
const FINEST: i32 = 20;
/// The coarsest scale: one bucket for 2^1024.
const COARSEST: i32 = -10;

/// The values of a series, and their buckets at the finest scale that has room for all of them.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Histogram {
    pub scale: i32,
    pub zeros: u64,
    pub positive: Buckets,
    pub negative: Buckets,
    pub count: u64,
    pub sum: f64,
    pub min: f64,
    pub max: f64,
}

impl Histogram {
    /// The histogram of finite values.
    pub fn of(values: &[f64]) -> Self {
        let scale = scale(values);
        let zeros = values.iter().filter(|value| **value == 0.0).count();
        let finite = |sum: f64, value: &f64| (sum + value).clamp(f64::MIN, f64::MAX);
        Self {
            scale,
            zeros: u64::try_from(zeros).unwrap_or(u64::MAX),
            positive: buckets(values.iter().copied().filter(|value| *value > 0.0), scale),
            negative: buckets(values.iter().copied().filter(|value| *value < 0.0).map(f64::abs), scale),
            count: u64::try_from(values.len()).unwrap_or(u64::MAX),
            sum: values.iter().fold(0.0, finite),
            min: values.iter().copied().fold(f64::INFINITY, f64::min),
            max: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        }
    }
}

/// The finest scale at which both sides have room.
fn scale(values: &[f64]) -> i32 {
    let fits = |scale: i32| {
        [false, true].into_iter().all(|is_negative| {
            let side = values.iter().filter(|value| **value != 0.0 && (**value < 0.0) == is_negative);
            let range = side.map(|value| index(value.abs(), scale)).fold(None, |range, index| {
                let (low, high) = range.unwrap_or((index, index));
                Some((index.min(low), index.max(high)))
            });
            range.is_none_or(|(low, high): (i32, i32)| high.saturating_sub(low) < BUCKETS)
        })
    };
    (COARSEST..=FINEST).rev().find(|scale| fits(*scale)).unwrap_or(COARSEST)
}

/// The bucket of a positive value: bucket `i` has what is above `base^i` and up to `base^(i+1)`, where the base is
/// 2^(2^-scale).
fn index(value: f64, scale: i32) -> i32 {
    const MANTISSA: u64 = (1 << 52) - 1;
    // a number that is too small for its own exponent is put to one that is not, which keeps the power of two
    let (value, shift) =
        if value < f64::MIN_POSITIVE { (value * (1_u64 << 52) as f64, 52) } else { (value, 0) };
    let bits = value.to_bits();
    let exponent =
        i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0).saturating_sub(1_023).saturating_sub(shift);
    let is_power = bits & MANTISSA == 0;
    if scale <= 0 {
        // bounds are inclusive above
        let below = if is_power { exponent.saturating_sub(1) } else { exponent };
        return below.checked_shr(scale.unsigned_abs()).unwrap_or(if below < 0 { -1 } else { 0 });
    }
    let per_power = 1_i32.checked_shl(scale.unsigned_abs()).unwrap_or(i32::MAX);
    let start = exponent.saturating_mul(per_power);
    if is_power {
        return start.saturating_sub(1);
    }
    // the mantissa alone, from 1 to 2, where the logarithm is exact enough
    let mantissa = f64::from_bits((bits & MANTISSA) | (1_023 << 52));
    let within = (mantissa.log2() * f64::from(per_power)).floor();
    start.saturating_add((within as i32).clamp(0, per_power.saturating_sub(1)))
}

fn buckets(values: impl Iterator<Item = f64>, scale: i32) -> Buckets {
    let indexes: Vec<i32> = values.map(|value| index(value, scale)).collect();
    let Some(offset) = indexes.iter().copied().min() else { return Buckets::default() };
    let last = indexes.iter().copied().max().unwrap_or(offset);
    let length = usize::try_from(last.saturating_sub(offset).saturating_add(1)).unwrap_or(0);
    let mut bucket_counts = vec![0_u64; length];
    for index in indexes {
        let at = usize::try_from(index.saturating_sub(offset)).unwrap_or(usize::MAX);
        if let Some(count) = bucket_counts.get_mut(at) {
            *count = count.saturating_add(1);
        }
    }
    Buckets { offset, bucket_counts }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bounds(index: i32, scale: i32) -> (f64, f64) {
        let width = 2_f64.powi(-scale);
        ((f64::from(index) * width).exp2(), (f64::from(index + 1) * width).exp2())
    }

    #[test]
    fn powers_of_two_are_the_upper_bounds_of_their_buckets() {
        for (value, scale, at) in [
            (1.0, 0, -1),
            (2.0, 0, 0),
            (3.0, 0, 1),
            (4.0, 0, 1),
            (4.1, 0, 2),
            (0.5, 0, -2),
            (1.0, 3, -1),
            (2.0, 3, 7),
            (1.5, 1, 1),
            (16.0, -2, 0),
            (17.0, -2, 1),
            (1.0, -10, -1),
            (f64::MAX, -10, 0),
            (f64::MIN_POSITIVE, -10, -1),
            (5e-324, 0, -1_075),
            (1.5e-323, 0, -1_073),
        ] {
            assert_eq!(index(value, scale), at, "{value:e} at {scale}");
        }
    }

    #[test]
    fn one_value_is_counted_at_the_finest_scale() {
        let one = Histogram::of(&[5.0]);
        assert_eq!((one.scale, one.count, one.min, one.max, one.sum), (20, 1, 5.0, 5.0, 5.0));
        assert_eq!(one.positive.bucket_counts, [1]);
        assert_eq!(Histogram::of(&[0.0, -0.0]).zeros, 2);
    }

    proptest! {
        #[test]
        fn every_value_is_in_the_bucket_whose_bounds_it_has(
            values in prop::collection::vec(prop_oneof![-1e6..1e6_f64, any::<i32>().prop_map(f64::from), prop::num::f64::NORMAL, Just(0.0)], 1..200)
        ) {
            let histogram = Histogram::of(&values);
            let sides = [&histogram.positive, &histogram.negative];
            let counted: u64 = sides.iter().flat_map(|side| &side.bucket_counts).sum();
            prop_assert_eq!(counted + histogram.zeros, values.len() as u64);
            prop_assert!(sides.iter().all(|side| side.bucket_counts.len() <= 160));
            prop_assert!(histogram.sum.is_finite());
            for value in values.into_iter().filter(|value| *value != 0.0) {
                let (low, high) = bounds(index(value.abs(), histogram.scale), histogram.scale);
                // the bounds themselves are rounded
                prop_assert!(value.abs() > low * (1.0 - 1e-9) && value.abs() <= high * (1.0 + 1e-9), "{value} in {low}..{high}");
            }
        }
    }
}
