//! Shapes that begin with something known, and how far each goes.

use super::Shape;
use super::words::{ALNUM, DIGIT, LOWER, UPPER, is_alnum, kind};

/// A key with a prefix: what it is, the prefix, the bytes after it, and how many there are.
struct Prefixed {
    shape: Shape,
    prefix: &'static [u8],
    body: Body,
    least: usize,
    most: usize,
}

/// The bytes of a body.
#[derive(Clone, Copy)]
enum Body {
    /// Letters and digits.
    Alnum,
    /// Capitals and digits.
    Upper,
    /// Letters, digits, `-` and `_`.
    Url,
    /// Those, and `.`.
    Dotted,
    /// Digits of base 16.
    Hex,
}

impl Body {
    fn takes(self, byte: &u8) -> bool {
        match self {
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Self::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'),
            Self::Hex => byte.is_ascii_hexdigit(),
        }
    }
}

const fn prefixed(shape: Shape, prefix: &'static str, body: Body, least: usize, most: usize) -> Prefixed {
    Prefixed { shape, prefix: prefix.as_bytes(), body, least, most }
}

/// No upper bound.
const OPEN: usize = usize::MAX;

/// Bytes of a body that are looked at before it is known to be one.
const TRIED: usize = 80;

/// By their first byte.
const PREFIXED: [Prefixed; 49] = [
    prefixed(Shape::AwsKey, "AKIA", Body::Upper, 16, 16),
    prefixed(Shape::AwsKey, "ASIA", Body::Upper, 16, 16),
    prefixed(Shape::AwsKey, "ABIA", Body::Upper, 16, 16),
    prefixed(Shape::AwsKey, "ACCA", Body::Upper, 16, 16),
    prefixed(Shape::GcpKey, "AIza", Body::Url, 35, 35),
    prefixed(Shape::GcpKey, "GOCSPX-", Body::Url, 20, 40),
    prefixed(Shape::GcpKey, "ya29.", Body::Dotted, 20, OPEN),
    prefixed(Shape::GithubToken, "ghp_", Body::Alnum, 36, OPEN),
    prefixed(Shape::GithubToken, "gho_", Body::Alnum, 36, OPEN),
    prefixed(Shape::GithubToken, "ghu_", Body::Alnum, 36, OPEN),
    prefixed(Shape::GithubToken, "ghs_", Body::Alnum, 36, OPEN),
    prefixed(Shape::GithubToken, "ghr_", Body::Alnum, 36, OPEN),
    prefixed(Shape::GithubToken, "github_pat_", Body::Url, 40, OPEN),
    prefixed(Shape::SlackToken, "xoxb-", Body::Url, 20, OPEN),
    prefixed(Shape::SlackToken, "xoxp-", Body::Url, 20, OPEN),
    prefixed(Shape::SlackToken, "xoxa-", Body::Url, 20, OPEN),
    prefixed(Shape::SlackToken, "xoxr-", Body::Url, 20, OPEN),
    prefixed(Shape::SlackToken, "xoxs-", Body::Url, 20, OPEN),
    prefixed(Shape::SlackToken, "xoxe-", Body::Url, 20, OPEN),
    prefixed(Shape::SlackToken, "xoxe.xox", Body::Url, 20, OPEN),
    prefixed(Shape::SlackToken, "xapp-", Body::Url, 20, OPEN),
    prefixed(Shape::StripeKey, "sk_live_", Body::Alnum, 16, OPEN),
    prefixed(Shape::StripeKey, "sk_test_", Body::Alnum, 16, OPEN),
    prefixed(Shape::StripeKey, "rk_live_", Body::Alnum, 16, OPEN),
    prefixed(Shape::StripeKey, "rk_test_", Body::Alnum, 16, OPEN),
    prefixed(Shape::StripeKey, "whsec_", Body::Alnum, 24, OPEN),
    prefixed(Shape::ServiceKey, "glpat-", Body::Dotted, 20, OPEN),
    prefixed(Shape::ServiceKey, "npm_", Body::Alnum, 36, 36),
    prefixed(Shape::ServiceKey, "pypi-", Body::Url, 50, OPEN),
    prefixed(Shape::ServiceKey, "SG.", Body::Dotted, 60, 80),
    prefixed(Shape::ServiceKey, "sk-ant-", Body::Url, 20, OPEN),
    prefixed(Shape::ServiceKey, "sk-proj-", Body::Url, 20, OPEN),
    prefixed(Shape::ServiceKey, "sk-", Body::Alnum, 32, 64),
    prefixed(Shape::ServiceKey, "hf_", Body::Alnum, 30, 60),
    prefixed(Shape::ServiceKey, "shpat_", Body::Hex, 32, 32),
    prefixed(Shape::ServiceKey, "shpss_", Body::Hex, 32, 32),
    prefixed(Shape::ServiceKey, "dop_v1_", Body::Hex, 64, 64),
    prefixed(Shape::ServiceKey, "doo_v1_", Body::Hex, 64, 64),
    prefixed(Shape::ServiceKey, "hvs.", Body::Url, 24, OPEN),
    prefixed(Shape::ServiceKey, "hvb.", Body::Url, 24, OPEN),
    prefixed(Shape::ServiceKey, "dapi", Body::Hex, 32, 32),
    prefixed(Shape::ServiceKey, "lin_api_", Body::Alnum, 40, 40),
    prefixed(Shape::ServiceKey, "NRAK-", Body::Upper, 27, 27),
    prefixed(Shape::ServiceKey, "PMAK-", Body::Url, 50, 70),
    prefixed(Shape::ServiceKey, "AGE-SECRET-KEY-1", Body::Upper, 58, 58),
    prefixed(Shape::ServiceKey, "sq0atp-", Body::Url, 22, 22),
    prefixed(Shape::ServiceKey, "sq0csp-", Body::Url, 43, 43),
    prefixed(Shape::ServiceKey, "EAACEdEose0cBA", Body::Alnum, 20, OPEN),
    prefixed(Shape::ServiceKey, "secret_", Body::Alnum, 43, 43),
];

/// The shortest word that is a secret by itself.
pub(super) const SHORTEST: usize = 20;

/// Letters, digits, `-` and `_` that each key has in a row, and each token.
pub(super) const PART: usize = 19;

/// Bytes with which a prefix begins.
pub(super) fn begins(byte: u8) -> bool {
    matches!(
        byte,
        b'A' | b'G'
            | b'y'
            | b'g'
            | b'x'
            | b's'
            | b'r'
            | b'w'
            | b'n'
            | b'p'
            | b'S'
            | b'h'
            | b'd'
            | b'l'
            | b'N'
            | b'P'
            | b'E'
    )
}

/// How long what `body` takes is at `at`, up to one more than `most`.
fn run(text: &[u8], at: usize, body: Body, most: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.iter().take(most.saturating_add(1)).take_while(|byte| body.takes(byte)).count()
}

/// The key with a known prefix that starts at `at`: its shape and its end.
pub(super) fn prefixed_key(text: &[u8], at: usize) -> Option<(Shape, usize)> {
    let rest = text.get(at..)?;
    PREFIXED.iter().find_map(|known| {
        if !rest.starts_with(known.prefix) {
            return None;
        }
        let body = at.saturating_add(known.prefix.len());
        let tried = run(text, body, known.body, known.most.min(TRIED));
        // `sk_test_` with a name behind it is no key
        if tried < known.least || !is_mixed(text.get(body..body.saturating_add(tried)).unwrap_or_default()) {
            return None;
        }
        let length = run(text, body, known.body, known.most);
        let taken = text.get(body..body.saturating_add(length)).unwrap_or_default();
        // the end of a sentence is not part of it
        let dots = taken.iter().rev().take_while(|byte| **byte == b'.').count();
        let length = length.saturating_sub(dots);
        let end = body.saturating_add(length);
        let fits = length >= known.least && length <= known.most && !is_alnum(text.get(end));
        fits.then_some((known.shape, end))
    })
}

/// Whether a body is no word: it has a digit, or letters of both cases.
fn is_mixed(body: &[u8]) -> bool {
    let seen = body.iter().fold(0, |seen, byte| seen | kind(Some(byte)));
    let repeated = body
        .first()
        .is_some_and(|first| body.iter().all(|byte| byte == first || matches!(byte, b'-' | b'_')));
    !repeated && (seen & DIGIT != 0 || seen & (LOWER | UPPER) == LOWER | UPPER)
}

/// The end of the JSON Web Token that starts at `at`: two parts that are JSON in base 64, and a signature that may be empty.
pub(super) fn json_web_token(text: &[u8], at: usize) -> Option<usize> {
    if !text.get(at..)?.starts_with(b"eyJ") {
        return None;
    }
    let part = |at: usize| run(text, at, Body::Url, 16 * 1024);
    let header = part(at);
    let payload_at = at.saturating_add(header).saturating_add(1);
    let dot = |end: usize| text.get(end) == Some(&b'.');
    if header < 10 || !dot(payload_at.saturating_sub(1)) || !text.get(payload_at..)?.starts_with(b"eyJ") {
        return None;
    }
    let payload_end = payload_at.saturating_add(part(payload_at));
    if !dot(payload_end) || payload_end.saturating_sub(payload_at) < 6 {
        return None;
    }
    let signature = payload_end.saturating_add(1);
    let end = signature.saturating_add(part(signature));
    (end.saturating_sub(at) >= SHORTEST).then_some(end)
}

/// The end of the PEM private key that starts at `at`; of one that was cut, the end of the text.
pub(super) fn private_key(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let after = rest.strip_prefix(b"-----BEGIN ")?;
    let title_end = after.iter().take(40).position(|byte| *byte == b'-')?;
    let title = after.get(..title_end)?;
    if !title.ends_with(b"PRIVATE KEY") && !title.ends_with(b"PRIVATE KEY BLOCK") {
        return None;
    }
    let end = b"-----END ";
    let Some(last) = rest.windows(end.len()).position(|part| part == end) else { return Some(text.len()) };
    let tail = rest.get(last.saturating_add(end.len())..).unwrap_or_default();
    let dashes = tail.iter().take(48).position(|byte| *byte == b'-').unwrap_or(0);
    let close = tail.get(dashes..).unwrap_or_default().iter().take_while(|byte| **byte == b'-').count();
    let parts = [at, last, end.len(), dashes, close];
    Some(parts.into_iter().fold(0, usize::saturating_add))
}

/// The most bytes of a card number with what separates its digits.
const CARD: usize = 19 + 18;

/// The end of the payment card number that starts at `at`: 12 to 19 digits, alone or in groups that one kind of separator
/// parts, of a known issuer, with a valid checksum.
pub(super) fn card(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let mut digits = [0u8; 19];
    let (mut count, mut end, mut separator) = (0usize, 0usize, None);
    let mut group = 0usize;
    for (place, byte) in rest.iter().enumerate().take(CARD.saturating_add(1)) {
        if byte.is_ascii_digit() {
            *digits.get_mut(count)? = byte.wrapping_sub(b'0');
            count = count.saturating_add(1);
            group = group.saturating_add(1);
            end = place.saturating_add(1);
        } else if matches!(byte, b' ' | b'-')
            && separator.is_none_or(|known| known == *byte)
            && (4..=6).contains(&group)
            && rest.get(place.saturating_add(1)).is_some_and(u8::is_ascii_digit)
            && count < 16
        {
            separator = Some(*byte);
            group = 0;
        } else {
            break;
        }
    }
    let digits = digits.get(..count)?;
    // digits go on in a number that is no card: a decimal, a longer id
    let follows = rest.get(end);
    let group_at = |at: usize| {
        let group = text.get(at..).unwrap_or_default().iter().take(4);
        group.take_while(|byte| byte.is_ascii_digit()).count() == 4
    };
    // groups before or after it: a list of numbers
    let in_list = separator.is_some_and(|separator| {
        let before = at.checked_sub(5).filter(|_| text.get(at.saturating_sub(1)) == Some(&separator));
        let after = Some(at.saturating_add(end).saturating_add(1)).filter(|_| follows == Some(&separator));
        [before, after].into_iter().flatten().any(group_at)
    });
    let goes_on = in_list
        || is_alnum(follows)
        || matches!(follows, Some(b'_' | b'-'))
        || (matches!(follows, Some(b'.')) && rest.get(end.saturating_add(1)).is_some_and(u8::is_ascii_digit));
    (!goes_on && issuer(digits) && checksum(digits)).then(|| at.saturating_add(end))
}

/// Whether an issuer gives numbers that begin so, of that length.
fn issuer(digits: &[u8]) -> bool {
    let prefix = |count: usize| {
        digits.iter().take(count).fold(0u32, |n, digit| n.wrapping_mul(10).wrapping_add(u32::from(*digit)))
    };
    let (two, three, four, six) = (prefix(2), prefix(3), prefix(4), prefix(6));
    match digits.len() {
        13 | 19 if digits.first() == Some(&4) => true,
        14 => matches!(two, 36 | 38 | 39) || (300..=305).contains(&three),
        15 => matches!(two, 34 | 37),
        16..=19 if matches!(two, 62 | 81) || four == 6011 || two == 65 || (644..=649).contains(&three) => {
            true
        }
        16 => {
            digits.first() == Some(&4)
                || (51..=55).contains(&two)
                || (222_100..=272_099).contains(&six)
                || (3528..=3589).contains(&four)
                || matches!(four, 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763)
        }
        _ => false,
    }
}

/// The checksum of Luhn, of a number that is neither round nor one digit again and again.
fn checksum(digits: &[u8]) -> bool {
    let sum = digits.iter().rev().enumerate().fold(0u32, |sum, (at, digit)| {
        let digit = u32::from(*digit);
        let doubled = if digit > 4 { digit.wrapping_mul(2).wrapping_sub(9) } else { digit.wrapping_mul(2) };
        sum.wrapping_add(if at % 2 == 1 { doubled } else { digit })
    });
    // a round number is none, and neither are the bits of a float
    let is_round = digits.ends_with(&[0; 8]);
    sum % 10 == 0 && !is_round && digits.iter().any(|digit| digits.first() != Some(digit))
}

/// Where the token after `Bearer` or `Basic` starts and ends.
pub(super) fn credentials(text: &[u8], word: &[u8], end: usize) -> Option<(usize, usize)> {
    let basic = word.eq_ignore_ascii_case(b"basic");
    if !basic && !word.eq_ignore_ascii_case(b"bearer") {
        return None;
    }
    let rest = text.get(end..)?;
    let blanks = rest.iter().take(4).take_while(|byte| matches!(byte, b' ' | b'\t' | b'+')).count();
    let start = end.saturating_add(blanks);
    let takes = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'+' | b'/' | b'=')
    };
    let token = text.get(start..)?;
    let length = token.iter().take_while(|byte| takes(byte)).count();
    let token = token.get(..length)?;
    let trimmed = token.len().saturating_sub(token.iter().rev().take_while(|byte| **byte == b'.').count());
    let token = token.get(..trimmed)?;
    let seen = token.iter().fold(0, |seen, byte| seen | kind(Some(byte)));
    let inside = token.iter().skip(1).any(u8::is_ascii_uppercase) && seen & LOWER != 0;
    let mixed = seen & DIGIT != 0 || inside || token.ends_with(b"=");
    // `basic authentication` and `bearer tokens` are words
    let is_token = if basic {
        length >= 8 && mixed && user_and_password(token)
    } else {
        length >= 12 && mixed && seen & ALNUM != UPPER
    };
    (blanks > 0 && is_token).then(|| (start, start.saturating_add(trimmed)))
}

/// Whether base 64 gives a text with a colon, as credentials of `Basic` are.
fn user_and_password(token: &[u8]) -> bool {
    let mut bits = 0u32;
    let mut have = 0u32;
    let mut colon = false;
    for byte in token.iter().filter(|byte| **byte != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte.wrapping_sub(b'A'),
            b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
            b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return false,
        };
        bits = (bits << 6 | u32::from(value)) & 0xffff;
        have = have.wrapping_add(6);
        if have >= 8 {
            have = have.wrapping_sub(8);
            let decoded = bits >> have & 0xff;
            colon |= decoded == u32::from(b':');
            if decoded < 0x20 {
                return false;
            }
        }
    }
    colon
}

/// Whether what is between `//` and the path of a URL ends before this byte.
pub(super) fn ends_authority(byte: &u8) -> bool {
    matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>' | b'`' | b',') || *byte <= b' '
}

/// Where the password of the URL whose `//` is at `at` starts and ends.
pub(super) fn url_password(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let start = at.saturating_add(2);
    let rest = text.get(start..)?;
    let length = rest.iter().position(ends_authority).unwrap_or(rest.len());
    let authority = rest.get(..length)?;
    let at_sign = authority.iter().rposition(|byte| *byte == b'@')?;
    let user = authority.get(..at_sign)?;
    let colon = user.iter().position(|byte| *byte == b':')?;
    let password = user.get(colon.saturating_add(1)..)?;
    let stands_for = matches!(password.first(), None | Some(b'$' | b'{' | b'<' | b'*' | b'%' | b'['))
        && !(password.first() == Some(&b'%') && password.get(1).is_some_and(u8::is_ascii_hexdigit));
    let host = authority.get(at_sign.saturating_add(1)..)?;
    (!stands_for && is_alnum(host.first()) | matches!(host.first(), Some(b'[')))
        .then(|| (start.saturating_add(colon).saturating_add(1), start.saturating_add(at_sign)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_prefix_is_passed_over() {
        for known in &PREFIXED {
            assert!(begins(known.prefix[0]), "{:?}", known.prefix);
            assert!(known.prefix.len() + known.least >= SHORTEST && known.least <= TRIED);
        }
    }
}
