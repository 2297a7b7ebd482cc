//! What a plain scalar is for Kubernetes: takes its text, gives its type as `sigs.k8s.io/yaml` (go-yaml v2) sees it.
//!
//! That reader speaks YAML 1.1 with accidents of its own: `y` and `on` are true, `0644` is 420, `1_000` is 1000, and a
//! date stays a string. No YAML 1.2 library types these the same way, hence the table here.

/// The type of a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    Null,
    Bool(bool),
    Number,
    String,
    /// Not known, such as a plain scalar with an action in it.
    Other,
}

/// The type of a plain scalar without a tag.
pub fn resolve(text: &str) -> Typed {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Typed::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Typed::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Typed::Bool(false),
        ".nan" | ".NaN" | ".NAN" => Typed::Number,
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" => Typed::Number,
        _ if is_number(text) => Typed::Number,
        _ => Typed::String,
    }
}

fn is_number(text: &str) -> bool {
    // Underscores are dropped unless the number starts with a dot, which go-yaml reads by another way.
    let cleaned: String = match text.as_bytes()[0] {
        b'.' => text.to_owned(),
        b'+' | b'-' | b'0'..=b'9' => text.replace('_', ""),
        _ => return false,
    };
    let digits = cleaned.strip_prefix(['+', '-']).unwrap_or(&cleaned);
    is_integer_with_base(digits) || is_float(digits)
}

fn is_integer_with_base(digits: &str) -> bool {
    let lower = digits.to_ascii_lowercase();
    [("0x", 16), ("0o", 8), ("0b", 2)].iter().any(|&(prefix, base)| {
        // Larger numbers overflow in Go and stay strings.
        lower.strip_prefix(prefix).is_some_and(|rest| !rest.starts_with('+') && u64::from_str_radix(rest, base).is_ok())
    })
}

/// `[0-9]+(\.[0-9]*)?` or `\.[0-9]+`, then an optional exponent; whole decimal and octal numbers match too.
fn is_float(digits: &str) -> bool {
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mantissa_fits = all_digits(whole) && all_digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    let exponent_fits = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !digits.is_empty() && all_digits(digits)
    });
    mantissa_fits && exponent_fits
}
